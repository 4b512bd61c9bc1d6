"""How far is the explanation from what it would say with no sampling error? No model, no rng."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt

from limelab.metrics.notes import declined, explained, missing_explanations
from limelab.metrics.ranks import spearman
from limelab.types import Array, Bools, Evidence, Score, Truth

NO_TRUTH = "the exact coefficients are not known here"
NO_COEF = "the explainer gives no coefficients"
NO_GRADIENT = "the model's own slope is not known here"
FEW_REPEATS = "fewer than 2 usable repeats"
ZERO_TRUTH = "every exact coefficient is 0"
_FEWEST_FEATURES = 3


@dataclass(frozen=True, eq=False)
class ErrorParts:
    """Mean squared error over repeats and the two parts that it is the sum of, (...).

    `bias2` is unbiased, so it may be below 0; errors are by the jackknife over repeats and NaN
    below three of them.
    """

    error: Array
    bias2: Array
    variance: Array
    stderr: Mapping[str, Array]


def error_parts(estimates: Array, truth: Array) -> ErrorParts:
    """Mean squared error of repeated estimates, split into squared bias and variance.

    mean (b_r - t)^2 = [(mean b - t)^2 - s^2 / R] + s^2, with s^2 the variance over repeats with
    R - 1 below it; both parts are unbiased. All are summed over the last axis.

    Parameters
    ----------
    estimates : array of shape (R, ..., k)
        Repeats that hold NaN are left out.
    truth : array of shape (..., k)

    Returns
    -------
    ErrorParts of arrays of shape (...)
        NaN below two usable repeats.

    Examples
    --------
    >>> made = error_parts(np.array([[1.0], [3.0]]), np.array([2.0]))
    >>> float(made.error), float(made.bias2), float(made.variance)
    (1.0, -1.0, 2.0)
    """
    known = np.asarray(np.isfinite(estimates).all(axis=-1), dtype=np.bool_)
    gap = np.where(known[..., None], estimates - truth, 0.0)
    whole = _parts(gap, known)
    left = [_parts(gap, _without(known, r)) for r in range(len(gap))]
    stderr = {name: _jackknife(np.array([one[name] for one in left]), known) for name in whole}
    return ErrorParts(**whole, stderr=stderr)


@dataclass(frozen=True)
class TruthDistance:
    """Squared distance of coefficients to the exact ones, and what it is made of.

    Reads `coef`. Four scores, told apart by the column `part`, each summed over features and over
    the squared length of the exact coefficients: "error", the mean over repeats; "bias" (unbiased,
    so it may be below 0) and "variance", whose sum it is; and, where the model's own mean slope is
    known, "misspecification": the exact coefficients' squared distance to it, which no sample size
    takes away. `stderr` by the jackknife over repeats.

    Examples
    --------
    >>> TruthDistance().name
    'truth_distance'
    """

    name: ClassVar[str] = "truth_distance"
    reads: ClassVar[str] = "coef"
    needs_truth: ClassVar[bool] = True
    better: ClassVar[Literal["lower", "higher", "neither"]] = "lower"
    best: ClassVar[float] = 0.0
    unit: ClassVar[str] = "squared length of the exact coefficients"
    source: ClassVar[str] = "bias and variance of weighted least squares, closed forms"
    bounds: ClassVar[tuple[float, float]] = (-np.inf, np.inf)
    declines: ClassVar[str] = (
        "no exact coefficients known; no coefficients given; fewer than two usable repeats; "
        "exact coefficients that are all 0"
    )
    says_not: ClassVar[str] = (
        "The exact coefficients are what this condition converges to, not what the model does at x."
    )

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """Scores of shape (1, I, C)."""
        found = _usable(evidence)
        if isinstance(found, str):
            return [declined(found)]
        coef, truth = found
        exact = np.moveaxis(truth.coef, 1, -1)
        length = (exact**2).sum(axis=-1)
        unit = np.where(length > 0, length, np.nan)
        made = error_parts(coef, exact)
        few = np.isfinite(coef).all(axis=-1).sum(axis=0) < 2
        reasons = {FEW_REPEATS: few[None], ZERO_TRUTH: (length == 0)[None]}
        parts = {"error": made.error, "bias": made.bias2, "variance": made.variance}
        errors = dict(zip(parts, made.stderr.values(), strict=True))
        said = [
            _part(evidence, name, values / unit, errors[name] / unit, reasons)
            for name, values in parts.items()
        ]
        return [*said, _misspecification(truth, exact, unit, length)]


@dataclass(frozen=True)
class TruthRank:
    """Spearman correlation of the coefficients' magnitudes with those of the model's mean slope.

    Reads `coef`; -1 to 1.

    Examples
    --------
    >>> TruthRank().better
    'higher'
    """

    name: ClassVar[str] = "truth_rank"
    reads: ClassVar[str] = "coef"
    needs_truth: ClassVar[bool] = True
    better: ClassVar[Literal["lower", "higher", "neither"]] = "higher"
    best: ClassVar[float] = 1.0
    unit: ClassVar[str] = "Spearman's rho, -1 to 1"
    source: ClassVar[str] = "Spearman's rank correlation"
    bounds: ClassVar[tuple[float, float]] = (-1.0, 1.0)
    declines: ClassVar[str] = (
        "no exact coefficients known; no coefficients given; no mean slope known; fewer than 3 "
        "features; coefficients that all tie"
    )
    says_not: ClassVar[str] = "The order of features that hardly matter counts as much as the rest."

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (R, I, C)."""
        found = _with_gradient(evidence)
        if isinstance(found, str):
            return [declined(found)]
        coef, gradient = found
        if coef.shape[-1] < _FEWEST_FEATURES:
            return [declined(f"a rank correlation needs at least {_FEWEST_FEATURES} features")]
        values = spearman(np.abs(coef), np.broadcast_to(np.abs(gradient), coef.shape))
        tied = {"all coefficients tie, here or in the truth": np.isnan(values)}
        return [explained(values, _beside(evidence), {**missing_explanations(evidence), **tied})]


@dataclass(frozen=True)
class TruthSign:
    """Share of features whose coefficient has the sign of the model's mean slope, 0 to 1.

    Reads `coef`, of features whose sign is determined and whose slope is not 0; `n_signs` says how
    many those are.

    Examples
    --------
    >>> TruthSign().unit
    'share of features with a sign'
    """

    name: ClassVar[str] = "truth_sign"
    reads: ClassVar[str] = "coef"
    needs_truth: ClassVar[bool] = True
    better: ClassVar[Literal["lower", "higher", "neither"]] = "higher"
    best: ClassVar[float] = 1.0
    unit: ClassVar[str] = "share of features with a sign"
    source: ClassVar[str] = "sign agreement, Krishna et al. 2022, arXiv 2202.01602"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    declines: ClassVar[str] = (
        "no exact coefficients known; no coefficients given; no mean slope known; no determined "
        "sign"
    )
    says_not: ClassVar[str] = "Features whose sign is undetermined are left out, not counted wrong."

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (R, I, C)."""
        found = _with_gradient(evidence)
        if isinstance(found, str):
            return [declined(found)]
        coef, gradient = found
        signed = np.moveaxis(evidence.determined, 2, -1) & (gradient != 0) & np.isfinite(gradient)
        values = _share(np.sign(coef) == np.sign(gradient), signed)
        none = {"no sign is determined": ~signed.any(axis=-1)}
        columns = {**_beside(evidence), "n_signs": signed.sum(axis=-1)}
        return [explained(values, columns, {**missing_explanations(evidence), **none})]


def _usable(evidence: Evidence) -> tuple[Array, Truth] | str:
    if evidence.truth is None:
        return NO_TRUTH
    if evidence.coef is None:
        return NO_COEF
    return np.moveaxis(evidence.coef, 2, -1), evidence.truth


def _with_gradient(evidence: Evidence) -> tuple[Array, Array] | str:
    found = _usable(evidence)
    if isinstance(found, str):
        return found
    coef, truth = found
    return NO_GRADIENT if truth.gradient is None else (coef, np.moveaxis(truth.gradient, 1, -1))


def _part(
    evidence: Evidence,
    name: str,
    values: Array,
    stderr: Array,
    reasons: Mapping[str, npt.ArrayLike],
) -> Score:
    known = np.isfinite(evidence.n_effective)
    total = np.where(known, evidence.n_effective, 0.0).sum(axis=0)
    mean = np.where(known.any(axis=0), total / np.maximum(known.sum(axis=0), 1), np.nan)
    columns = {"part": name, "stderr": stderr[None], "n_effective": mean[None, :, None]}
    return explained(values[None], columns, reasons)


def _misspecification(truth: Truth, exact: Array, unit: Array, length: Array) -> Score:
    if truth.gradient is None:
        return declined(NO_GRADIENT, part="misspecification")
    gap = ((exact - np.moveaxis(truth.gradient, 1, -1)) ** 2).sum(axis=-1)
    reasons = {ZERO_TRUTH: (length == 0)[None]}
    return explained((gap / unit)[None], {"part": "misspecification", "stderr": 0.0}, reasons)


def _beside(evidence: Evidence) -> dict[str, Array]:
    return {"n_effective": evidence.n_effective[..., None]}


def _parts(gap: Array, known: Bools) -> dict[str, Array]:
    """Error, squared bias and variance (...) of gaps (R, ..., k) where known (R, ...)."""
    n = known.sum(axis=0)[..., None]
    there = known[..., None]
    mean = np.where(there, gap, 0.0).sum(axis=0) / np.maximum(n, 1)
    square = np.where(there, (gap - mean) ** 2, 0.0).sum(axis=0)
    variance = np.where(n > 1, square / np.maximum(n - 1, 1), np.nan)
    bias2 = mean**2 - variance / np.maximum(n, 1)
    sums = {"bias2": bias2.sum(axis=-1), "variance": variance.sum(axis=-1)}
    return {"error": sums["bias2"] + sums["variance"], **sums}


def _without(known: Bools, repeat: int) -> Bools:
    left = known.copy()
    left[repeat] = False
    return left


def _jackknife(left_out: Array, known: Bools) -> Array:
    """Standard error (...) from leave-one-out values (R, ...); NaN below three usable repeats."""
    n = known.sum(axis=0)
    mean = np.where(known, left_out, 0.0).sum(axis=0) / np.maximum(n, 1)
    squares = np.where(known, (left_out - mean) ** 2, 0.0).sum(axis=0)
    error: Array = np.sqrt(np.where(n > 2, squares * (n - 1) / np.maximum(n, 1), np.nan))
    return error


def _share(holds: Bools, among: Bools) -> Array:
    n = among.sum(axis=-1)
    hits = (holds & among).sum(axis=-1).astype(np.float64)
    share: Array = np.divide(hits, n, out=np.full_like(hits, np.nan), where=n > 0)
    return share
