"""The line itself: draw, query, interpret, weigh, fit; it calls the model, no loop over repeats."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any, Literal

import numpy as np
import pandas as pd

from limelab.blackbox import BlackBox, blackbox, known, one_thread
from limelab.domains import infer
from limelab.explanation import Explanation, joined
from limelab.kernels import Flat
from limelab.numbers import count
from limelab.perturbations import Dropout, Gaussian, Strengths
from limelab.ragged import gathered
from limelab.representations import Presence, Standardized, Strength
from limelab.sampling import Clouds, answers_with, rows_of_a_call, width_of
from limelab.surrogates import LeastSquares
from limelab.types import (
    Array,
    BadInput,
    Bools,
    Cloud,
    Domain,
    Explainer,
    Interpreted,
    Ints,
    Kernel,
    LocalFitWarning,
    LocalModel,
    Objects,
    OneRow,
    Perturbation,
    Representation,
    Surrogate,
    View,
)
from limelab.vectorised import classes_of, shortcut

_MOST_SAMPLES = 2**30
_MEMORY = 2**27  # bytes that one batch of instances may take beside the model's own
_CODES = 20  # levels of whole numbers, up to which they may be names
_ENOUGH = 10  # effective samples for each coefficient, below which a note says so
_LOW_R2 = 0.25  # out of sample, below which a note says so
NO_ERRORS = "no standard errors:"  # opens the note that says why
_TOO_FEW = "too few samples:"  # opens the reason of a fit that cannot be had at any kernel
_SUM = 1.1e-5  # how far probabilities may sum from 1


class Sampler:
    """What every explainer made of our parts does: read the rows, ask on one thread, warn once."""

    def explain(self, predict: Any, background: Any, rows: Any, seed: int = 0) -> Explanation:
        """Explain each row.

        Parameters
        ----------
        predict : estimator, callable or BlackBox
        background : DataFrame, 2-D array or Domain; None for texts and pictures
        rows : DataFrame or 2-D array with the background's columns; texts or pictures in a list
        seed : int

        Returns
        -------
        explanation : Explanation

        Raises
        ------
        BadInput
            Data, rows, a model or a seed that cannot be used.

        Warns
        -----
        LocalFitWarning
            Some rows could not be explained; their note says why.
        """
        domain = infer(background, rows)
        return _spoken(self.unwarned(predict, domain, rows, checked_seed(seed)), domain)

    def unwarned(self, predict: Any, domain: Domain, rows: Any, seed: int) -> Explanation:
        """Explain each row of a domain; what is missing is noted and not warned of."""
        labels, parts = domain.labels(rows), []
        asked = predict
        with one_thread():
            for view, positions, x in placed(domain, rows):
                asked = box = as_blackbox(asked, view)
                named = [labels[p] for p in positions]
                parts.append(self._explain_view(*shortcut(box, view), x, named, seed))
        return gathered(parts)

    def _explain_view(
        self, box: BlackBox, view: View, x: Array, labels: list[Any], seed: int
    ) -> Explanation:
        raise NotImplementedError


@dataclass(frozen=True)
class Lime(Sampler):
    """An explainer joined from interchangeable parts.

    Parameters
    ----------
    perturbation : Perturbation, default Gaussian(0.5)
        Where to look.
    representation : Representation, default Standardized()
        What the surrogate sees.
    kernel : Kernel, default Flat()
        How near is near.
    surrogate : Surrogate, default LeastSquares()
        What to fit.
    n_samples : int, default 4096
    draws : {"shared", "own"}, default "shared"
        One block of draws for all instances (fast; their errors are then correlated), or draws
        of their own, keyed by the encoded row.

    Examples
    --------
    >>> rows = np.random.default_rng(0).normal(size=(50, 2))
    >>> lime = Lime(n_samples=256)
    >>> found = lime.explain(lambda x: 3 * x[:, 0], rows, rows[:1], seed=0)
    >>> bool(np.allclose(found.coef[0, :, 0], [3 * rows[:, 0].std(), 0]))
    True
    """

    perturbation: Perturbation = field(default_factory=Gaussian)
    representation: Representation = field(default_factory=Standardized)
    kernel: Kernel = field(default_factory=Flat)
    surrogate: Surrogate = field(default_factory=LeastSquares)
    n_samples: int = 4096
    draws: Literal["shared", "own"] = "shared"

    def __post_init__(self) -> None:
        count(self, "n_samples", most=_MOST_SAMPLES)
        if self.draws not in ("shared", "own"):
            raise BadInput(f"Lime(draws={self.draws!r}); expected 'shared' or 'own'")
        _check_part(self, "perturbation", Perturbation, "cloud")
        _check_part(self, "representation", Representation, "interpret")
        _check_part(self, "kernel", Kernel, "weights")
        _check_part(self, "surrogate", Surrogate, "fit")

    def _explain_view(
        self, box: BlackBox, view: View, x: Array, labels: list[Any], seed: int
    ) -> Explanation:
        if isinstance(view, OneRow) and getattr(self.surrogate, "select", self) is None:
            _refuse_few(self.n_samples, len(view.names), labels)
        return self.fitted(box, view, x, None, labels, seed)

    def fitted(
        self, box: BlackBox, view: View, x: Array, f: Array | None, labels: list[Any], seed: int
    ) -> Explanation:
        """Draw, ask and fit round rows x (I, d); f (I, C) is the model there, None if unasked."""
        clouds = Clouds(self.perturbation, view, x, self.n_samples, self.draws, seed)
        parts: list[Explanation] = []
        for rows in batches(clouds, box):
            cloud = clouds.of(rows)
            if not parts or not clouds.free:
                y, own = answers_with(box, view, cloud, x if f is None else x[:0])
            f = own if f is None else f
            parts.append(fit(self, view, cloud, y, f[rows], labels[rows], box.outputs))
        return joined(parts)


def batches(clouds: Clouds, box: BlackBox) -> Iterator[slice]:
    """Batches of instances that fit in memory; draws do not depend on their borders.

    Where the features are shared by all instances, an instance holds its answers alone.
    """
    instances, d = clouds.x.shape
    wide = width_of(clouds.view)
    shared = clouds.whole is not None and clouds.whole.relative.all()
    moves = 0 if clouds.free else clouds.perturbation.dims(clouds.view)
    width = 8 * len(box.outputs) + (0 if shared else 4 * d + moves)
    memory = _MEMORY // 2 if clouds.whole is None else _MEMORY  # moves of its own: nearer
    size = max(1, memory // (8 * clouds.n * width))
    call = max(1, rows_of_a_call(clouds.n, wide, box.call) // clouds.n)
    size = size // call * call or size  # whole calls of the model
    for start in range(0, instances, size):
        yield slice(start, start + size)


def placed(domain: Domain, rows: Any) -> Iterator[tuple[View, Sequence[int], Array]]:
    """Views, the positions of their rows, and these rows as points (I, d).

    A document or a picture is a view of its own that knows its point; a table encodes all at once.
    """
    if hasattr(domain, "holds"):
        for view, positions in domain.views(rows):
            yield view, positions, view.x  # type: ignore[attr-defined]  # it is a OneRow
        return
    encoded = domain.encode(rows)
    for view, positions in domain.views(rows):
        yield view, positions, encoded[list(positions)]


def usual(domain: Domain) -> Lime:
    """What explains where nobody says how: words and superpixels come and go by fair coins."""
    holds = getattr(domain, "holds", "value")
    if holds == "presence":
        return Lime(Dropout(), Presence())
    return Lime(Strengths(), Strength()) if holds == "strength" else Lime()


def explain(
    model: Any,
    background: Any,
    rows: Any,
    *,
    explainer: Explainer | None = None,
    domain: Domain | None = None,
    seed: int = 0,
) -> Explanation:
    """Explain rows of a model's input.

    Parameters
    ----------
    model : estimator or callable
        With ``predict_proba`` (every class is an output), ``predict``, or called as it is.
    background : DataFrame, 2-D array, list of texts or pictures, Domain, or None
        Data that say how wide a feature is and what values it takes; texts and pictures need none.
    rows : DataFrame, 2-D array, or list of texts or pictures
        The instances.
    explainer : Explainer, optional
        Ours, or anything with ``explain(predict, background, rows, seed)``. Unless said, `Lime()`
        for tables, ``Lime(Dropout(), Presence())`` for words and superpixels,
        ``Lime(Strengths(), Strength())`` for changes of a picture.
    domain : Domain, optional
        Takes the place of the background, which may then be None, where columns need to be
        declared or documents and pictures cut otherwise:
        ``Table(background, categorical=["code"], groups={"job": ["job_a", "job_b"]})``,
        ``Text(units=Sentences())``, ``Image(Grid(4, 4), Blur())``.
    seed : int, default 0

    Returns
    -------
    explanation : Explanation

    Examples
    --------
    >>> rows = np.random.default_rng(0).normal(size=(50, 2))
    >>> explanation = explain(lambda x: x @ [1.0, -2.0], rows, rows[:2])
    >>> explanation.importance.shape
    (2, 2, 1)
    >>> explain(lambda texts: [len(t) for t in texts], None, ["not good"]).features
    ('not', 'good')
    """
    seed = checked_seed(seed)
    held = infer(background if domain is None else domain, rows)
    explainer = usual(held) if explainer is None else explainer
    if isinstance(explainer, type) or not callable(getattr(explainer, "explain", None)):
        raise BadInput(
            f"explainer={explainer!r} has no explain(predict, background, rows, seed); expected "
            "Lime() or an object with that method"
        )
    return _spoken(explain_with(explainer, model, held, rows, seed), held)


def explain_with(
    explainer: Explainer, model: Any, domain: Domain, rows: Any, seed: int
) -> Explanation:
    """Explain by any explainer, without a warning; arrays become an Explanation.

    One that is not made of our parts gets a copy of the rows, and the background as it came: the
    domain itself where its class says `takes_domain`, so that declared categories and groups are
    not lost. Of documents and pictures it returns a list with an array (k,) or (k, C) for each, in
    the order of the features that the domain gives it.
    """
    if isinstance(explainer, Sampler):
        return explainer.unwarned(model, domain, rows, seed)
    if hasattr(domain, "holds"):
        return _explain_apart(explainer, model, domain, rows, seed)
    x, labels = domain.encode(rows), domain.labels(rows)
    ((view, _),) = domain.views(rows)
    background = domain if getattr(explainer, "takes_domain", False) else domain.frame
    with one_thread():
        box = as_blackbox(model, view)
        f = box.ask(view.decode(x.copy()))
        found = explainer.explain(box.ask, background, copy(rows), seed)
    if isinstance(found, Explanation):
        return _of_these_rows(found, explainer, labels)
    return Explanation.from_attributions(
        found,
        instances=labels,
        features=view.names,
        outputs=box.outputs,
        values=view.values(x),
        f=f,
        record=repr(explainer),
    )


def _explain_apart(
    explainer: Explainer, model: Any, domain: Domain, rows: Any, seed: int
) -> Explanation:
    """Documents or pictures, each with features of its own, by an explainer of another make."""
    labels, views = domain.labels(rows), [view for view, _, _ in placed(domain, rows)]
    background = domain if getattr(explainer, "takes_domain", False) else domain.frame
    with one_thread():
        box = as_blackbox(model, views[0])
        found: Any = explainer.explain(box.ask, background, copy(rows), seed)
        if isinstance(found, Explanation):
            return _of_these_rows(found, explainer, labels)
        if not hasattr(found, "__len__") or len(found) != len(views):
            came = f"{len(found)} entries" if hasattr(found, "__len__") else type(found).__name__
            raise BadInput(
                f"{explainer!r} returned {came} for {len(views)} documents or pictures; expected a "
                "list with an array (features,) or (features, outputs) for each"
            )
        parts = [
            _alone(explainer, box, view, label, one)
            for view, label, one in zip(views, labels, found, strict=True)
        ]
    return gathered(parts)


def _alone(explainer: Explainer, box: BlackBox, view: Any, label: Any, found: Any) -> Explanation:
    """Attributions (k,) or (k, C) of one document or picture."""
    explanation = Explanation.from_attributions(
        np.asarray(found)[None],
        instances=(label,),
        features=view.names,
        outputs=box.outputs,
        values=view.values(view.x),
        f=box.ask(view.decode(view.x.copy())),
        record=repr(explainer),
    )
    units = (view.holds,) * len(view.names)
    return replace(explanation, units=units, pictures=_pictures(view, 1))


def _of_these_rows(found: Explanation, explainer: Explainer, labels: Sequence[Any]) -> Explanation:
    if not same_labels(found.instances, labels):
        raise BadInput(
            f"{explainer!r} explained the rows {list(found.instances)[:5]}; expected "
            f"{list(labels)[:5]} ({len(labels)} rows), in this order"
        )
    return found


def same_labels(one: Sequence[Any], other: Sequence[Any]) -> bool:
    """Whether rows are named alike, in the same order; a missing name is equal to itself.

    Examples
    --------
    >>> same_labels([1.0, float("nan")], [1.0, float("nan")]), same_labels(["a"], ["b"])
    (True, False)
    """
    first, second = (
        pd.Index(list(named), dtype=object, tupleize_cols=False) for named in (one, other)
    )
    return bool(first.equals(second))


def as_blackbox(model: Any, view: View) -> BlackBox:
    """The model behind one clean question, probed on a few background rows or parts of a row."""
    if isinstance(model, BlackBox):
        return model
    few = view.examples if isinstance(view, OneRow) else view.background[:4].copy()
    read = classes_of(model, view) or known(model)
    return read or blackbox(model, view.decode(few))


def fit(  # noqa: PLR0913, PLR0917 -- what one fit needs, in the order of the line
    lime: Lime,
    view: View,
    cloud: Cloud,
    y: Array,
    f: Array,
    labels: list[Any],
    outputs: tuple[str, ...],
) -> Explanation:
    """Interpret, weigh and fit answers y (I or 1, N, C) round x; f (I, C) is the model at x."""
    seen = lime.representation.interpret(cloud, view)
    w = lime.kernel.weights(seen)
    n_effective = effective_size(w)
    model = _fitted(lime.surrogate, seen, np.where(n_effective[:, None] > 0, w, 1.0), y, f)
    fitted = _Fitted(lime, seen, model, np.broadcast_to(n_effective, (len(cloud.x),)), view)
    return Explanation(
        instances=tuple(labels),
        outputs=outputs,
        values=view.values(cloud.x) if seen.values is None else seen.values.astype(object),
        f=f,
        n_samples=y.shape[1],
        class_share=_class_share(w, y, f),
        pictures=_pictures(view, len(cloud.x)),
        **fitted.said(),
    )


def _pictures(view: Any, instances: int) -> Objects | None:
    """How the rows of a view are shown (I,); None for a table and where nothing can be marked."""
    shown = getattr(view, "picture", None)
    if shown is None:
        return None
    found = np.empty(instances, dtype=object)
    found[:] = [shown] * instances
    return found


def _fitted(surrogate: Any, seen: Interpreted, w: Array, y: Array, f: Array) -> LocalModel:
    """The surrogate's fit; one with `fit_at` is told x and the model's answers there as well."""
    at_x = getattr(surrogate, "fit_at", None)
    found: LocalModel = surrogate.fit(seen.z, w, y) if at_x is None else at_x(seen, w, y, f)
    return found


def effective_size(w: Array) -> Array:
    """(sum w)^2 / sum w^2 of weights (..., N); 0 where all weights underflow.

    Examples
    --------
    >>> effective_size(np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 0.0]])).tolist()
    [2.0, 0.0]
    """
    largest = w.max(axis=-1, keepdims=True)
    scaled = w / np.where(largest > 0, largest, 1.0)
    squares = (scaled**2).sum(axis=-1)
    return np.asarray(scaled.sum(axis=-1) ** 2 / np.where(squares > 0, squares, 1.0))


@dataclass(frozen=True, eq=False)
class _Fitted:
    """A fitted batch and what there is to say about it, instance by instance."""

    lime: Lime
    seen: Interpreted
    model: LocalModel
    n_effective: Array
    view: View

    def said(self) -> dict[str, Any]:
        """The fields of an Explanation that the fit decides."""
        model, seen, declined = self.model, self.seen, self.declined()
        gone = declined != ""
        arrays = {
            "importance": model.importance,
            "effect": model.effect,
            "slope": self._slope(),
            "r2": model.r2,
            "r2_out": model.r2_out,
            "coef": model.coef,
            "stderr": model.stderr if self._independent else None,
            "intercept": model.intercept,
            "g": model.predict(seen.at_x[None, None, :])[:, 0],
        }
        return {
            **{name: _kept(array, gone) for name, array in arrays.items()},
            "features": seen.names,
            "units": seen.units,
            "selected": model.selected & ~gone[:, None, None],
            "n_effective": self.n_effective,
            "notes": self.notes(),
            "declined": declined,
            "record": repr(self.lime),
            "gap": np.broadcast_to(seen.gap, self._still.shape),
            "baseline": seen.baseline,
            "at_x": tuple(seen.at_x.tolist()),
            "steps": seen.steps,
            "limits": seen.limits,
            "model": model,
        }

    def declined(self) -> Objects:
        """Why an instance has no explanation: fewer effective samples than what is fitted."""
        needed = self._fitted + 1
        reasons = np.full(len(needed), "", dtype=object)
        n = self.lime.n_samples
        for i in np.flatnonzero(self.n_effective < needed):
            reasons[i] = (
                _few(n, needed[i] - 2 if n > 1 else len(self.seen.names))  # of one, all stand still
                if n < needed[i]
                else f"{self.lime.kernel!r} leaves {self.n_effective[i]:.3g} effective samples of "
                f"{n}, and {needed[i]} are needed; widen the kernel or take more samples"
            )
        return reasons

    def notes(self) -> Objects:
        """What to keep in mind about each explanation and what to do, "; " between."""
        notes: list[list[str]] = [[] for _ in self.n_effective]
        for said in (self._still_notes, self._rank_notes, self._few_notes, self._r2_notes):
            for i, note in said():
                notes[i].append(note)
        everywhere = list(self._notes_of_all())
        return np.array(["; ".join([*own, *everywhere]) for own in notes], dtype=object)

    def _still_notes(self) -> Iterator[tuple[int, str]]:
        where = "constant in the background or in the sample"
        remedy = "widen the neighbourhood, or leave them out"
        for i in np.flatnonzero(self._still.any(axis=1)):
            names = [n for n, still in zip(self.seen.names, self._still[i], strict=True) if still]
            yield int(i), f"did not vary here ({where}): {', '.join(names)} ({remedy})"

    def _rank_notes(self) -> Iterator[tuple[int, str]]:
        varying = (~self._still).sum(axis=1)
        rank = self._each(getattr(self.model, "rank", varying))
        remedy = (
            "keep one feature of several, or take a perturbation that moves them apart, "
            "such as Gaussian() or Marginals()"
        )
        for i in np.flatnonzero((rank >= 0) & (rank < varying)):
            shared = f"{rank[i]} directions for {varying[i]} features share the coefficients"
            yield int(i), f"collinear here: {shared} ({remedy})"

    def _few_notes(self) -> Iterator[tuple[int, str]]:
        wanted = _ENOUGH * self._fitted
        wider = "" if isinstance(self.lime.kernel, Flat) else " or widen the kernel"
        for i in np.flatnonzero((self.n_effective > 0) & (self.n_effective < wanted)):
            size, times = self.n_effective[i], _power(wanted[i] / self.n_effective[i])
            few = f"{size:.3g} effective ones for {self._fitted[i]} coefficients"
            remedy = f"take {times} times as many samples{wider}"
            yield int(i), f"few samples: {few}, fewer than {_ENOUGH} each ({remedy})"

    def _r2_notes(self) -> Iterator[tuple[int, str]]:
        with np.errstate(invalid="ignore"):
            worst = np.fmin.reduce(self.model.r2_out, axis=1)
        undefined = self._each(np.isnan(self.model.r2).any(axis=1))
        remedy = self._livelier() if undefined.any() else ""
        for i in np.flatnonzero(undefined):
            yield int(i), f"the model does not vary here: R2 is undefined ({remedy})"
        for i in np.flatnonzero(self._each(worst < _LOW_R2)):
            yield int(i), self._low_r2(self._each(worst)[i])

    def _livelier(self) -> str:
        """What may make the model vary: noise asks it about fractions of whole numbers."""
        if self.lime.perturbation.family == "mask":
            return "cut or fill otherwise: such as Colour(0.0)"
        rows = self.view.background[:, ~self.view.categorical]
        codes = (rows == np.rint(rows)).all(axis=0) & (np.ptp(rows, axis=0) > 0)
        few = any(len(np.unique(column)) <= _CODES for column in rows.T[codes])
        named = ", or name whole-number columns as categories" if few else ""
        return f"widen the neighbourhood{named}"

    def _low_r2(self, r2: float) -> str:
        several = self.model.r2_out.shape[1] > 1
        of = "R2 out of sample, of the output where it is least," if several else "R2 out of sample"
        if r2 < 0:
            return f"{of} is {r2:.2g}, worse than the mean (take 4 times as many samples)"
        other = "Tree()" if self.model.coef is not None else "LeastSquares()"
        return (
            f"{of} is {r2:.2g}: the surrogate misses most of the model "
            f"(take a narrower neighbourhood, or another surrogate such as {other})"
        )

    def _notes_of_all(self) -> Iterator[str]:
        withheld = getattr(self.model, "withheld", "")
        if withheld:
            yield withheld
        if not self._independent and self.model.stderr is not None:
            design = self.lime.perturbation.design
            yield (f"{NO_ERRORS} {design!r} draws are not independent (put Replicated() in front)")
        selects = getattr(self.lime.surrogate, "select", None) is not None
        if selects and self.model.stderr is not None:
            yield "standard errors are conditional on the selection"

    @property
    def _fitted(self) -> Ints:
        """How many coefficients of each instance's largest fit, the intercept among them (I,)."""
        return np.asarray(self._each(self.model.selected.sum(axis=1).max(axis=1) + 1))

    @property
    def _independent(self) -> bool:
        return self.lime.perturbation.design.independent

    @property
    def _still(self) -> Bools:
        """Features that did not vary, shape (I, k)."""
        shape = len(self.n_effective), len(self.seen.names)
        return np.broadcast_to(self.model.deviation <= 0, shape)

    def _each(self, values: Any) -> Any:
        """One value for each instance (I,), from as many or from one for all."""
        return np.broadcast_to(values, self.n_effective.shape)

    def _slope(self) -> Array:
        """Importance per deviation in the neighbourhood, times that over the background."""
        deviation = np.where(self.model.deviation > 0, self.model.deviation, 1.0)
        return self.model.importance * (self.seen.spread / deviation)[:, :, None]


def _kept(array: Array | None, gone: Bools) -> Array | None:
    """An array (I or 1, ...) as (I, ...), with NaN where there is no explanation."""
    if array is None:
        return None
    whole = np.broadcast_to(array, (len(gone), *array.shape[1:]))
    if not gone.any():
        return whole
    return np.where(gone.reshape(-1, *[1] * (array.ndim - 1)), np.nan, whole)


def _class_share(w: Array, y: Array, f: Array) -> Array | None:
    """Weighted share of samples of x's class (I,); NaN where outputs are no probabilities."""
    if f.shape[1] < 2:
        return None
    share, own = np.full(len(f), np.nan), f.argmax(axis=1)
    for i, c in enumerate(own):
        if not i or len(y) > 1:
            answers, classes = y[i], _are_classes(y[i])
        if not i or len(w) > 1:
            weights, total = w[i], w[i].sum()
        if classes and total > 0:
            share[i] = weights @ _is_largest(answers, int(c)) / total
    return share


def _is_largest(y: Array, c: int) -> Bools:
    """Whether column c is the largest in each row of y (N, C), the first of equals.

    Column by column: numpy's argmax along a short axis takes ten times as long.
    """
    own = y[:, c]
    above = [own > other if j < c else own >= other for j, other in enumerate(y.T) if j != c]
    return np.asarray(reduce(np.logical_and, above))


def _are_classes(y: Array) -> bool:
    """Whether every row of y (N, C) sums to 1, added up column by column for the same reason."""
    sums = reduce(np.add, y.T)
    return bool(sums.max() <= 1.0 + _SUM and sums.min() >= 1.0 - _SUM)


def _power(n: float) -> int:
    """The power of two at or above n: times as many samples that every design accepts."""
    return int(2 ** np.ceil(np.log2(n)))


def _spoken(explanation: Explanation, domain: Domain) -> Explanation:
    """The explanation, once what is missing from it has been said.

    A document or a picture that was cut into more parts than there are samples is an error, for it
    can be cut otherwise; the columns of a table cannot.

    Raises
    ------
    BadInput
        More parts than samples.
    """
    few = [i for i, reason in enumerate(explanation.declined) if reason.startswith(_TOO_FEW)]
    if few and hasattr(domain, "holds"):
        raise BadInput(_too_many_parts(explanation.instances[few[0]], explanation.declined[few[0]]))
    _warn(explanation)
    return explanation


def _refuse_few(n: int, parts: int, labels: Sequence[Any]) -> None:
    """Refuse a document or picture of more parts than samples before the model is asked."""
    if n < parts + 2:
        raise BadInput(_too_many_parts(labels[0], _few(n, parts)))


def _few(n: int, features: int) -> str:
    return (
        f"{_TOO_FEW} {n} for {features} features and an intercept; take more samples, at least "
        f"{features + 2}"
    )


def _too_many_parts(label: Any, reason: str) -> str:
    return (
        f"row {label!r}: {reason}, or cut it into fewer parts (such as Grid(4, 4) of a picture, "
        "Sentences() of a document), or let the surrogate choose a few: LeastSquares(Forward(10))"
    )


def _warn(explanation: Explanation) -> None:
    gone = [i for i, reason in enumerate(explanation.declined) if reason]
    if gone:
        first = explanation.declined[gone[0]]
        warnings.warn(
            f"{len(gone)} of {len(explanation.instances)} rows have no explanation (NaN); "
            f"row {explanation.instances[gone[0]]!r}: {first}",
            LocalFitWarning,
            stacklevel=4,
        )


def _check_part(owner: Lime, name: str, protocol: Any, verb: str) -> None:
    part = getattr(owner, name)
    if isinstance(part, type) or not isinstance(part, protocol):
        raise BadInput(
            f"Lime({name}={part!r}); expected a {protocol.__name__} value with a method {verb}; "
            f"see limelab.types.{protocol.__name__}"
        )


def checked_seed(seed: Any) -> int:
    """A seed that generators take; refuses all but whole numbers of at least 0."""
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise BadInput(f"seed={seed!r}; expected a whole number of at least 0")
    return int(seed)
