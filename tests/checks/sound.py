"""Sound explainers of limelab, and what some of them break on purpose, with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import limelab as ll
from limelab import presets
from limelab.baselines import ConstantImportance, GlobalPermutation, RandomImportance
from limelab.external import Impurity, TreeShap
from tests import parts

N = 128  # the contract holds with few samples

# The one list of broken rules: a word of the explainer's repr -> check -> why.
ON_PURPOSE: dict[str, dict[str, str]] = {
    "RandomImportance": {
        "check_constant_model": "pure chance, whatever the model is",
        "check_every_output": "pure chance, whatever the model is",
        "check_probabilities": "pure chance, whatever the model is",
    },
    "ConstantImportance": {
        "check_constant_model": "1 everywhere, whatever the model is",
        "check_every_output": "1 everywhere, whatever the model is",
        "check_probabilities": "1 everywhere, whatever the model is",
    },
    "CredibleRidge": {
        "check_constant_model": "the published prior holds the intercept too, and pulls it to 0",
        "check_every_output": "a shift of the model changes what the prior does to the intercept",
        "check_probabilities": "a shift of the model changes what the prior does to the intercept",
    },
    "GlobalPermutation": {
        "check_every_output": "importances have no sign",
        "check_probabilities": "importances have no sign",
    },
}


def limes() -> Iterator[ll.Lime]:
    """`Lime` with every perturbation, representation, kernel, surrogate and design in turn."""
    yield from (ll.Lime(law(), n_samples=N) for law in parts.PERTURBATIONS)
    yield from (ll.Lime(ll.Gaussian(design=d), n_samples=N) for d in parts.DESIGNS)
    yield from (ll.Lime(representation=r, n_samples=N) for r in parts.REPRESENTATIONS)
    yield from (ll.Lime(kernel=k, n_samples=N) for k in (*parts.KERNELS, *parts.BALLS))
    yield from (ll.Lime(surrogate=s, n_samples=N) for s in parts.SURROGATES)
    yield from (ll.Lime(surrogate=s, n_samples=N) for s in (*parts.BY_WEIGHT, parts.QUADRATIC))
    yield ll.Lime(draws="own", n_samples=N)


def others() -> Iterator[Any]:
    """Presets, and explainers that are more than a `Lime`."""
    yield presets.lime_tabular(num_samples=N)
    yield presets.lime_tabular_around(num_samples=N)
    yield presets.lime_tabular_continuous(num_samples=N)
    yield presets.baylime(num_samples=N)
    yield presets.bayeslime(num_samples=N)
    yield presets.glime_gaussian(n_samples=N)
    yield presets.melime_kde(n_samples=N)
    yield presets.melime_kde(n_samples=N, tree=True)
    yield presets.blimey_tree(n_samples=N)
    yield presets.OptiLime(ll.Lime(ll.Gaussian(1.0), kernel=ll.Exponential(), n_samples=N))
    yield presets.SLime(
        ll.Lime(ll.Gaussian(1.0), kernel=ll.Exponential(0.75), n_samples=N), k=2, most=512
    )
    yield presets.Maple(trees=5)
    yield presets.Dlime()
    yield ll.Replicated(ll.Lime(ll.Gaussian(design=ll.Sobol()), n_samples=N), replicates=4)
    yield ll.Precise(ll.Lime(), half_width=0.5, pilot=64, most=512)
    yield ll.ExactLime()
    yield Impurity()
    yield TreeShap()
    yield RandomImportance()
    yield ConstantImportance()
    yield GlobalPermutation(repeats=2, size=40)


# what takes more than a second or two of the contract: checked with the slow tests only
HEAVY = ("OptiLime(", "EntropyBins(", "TreeShap(")


def is_heavy(explainer: Any) -> bool:
    """Whether an explainer is left to the slow tests."""
    return any(word in repr(explainer) for word in HEAVY)


def expected(explainer: Any) -> dict[str, str]:
    """What an explainer breaks on purpose."""
    found: dict[str, str] = {}
    for word, why in ON_PURPOSE.items():
        found |= why if word in repr(explainer) else {}
    return found
