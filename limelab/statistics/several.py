"""Several conditions over many data sets: Friedman's test and all pairs; it averages no cells."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from limelab.statistics.multiplicity import holm
from limelab.statistics.outcomes import Outcome
from limelab.statistics.paired import TIE, wilcoxon
from limelab.statistics.reachable import fewest_data_sets
from limelab.types import Array, BadInput, Bools

PAIR_COLUMNS = ("a", "b", "difference", "statistic", "p", "p_holm", "n", "sentence")


def friedman(values: Array) -> Outcome:
    """Friedman's test with the F of Iman and Davenport.

    Ranks within each data set give Friedman's chi-square X, corrected for ties;
    F = (N - 1) X / (N (k - 1) - X) has k - 1 and (k - 1)(N - 1) degrees of freedom. As F is an
    approximation, p is never given below (1 / k!)^(N - 1), the least of any permutation.

    Parameters
    ----------
    values : array of shape (N, k)
        N data sets by k conditions; a data set with a missing value is left out and counted.

    Returns
    -------
    Outcome
        With F as its statistic.

    Notes
    -----
    Iman and Davenport 1980; Demsar 2006, section 3.2.2.

    Examples
    --------
    >>> found = friedman(np.array([[1, 2, 3], [1, 3, 2], [1, 2, 3], [2, 1, 3], [1, 2, 3.0]]))
    >>> round(found.statistic, 3), found.n
    (7.111, 5)
    """
    whole, n_missing = complete(values, "friedman")
    n, k = whole.shape
    name, note = "Friedman test (Iman-Davenport F)", missing_sets(n_missing)
    if n < 2 or k < 2:
        return Outcome(name, np.nan, np.nan, n, 1.0, f"{n} data sets of {k} conditions came")
    least = math.factorial(k) ** -float(n - 1)
    chi = _chi_square(ranked(whole))
    room = n * (k - 1) - chi
    if room <= 1e-9 * n:  # all data sets agree
        return Outcome(name, np.inf, least, n, least, note)
    f = (n - 1) * chi / room
    p = float(stats.f.sf(f, k - 1, (k - 1) * (n - 1)))
    return Outcome(name, float(f), max(p, least), n, least, note)


def pairwise_wilcoxon(
    values: Array, names: Sequence[Any] | None = None, *, alpha: float = 0.05
) -> pd.DataFrame:
    """All pairs of conditions by Wilcoxon's signed-rank test with Holm's correction.

    Unlike mean ranks, a pair's p depends on no third condition (Benavoli, Corani and Mangili
    2016); each pair uses the data sets in which both have a value.

    Parameters
    ----------
    values : array of shape (N, k)
    names : sequence of length k, optional
    alpha : float
        Of the sentences.

    Returns
    -------
    DataFrame
        a, b, difference (mean of a less b), statistic, p, p_holm, n, sentence.

    Examples
    --------
    >>> values = np.arange(24.0).reshape(8, 3) ** 1.5
    >>> pairwise_wilcoxon(values, "ABC")[["a", "b", "p", "p_holm"]].values.tolist()[0]
    ['A', 'B', 0.0078125, 0.0234375]
    """
    values = _matrix(values, "pairwise_wilcoxon")
    names = named(names, values.shape[1])
    pairs = list(itertools.combinations(range(values.shape[1]), 2))
    apart = [values[:, i] - values[:, j] for i, j in pairs]
    found = [wilcoxon(one) for one in apart]
    corrected = holm(np.array([one.p for one in found]))
    rows = []
    for (i, j), gap, one, p in zip(pairs, apart, found, corrected, strict=True):
        mean = float(gap[~np.isnan(gap)].mean()) if one.n else np.nan
        told = _pair_sentence(names[i], names[j], mean, one, (float(p), len(pairs), alpha))
        rows.append((names[i], names[j], mean, one.statistic, one.p, p, one.n, told))
    return pd.DataFrame(rows, columns=list(PAIR_COLUMNS))


def complete(values: Array, owner: str) -> tuple[Array, int]:
    """Data sets in which every condition has a value, and how many have not."""
    values = _matrix(values, owner)
    present = ~np.isnan(values).any(axis=1)
    return values[present], int((~present).sum())


def ranked(values: Array) -> Array:
    """Ranks (N, k) within each data set, 1 for the smallest; ties to 1e-12 share a mean rank."""
    centred = values - values.mean(axis=1, keepdims=True)
    largest = np.abs(centred).max(axis=1, keepdims=True)
    scaled = np.divide(centred, largest, out=np.zeros_like(centred), where=largest > 0)
    ranks: Array = stats.rankdata(np.round(scaled / TIE), axis=1)
    return ranks


def named(names: Sequence[Any] | None, k: int) -> list[Any]:
    """Names of k conditions; their places where none were given."""
    chosen = list(range(k)) if names is None else list(names)
    if len(chosen) != k or len(set(chosen)) != k:
        raise BadInput(f"{len(set(chosen))} distinct names came for {k} conditions; wanted {k}.")
    return chosen


def missing_sets(n_missing: int) -> str:
    """A note on data sets that some condition has no value for, or ""."""
    return f"{n_missing} data sets with a missing value left out" if n_missing else ""


def _matrix(values: Array, owner: str) -> Array:
    values = np.asarray(values, dtype=float)
    if values.ndim != 2 or np.isinf(values).any():
        raise BadInput(
            f"{owner}: an array of shape {values.shape} came; wanted finite numbers (or NaN) of "
            "shape (data sets, conditions). Average the cells of each first."
        )
    return values


def _chi_square(ranks: Array) -> float:
    """Friedman's statistic in the form that holds for ties too: between over total."""
    k = ranks.shape[1]
    centred = ranks - (k + 1) / 2
    total = float((centred**2).sum())
    between = float((centred.sum(axis=0) ** 2).sum())
    return (k - 1) * between / total if total > 0 else 0.0


def _pair_sentence(
    a: Any, b: Any, mean: float, one: Outcome, read: tuple[float, int, float]
) -> str:
    """Which of two is higher over the data sets, or that this could not be shown at all."""
    p, pairs, alpha = read
    if np.isnan(one.p):
        return f"{a} and {b} cannot be compared: {one.note}."
    told = "; ".join(filter(None, [f"Holm-corrected p = {p:.3g}, {one.n} data sets", one.note]))
    if one.smallest_p * pairs > alpha:
        return (
            f"No difference between {a} and {b} could reach {alpha:g} with {one.n} data sets and "
            f"{pairs} pairs, which take {fewest_data_sets(alpha, comparisons=pairs)} ({told})."
        )
    if p > alpha:
        return f"No difference between {a} and {b} was shown ({told})."
    return f"{a} is {'higher' if mean > 0 else 'lower'} than {b} ({told})."


def different(pairs: pd.DataFrame, names: Sequence[Any], alpha: float) -> Bools:
    """Which pairs differ at alpha, as a symmetric matrix (k, k) in the order of names."""
    place = {name: index for index, name in enumerate(names)}
    apart = np.zeros((len(names), len(names)), dtype=bool)
    for a, b, p in pairs[["a", "b", "p_holm"]].itertuples(index=False):
        apart[place[a], place[b]] = apart[place[b], place[a]] = p <= alpha
    return apart
