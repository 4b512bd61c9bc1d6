"""Measures of how far two attributions agree, by name; arrays only, no evidence and no rng.

All of them ignore the scale of either side, give 1 for an attribution with itself, and more for
more agreement. Those of ``SIGNED`` need directions on both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from limelab.metrics import overlap
from limelab.metrics.pairs import mean_where, pairs
from limelab.metrics.rank_biased import rbo
from limelab.metrics.ranks import kendall, spearman, top_k_jaccard, weighted_kendall
from limelab.types import Array, BadInput

Formula = Callable[[Array, Array], Array]
PERSISTENCE = 0.9

# Of whole orders: (name, formula, unit).
ORDERS: Mapping[str, tuple[Formula, str]] = {
    "spearman": (spearman, "Spearman's rho, -1 to 1"),
    "kendall": (kendall, "Kendall's tau-b, -1 to 1"),
    "weighted_kendall": (weighted_kendall, "weighted tau, -1 to 1"),
    "rbo": (lambda a, b: rbo(a, b, PERSISTENCE).ext, "rank-biased overlap at p = .9, 0 to 1"),
    "pairwise": (overlap.pairwise_rank_agreement, "share of pairs of features, 0 to 1"),
}
# Of the k largest magnitudes.
TOP_K: Mapping[str, tuple[Callable[[Array, Array, int], Array], str]] = {
    "feature": (overlap.feature_agreement, "share of the top k features, 0 to 1"),
    "rank": (overlap.rank_agreement, "share of the top k features, 0 to 1"),
    "sign": (overlap.sign_agreement, "share of the top k features, 0 to 1"),
    "signed_rank": (overlap.signed_rank_agreement, "share of the top k features, 0 to 1"),
    "jaccard": (top_k_jaccard, "Jaccard index of the top k features, 0 to 1"),
}
SIGNED = ("sign", "signed_rank")
UNSIGNED = (*ORDERS, *(name for name in TOP_K if name not in SIGNED))


def formula(name: str, k: int) -> Formula:
    """The measure as a function of two stacks of attributions (..., k_features).

    Examples
    --------
    >>> a, b = np.array([3.0, 2.0, 1.0]), np.array([3.0, 1.0, 2.0])
    >>> float(formula("feature", 2)(a, b)), float(formula("spearman", 2)(a, b).round(9))
    (0.5, 0.5)
    """
    if name in ORDERS:
        return ORDERS[name][0]
    top = TOP_K[checked(name)][0]
    return lambda a, b: top(a, b, k)


def unit(name: str) -> str:
    """Unit and range of a measure.

    Examples
    --------
    >>> unit("kendall")
    "Kendall's tau-b, -1 to 1"
    """
    return ORDERS[name][1] if name in ORDERS else TOP_K[checked(name)][1]


def bounds(name: str) -> tuple[float, float]:
    """Least and largest value of a measure: the correlations run from -1.

    Examples
    --------
    >>> bounds("kendall"), bounds("feature")
    ((-1.0, 1.0), (0.0, 1.0))
    """
    return (-1.0 if unit(name).endswith("-1 to 1") else 0.0), 1.0


def checked(name: str) -> str:
    """The name of a measure, or an error that tells the names there are."""
    if name not in ORDERS and name not in TOP_K:
        raise BadInput(f"measure={name!r} came; wanted one of {', '.join((*ORDERS, *TOP_K))}.")
    return name


def too_narrow(name: str, k: int, n_features: int) -> str:
    """Why a measure says nothing of so few features, or ""."""
    if name in TOP_K and n_features <= k:
        return f"the top {k} of {n_features} features are all of them"
    if n_features < 3:
        return f"a rank correlation of {n_features} features says nothing: at least 3"
    return ""


def over_repeats(measure: Formula, values: Array, reference: Array) -> Array:
    """Mean agreement (...) of values (..., k) with the repeats of a reference (P, ..., k).

    Repeats with which the measure is undefined are left out; NaN where none is left.

    Examples
    --------
    >>> one = np.array([1.0, 2.0, 3.0])
    >>> float(over_repeats(spearman, one, np.array([one, -one, 0 * one])).round(9))
    0.0
    """
    if len(reference) == 0:
        return np.full(np.broadcast_shapes(values.shape, reference.shape[1:])[:-1], np.nan)
    missing = (1,) * (values.ndim - reference.ndim + 1)
    repeats = reference.reshape(len(reference), *missing, *reference.shape[1:])
    found = measure(values[None], repeats)
    return mean_where(found, ~np.isnan(found))


def ceiling(measure: Formula, reference: Array) -> Array:
    """Mean agreement (...) over pairs of the repeats of a reference (P, ..., k); NaN below two."""
    first, second = pairs(len(reference))
    if not len(first):
        return np.full(reference.shape[1:-1], np.nan)
    found = measure(reference[first], reference[second])
    return mean_where(found, ~np.isnan(found))
