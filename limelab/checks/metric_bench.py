"""A workbench for metrics: a model, what is right to say of it, and ways to change both.

Everything that a metric may be handed hangs together here: rows, data, a model, attributions, an
explainer. The model bends (`twist`), so that no order of features is as good as another; without
its bend it is linear, what is right is known, and a metric can be wrong and be seen to be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any

import numpy as np

from limelab.seeds import generator
from limelab.types import Array, Ints, Moves

FEATURES = ("amber", "birch", "cedar", "dogwood", "elm")
REPEATS, ROWS, OUTPUTS = 3, 6, 2
BACKGROUND, HELD_OUT, SAMPLES, POINTS, MOVES = 60, 30, 24, 16, 5
RADII = (0.3, 1.0)


class ModelError(RuntimeError):
    """What the model of a bench raises when it is told to fail."""


@dataclass(frozen=True, eq=False)
class Bench:
    """What one example hands to a metric.

    Attributes
    ----------
    names : tuple of str, length d
    x : array of shape (I, d)
    background, held_out : arrays of shape (n, d) and (m, d)
    weights : array of shape (d, C)
    bias : array of shape (C,)
        The model is s + twist sin(2 s) + bias, s = rows @ weights.
    twist : float
    repeats : array of shape (R, I, d, C)
        Attributions of R repeats; the plain formulas get those of the first repeat and output.
    other : array of shape (I, d)
        A second attribution, for formulas of pairs.
    samples : array of shape (I, S, d)
        Points that a condition asked about.
    judging : array of shape (R, radii, I, M, d)
        Moves of the judge's points, in background standard deviations.
    steps : array of shape (I, P, d)
        Small moves of x, in background standard deviations.
    explain : callable, rows (m, d) to attributions (m, d)
    seed : int
    asked : list of arrays
        Every stack of rows that the model or the explainer was asked about.
    """

    names: tuple[str, ...]
    x: Array
    background: Array
    held_out: Array
    weights: Array
    bias: Array
    repeats: Array
    other: Array
    samples: Array
    judging: Array
    steps: Array
    explainer: Callable[[Array], Array]
    seed: int
    twist: float = 1.0
    fails: str = ""
    asked: list[Array] = field(default_factory=list)

    # What a metric is handed

    @cached_property
    def attributions(self) -> Array:
        """Attributions of the first repeat and output, (I, d)."""
        return np.ascontiguousarray(self.repeats[0, :, :, 0])

    @cached_property
    def baseline(self) -> Array:
        """The background mean, (d,)."""
        return np.asarray(self.background.mean(axis=0))

    @cached_property
    def scale(self) -> Array:
        """Background standard deviations, (d,)."""
        return np.asarray(self.background.std(axis=0))

    @property
    def rng(self) -> np.random.Generator:
        """A new generator, the same one every time."""
        return generator(self.seed, "metric")

    def outputs(self, rows: Array) -> Array:
        """The model on rows (m, d): (m, C)."""
        rows = np.asarray(rows, dtype=float)
        self.asked.append(rows.copy())
        if self.fails:
            raise ModelError(self.fails)
        told = rows @ self.weights
        return np.asarray(told + self.twist * np.sin(2 * told) + self.bias)

    def model(self, rows: Array) -> Array:
        """The first output of the model on rows (m, d): (m,)."""
        return self.outputs(rows)[:, 0]

    def explain(self, rows: Array) -> Array:
        """The explainer on rows (m, d): (m, d)."""
        rows = np.asarray(rows, dtype=float)
        self.asked.append(rows.copy())
        if self.fails:
            raise ModelError(self.fails)
        return self.explainer(rows)

    # What is right

    def exact(self, kind: str) -> Array:
        """Exact attributions (I, d, C) of the linear model.

        "contribution" is measured from the mean, "slope" per background standard deviation.
        """
        slopes = self.weights * self.scale[:, None]
        if kind == "contribution":
            return np.asarray((self.x - self.baseline)[:, :, None] * self.weights)
        return np.broadcast_to(slopes, (len(self.x), *slopes.shape)).copy()

    # Other benches

    def with_attributions(self, attributions: Array) -> Bench:
        """The same with attributions (I, d), (I, d, C) or (R, I, d, C)."""
        whole = attributions[..., None] if attributions.ndim == 2 else attributions
        return replace(self, repeats=np.broadcast_to(whole, self.repeats.shape).copy(), asked=[])

    def with_exact(self, kind: str) -> Bench:
        """The linear model with exact attributions in every repeat."""
        return replace(self.with_attributions(self.exact(kind)), twist=0.0)

    def permuted(self, order: Ints) -> Bench:
        """The same with the columns in another order, attributions along with them."""
        back = np.argsort(order)
        last = ("x", "background", "held_out", "other", "samples", "judging", "steps")
        made: dict[str, Any] = {n: np.ascontiguousarray(getattr(self, n)[..., order]) for n in last}
        explainer = self.explainer
        return replace(
            self,
            names=tuple(self.names[j] for j in order),
            weights=self.weights[order],
            repeats=np.ascontiguousarray(self.repeats[:, :, order]),
            explainer=lambda rows: explainer(rows[:, back])[:, order],
            asked=[],
            **made,
        )

    def taken(self, rows: Sequence[int] | Ints) -> Bench:
        """Some of the instances."""
        chosen = np.asarray(rows)
        by_row = ("x", "other", "samples", "steps")
        made: dict[str, Any] = {name: getattr(self, name)[chosen] for name in by_row}
        return replace(
            self,
            repeats=self.repeats[:, chosen],
            judging=self.judging[:, :, chosen],
            asked=[],
            **made,
        )

    def changed(self, **fields: Any) -> Bench:
        """The same with other fields, and nothing asked yet."""
        return replace(self, asked=[], **fields)

    def copied(self) -> Bench:
        """The same values in arrays of its own."""
        names = [one.name for one in fields(self)]
        whole: dict[str, Any] = {n: v.copy() for n, v in self.held().items() if n in names}
        return replace(self, asked=[], **whole)

    def held(self) -> dict[str, Array]:
        """Every array that a metric may be handed, by name."""
        derived = {n: getattr(self, n) for n in ("attributions", "baseline", "scale")}
        return {n: v for n, v in vars(self).items() if isinstance(v, np.ndarray)} | derived

    def moves(self, wanted: Moves) -> Array:
        """Moved rows (I, P, d) within a radius."""
        return np.asarray(self.x[:, None] + wanted.radius * self.steps * self.scale)


def bench(seed: int, example: int) -> Bench:
    """A bench with attributions at random; the example is another draw.

    Examples
    --------
    >>> made = bench(0, 1)
    >>> made.x.shape, made.attributions.shape
    ((6, 5), (6, 5))
    """
    rng = generator(seed, "bench", example)
    d = len(FEATURES)
    scale = np.array([1.0, 3.0, 0.5, 2.0, 1.0])
    weights = rng.choice([-1.0, 1.0], (d, OUTPUTS)) * rng.uniform(0.4, 2.0, (d, OUTPUTS))
    return Bench(
        names=FEATURES,
        x=rng.normal(size=(ROWS, d)) * scale,
        background=rng.normal(size=(BACKGROUND, d)) * scale,
        held_out=rng.normal(size=(HELD_OUT, d)) * scale,
        weights=weights,
        bias=rng.normal(size=OUTPUTS),
        repeats=_sparse(rng.normal(size=(REPEATS, ROWS, d, OUTPUTS))),
        other=rng.normal(size=(ROWS, d)),
        samples=rng.normal(size=(ROWS, SAMPLES, d)) * scale,
        judging=_radial(rng, d),
        steps=rng.uniform(-1, 1, (ROWS, MOVES, d)),
        explainer=_linear(weights[:, 0]),
        seed=seed + example,
    )


def ordered_bench(seed: int, example: int) -> Bench:
    """A bench where slopes and contributions are one, positive, each a quarter of the one before.

    x lies one deviation above the mean in every column.
    """
    made = bench(seed, example)
    rng = generator(seed, "ordered bench", example)
    sizes = np.array([rng.permutation(4.0 ** -np.arange(len(FEATURES))) for _ in range(OUTPUTS)]).T
    weights = sizes / made.scale[:, None]
    x = np.tile(made.baseline + made.scale, (ROWS, 1))
    return made.changed(x=x, weights=weights, twist=0.0, explainer=_linear(weights[:, 0]))


def steady(rows: Array) -> Array:
    """An explainer that always says the same."""
    return np.tile(np.arange(1.0, rows.shape[1] + 1), (len(rows), 1))


def jumpy(rows: Array) -> Array:
    """An explainer that says something else at the least move."""
    phase = np.asarray(rows) * 1e4 + np.arange(rows.shape[1])
    return np.asarray(np.sin(phase) + 0.5 * np.sin(phase.sum(axis=1, keepdims=True)))


def _linear(weights: Array) -> Callable[[Array], Array]:
    return lambda rows: np.asarray(rows * weights)


def _sparse(repeats: Array) -> Array:
    """Attributions whose smallest is 0, as where a feature is not used."""
    size = np.abs(repeats)
    return np.where(size == size.min(axis=2, keepdims=True), 0.0, repeats)


def _radial(rng: np.random.Generator, d: int) -> Array:
    moves = rng.normal(size=(REPEATS, len(RADII), ROWS, POINTS, d))
    return np.asarray(moves * np.array(RADII)[:, None, None, None])
