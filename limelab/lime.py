"""The line itself: draw, query, interpret, weigh, fit; it calls the model, and never loops over repeats."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
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
    >>> lime.explain(lambda x: 3 * x[:, 0], rows, rows[:1], seed=0).coef[0, :, 0].round(6).tolist()
    [2.781402, 0.0]
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
            Data, rows or a model that cannot be used.

        Warns
        -----
        LocalFitWarning
            Some rows could not be explained; their note says why.
        """
        domain = infer(background)
        x, labels = domain.encode(rows), domain.labels(rows)
        with one_thread():
            parts = [
                self._explain_view(predict, view, x[positions], [labels[p] for p in positions], seed)
                for view, positions in domain.views(rows)
            ]
        explanation = joined(parts)
        _warn(explanation)
        return explanation

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
        Takes the background's place where columns need to be declared, such as
        ``Table(background, categorical=["code"], groups={"job": ["job_a", "job_b"]})``.
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
            f"explainer={explainer!r} has no explain(predict, background, rows, seed); expected Lime() "
            "or an object with that method"
        )
    domain = infer(background if domain is None else domain)
    if isinstance(explainer, Lime):
        return explainer.explain(model, domain, rows, seed)
    return explain_with(explainer, model, domain, rows, seed)


def explain_with(
    explainer: Explainer, model: Any, domain: Domain, rows: Any, seed: int
) -> Explanation:
    """Explain by an explainer that is not made of our parts; arrays become an Explanation."""
    x, labels = domain.encode(rows), domain.labels(rows)
    ((view, _),) = domain.views(rows)
    with one_thread():
        box = as_blackbox(model, view)
        f = box.ask(view.decode(x))
        found = explainer.explain(box.ask, domain.frame, rows, seed)
    if isinstance(found, Explanation):
        return found
    return Explanation.from_attributions(
        found,
        instances=labels,
        features=view.names,
        outputs=box.outputs,
        values=view.values(x),
        f=f,
        record=repr(explainer),
    )


def as_blackbox(model: Any, view: View) -> BlackBox:
    """The model behind one clean question, probed on a few background rows."""
    return model if isinstance(model, BlackBox) else blackbox(model, view.decode(view.background[:4].copy()))


def fit(
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
    return _explanation(lime, view, cloud, seen, w, y, f, model, labels, outputs)


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


def _explanation(  # noqa: PLR0913 -- the one place where all of a fit comes together
    lime: Lime,
    view: View,
    cloud: Cloud,
    seen: Interpreted,
    w: Array,
    y: Array,
    f: Array,
    model: LocalModel,
    labels: list[Any],
    outputs: tuple[str, ...],
) -> Explanation:
    instances = len(cloud.x)
    n_effective = np.broadcast_to(effective_size(w), (instances,))
    declined = _declined(lime, model, n_effective)
    gone = declined != ""

    def kept(array: Array | None) -> Array | None:
        """Spread over the instances; NaN where there is no explanation."""
        if array is None:
            return None
        whole = np.broadcast_to(array, (instances, *array.shape[1:]))
        return np.where(gone.reshape(-1, *[1] * (whole.ndim - 1)), np.nan, whole) if gone.any() else whole

    importance = model.importance
    deviation = np.broadcast_to(model.deviation, (instances, importance.shape[1]))[:, :, None]
    still = deviation <= 0
    slope = importance / np.where(still, 1.0, deviation) * seen.spread[:, :, None]
    independent = lime.perturbation.design.independent
    return Explanation(
        instances=tuple(labels),
        features=seen.names,
        units=seen.units,
        outputs=outputs,
        values=view.values(cloud.x),
        importance=_sure(kept(importance)),
        effect=_sure(kept(model.effect)),
        selected=np.broadcast_to(model.selected, importance.shape) & ~gone[:, None, None],
        slope=_sure(kept(slope)),
        f=f,
        n_effective=n_effective,
        r2=_sure(kept(model.r2)),
        r2_out=_sure(kept(model.r2_out)),
        notes=_notes(lime, view, seen, model, instances),
        declined=declined,
        record=repr(lime),
        n_samples=y.shape[1],
        coef=kept(model.coef),
        stderr=kept(model.stderr) if independent else None,
        intercept=kept(model.intercept),
        gap=np.broadcast_to(seen.gap, (instances, len(seen.names))),
        g=kept(model.predict(seen.at_x[None, None, :])[:, 0]),
        class_share=_class_share(w, y, f),
        baseline=seen.baseline,
        model=model,
    )


def _sure(array: Array | None) -> Array:
    assert array is not None
    return array


def _declined(lime: Lime, model: LocalModel, n_effective: Array) -> Objects:
    """Why an instance has no explanation: fewer effective samples than what is fitted."""
    needed = model.selected.sum(axis=1).max(axis=1) + 2
    short = n_effective < needed
    reasons = [
        f"{lime.kernel!r} leaves {size:.3g} effective samples of {lime.n_samples}, and "
        f"{least} are needed; widen the kernel or take more samples"
        if few
        else ""
        for few, size, least in zip(short, n_effective, needed, strict=True)
    ]
    return np.array([*reasons, None], dtype=object)[:-1]


def _notes(lime: Lime, view: View, seen: Interpreted, model: LocalModel, instances: int) -> Objects:
    """What to keep in mind about each explanation, "; " between."""
    still = np.broadcast_to(model.deviation <= 0, (instances, len(seen.names)))
    flat = np.isnan(model.r2)
    rank = np.broadcast_to(getattr(model, "rank", -1), (instances,))
    notes = np.empty(instances, dtype=object)
    for i in range(instances):
        said = [_still_note(view, seen, still[i]), _rank_note(rank[i], int((~still[i]).sum()))]
        if flat[i].any():
            said.append("the model does not vary here: R2 is undefined")
        if not lime.perturbation.design.independent and model.coef is not None:
            said.append(f"no standard errors: {lime.perturbation.design!r} draws are not independent")
        if getattr(lime.surrogate, "select", None) is not None:
            said.append("standard errors are conditional on the selection")
        notes[i] = "; ".join(note for note in said if note)
    return notes


def _still_note(view: View, seen: Interpreted, still: Array) -> str:
    names = [name for name, stands in zip(seen.names, still, strict=True) if stands]
    if not names:
        return ""
    return f"did not vary here (constant in the background or in the sample): {', '.join(names)}"


def _rank_note(rank: int, varying: int) -> str:
    if rank < 0 or rank >= varying:
        return ""
    return f"collinear here: {rank} directions for {varying} features share the coefficients"


def _class_share(w: Array, y: Array, f: Array) -> Array | None:
    """Weighted share of samples of x's class, where the outputs are class probabilities."""
    if f.shape[1] < 2 or not np.allclose(f.sum(axis=1), 1.0, atol=1e-6):
        return None
    same = y.argmax(axis=2) == f.argmax(axis=1)[:, None]
    total = w.sum(axis=1)
    share = (same * w).sum(axis=1) / np.where(total > 0, total, 1.0)
    return np.where(np.broadcast_to(total, share.shape) > 0, share, np.nan)


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


