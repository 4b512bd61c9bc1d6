"""Metrics that need what evidence may hold, and say it back as numbers; no test in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np

from limelab.types import Array, Evidence, Moves, NotApplicable, Score

MOVES = Moves(0.2, 3)
SEEN: dict[str, list[Evidence]] = {}  # by metric, of runs in this process


@dataclass(frozen=True)
class Spy:
    """Keeps the evidence, and says one number."""

    name: str = "spy"
    better: ClassVar[Literal["lower", "higher", "neither"]] = "lower"
    unit: ClassVar[str] = "none"
    says_not: ClassVar[str] = "Anything."

    def score(self, evidence: Evidence) -> Sequence[Score]:
        SEEN.setdefault(self.name, []).append(evidence)
        return [Score(self.value(evidence))]

    def value(self, evidence: Evidence) -> Array:
        return np.ones((1, 1, 1))


@dataclass(frozen=True)
class Moving(Spy):
    name: str = "moving"
    moves: Moves = MOVES

    def value(self, evidence: Evidence) -> Array:
        (moved,) = (m for m in evidence.moved if m.moves == self.moves)
        change = np.abs(moved.importance - moved.at_x[:, None]).max(axis=(1, 2))
        return np.asarray(change[None])


@dataclass(frozen=True)
class Sampling(Spy):
    name: str = "sampling"
    needs_sampled: ClassVar[bool] = True


@dataclass(frozen=True)
class Knowing(Spy):
    name: str = "knowing"
    needs_truth: ClassVar[bool] = True

    def value(self, evidence: Evidence) -> Array:
        assert evidence.truth is not None
        assert evidence.coef is not None
        return np.asarray(np.abs(evidence.coef - evidence.truth.coef).max(axis=2))


@dataclass(frozen=True)
class Local(Spy):
    name: str = "local"
    needs_local: ClassVar[bool] = True


@dataclass(frozen=True)
class Comparing(Spy):
    name: str = "comparing"
    references: frozenset[str] = field(default_factory=frozenset)

    @property
    def needs_reference(self) -> frozenset[str]:
        return self.references


def beside(evidence: Evidence, rng: np.random.Generator) -> Array:
    """Two points beside every row, in one direction of the generator's choice."""
    assert evidence.coordinates is not None
    x = evidence.coordinates.x
    step = 0.01 * rng.normal(size=(1, 1, 2, x.shape[1])) * evidence.coordinates.scale
    return np.asarray(x[None, :, None, :] + step)


def of_each_repeat(evidence: Evidence, rng: np.random.Generator) -> Array:
    """One point a repeat, which depends on what was explained."""
    assert evidence.coordinates is not None
    way = np.sign(np.nan_to_num(evidence.effect[..., 0])) * evidence.coordinates.scale
    return np.asarray((evidence.coordinates.x + way)[:, :, None, :])


def flat(evidence: Evidence, rng: np.random.Generator) -> Array:
    return np.zeros((3, 3))


def declining(evidence: Evidence, rng: np.random.Generator) -> Any:
    raise NotApplicable("there is nothing to ask")


@dataclass(frozen=True)
class Asking(Spy):
    """Asks the model; its score is the mean answer."""

    name: str = "asking"
    where: Callable[[Evidence, np.random.Generator], Array] = beside

    def __repr__(self) -> str:
        return f"Asking({self.name!r}, {self.where.__name__})"

    def probes(self, evidence: Evidence, rng: np.random.Generator) -> Array:
        return self.where(evidence, rng)

    def value(self, evidence: Evidence) -> Array:
        return evidence.probes[self.name].mean(axis=2)


def seen(name: str) -> list[Evidence]:
    """The evidence that a metric has been shown since the last call."""
    return SEEN.pop(name, [])
