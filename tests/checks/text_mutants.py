"""Explainers of documents that are broken on purpose, each with the check that names its fault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

import limelab as ll
from limelab.domains import Text
from limelab.ragged import Ragged
from limelab.types import Array


@dataclass(frozen=True)
class Mutant:
    """A sound explainer of documents whose answers are spoilt by `spoil`."""

    takes_domain: ClassVar[bool] = True
    lime: ClassVar[ll.Lime] = ll.Lime(ll.Dropout(), ll.Presence(), n_samples=128)

    def explain(self, predict: Any, background: Any, rows: Any, seed: int = 0) -> list[Array]:
        found = self.lime.explain(predict, Text(), rows, seed)
        parts = found.parts if isinstance(found, Ragged) else [found]
        several = [effect for part in parts for effect in part.effect]
        return [self.spoil(effect, i, seed) for i, effect in enumerate(several)]

    def spoil(self, effect: Array, place: int, seed: int) -> Array:
        return effect


class Tokens(Mutant):
    """A feature for every token, though a word stands twice."""

    def explain(self, predict: Any, background: Any, rows: Any, seed: int = 0) -> list[Array]:
        outputs = np.asarray(predict(list(rows))).reshape(len(rows), -1).shape[1]
        return [np.zeros((len(text.split()), outputs)) for text in rows]


class Holes(Mutant):
    def spoil(self, effect: Array, place: int, seed: int) -> Array:
        return np.where(np.arange(len(effect))[:, None] == 1, np.nan, effect)


class Fresh(Mutant):
    def spoil(self, effect: Array, place: int, seed: int) -> Array:
        return effect * (1 + 0.01 * np.random.default_rng().random())


class OneSeed(Mutant):
    def explain(self, predict: Any, background: Any, rows: Any, seed: int = 0) -> list[Array]:
        return super().explain(predict, background, rows, 0)


class Global(Mutant):
    def spoil(self, effect: Array, place: int, seed: int) -> Array:
        return effect * (1 + 0.01 * np.random.random())  # noqa: NPY002


class Lowers(Mutant):
    def explain(self, predict: Any, background: Any, rows: Any, seed: int = 0) -> list[Array]:
        found = super().explain(predict, background, rows, seed)
        rows[:] = [f"{text}." for text in rows]
        return found


class ByPlace(Mutant):
    def spoil(self, effect: Array, place: int, seed: int) -> Array:
        return effect * (1 + place)


@dataclass(frozen=True)
class Lambda(Mutant):
    shape: Callable[[Array], Array] = field(default=lambda effect: effect, repr=False)


class Never0(Mutant):
    def spoil(self, effect: Array, place: int, seed: int) -> Array:
        return effect + 0.1


class FirstOutput(Mutant):
    def spoil(self, effect: Array, place: int, seed: int) -> Array:
        return np.repeat(effect[:, :1], effect.shape[1], axis=1)


class Sizes(Mutant):
    def spoil(self, effect: Array, place: int, seed: int) -> Array:
        return np.abs(effect)


class Spreads(Mutant):
    """Effects leak to the neighbours."""

    def spoil(self, effect: Array, place: int, seed: int) -> Array:
        return effect + 0.2 * np.roll(effect, 1, axis=0)


class Flipped(Mutant):
    def spoil(self, effect: Array, place: int, seed: int) -> Array:
        return -effect


class Fades(Mutant):
    """Later words count less."""

    def spoil(self, effect: Array, place: int, seed: int) -> Array:
        return effect / (1 + np.arange(len(effect)))[:, None]


class Rolled(Mutant):
    def spoil(self, effect: Array, place: int, seed: int) -> Array:
        return np.roll(effect, 1, axis=0)


EXPLAINERS: tuple[tuple[Any, str], ...] = (
    (Tokens(), "check_every_word_is_named"),
    (Holes(), "check_finite"),
    (Fresh(), "check_same_seed_same_bits"),
    (OneSeed(), "check_seed_of_texts_is_used"),
    (Global(), "check_global_state"),
    (Lowers(), "check_nothing_is_changed"),
    (ByPlace(), "check_batch_is_its_rows"),
    (Lambda(), "check_pickles_for_texts"),
    (Never0(), "check_constant_model"),
    (FirstOutput(), "check_every_output"),
    (Sizes(), "check_scale_of_the_output"),
    (Spreads(), "check_ignored_word"),
    (Flipped(), "check_word_weights"),
    (Fades(), "check_symmetry_of_words"),
    (Rolled(), "check_and_of_words"),
)
