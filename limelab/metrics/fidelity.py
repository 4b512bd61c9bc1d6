"""Does the surrogate say what the model says? It may not touch a model or draw a point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from limelab.metrics.notes import declined, explained, missing_explanations
from limelab.types import Array, Evidence, Judged, Score

NO_MODEL = "the explainer has no local model"
FLAT_MODEL = "the model does not vary over the background"
_NO_R2 = "the explanation has no R2 of its fit: no local model, or a flat one of a flat model"
TWO_OUTPUTS = 2
TWO_RADII = 2


@dataclass(frozen=True)
class Rmse:
    """Root mean squared error at the judge's points over the model's background spread.

    Examples
    --------
    >>> Rmse().name, Rmse().better
    ('rmse', 'lower')
    """

    name: ClassVar[str] = "rmse"
    needs_judge: ClassVar[bool] = True
    better: ClassVar[Literal["lower", "higher", "neither"]] = "lower"
    best: ClassVar[float] = 0.0
    unit: ClassVar[str] = "background standard deviations of the model"
    reads: ClassVar[str] = "local model"
    bounds: ClassVar[tuple[float, float]] = (0.0, np.inf)
    source: ClassVar[str] = "Root mean squared error; its unit makes tasks comparable"
    declines: ClassVar[str] = (
        "no local model; a missing explanation; a model that is constant over the background"
    )
    says_not: ClassVar[str] = "A small error where the model is flat is no credit to the surrogate."

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (R, I, C) for each judge and radius."""
        return [self._one(evidence, judged) for judged in evidence.judged]

    def _one(self, evidence: Evidence, judged: Judged) -> Score:
        columns = _columns(evidence, judged)
        if judged.g is None:
            return declined(NO_MODEL, judge=judged.judge, radius=judged.radius)
        error = np.sqrt(_mean_square(judged.g - judged.f))
        return _in_background_units(error, evidence, columns)


@dataclass(frozen=True)
class R2:
    """Share of the model's variance at the judge's points that the surrogate explains.

    Given only where the model's standard deviation there is at least `floor` of that over the
    background: a share of next to nothing runs to minus thousands.

    Parameters
    ----------
    floor : float

    Examples
    --------
    >>> R2()
    R2(floor=0.01)
    """

    floor: float = 0.01
    name: ClassVar[str] = "r2"
    needs_judge: ClassVar[bool] = True
    better: ClassVar[Literal["lower", "higher", "neither"]] = "higher"
    best: ClassVar[float] = 1.0
    unit: ClassVar[str] = "share of variance"
    reads: ClassVar[str] = "local model"
    bounds: ClassVar[tuple[float, float]] = (-np.inf, 1.0)
    source: ClassVar[str] = "Coefficient of determination, guarded"
    declines: ClassVar[str] = (
        "no local model; a missing explanation; a model that varies by less than `floor` round x"
    )
    says_not: ClassVar[str] = (
        "It is not an average error: the places where it is declined are the flattest."
    )

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (R, I, C) for each judge and radius."""
        return [self._one(evidence, judged) for judged in evidence.judged]

    def _one(self, evidence: Evidence, judged: Judged) -> Score:
        if judged.g is None:
            return declined(NO_MODEL, judge=judged.judge, radius=judged.radius)
        error = _mean_square(judged.g - judged.f)
        variance = np.broadcast_to(judged.f.var(axis=2), error.shape)
        flat = np.sqrt(variance) < self.floor * evidence.model_sd
        reasons = {
            **missing_explanations(evidence),
            FLAT_MODEL: evidence.model_sd == 0,
            f"the model varies here by less than {self.floor:.0%} of its background spread": flat,
        }
        ratio = np.divide(error, variance, out=np.full_like(error, np.nan), where=variance > 0)
        return explained(1 - ratio, _columns(evidence, judged), reasons)


@dataclass(frozen=True)
class Gap:
    """Distance between surrogate and model at x itself, over the model's background spread.

    Examples
    --------
    >>> Gap().unit
    'background standard deviations of the model'
    """

    name: ClassVar[str] = "gap"
    better: ClassVar[Literal["lower", "higher", "neither"]] = "lower"
    best: ClassVar[float] = 0.0
    unit: ClassVar[str] = "background standard deviations of the model"
    reads: ClassVar[str] = "local model"
    bounds: ClassVar[tuple[float, float]] = (0.0, np.inf)
    source: ClassVar[str] = (
        "Absolute error at x, called local concordance by Amparore et al. 2021, arXiv 2106.00461"
    )
    declines: ClassVar[str] = (
        "no local model; a missing explanation; a model that is constant over the background"
    )
    says_not: ClassVar[str] = "A surrogate may meet the model at x and be wrong all round it."

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (R, I, C)."""
        if evidence.g_at_x is None:
            return [declined(NO_MODEL)]
        columns = {"n_effective": evidence.n_effective[..., None]}
        gap = np.abs(evidence.g_at_x - evidence.f_at_x)
        return [_in_background_units(gap, evidence, columns)]


@dataclass(frozen=True)
class LimeScore:
    """lime's own score: weighted R squared on the samples of the fit.

    Examples
    --------
    >>> LimeScore().name
    'lime_r2'
    """

    name: ClassVar[str] = "lime_r2"
    better: ClassVar[Literal["lower", "higher", "neither"]] = "higher"
    unit: ClassVar[str] = "share of variance"
    reads: ClassVar[str] = "fit"
    bounds: ClassVar[tuple[float, float]] = (-np.inf, 1.0)
    source: ClassVar[str] = "Ribeiro et al. 2016, arXiv 1602.04938; code of lime, `score`"
    declines: ClassVar[str] = "a missing explanation; a fit without a score of its own"
    says_not: ClassVar[str] = (
        "It is measured on the samples that were fitted, so it rises with fewer samples."
    )

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (R, I, C)."""
        columns = {"n_effective": evidence.n_effective[..., None]}
        reasons = {**missing_explanations(evidence), _NO_R2: np.isnan(evidence.r2)}
        return [explained(evidence.r2, columns, reasons)]


@dataclass(frozen=True)
class LabelAgreement:
    """Share of the judge's points where surrogate and model rank the same output first.

    Examples
    --------
    >>> LabelAgreement().better
    'higher'
    """

    name: ClassVar[str] = "label_agreement"
    needs_judge: ClassVar[bool] = True
    better: ClassVar[Literal["lower", "higher", "neither"]] = "higher"
    best: ClassVar[float] = 1.0
    unit: ClassVar[str] = "share of points"
    reads: ClassVar[str] = "local model"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    source: ClassVar[str] = (
        "Share of equal predictions, called fidelity by Guidotti et al. 2018, arXiv 1805.10820"
    )
    declines: ClassVar[str] = "no local model; one output; a missing explanation"
    says_not: ClassVar[str] = (
        "Where the model gives one label throughout, a constant surrogate agrees fully; "
        "for outputs that are not classes it means nothing."
    )

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (R, I, 1) for each judge and radius."""
        return [self._one(evidence, judged) for judged in evidence.judged]

    def _one(self, evidence: Evidence, judged: Judged) -> Score:
        place = {"judge": judged.judge, "radius": judged.radius}
        if judged.g is None:
            return declined(NO_MODEL, **place)
        if judged.f.shape[-1] < TWO_OUTPUTS:
            return declined("one output has no label to agree on", **place)
        same = (judged.g.argmax(axis=-1) == judged.f.argmax(axis=-1)).mean(axis=-1)[..., None]
        whole = np.isfinite((judged.g + judged.f).sum(axis=(2, 3)))[..., None]
        values = np.where(whole, same, np.nan)
        return explained(values, _columns(evidence, judged), missing_explanations(evidence))


@dataclass(frozen=True)
class RmseArea:
    """Mean of `Rmse` over the judge's radii on a log scale: the height of the fidelity curve.

    Radii count by the length of log radius that they stand for (`mean_over_log`), so a radius
    added between two others changes little.

    Examples
    --------
    >>> RmseArea().name
    'rmse_area'
    """

    name: ClassVar[str] = "rmse_area"
    needs_judge: ClassVar[bool] = True
    better: ClassVar[Literal["lower", "higher", "neither"]] = "lower"
    best: ClassVar[float] = 0.0
    unit: ClassVar[str] = "background standard deviations of the model"
    reads: ClassVar[str] = "local model"
    bounds: ClassVar[tuple[float, float]] = (0.0, np.inf)
    source: ClassVar[str] = "Trapezoid rule over log radius on `Rmse`"
    declines: ClassVar[str] = (
        "no local model; fewer than two radii; a missing explanation; a model that is constant "
        "over the background"
    )
    says_not: ClassVar[str] = "Which radius matters is not for an average to say: read the curve."

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (R, I, C) for each judge, with its least and largest radius."""
        judges = dict.fromkeys(judged.judge for judged in evidence.judged)
        return [self._one(evidence, judge) for judge in judges]

    def _one(self, evidence: Evidence, judge: str) -> Score:
        mine = [judged for judged in evidence.judged if judged.judge == judge]
        radii = np.array([judged.radius for judged in mine])
        place = {"judge": judge, "smallest": radii.min(), "largest": radii.max()}
        answers = [(judged.f, judged.g) for judged in mine if judged.g is not None]
        if len(answers) < len(mine):
            return declined(NO_MODEL, **place)
        if len(radii) < TWO_RADII or radii.min() <= 0:
            return declined("a curve needs at least two radii above 0", **place)
        errors = [np.sqrt(_mean_square(g - f)) for f, g in answers]
        columns = {**place, "n_effective": evidence.n_effective[..., None]}
        area = mean_over_log(radii, np.stack(errors, axis=-1))
        return _in_background_units(area, evidence, columns)


def mean_over_log(radii: Array, values: Array) -> Array:
    """Mean height of a curve over the logarithm of its radii, by the trapezoid rule.

    Parameters
    ----------
    radii : array of shape (n,), above 0, n at least 2
        In any order.
    values : array of shape (..., n)

    Returns
    -------
    array of shape (...)

    Examples
    --------
    >>> float(mean_over_log(np.array([0.1, 1.0, 10.0]), np.array([0.0, 1.0, 2.0])))
    1.0
    """
    order = np.argsort(radii)
    logs = np.log(radii[order])
    mean: Array = np.trapezoid(values[..., order], logs, axis=-1) / (logs[-1] - logs[0])
    return mean


def _columns(evidence: Evidence, judged: Judged) -> dict[str, object]:
    return {
        "judge": judged.judge,
        "radius": judged.radius,
        "n_effective": evidence.n_effective[..., None],
    }


def _mean_square(values: Array) -> Array:
    """Mean over the points, axis 2, of squares: (R, I, C)."""
    mean: Array = np.einsum("rimc,rimc->ric", values, values) / values.shape[2]
    return mean


def _in_background_units(values: Array, evidence: Evidence, columns: Mapping[str, object]) -> Score:
    """Values (R, I, C) over the model's spread, with the reasons why some are missing."""
    sd = np.where(evidence.model_sd > 0, evidence.model_sd, np.nan)
    reasons = {**missing_explanations(evidence), FLAT_MODEL: ~(evidence.model_sd > 0)}
    return explained(values / sd, columns, reasons)
