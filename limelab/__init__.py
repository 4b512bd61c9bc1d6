"""limelab judges whether explanations of models can be trusted; names load at their first use."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from limelab import datasets, domains, embeddings, exact, metrics, models, presets
    from limelab.auditing import Audit, Nearby, Rules, audit
    from limelab.baselines import ConstantImportance, GlobalPermutation, RandomImportance
    from limelab.distances import Cosine, Euclidean, Gower
    from limelab.domains import AsImage, AsText, Image, Table, Text
    from limelab.exact import ExactLime
    from limelab.explanation import Explanation
    from limelab.kernels import Ball, EffectiveSize, Exponential, Flat
    from limelab.lime import Lime, explain
    from limelab.perturbations import (
        Antithetic,
        BinFrequencies,
        Copula,
        Dropout,
        Gaussian,
        GlobalGaussian,
        Iid,
        KernelDensity,
        LocalPCA,
        Marginals,
        Mixup,
        Neighbours,
        Rows,
        Sobol,
        Strengths,
        Uniform,
        UniformCount,
    )
    from limelab.presets import Dlime, Maple, OptiLime, SLime
    from limelab.representations import (
        Binned,
        Embedded,
        EntropyBins,
        Presence,
        Standardized,
        Strength,
    )
    from limelab.study import (
        Bound,
        Claim,
        Conditions,
        Judge,
        Results,
        Study,
        Task,
        baseline_conditions,
        compare,
        evaluate,
        refits,
        vary,
    )
    from limelab.surrogates import (
        AbsoluteRidge,
        BayesianRidge,
        Forward,
        FromSklearn,
        HighestProducts,
        HighestWeights,
        Lasso,
        LassoPath,
        LeastSquares,
        PlainRidge,
        Polynomial,
        Ridge,
        Tree,
    )
    from limelab.types import BadInput, LocalFitWarning, NotApplicable
    from limelab.uncertainty import Precise, Replicated, samples_needed

_HOMES = {
    "limelab": (
        "datasets",
        "domains",
        "embeddings",
        "exact",
        "metrics",
        "models",
        "presets",
    ),
    "limelab.auditing": ("Audit", "Nearby", "Rules", "audit"),
    "limelab.baselines": ("ConstantImportance", "GlobalPermutation", "RandomImportance"),
    "limelab.distances": ("Cosine", "Euclidean", "Gower"),
    "limelab.domains": ("AsImage", "AsText", "Image", "Table", "Text"),
    "limelab.exact": ("ExactLime",),
    "limelab.explanation": ("Explanation",),
    "limelab.kernels": ("Ball", "EffectiveSize", "Exponential", "Flat"),
    "limelab.lime": ("Lime", "explain"),
    "limelab.perturbations": (
        "Antithetic",
        "BinFrequencies",
        "Copula",
        "Dropout",
        "Gaussian",
        "GlobalGaussian",
        "Iid",
        "KernelDensity",
        "LocalPCA",
        "Marginals",
        "Mixup",
        "Neighbours",
        "Rows",
        "Sobol",
        "Strengths",
        "Uniform",
        "UniformCount",
    ),
    "limelab.presets": ("Dlime", "Maple", "OptiLime", "SLime"),
    "limelab.representations": (
        "Binned",
        "Embedded",
        "EntropyBins",
        "Presence",
        "Standardized",
        "Strength",
    ),
    "limelab.study": (
        "Bound",
        "Claim",
        "Conditions",
        "Judge",
        "Results",
        "Study",
        "Task",
        "baseline_conditions",
        "compare",
        "evaluate",
        "refits",
        "vary",
    ),
    "limelab.surrogates": (
        "AbsoluteRidge",
        "BayesianRidge",
        "Forward",
        "FromSklearn",
        "HighestProducts",
        "HighestWeights",
        "Lasso",
        "LassoPath",
        "LeastSquares",
        "PlainRidge",
        "Polynomial",
        "Ridge",
        "Tree",
    ),
    "limelab.types": ("BadInput", "LocalFitWarning", "NotApplicable"),
    "limelab.uncertainty": ("Precise", "Replicated", "samples_needed"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__version__ = "0.1.0"
__all__ = [
    "AbsoluteRidge",
    "Antithetic",
    "AsImage",
    "AsText",
    "Audit",
    "BadInput",
    "Ball",
    "BayesianRidge",
    "BinFrequencies",
    "Binned",
    "Bound",
    "Claim",
    "Conditions",
    "ConstantImportance",
    "Copula",
    "Cosine",
    "Dlime",
    "Dropout",
    "EffectiveSize",
    "Embedded",
    "EntropyBins",
    "Euclidean",
    "ExactLime",
    "Explanation",
    "Exponential",
    "Flat",
    "Forward",
    "FromSklearn",
    "Gaussian",
    "GlobalGaussian",
    "GlobalPermutation",
    "Gower",
    "HighestProducts",
    "HighestWeights",
    "Iid",
    "Image",
    "Judge",
    "KernelDensity",
    "Lasso",
    "LassoPath",
    "LeastSquares",
    "Lime",
    "LocalFitWarning",
    "LocalPCA",
    "Maple",
    "Marginals",
    "Mixup",
    "Nearby",
    "Neighbours",
    "NotApplicable",
    "OptiLime",
    "PlainRidge",
    "Polynomial",
    "Precise",
    "Presence",
    "RandomImportance",
    "Replicated",
    "Results",
    "Ridge",
    "Rows",
    "Rules",
    "SLime",
    "Sobol",
    "Standardized",
    "Strength",
    "Strengths",
    "Study",
    "Table",
    "Task",
    "Text",
    "Tree",
    "Uniform",
    "UniformCount",
    "__version__",
    "audit",
    "baseline_conditions",
    "compare",
    "datasets",
    "domains",
    "embeddings",
    "evaluate",
    "exact",
    "explain",
    "metrics",
    "models",
    "presets",
    "refits",
    "samples_needed",
    "vary",
]


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module 'limelab' has no attribute {name!r}")
    if home == "limelab":
        return importlib.import_module(f"limelab.{name}")
    return getattr(importlib.import_module(home), name)


def __dir__() -> list[str]:
    return __all__
