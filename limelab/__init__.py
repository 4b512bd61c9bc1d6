"""limelab judges whether explanations of models can be trusted; names are loaded when first used."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from limelab import datasets, metrics, models
    from limelab.domains import Table
    from limelab.explanation import Explanation
    from limelab.kernels import Exponential, Flat
    from limelab.lime import Lime, explain
    from limelab.perturbations import Gaussian, Iid, Marginals, Neighbours, Sobol
    from limelab.representations import Standardized
    from limelab.statistics import compare
    from limelab.study import Claim, Conditions, Judge, Results, Study, Task, vary
    from limelab.surrogates import Forward, LeastSquares, Ridge, Tree
    from limelab.types import BadInput, LocalFitWarning, NotApplicable

_HOMES = {
    "limelab": ("datasets", "metrics", "models"),
    "limelab.domains": ("Table",),
    "limelab.explanation": ("Explanation",),
    "limelab.kernels": ("Exponential", "Flat"),
    "limelab.lime": ("Lime", "explain"),
    "limelab.perturbations": ("Gaussian", "Iid", "Marginals", "Neighbours", "Sobol"),
    "limelab.representations": ("Standardized",),
    "limelab.statistics": ("compare",),
    "limelab.study": ("Claim", "Conditions", "Judge", "Results", "Study", "Task", "vary"),
    "limelab.surrogates": ("Forward", "LeastSquares", "Ridge", "Tree"),
    "limelab.types": ("BadInput", "LocalFitWarning", "NotApplicable"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__version__ = "0.1.0"
__all__ = [
    "BadInput",
    "Claim",
    "Conditions",
    "Explanation",
    "Exponential",
    "Flat",
    "Forward",
    "Gaussian",
    "Iid",
    "Judge",
    "LeastSquares",
    "Lime",
    "LocalFitWarning",
    "Marginals",
    "Neighbours",
    "NotApplicable",
    "Results",
    "Ridge",
    "Sobol",
    "Standardized",
    "Study",
    "Table",
    "Task",
    "Tree",
    "__version__",
    "compare",
    "datasets",
    "explain",
    "metrics",
    "models",
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
