"""Explainers and parts that are broken on purpose, each with the check that names its fault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np
import pandas as pd

import limelab as ll
from limelab.checks.blackboxes import columns_of
from limelab.domains import Table, infer
from limelab.explanation import Explanation
from limelab.kernels import Exponential
from limelab.perturbations import Gaussian, Iid
from limelab.surrogates import LeastSquares
from limelab.types import Array, Cloud, Interpreted


@dataclass(frozen=True)
class Mutant:
    """A sound explainer whose answer is spoilt by `spoil`."""

    takes_domain: ClassVar[bool] = True
    lime: ClassVar[ll.Lime] = ll.Lime(n_samples=128)

    def explain(self, predict: Any, background: Any, rows: Any, seed: int = 0) -> Any:
        found = self.lime.explain(predict, background, rows, seed)
        return self.spoil(found, infer(background), seed)

    def spoil(self, found: Explanation, table: Any, seed: int) -> Any:
        return found.effect


class GlobalGenerator(Mutant):
    def spoil(self, found: Explanation, table: Any, seed: int) -> Any:
        return found.effect * (1 + 0.01 * np.random.random())  # noqa: NPY002


class FreshGenerator(Mutant):
    def spoil(self, found: Explanation, table: Any, seed: int) -> Any:
        return found.effect * (1 + 0.01 * np.random.default_rng().random())


class SeedIgnored(Mutant):
    def explain(self, predict: Any, background: Any, rows: Any, seed: int = 0) -> Any:
        return self.lime.explain(predict, background, rows, 0).effect


class SaysDeterministic(Mutant):
    deterministic = True


class ChangesRows(Mutant):
    def explain(self, predict: Any, background: Any, rows: Any, seed: int = 0) -> Any:
        found = super().explain(predict, background, rows, seed)
        if isinstance(rows, pd.DataFrame):
            rows.iloc[0, 0] = 7.0
        elif isinstance(rows, np.ndarray):
            rows[0, 0] = 7.0
        return found


class WrongColumnOrder(Mutant):
    def spoil(self, found: Explanation, table: Any, seed: int) -> Any:
        return np.roll(found.effect, 1, axis=1)


class NormalisedOverTheBatch(Mutant):
    def spoil(self, found: Explanation, table: Any, seed: int) -> Any:
        return found.effect / max(np.abs(found.effect).max(), 1e-300)


class PlaceInTheBatch(Mutant):
    def spoil(self, found: Explanation, table: Any, seed: int) -> Any:
        return found.effect * (1 + np.arange(len(found.effect)))[:, None, None]


class SignFlipped(Mutant):
    def spoil(self, found: Explanation, table: Any, seed: int) -> Any:
        return -found.effect


class SignFromCovariance(Mutant):
    def explain(self, predict: Any, background: Any, rows: Any, seed: int = 0) -> Any:
        found = self.lime.explain(predict, background, rows, seed)
        return found.importance * np.sign(_covariance(predict, background))[None, :, :]


class OneByOne(Mutant):
    """Importance for a dummy that correlates."""

    def explain(self, predict: Any, background: Any, rows: Any, seed: int = 0) -> Any:
        found = self.lime.explain(predict, background, rows, seed)
        marginal = _covariance(predict, background)[None, :, :]
        return np.broadcast_to(marginal, found.effect.shape) + 1e-3 * found.effect


class InputUnits(Mutant):
    def spoil(self, found: Explanation, table: Any, seed: int) -> Any:
        scale = np.where(table.scale > 0, table.scale, 1.0)
        return found.effect / scale[None, :, None]


class LosesTheFirst(Mutant):
    """Off-by-one selection: the second to the third in place of the first two."""

    def spoil(self, found: Explanation, table: Any, seed: int) -> Any:
        order = np.argsort(-np.abs(found.effect), axis=1)
        kept = np.zeros_like(found.effect)
        chosen = order[:, 1:3]
        np.put_along_axis(kept, chosen, np.take_along_axis(found.effect, chosen, 1), axis=1)
        return kept


class SilentHoles(Mutant):
    def spoil(self, found: Explanation, table: Any, seed: int) -> Any:
        effect = found.effect.copy()
        effect[:, -1] = np.nan
        return effect


class FirstOutputOnly(Mutant):
    def spoil(self, found: Explanation, table: Any, seed: int) -> Any:
        return np.repeat(found.effect[:, :, :1], found.effect.shape[2], axis=2)


class PlaceOfTheOutput(Mutant):
    def spoil(self, found: Explanation, table: Any, seed: int) -> Any:
        return found.effect * (1 + np.arange(found.effect.shape[2]))


@dataclass(frozen=True)
class StaleCache(Mutant):
    kept: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    def explain(self, predict: Any, background: Any, rows: Any, seed: int = 0) -> Any:
        key = np.shape(rows), seed
        if key not in self.kept:
            self.kept[key] = super().explain(predict, background, rows, seed)
        return self.kept[key]


class TooFewSamples(Mutant):
    lime = ll.Lime(n_samples=8)


class DropsTheNames(Mutant):
    def explain(self, predict: Any, background: Any, rows: Any, seed: int = 0) -> Any:
        def nameless(points: Any) -> Any:
            return predict(np.asarray(columns_of(points)))

        return super().explain(nameless, background, rows, seed)


@dataclass(frozen=True)
class HoldsALambda(Mutant):
    shape: Callable[[Array], Array] = field(default=lambda effect: effect, repr=False)

    def spoil(self, found: Explanation, table: Any, seed: int) -> Any:
        return self.shape(found.effect)


class NeverZero(Mutant):
    def spoil(self, found: Explanation, table: Any, seed: int) -> Any:
        return found.effect + 0.1


class Unsigned(Mutant):
    def spoil(self, found: Explanation, table: Any, seed: int) -> Any:
        return np.abs(found.effect)


class Turned(Mutant):
    """Features by rows."""

    def spoil(self, found: Explanation, table: Any, seed: int) -> Any:
        return found.effect.transpose(1, 0, 2)


class Cliff(Mutant):
    """Its answer turns on a digit of x that nobody reads."""

    def spoil(self, found: Explanation, table: Any, seed: int) -> Any:
        digit = np.floor(1e6 * found.values[:, :1].astype(float)) % 2
        return found.effect * (2 * digit - 1)[:, :, None]


class TurnsOnTheAnswer(Mutant):
    def spoil(self, found: Explanation, table: Any, seed: int) -> Any:
        digit = np.floor(1e6 * found.f[:, None, :]) % 5
        return found.effect * 2.0**digit


class BoldErrors(Mutant):
    def spoil(self, found: Explanation, table: Any, seed: int) -> Any:
        return replace(found, stderr=None if found.stderr is None else found.stderr / 5)


class LeaksToAll(Mutant):
    def spoil(self, found: Explanation, table: Any, seed: int) -> Any:
        return found.effect + 0.1 * found.effect.sum(axis=1, keepdims=True)


class PrefersTheFirst(Mutant):
    def spoil(self, found: Explanation, table: Any, seed: int) -> Any:
        return found.effect / (1 + 0.5 * np.arange(found.effect.shape[1]))[None, :, None]


class CountsRows(Mutant):
    def spoil(self, found: Explanation, table: Any, seed: int) -> Any:
        return found.effect * len(table.background)


class AsksAboutNothing(Mutant):
    def explain(self, predict: Any, background: Any, rows: Any, seed: int = 0) -> Any:
        table = infer(background)
        hole = table.decode(np.full((1, len(table.names)), np.nan))
        getattr(predict, "__self__", predict).model(hole)
        return super().explain(predict, background, rows, seed)


def _covariance(predict: Any, background: Any) -> Array:
    """What each feature says of the model by itself, (k, C)."""
    table = infer(background)
    assert isinstance(table, Table)
    f = np.asarray(predict(table.decode(table.background.copy())), dtype=np.float64)
    z = (table.background - table.background.mean(axis=0)) / np.where(
        table.scale > 0, table.scale, 1
    )
    return z.T @ (f.reshape(len(f), -1) - f.mean(axis=0)) / len(f)


EXPLAINERS: tuple[tuple[Any, str], ...] = (
    (GlobalGenerator(), "check_global_state"),
    (FreshGenerator(), "check_same_seed_same_bits"),
    (SeedIgnored(), "check_seed_is_used"),
    (SaysDeterministic(), "check_seed_is_used"),
    (ChangesRows(), "check_nothing_is_changed"),
    (WrongColumnOrder(), "check_one_feature_alone"),
    (NormalisedOverTheBatch(), "check_batch_is_its_rows"),
    (PlaceInTheBatch(), "check_batch_is_its_rows"),
    (SignFlipped(), "check_linear_recovery"),
    (SignFromCovariance(), "check_linear_recovery_under_correlation"),
    (OneByOne(), "check_correlated_dummy"),
    (InputUnits(), "check_units"),
    (LosesTheFirst(), "check_one_feature_alone"),
    (SilentHoles(), "check_finite"),
    (FirstOutputOnly(), "check_every_output"),
    (PlaceOfTheOutput(), "check_label_swap"),
    (StaleCache(), "check_nothing_is_kept"),
    (TooFewSamples(), "check_repeats_are_close"),
    (DropsTheNames(), "check_model_is_asked_in_its_own_words"),
    (HoldsALambda(), "check_pickles"),
    (NeverZero(), "check_constant_model"),
    (Unsigned(), "check_scale_of_the_output"),
    (Turned(), "check_shapes_and_names"),
    (Cliff(), "check_small_moves"),
    (TurnsOnTheAnswer(), "check_refit"),
    (BoldErrors(), "check_standard_errors"),
    (LeaksToAll(), "check_dummy"),
    (PrefersTheFirst(), "check_column_order"),
    (PrefersTheFirst(), "check_symmetry"),
    (CountsRows(), "check_duplicated_rows"),
    (AsksAboutNothing(), "check_queries_are_rows"),
)


@dataclass(frozen=True)
class Backwards(Gaussian):
    """The last draw first."""

    def cloud(self, u: Array, x: Array, view: Any) -> Cloud:
        return super().cloud(u[:, ::-1], x, view)


@dataclass(frozen=True)
class WritesUniforms(Gaussian):
    def cloud(self, u: Array, x: Array, view: Any) -> Cloud:
        u *= 0.5
        return super().cloud(u, x, view)


@dataclass(frozen=True)
class Company(Gaussian):
    def cloud(self, u: Array, x: Array, view: Any) -> Cloud:
        found = super().cloud(u, x, view)
        return Cloud(found.x, found.moves * len(x), found.relative)


@dataclass(frozen=True)
class HalfCodes(Gaussian):
    def cloud(self, u: Array, x: Array, view: Any) -> Cloud:
        found = super().cloud(u, x, view)
        return Cloud(found.x, found.moves + 0.5, found.relative)


@dataclass(frozen=True)
class Infinite(Gaussian):
    def cloud(self, u: Array, x: Array, view: Any) -> Cloud:
        found = super().cloud(u, x, view)
        moves = found.moves.copy()
        moves[:, 0] = np.inf
        return Cloud(found.x, moves, found.relative)


@dataclass(frozen=True)
class NoPrefix(Iid):
    def draw(self, n: int, dims: int, rng: np.random.Generator) -> Array:
        return super().draw(n, dims, rng)[::-1].copy()


PERTURBATIONS: tuple[tuple[Any, str], ...] = (
    (Backwards(), "check_prefix"),
    (Gaussian(design=NoPrefix()), "check_prefix"),
    (WritesUniforms(), "check_cloud_is_pure"),
    (Company(), "check_rows_apart"),
    (HalfCodes(), "check_categories_and_constants"),
    (Infinite(), "check_cloud_shape"),
)


@dataclass(frozen=True)
class Heavy(Exponential):
    def weights(self, interpreted: Interpreted) -> Array:
        return 1.5 * super().weights(interpreted)


@dataclass(frozen=True)
class Rising(Exponential):
    def weights(self, interpreted: Interpreted) -> Array:
        return 1 - 0.5 * super().weights(interpreted)


@dataclass(frozen=True)
class WritesSamples(Exponential):
    def weights(self, interpreted: Interpreted) -> Array:
        found = super().weights(interpreted)
        interpreted.z[...] = 0.0
        return found


KERNELS: tuple[tuple[Any, str], ...] = (
    (Heavy(0.5), "check_weights"),
    (Rising(0.5), "check_farther_weighs_less"),
    (WritesSamples(0.5), "check_kernel_is_pure"),
)


@dataclass(frozen=True)
class Spoilt:
    """A least-squares fit of which some readings are replaced."""

    fitted: Any
    changed: dict[str, Any]

    def __getattr__(self, name: str) -> Any:
        if name in ("fitted", "changed"):
            raise AttributeError(name)
        return self.changed.get(name, getattr(self.fitted, name))


@dataclass(frozen=True)
class WritesAnswers(LeastSquares):
    def fit(self, z: Array, w: Array, y: Array) -> Any:
        y -= y.mean()
        return super().fit(z, w, y)


@dataclass(frozen=True)
class IgnoresWeights(LeastSquares):
    def fit(self, z: Array, w: Array, y: Array) -> Any:
        return super().fit(z, np.ones_like(w), y)


@dataclass(frozen=True)
class LargeEffects(LeastSquares):
    def fit(self, z: Array, w: Array, y: Array) -> Any:
        found = super().fit(z, w, y)
        return Spoilt(found, {"effect": 2 * found.effect})


@dataclass(frozen=True)
class ReusesItsSample(LeastSquares):
    """The judge is the sample of the fit."""

    def fit(self, z: Array, w: Array, y: Array) -> Any:
        found = super().fit(z, w, y)
        return Spoilt(found, {"r2_out": found.r2})


@dataclass(frozen=True)
class NoIntercept(LeastSquares):
    def fit(self, z: Array, w: Array, y: Array) -> Any:
        return super().fit(z, w, y * (1 + 0.1 * np.abs(y).mean()))


@dataclass(frozen=True)
class StillMoves(LeastSquares):
    def fit(self, z: Array, w: Array, y: Array) -> Any:
        found = super().fit(z, w, y)
        return Spoilt(found, {"effect": found.effect + 0.1, "importance": found.importance + 0.2})


@dataclass(frozen=True)
class FirstInstanceForAll(LeastSquares):
    def fit(self, z: Array, w: Array, y: Array) -> Any:
        found = super().fit(z, w, y)
        same = np.broadcast_to(found.effect[:1], found.effect.shape)
        return Spoilt(found, {"effect": same})


@dataclass(frozen=True)
class RolledColumns(LeastSquares):
    def fit(self, z: Array, w: Array, y: Array) -> Any:
        found = super().fit(z, w, y)
        rolled = {
            name: np.roll(getattr(found, name), 1, axis=1) for name in ("effect", "importance")
        }
        return Spoilt(found, rolled)


SURROGATES: tuple[tuple[Any, str], ...] = (
    (WritesAnswers(), "check_fit_is_pure"),
    (IgnoresWeights(), "check_weightless_samples"),
    (LargeEffects(), "check_effect_within_importance"),
    (ReusesItsSample(), "check_fitted_r2"),
    (NoIntercept(), "check_shift_of_the_answers"),
    (StillMoves(), "check_unvarying_feature"),
    (FirstInstanceForAll(), "check_stack_is_its_fits"),
    (RolledColumns(), "check_feature_order"),
)
