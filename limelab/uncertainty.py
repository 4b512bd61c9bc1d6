"""How sure an explanation is, and how many samples make it as sure as wanted; it fits by `lime`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from limelab.blackbox import BlackBox
from limelab.explanation import Explanation, joined
from limelab.lime import NO_ERRORS, Lime, Sampler, batches, fit
from limelab.numbers import count, positive
from limelab.sampling import Clouds, answers, prefix
from limelab.seeds import child
from limelab.types import Array, BadInput, Cloud, Ints, Objects, View

_MOST = 2.0**62  # a whole number that still fits a table
_SPARE = 2  # samples that a fit needs beside its coefficients: one to spare, one for the intercept


@dataclass(frozen=True)
class Replicated(Sampler):
    """An explainer asked several times over, so that any design has standard errors.

    The samples of `lime` are split into `replicates` draws of their own, independent of each
    other (independent scrambles of `Sobol`); the model is asked no more often than by `lime`
    alone. Coefficients, importances and effects are the means of the replicates', standard errors
    come from their spread, sd / sqrt(replicates), and intervals are Student's t with
    replicates - 1 degrees of freedom (Owen, "Monte Carlo theory, methods and examples", 17.5).

    Few replicates give wide intervals, many give each scramble few points: 8 is a fair choice
    from 1024 samples on. `Sobol` needs each replicate's samples to be a power of two.

    Parameters
    ----------
    lime : Lime
    replicates : int, default 8
        At least 2; it divides ``lime.n_samples``.

    Examples
    --------
    >>> from limelab.perturbations import Gaussian, Sobol
    >>> rows = np.random.default_rng(0).normal(size=(50, 2))
    >>> sure = Replicated(Lime(Gaussian(design=Sobol()), n_samples=1024))
    >>> found = sure.explain(lambda x: x[:, 0] ** 3, rows, rows[:1], seed=0)
    >>> found.stderr.shape, found.freedom
    ((1, 2, 1), 7.0)
    """

    lime: Lime
    replicates: int = 8

    def __post_init__(self) -> None:
        _check_lime(self)
        count(self, "replicates", least=2)
        if self.lime.n_samples % self.replicates:
            raise BadInput(
                f"Replicated(replicates={self.replicates}) of n_samples={self.lime.n_samples}; "
                "expected a number that divides n_samples, such as 8 of 4096"
            )

    def _explain_view(
        self, box: BlackBox, view: View, x: Array, labels: list[Any], seed: int
    ) -> Explanation:
        one = replace(self.lime, n_samples=self.lime.n_samples // self.replicates)
        f, replicates = box.ask(view.decode(x.copy())), []
        for r in range(self.replicates):
            own = child(seed, "replicate", r)
            replicates.append(one.fitted(box, view, x, f, labels, own))
        return _averaged(replicates, self)


def _averaged(found: Sequence[Explanation], owner: Replicated) -> Explanation:
    """Replicates as one explanation: means, and standard errors of the coefficients."""
    first, r = found[0], len(found)
    names = ("effect", "importance", "slope", "g", "r2", "r2_out", "class_share", "intercept")
    means = {name: _mean(found, name) for name in names}
    coefs = [part.coef for part in found if part.coef is not None]
    gone = _first_reason(found)
    kept = (gone == "")[:, None, None]
    selected = np.any([part.selected for part in found], axis=0) & kept
    if coefs:
        means.update(_of_lines(np.stack(coefs), means))
    return replace(
        first,
        **means,
        selected=selected,
        n_effective=np.sum([part.n_effective for part in found], axis=0),
        n_samples=owner.lime.n_samples,
        notes=_notes(found, owner, lines=bool(coefs)),
        declined=gone,
        record=repr(owner),
        model=None,
        freedom=float(r - 1),
    )


def _of_lines(coefs: Array, means: dict[str, Any]) -> dict[str, Array]:
    """What a mean of lines says, which is a line: coefs (R, I, k, C)."""
    coef = coefs.mean(axis=0)
    importance = np.abs(means["effect"])
    size = means["importance"]
    share = np.divide(importance, size, out=np.zeros_like(size), where=size > 0)
    return {
        "coef": coef,
        "stderr": coefs.std(axis=0, ddof=1) / np.sqrt(len(coefs)),
        "importance": importance,
        "slope": means["slope"] * share,
    }


def _mean(found: Sequence[Explanation], name: str) -> Any:
    arrays = [getattr(part, name) for part in found]
    return None if any(array is None for array in arrays) else np.mean(arrays, axis=0)


def _first_reason(found: Sequence[Explanation]) -> Objects:
    """Why an instance has no explanation: because one of its replicates has none."""
    reasons = np.full(len(found[0].declined), "", dtype=object)
    for part in found:
        reasons = np.where(reasons == "", part.declined, reasons)
    advice = f", or fewer than {len(found)} replicates"
    return np.array([said and said + advice for said in reasons], dtype=object)


def _notes(found: Sequence[Explanation], owner: Replicated, *, lines: bool) -> Objects:
    """The notes of the first replicate, with its number of samples; what holds for the whole."""
    each = owner.lime.n_samples // owner.replicates
    said = f"means of {owner.replicates} replicates of {each} samples"
    if lines:
        said += f", whose spread gives the standard errors (t, {owner.replicates - 1} degrees)"
    kept = [
        "; ".join([*(n for n in note.split("; ") if n and not _replaced(n)), said])
        for note in found[0].notes
    ]
    return np.array(kept, dtype=object)


def _replaced(note: str) -> bool:
    """Whether a note of one replicate does not hold for the mean."""
    return note.startswith(NO_ERRORS)


def samples_needed(
    explanation: Explanation, half_width: float, *, level: float = 0.95
) -> pd.DataFrame:
    """How many samples would give every interval a half-width, from a pilot's standard errors.

    n = n0 (z stderr / half_width)^2 of the widest interval among the features in use (Neyman's
    sample size with HC3 errors). The estimate is as good as the pilot's errors: from 400 samples
    the half-width then found is within about 20 % of the one wanted.

    Parameters
    ----------
    explanation : Explanation
        The pilot: a linear surrogate with independent draws, or `Replicated`.
    half_width : float
        Of an interval coef - half_width to coef + half_width, in output units per unit of the
        feature.
    level : float, default 0.95

    Returns
    -------
    needed : DataFrame
        instance, output, n (missing where there is no explanation), feature (the widest),
        half_width (the pilot's), n_pilot, note.

    Raises
    ------
    NotApplicable
        The pilot has no standard errors.
    BadInput
        A half-width or a level that cannot be.

    Examples
    --------
    >>> rows = np.random.default_rng(0).normal(size=(50, 2))
    >>> pilot = Lime(n_samples=512).explain(lambda x: x[:, 0] ** 3, rows, rows[:1], seed=0)
    >>> samples_needed(pilot, 0.01)[["feature", "n_pilot"]].values.tolist()
    [['x0', 512]]
    """
    _check_width(half_width)
    width, n = explanation.half_width(level), _needed(explanation, half_width, level)
    used = np.where(explanation.selected, width, -1.0)
    shape = used.shape[0], used.shape[2]
    widest = np.argmax(np.where(np.isnan(used), -1.0, used), axis=1)
    return pd.DataFrame(
        {
            "instance": [label for label in explanation.instances for _ in explanation.outputs],
            "output": list(explanation.outputs) * shape[0],
            "n": pd.Series(n.ravel()).astype("Int64"),
            "feature": [explanation.features[j] for j in widest.ravel()],
            "half_width": np.take_along_axis(width, widest[:, None], axis=1).ravel(),
            "n_pilot": np.repeat(np.broadcast_to(explanation.n_samples, shape[:1]), shape[1]),
            "note": [reason for reason in explanation.declined for _ in explanation.outputs],
        }
    )


def _needed(explanation: Explanation, half_width: float, level: float) -> Array:
    """Samples (I, C) for the widest interval in use; NaN where there is no explanation."""
    width = np.where(explanation.selected, explanation.half_width(level), 0.0).max(axis=1)
    pilot = np.broadcast_to(explanation.n_samples, (len(width),))
    least = explanation.selected.sum(axis=1) + _SPARE
    with np.errstate(over="ignore"):
        n = np.maximum(np.ceil(pilot[:, None] * (width / half_width) ** 2), least)
    n = np.minimum(n, _MOST)
    return np.where((explanation.declined == "")[:, None], n, np.nan)


@dataclass(frozen=True)
class Precise(Sampler):
    """An explainer that takes as many samples as an interval of a given half-width needs.

    A pilot's standard errors say how many (`samples_needed`), each instance its own number: that
    of the widest 95 % interval among its features and outputs. Only the further samples are then
    asked, for a longer draw begins with the shorter one, and all are fitted together. Where the law
    does not depend on the instance and draws are shared, one query set serves all and is as long
    as the neediest instance wants.

    The half-width is aimed at once and not enforced: asking until it is met would stop on lucky
    draws, and intervals would cover too little. Expect it within about 20 %, nearer with a longer
    pilot. An instance whose pilot has no explanation stays without one.

    Parameters
    ----------
    lime : Lime
        A linear surrogate with standard errors and `Iid` draws; its own n_samples is not used.
    half_width : float
        Of an interval coef - half_width to coef + half_width, in output units per unit of the
        feature.
    pilot : int, default 512
        Samples that are always asked.
    most : int, default 65536
        Samples of an instance at most; one that needs more stops there with a note.

    Examples
    --------
    >>> rows = np.random.default_rng(0).normal(size=(50, 2))
    >>> precise = Precise(Lime(), half_width=0.02)
    >>> found = precise.explain(lambda x: x[:, 0] ** 3, rows, rows[:2], seed=0)
    >>> bool((found.half_width() < 0.025).all()), bool((found.n_samples > 512).all())
    (True, True)
    """

    lime: Lime
    half_width: float
    pilot: int = 512
    most: int = 65536

    def __post_init__(self) -> None:
        _check_lime(self)
        positive(self, "half_width")
        count(self, "pilot", least=2)
        count(self, "most", least=self.pilot)
        if not self.lime.perturbation.design.independent:
            raise BadInput(
                f"Precise() of {self.lime.perturbation.design!r} draws, which have no standard "
                "errors; expected Iid() draws; Replicated(lime) gives errors to the others"
            )

    def _explain_view(
        self, box: BlackBox, view: View, x: Array, labels: list[Any], seed: int
    ) -> Explanation:
        return joined(list(_Asked(self, box, view, x, labels, seed).explained()))


@dataclass(frozen=True, eq=False)
class _Asked:
    """Instances of a `Precise` explainer on their way from the pilot to what they need."""

    owner: Precise
    box: BlackBox
    view: View
    x: Array
    labels: list[Any]
    seed: int

    def explained(self) -> Iterator[Explanation]:
        """The pilot where it was enough for all, else fits of what each needs."""
        f, pilot = self.box.ask(self.view.decode(self.x.copy())), self.owner.pilot
        pairs = list(self._pilots(f))
        first, y = joined([found for found, _ in pairs]), [y for _, y in pairs]
        wanted = _needed(first, self.owner.half_width, 0.95).max(axis=1)
        n = np.clip(np.nan_to_num(wanted), pilot, self.owner.most).astype(np.intp)
        if (n == pilot).all():
            yield _told(first, wanted, n, self.owner)
            return
        further = self._together if self._clouds(2).free else self._each
        for found, rows in further(n, y, f):
            yield _told(found, wanted[rows], n[rows], self.owner)

    def _pilots(self, f: Array) -> Iterator[tuple[Explanation, Array]]:
        """Fits of the pilot with its answers; these once alone where they serve all."""
        clouds, common = self._clouds(self.owner.pilot), None
        for rows in batches(clouds, self.box):
            cloud = clouds.of(rows)
            y = answers(self.box, self.view, cloud) if common is None else common
            common = y if clouds.free else None
            yield self._fit(cloud, y, f, rows), y

    def _together(self, n: Ints, y: list[Array], f: Array) -> Iterator[tuple[Explanation, slice]]:
        """All at the length that the neediest wants."""
        n[:] = n.max()
        clouds = self._clouds(n[0])
        whole = self._more(clouds.of(slice(None)), y[0])
        for rows in batches(clouds, self.box):
            yield self._fit(clouds.of(rows), whole, f, rows), rows

    def _each(self, n: Ints, y: list[Array], f: Array) -> Iterator[tuple[Explanation, slice]]:
        """Each instance with its own number of samples."""
        known, clouds = np.concatenate(y), self._clouds(n.max())
        for i, length in enumerate(n):
            rows = slice(i, i + 1)
            cloud = prefix(clouds.of(rows), length)
            yield self._fit(cloud, self._more(cloud, known[rows]), f, rows), rows

    def _clouds(self, n: int) -> Clouds:
        lime = self.owner.lime
        return Clouds(lime.perturbation, self.view, self.x, int(n), lime.draws, self.seed)

    def _more(self, cloud: Cloud, known: Array) -> Array:
        """Answers to a cloud of which the first are known: only the rest are asked."""
        done = known.shape[1]
        if done == cloud.moves.shape[1]:
            return known
        rest = Cloud(cloud.x, cloud.moves[:, done:], cloud.relative)
        return np.concatenate([known, answers(self.box, self.view, rest)], axis=1)

    def _fit(self, cloud: Cloud, y: Array, f: Array, rows: slice) -> Explanation:
        lime = replace(self.owner.lime, n_samples=y.shape[1])
        return fit(lime, self.view, cloud, y, f[rows], self.labels[rows], self.box.outputs)


def _told(found: Explanation, wanted: Array, taken: Ints, owner: Precise) -> Explanation:
    """The explanation under its owner's name, with a note where it was stopped."""
    stopped = [
        f"half-width {owner.half_width:g} needs about {n:.3g} samples: stopped at {owner.most} "
        "(raise most, or widen half_width)"
        if n > owner.most
        else ""
        for n in wanted
    ]
    notes = ["; ".join(filter(None, pair)) for pair in zip(found.notes, stopped, strict=True)]
    return replace(found, n_samples=taken, record=repr(owner), notes=np.array(notes, dtype=object))


def _check_lime(owner: Any) -> None:
    if not isinstance(owner.lime, Lime):
        raise BadInput(
            f"{type(owner).__name__}(lime={owner.lime!r}); expected a Lime value such as Lime()"
        )


def _check_width(half_width: Any) -> None:
    number = isinstance(half_width, (int, float, np.number)) and not isinstance(half_width, bool)
    if not number or not 0 < half_width < np.inf:
        raise BadInput(f"half_width={half_width!r}; expected a finite number above 0")
