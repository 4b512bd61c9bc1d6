"""The line itself: draw, query, interpret, weigh, fit; it calls the model, no loop over repeats."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from limelab.blackbox import BlackBox, blackbox, one_thread
from limelab.domains import infer
from limelab.explanation import Explanation, joined
from limelab.kernels import Flat
from limelab.numbers import count
from limelab.perturbations import Gaussian
from limelab.representations import Standardized
from limelab.sampling import answers, sample
from limelab.surrogates import LeastSquares
from limelab.types import (
    Array,
    BadInput,
    Bools,
    Cloud,
    Domain,
    Explainer,
    Interpreted,
    Kernel,
    LocalFitWarning,
    LocalModel,
    Objects,
    Perturbation,
    Representation,
    Surrogate,
    View,
)

_MEMORY = 2**28  # bytes that one batch of instances may take beside the model's own


@dataclass(frozen=True)
class Lime:
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
        count(self, "n_samples")
        if self.draws not in ("shared", "own"):
            raise BadInput(f"Lime(draws={self.draws!r}); expected 'shared' or 'own'")
        _check_part(self, "perturbation", Perturbation, "cloud")
        _check_part(self, "representation", Representation, "interpret")
        _check_part(self, "kernel", Kernel, "weights")
        _check_part(self, "surrogate", Surrogate, "fit")

    def explain(self, predict: Any, background: Any, rows: Any, seed: int = 0) -> Explanation:
        """Explain each row.

        Parameters
        ----------
        predict : estimator, callable or BlackBox
        background : DataFrame, 2-D array or Domain
        rows : DataFrame or 2-D array with the background's columns
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
        explanation = self._explain(predict, infer(background), rows, _checked_seed(seed))
        _warn(explanation)
        return explanation

    def _explain(self, predict: Any, domain: Domain, rows: Any, seed: int) -> Explanation:
        x, labels = domain.encode(rows), domain.labels(rows)
        parts = []
        with one_thread():
            for view, positions in domain.views(rows):
                named = [labels[p] for p in positions]
                parts.append(self._explain_view(predict, view, x[positions], named, seed))
        return joined(parts)

    def _explain_view(
        self, predict: Any, view: View, x: Array, labels: list[Any], seed: int
    ) -> Explanation:
        box = as_blackbox(predict, view)
        parts = []
        for chunk in self._chunks(box, view, x):
            f = box.ask(view.decode(x[chunk]))
            cloud = sample(self.perturbation, view, x[chunk], self.n_samples, self.draws, seed)
            y = answers(box, view, cloud)
            parts.append(fit(self, view, cloud, y, f, labels[chunk], box.outputs))
        return joined(parts)

    def _chunks(self, box: BlackBox, view: View, x: Array) -> Iterator[slice]:
        """Batches of instances that fit in memory; draws do not depend on their borders."""
        width = self.perturbation.dims(view) + 4 * x.shape[1] + 8 * len(box.outputs)
        size = max(1, _MEMORY // (8 * self.n_samples * width))
        for start in range(0, len(x), size):
            yield slice(start, start + size)


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
    background : DataFrame, 2-D array or Domain
        Data that say how wide a feature is and what values it takes.
    rows : DataFrame or 2-D array
        The instances.
    explainer : Explainer, default Lime()
        Ours, or anything with ``explain(predict, background, rows, seed)``.
    domain : Domain, optional
        Takes the place of the background, which may then be None, where columns need to be
        declared: ``Table(background, categorical=["code"], groups={"job": ["job_a", "job_b"]})``.
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
    """
    seed = _checked_seed(seed)
    explainer = Lime() if explainer is None else explainer
    if not callable(getattr(explainer, "explain", None)):
        raise BadInput(
            f"explainer={explainer!r} has no explain(predict, background, rows, seed); expected "
            "Lime() or an object with that method"
        )
    held = infer(background if domain is None else domain)
    if isinstance(explainer, Lime):
        explanation = explainer._explain(model, held, rows, seed)
    else:
        explanation = explain_with(explainer, model, held, rows, seed)
    _warn(explanation)
    return explanation


def explain_with(
    explainer: Explainer, model: Any, domain: Domain, rows: Any, seed: int
) -> Explanation:
    """Explain by an explainer that is not made of our parts; arrays become an Explanation.

    It gets a copy of the rows, and the background as it came: the domain itself where its class
    says `takes_domain`, so that declared categories and groups are not lost.
    """
    x, labels = domain.encode(rows), domain.labels(rows)
    ((view, _),) = domain.views(rows)
    background = domain if getattr(explainer, "takes_domain", False) else domain.frame
    with one_thread():
        box = as_blackbox(model, view)
        f = box.ask(view.decode(x))
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


def _of_these_rows(found: Explanation, explainer: Explainer, labels: Sequence[Any]) -> Explanation:
    if tuple(found.instances) != tuple(labels):
        raise BadInput(
            f"{explainer!r} explained the rows {list(found.instances)[:5]}; expected "
            f"{list(labels)[:5]} ({len(labels)} rows), in this order"
        )
    return found


def as_blackbox(model: Any, view: View) -> BlackBox:
    """The model behind one clean question, probed on a few background rows."""
    if isinstance(model, BlackBox):
        return model
    return blackbox(model, view.decode(view.background[:4].copy()))


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
    model = lime.surrogate.fit(seen.z, np.where(n_effective[:, None] > 0, w, 1.0), y)
    fitted = _Fitted(lime, seen, model, np.broadcast_to(n_effective, (len(cloud.x),)))
    return Explanation(
        instances=tuple(labels),
        outputs=outputs,
        values=view.values(cloud.x),
        f=f,
        n_samples=y.shape[1],
        class_share=_class_share(w, y, f),
        **fitted.said(),
    )


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
            "model": model,
        }

    def declined(self) -> Objects:
        """Why an instance has no explanation: fewer effective samples than what is fitted."""
        needed = self._each(self.model.selected.sum(axis=1).max(axis=1) + 2)
        short = self.n_effective < needed
        reasons = [
            f"{self.lime.kernel!r} leaves {size:.3g} effective samples of {self.lime.n_samples}, "
            f"and {least} are needed; widen the kernel or take more samples"
            if few
            else ""
            for few, size, least in zip(short, self.n_effective, needed, strict=True)
        ]
        return np.array(reasons, dtype=object)

    def notes(self) -> Objects:
        """What to keep in mind about each explanation, "; " between."""
        notes = ["; ".join(self._one_note(i)) for i in range(len(self.n_effective))]
        return np.array(notes, dtype=object)

    def _one_note(self, i: int) -> Iterator[str]:
        still, rank = self._still[i], self._each(getattr(self.model, "rank", -1))[i]
        names = [name for name, stands in zip(self.seen.names, still, strict=True) if stands]
        varying = len(still) - len(names)
        if names:
            where = "constant in the background or in the sample"
            yield f"did not vary here ({where}): {', '.join(names)}"
        if 0 <= rank < varying:
            yield f"collinear here: {rank} directions for {varying} features share the coefficients"
        if self._each(np.isnan(self.model.r2).any(axis=1))[i]:
            yield "the model does not vary here: R2 is undefined"
        if not self._independent and self.model.coef is not None:
            design = self.lime.perturbation.design
            yield f"no standard errors: {design!r} draws are not independent"
        if getattr(self.lime.surrogate, "select", None) is not None:
            yield "standard errors are conditional on the selection"

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
    same = y.argmax(axis=2) == f.argmax(axis=1)[:, None]
    total = w.sum(axis=1)
    share = (same * w).sum(axis=1) / np.where(total > 0, total, 1.0)
    classes = np.isclose(y.sum(axis=2), 1.0, atol=1e-6).all(axis=1)
    return np.where(classes & (total > 0), share, np.nan)


def _warn(explanation: Explanation) -> None:
    gone = [i for i, reason in enumerate(explanation.declined) if reason]
    if gone:
        first = explanation.declined[gone[0]]
        warnings.warn(
            f"{len(gone)} of {len(explanation.instances)} rows have no explanation (NaN); "
            f"row {explanation.instances[gone[0]]!r}: {first}",
            LocalFitWarning,
            stacklevel=3,
        )


def _check_part(owner: Lime, name: str, protocol: Any, verb: str) -> None:
    part = getattr(owner, name)
    if isinstance(part, type) or not isinstance(part, protocol):
        raise BadInput(
            f"Lime({name}={part!r}); expected a {protocol.__name__} value with a method {verb}; "
            f"see limelab.types.{protocol.__name__}"
        )


def _checked_seed(seed: Any) -> int:
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise BadInput(f"seed={seed!r}; expected a whole number of at least 0")
    return int(seed)
