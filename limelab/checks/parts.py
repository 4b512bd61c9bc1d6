"""The kits for parts: what a perturbation, a kernel and a surrogate owe the line they stand in."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Mapping
from typing import Any

import numpy as np

from limelab.checks import strategies
from limelab.checks.cases import Case
from limelab.checks.kit import Kit, OnFail, run, settle
from limelab.checks.neighbourhoods import Neighbourhood, neighbourhoods
from limelab.checks.results import CheckFailed, Report
from limelab.checks.subject import close, same_bits
from limelab.domains import Table
from limelab.seeds import generator
from limelab.types import Array, BadInput, Cloud, Kernel, LocalModel, Perturbation, Surrogate

PERTURBATIONS, KERNELS, SURROGATES = Kit(), Kit(), Kit()
_N = 32


def _check(
    kit: Kit, part: Any, protocol: Any, verb: str, options: Mapping[str, Any], on_fail: OnFail
) -> Report:
    if isinstance(part, type) or not isinstance(part, protocol):
        raise BadInput(
            f"{part!r} is no {protocol.__name__}; expected a value with a method {verb}, see "
            f"limelab.types.{protocol.__name__}"
        )
    return settle(run(kit.checks, part, repr(part), **options), on_fail)


def check_perturbation(
    perturbation: Perturbation,
    *,
    expected_failed_checks: Mapping[str, str] | None = None,
    n_examples: int = 25,
    seed: int = 0,
    on_fail: OnFail = "raise",
) -> Report:
    """Check a perturbation: a pure map of uniforms to clouds.

    Parameters
    ----------
    perturbation : Perturbation
    expected_failed_checks, n_examples, seed, on_fail
        As in `check_explainer`.

    Examples
    --------
    >>> from limelab.perturbations import Marginals
    >>> check_perturbation(Marginals(), n_examples=3).ok
    True
    """
    options = _options(expected_failed_checks, n_examples, seed)
    return _check(PERTURBATIONS, perturbation, Perturbation, "cloud", options, on_fail)


def check_kernel(
    kernel: Kernel,
    *,
    expected_failed_checks: Mapping[str, str] | None = None,
    n_examples: int = 25,
    seed: int = 0,
    on_fail: OnFail = "raise",
) -> Report:
    """Check a kernel: weights in (0, 1] that fall with distance.

    Examples
    --------
    >>> from limelab.kernels import Exponential
    >>> check_kernel(Exponential(0.5), n_examples=3).ok
    True
    """
    options = _options(expected_failed_checks, n_examples, seed)
    return _check(KERNELS, kernel, Kernel, "weights", options, on_fail)


def check_surrogate(
    surrogate: Surrogate,
    *,
    expected_failed_checks: Mapping[str, str] | None = None,
    n_examples: int = 25,
    seed: int = 0,
    on_fail: OnFail = "raise",
) -> Report:
    """Check a surrogate: a pure weighted fit whose readings hang together.

    Examples
    --------
    >>> from limelab.surrogates import LeastSquares
    >>> check_surrogate(LeastSquares(), n_examples=3).ok
    True
    """
    options = _options(expected_failed_checks, n_examples, seed)
    return _check(SURROGATES, surrogate, Surrogate, "fit", options, on_fail)


def _options(expected: Any, n_examples: int, seed: int) -> dict[str, Any]:
    return {"expected_failed_checks": expected, "n_examples": n_examples, "seed": seed}


# Perturbations


def _ready(law: Perturbation, case: Case) -> tuple[Table, Array, Array]:
    """A case's table, the rows to explain and uniforms for them."""
    table = Table(case.background)
    x = table.encode(case.explained)
    u = law.design.draw(_N, law.dims(table), generator(case.seed, "check"))[None]
    return table, x, u


def _points(cloud: Cloud) -> Array:
    return np.where(cloud.relative, cloud.x[:, None, :] + cloud.moves, cloud.moves)


@PERTURBATIONS.over("contract", strategies.cases(rows=2))
def check_cloud_shape(law: Perturbation, case: Case) -> None:
    """A cloud has the samples that were drawn, finite, for every row."""
    table, x, u = _ready(law, case)
    cloud = law.cloud(u, x, table)
    if cloud.moves.shape[0] not in (1, len(x)) or cloud.moves.shape[1:] != (_N, x.shape[1]):
        raise CheckFailed(f"moves of shape {cloud.moves.shape}; expected (1 or 2, {_N}, d)")
    if not np.isfinite(_points(cloud)).all():
        raise CheckFailed("a point is not finite")


@PERTURBATIONS.over("contract", strategies.cases(rows=2))
def check_cloud_is_pure(law: Perturbation, case: Case) -> None:
    """The same uniforms give the same cloud, and nothing that was handed over changes."""
    table, x, u = _ready(law, case)
    held = [array.copy() for array in (u, x, table.background)]
    first = _points(law.cloud(u, x, table))
    for now, before in zip((u, x, table.background), held, strict=True):
        same_bits(now, before, "an argument was changed")
    same_bits(first, _points(law.cloud(u, x, table)), "the second cloud differs")


@PERTURBATIONS.over("contract", strategies.cases())
def check_prefix(law: Perturbation, case: Case) -> None:
    """The first samples of a long draw are the short draw."""
    table, x, u = _ready(law, case)
    rng = generator(case.seed, "check")
    short = law.design.draw(_N // 2, law.dims(table), rng)[None]
    same_bits(u[:, : _N // 2], short, "the design's first draws are not its shorter draw")
    whole = _points(law.cloud(u, x, table))[:, : _N // 2]
    same_bits(whole, _points(law.cloud(short, x, table)), "a longer cloud begins otherwise")


@PERTURBATIONS.over("contract", strategies.cases(rows=2))
def check_rows_apart(law: Perturbation, case: Case) -> None:
    """The cloud of a batch is that of its rows."""
    table, x, u = _ready(law, case)
    batch = np.broadcast_to(_points(law.cloud(u, x, table)), (2, _N, x.shape[1]))
    alone = [_points(law.cloud(u, x[i : i + 1], table))[0] for i in range(2)]
    close(batch, np.stack(alone), "a row's cloud depends on its company", rtol=1e-12)


@PERTURBATIONS.over("contract", strategies.cases())
def check_categories_and_constants(law: Perturbation, case: Case) -> None:
    """Categories stay categories of the background, and constant columns stay."""
    table, x, u = _ready(law, case)
    points = _points(law.cloud(u, x, table))[0]
    for j in np.flatnonzero(table.categorical):
        if not np.isin(points[:, j], table.background[:, j]).all():
            raise CheckFailed(f"column {table.names[j]} holds a code that is no category")
    still = ~table.categorical & (table.scale == 0)
    if (points[:, still] != x[0, still]).any():
        raise CheckFailed("a constant column moved")


@PERTURBATIONS.once("contract")
def check_law_is_a_value(law: Perturbation, seed: int) -> None:
    """It pickles, compares and copies as a value."""
    _is_a_value(law)


# Kernels


@KERNELS.over("contract", neighbourhoods())
def check_weights(kernel: Kernel, case: Neighbourhood) -> None:
    """Weights lie in [0, 1], are finite, and x itself weighs most."""
    seen = case.interpreted()
    w = kernel.weights(seen)
    if w.shape[0] not in (1, len(seen.z)) or w.shape[1] != seen.z.shape[1]:
        raise CheckFailed(f"weights of shape {w.shape}; expected (I or 1, {seen.z.shape[1]})")
    if not np.isfinite(w).all() or (w < 0).any() or (w > 1 + 1e-12).any():
        raise CheckFailed(f"weights from {w.min():.3g} to {w.max():.3g}; expected (0, 1]")


@KERNELS.over("axiom", neighbourhoods())
def check_farther_weighs_less(kernel: Kernel, case: Neighbourhood) -> None:
    """Along a ray from x weights do not rise."""
    w = kernel.weights(case.ray())[0]
    if (np.diff(w) > 1e-12).any():
        raise CheckFailed("a sample farther from x on the same ray weighs more")


@KERNELS.over("contract", neighbourhoods())
def check_kernel_is_pure(kernel: Kernel, case: Neighbourhood) -> None:
    """The same samples weigh the same, and stay what they were."""
    seen = case.interpreted()
    before = seen.z.copy()
    first = kernel.weights(seen)
    same_bits(seen.z, before, "the samples were changed")
    same_bits(first, kernel.weights(case.interpreted()), "the second call weighs otherwise")


@KERNELS.once("contract")
def check_kernel_is_a_value(kernel: Kernel, seed: int) -> None:
    """It pickles, compares and copies as a value."""
    _is_a_value(kernel)


# Surrogates


def _fit(surrogate: Surrogate, case: Neighbourhood, **changed: Array) -> LocalModel:
    arrays = {"z": case.z(), "w": case.w(), "y": case.y(), **changed}
    return surrogate.fit(arrays["z"], arrays["w"], arrays["y"])


@SURROGATES.over("contract", neighbourhoods())
def check_fit_shape(surrogate: Surrogate, case: Neighbourhood) -> None:
    """Importance, effect and selection have one value for each instance, feature and output."""
    found = _fit(surrogate, case)
    wanted = (case.instances, case.features, 2)
    for name in ("importance", "effect", "selected"):
        array = getattr(found, name)
        if array.shape != wanted or not np.isfinite(array).all():
            raise CheckFailed(f"{name} of shape {array.shape}, or not finite; expected {wanted}")
    if found.coef is not None and found.coef.shape != wanted:
        raise CheckFailed(f"coef of shape {found.coef.shape}; expected {wanted}")


@SURROGATES.over("contract", neighbourhoods())
def check_fit_is_pure(surrogate: Surrogate, case: Neighbourhood) -> None:
    """The same arrays give the same fit, and stay what they were."""
    arrays = {"z": case.z(), "w": case.w(), "y": case.y()}
    before = {name: array.copy() for name, array in arrays.items()}
    first = _fit(surrogate, case, **arrays)
    for name, array in arrays.items():
        same_bits(array, before[name], f"{name} was changed")
    same_bits(first.effect, _fit(surrogate, case).effect, "the second fit differs")


@SURROGATES.over("contract", neighbourhoods())
def check_stack_is_its_fits(surrogate: Surrogate, case: Neighbourhood) -> None:
    """A stack of instances is fitted as each alone."""
    z, w, y = case.z(), case.w(), case.y()
    whole = _fit(surrogate, case).effect
    alone = []
    for i in range(case.instances):
        parts = [array[i : i + 1] if len(array) > 1 else array for array in (z, w, y)]
        alone.append(surrogate.fit(*parts).effect)
    close(whole, np.concatenate(alone), "an instance is fitted otherwise in company", rtol=1e-8)


@SURROGATES.over("axiom", neighbourhoods())
def check_effect_within_importance(surrogate: Surrogate, case: Neighbourhood) -> None:
    """No effect exceeds its importance, and importance is not negative."""
    found = _fit(surrogate, case)
    slack = 1e-9 * max(float(found.importance.max()), 1e-300)
    if (found.importance < 0).any() or (np.abs(found.effect) > found.importance + slack).any():
        raise CheckFailed("an effect exceeds its importance")


@SURROGATES.over("axiom", neighbourhoods())
def check_shift_of_the_answers(surrogate: Surrogate, case: Neighbourhood) -> None:
    """Answers that all grow by the same change no effect, and every prediction by that."""
    plain, moved = _fit(surrogate, case), _fit(surrogate, case, y=case.y() + 8.0)
    close(plain.effect, moved.effect, "a shift of the answers changes effects", rtol=1e-6)
    first, second = plain.predict(case.z()), moved.predict(case.z())
    close(first + 8.0, second, "a shift of the answers does not shift predictions")


@SURROGATES.over("axiom", neighbourhoods())
def check_unvarying_feature(surrogate: Surrogate, case: Neighbourhood) -> None:
    """A feature that stands still in the sample gets 0."""
    z = case.z()
    z[..., 0] = 0.0
    found = _fit(surrogate, case, z=z)
    if np.abs(found.effect[:, 0]).max() > 0 or found.selected[:, 0].any():
        raise CheckFailed("a feature that does not vary has an effect, or counts as selected")


@SURROGATES.over("axiom", neighbourhoods())
def check_feature_order(surrogate: Surrogate, case: Neighbourhood) -> None:
    """Features in another order are fitted as before.

    The answers are steps of one feature each, so that no two splits of a tree tie.
    """
    z = case.z()
    steps = np.stack([z[..., 0] > 0, z[..., -1] > 0], axis=-1).astype(np.float64)
    first = _fit(surrogate, case, y=steps)
    second = _fit(surrogate, case, z=np.ascontiguousarray(z[..., ::-1]), y=steps)
    close(first.effect[:, ::-1], second.effect, "the features' order matters", rtol=1e-5)


@SURROGATES.over("axiom", neighbourhoods())
def check_weightless_samples(surrogate: Surrogate, case: Neighbourhood) -> None:
    """Samples that weigh nothing change no coefficient."""
    z, w, y = case.z(), case.w(), case.y()
    half = z.shape[1] // 2
    w[:, half:] = 0.0
    other = y.copy()
    other[:, half:] += 100.0
    first, second = _fit(surrogate, case, w=w), _fit(surrogate, case, w=w, y=other)
    close(first.effect, second.effect, "samples of weight 0 matter", rtol=1e-6)


@SURROGATES.once("axiom")
def check_fitted_r2(surrogate: Surrogate, seed: int) -> None:
    """R2 out of sample is not above R2 on the fit's own samples, and falls on noise alone."""
    case = Neighbourhood(samples=60, features=5, seed=seed)
    noise = generator(seed, "noise").normal(size=case.y().shape)
    found = _fit(surrogate, case, y=noise)
    if (found.r2_out > found.r2 + 1e-12).any():
        raise CheckFailed("R2 out of sample is above R2 in sample: it reuses the fit's own samples")
    if (found.r2 > 0.05).any() and np.allclose(found.r2, found.r2_out):
        raise CheckFailed("R2 out of sample of pure noise is R2 in sample")


@SURROGATES.once("contract")
def check_surrogate_is_a_value(surrogate: Surrogate, seed: int) -> None:
    """It pickles, compares and copies as a value."""
    _is_a_value(surrogate)


def _is_a_value(part: Any) -> None:
    """Copies through pickle and copy say the same of themselves."""
    try:
        copies = [pickle.loads(pickle.dumps(part)), copy.deepcopy(part)]
    except Exception as error:
        raise CheckFailed(f"it does not pickle: {type(error).__name__}: {error}") from error
    if any(repr(one) != repr(part) for one in copies):
        raise CheckFailed("a copy prints otherwise: its repr is its record")
    if " at 0x" in repr(part):
        raise CheckFailed(f"its repr {repr(part)!r} holds an address and no configuration")
