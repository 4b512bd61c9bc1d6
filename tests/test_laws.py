"""Laws that every part and every Lime keeps; the parts that they run over are in parts.py."""

from __future__ import annotations

import hashlib
import itertools
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limelab.domains import Table
from limelab.lime import Lime
from limelab.perturbations import LocalPCA
from limelab.sampling import sample
from limelab.surrogates import LeastSquares, Tree
from limelab.types import Array, Cloud, Design, Kernel, Perturbation, Representation, Surrogate
from tests.parts import (
    BALLS,
    BY_COLUMN,
    DESIGNS,
    KERNELS,
    LINES,
    MODELS,
    PERTURBATIONS,
    REPRESENTATIONS,
    SURROGATES,
    TABLES,
    TREES,
    arrays_of,
    name_of,
    numbers,
    samplers,
    uniforms,
)

SAMPLERS = samplers()
SEEDS = st.integers(0, 2**31)

every_design = pytest.mark.parametrize("design", DESIGNS, ids=name_of)
every_sampler = pytest.mark.parametrize("part", SAMPLERS, ids=name_of)
every_table = pytest.mark.parametrize("name", TABLES)
every_surrogate = pytest.mark.parametrize("surrogate", SURROGATES, ids=name_of)
every_line = pytest.mark.parametrize("surrogate", LINES, ids=name_of)
every_tree = pytest.mark.parametrize("surrogate", TREES, ids=name_of)
few = settings(max_examples=8)


def same(a: Any, b: Any, rel: float = 0.0) -> None:
    """Every array of two fits or explanations agrees, NaN with NaN, bit for bit unless `rel`."""
    left, right = arrays_of(a), arrays_of(b)
    assert left.keys() == right.keys()
    for name, array in left.items():
        if not rel or array.dtype.kind != "f":
            assert array.shape == right[name].shape
            assert np.array_equal(array, right[name], equal_nan=array.dtype.kind == "f"), name
        else:
            assert array == pytest.approx(right[name], rel=rel, abs=rel, nan_ok=True), name


def stack(
    seed: int, axes: tuple[int, int, int] = (3, 3, 3), n: int = 64
) -> tuple[Array, Array, Array]:
    """Samples z, w, y with instance axes of these lengths; one feature is a category."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(axes[0], n, 4))
    z[..., 1] += 0.7 * z[..., 0]
    z[..., 3] = z[..., 3] > 0.3
    w = rng.random((axes[1], n)) + 0.01
    y = rng.normal(size=(axes[2], n, 2)) + np.sin(2 * z[:1, :, :2]) + 2 * z[:1, :, 2:]
    return z, w, y


# Designs and perturbations


@every_design
@given(seed=SEEDS, m=st.integers(0, 6), more=st.integers(0, 3), dims=st.integers(1, 5))
def test_the_first_draws_are_the_shorter_draw(
    design: Design, seed: int, m: int, more: int, dims: int
) -> None:
    short = design.draw(2**m, dims, np.random.default_rng(seed))
    long = design.draw(2 ** (m + more), dims, np.random.default_rng(seed))
    assert (long[: 2**m] == short).all()


@every_design
@given(seed=SEEDS)
def test_a_seed_fixes_the_draws_and_another_changes_all(design: Design, seed: int) -> None:
    first, again, other = (
        design.draw(8, 2, np.random.default_rng(s)) for s in (seed, seed, seed + 1)
    )
    assert (first == again).all()
    assert (first != other).all()


@every_table
@every_sampler
@few
@given(seed=SEEDS, n=st.sampled_from([1, 8, 32]))
def test_a_cloud_of_fewer_uniforms_is_its_prefix(
    part: Perturbation, name: str, seed: int, n: int
) -> None:
    table = TABLES[name]()
    x, u = table.background[:2], uniforms(part, table, 64, seed)
    assert (part.cloud(u, x, table).moves[:, :n] == part.cloud(u[:, :n], x, table).moves).all()


@every_table
@every_sampler
def test_a_cloud_of_a_batch_is_that_of_its_rows(part: Perturbation, name: str) -> None:
    table = TABLES[name]()
    x, u = table.background[:3], uniforms(part, table, 16)
    whole = part.cloud(u, x, table)
    own = part.cloud(np.repeat(u, 3, axis=0), x, table)
    for i in range(3):
        alone = part.cloud(u, x[i : i + 1], table)
        moves = np.broadcast_to(whole.moves, (3, *whole.moves.shape[1:]))
        assert (moves[i] == alone.moves[0]).all()
        assert (own.moves[i] == alone.moves[0]).all()
        assert (whole.relative == alone.relative).all()


@every_table
@every_sampler
def test_a_constant_column_stays_at_x(part: Perturbation, name: str) -> None:
    table = TABLES[name]()
    still = ~table.categorical & (table.scale == 0)
    cloud = part.cloud(uniforms(part, table, 32), table.background[:2], table)
    moved = np.where(cloud.relative, cloud.moves, cloud.moves - table.background[:1])
    assert not moved[..., still].any()
    assert still.any() == (name == "mixed")


@pytest.mark.parametrize("law", BY_COLUMN, ids=name_of)
@every_table
@few
@given(order=st.permutations(range(4)), seed=SEEDS)
def test_columns_in_another_order_move_as_before(
    law: Callable[[], Perturbation], name: str, order: list[int], seed: int
) -> None:
    table, part = TABLES[name](), law()
    frame = table.frame
    place = [*order, *range(4, frame.shape[1])]
    turned = Table(frame[frame.columns[place]], categorical=["code"] if name == "mixed" else [])
    u = uniforms(part, table, 16, seed)
    x = table.background[:2]
    plain, moved = part.cloud(u, x, table), part.cloud(u[..., place], x[:, place], turned)
    assert (moved.moves == plain.moves[..., place]).all()
    assert (moved.relative == plain.relative[place]).all()


# Representations and kernels


@pytest.mark.parametrize("representation", REPRESENTATIONS, ids=name_of)
@every_sampler
@every_table
def test_what_is_seen_of_a_batch_is_what_is_seen_of_its_rows(
    representation: Representation, part: Perturbation, name: str
) -> None:
    table = TABLES[name]()
    cloud = part.cloud(uniforms(part, table, 16), table.background[:3], table)
    whole = representation.interpret(cloud, table)
    for i in range(3):
        moves = cloud.moves[i : i + 1] if len(cloud.moves) > 1 else cloud.moves
        alone = representation.interpret(Cloud(cloud.x[i : i + 1], moves, cloud.relative), table)
        for field in ("z", "gap", "spread"):
            rows = getattr(whole, field)
            assert (rows[i if len(rows) > 1 else 0] == getattr(alone, field)[0]).all()
        for kernel in (*KERNELS, *BALLS):
            w = kernel.weights(whole)
            assert w[i if len(w) > 1 else 0] == pytest.approx(kernel.weights(alone)[0], rel=1e-12)


# Surrogates


@every_surrogate
@few
@given(seed=SEEDS, axes=st.sampled_from(list(itertools.product([1, 3], repeat=3))))
def test_a_stack_is_its_instances_one_by_one(
    surrogate: Surrogate, seed: int, axes: tuple[int, int, int]
) -> None:
    """For every mix of instance axes; trees to the last bit, lines to rounding."""
    z, w, y = stack(seed, axes)
    whole = surrogate.fit(z, w, y)
    instances = max(axes)
    points = np.random.default_rng(seed).normal(size=(1, 7, 4))
    for i in range(instances):
        alone = surrogate.fit(*(part[i : i + 1] if len(part) > 1 else part for part in (z, w, y)))
        pairs = {**arrays_of(whole), "predict": whole.predict(points)}
        for name, array in {**arrays_of(alone), "predict": alone.predict(points)}.items():
            entry = pairs[name][i : i + 1] if len(pairs[name]) > 1 else pairs[name]
            if array.dtype.kind == "f" and surrogate in LINES:
                assert entry == pytest.approx(array, rel=1e-10, abs=1e-10), name
            else:  # nodes are padded to the longest tree
                assert (entry[..., : array.shape[-1]] == array).all(), name


# Leaves of a few samples are cut off alike by several features, and the tie goes to the first.
STEADY = (*LINES, Tree(max_depth=2, min_share=0.1), Tree(None, max_splits=4, min_share=0.05))


@pytest.mark.parametrize("surrogate", STEADY, ids=name_of)
@few
@given(seed=SEEDS, order=st.permutations(range(4)))
def test_features_in_another_order_are_fitted_as_before(
    surrogate: Surrogate, seed: int, order: list[int]
) -> None:
    z, w, y = stack(seed, n=256)
    plain, turned = surrogate.fit(z, w, y), surrogate.fit(z[..., order], w, y)
    for name in ("importance", "effect", "coef", "stderr", "selected"):
        left, right = getattr(plain, name), getattr(turned, name)
        assert (left is None) == (right is None)
        if left is not None:
            assert right == pytest.approx(left[:, order], rel=1e-8, abs=1e-10), name
    assert turned.r2 == pytest.approx(plain.r2)


@every_surrogate
@few
@given(seed=SEEDS)
def test_samples_in_another_order_are_fitted_as_before(surrogate: Surrogate, seed: int) -> None:
    z, w, y = stack(seed)
    order = np.random.default_rng(seed).permutation(64)
    plain, turned = surrogate.fit(z, w, y), surrogate.fit(z[:, order], w[:, order], y[:, order])
    for name in ("importance", "effect", "r2"):
        assert getattr(turned, name) == pytest.approx(getattr(plain, name), rel=1e-8, abs=1e-10)


@every_surrogate
@few
@given(seed=SEEDS, factor=st.sampled_from([1e-6, 0.3, 1e4]))
def test_only_the_ratio_of_weights_matters(surrogate: Surrogate, seed: int, factor: float) -> None:
    z, w, y = stack(seed)
    same(surrogate.fit(z, w, y), surrogate.fit(z, w * factor, y), rel=1e-8)


@every_surrogate
@few
@given(seed=SEEDS, shift=st.floats(-50, 50))
def test_a_shift_of_the_model_shifts_the_surrogate_and_nothing_else(
    surrogate: Surrogate, seed: int, shift: float
) -> None:
    z, w, y = stack(seed)
    plain, moved = surrogate.fit(z, w, y), surrogate.fit(z, w, y + shift)
    for name in set(arrays_of(plain)) - {"intercept", "value"}:
        left, right = arrays_of(plain)[name], arrays_of(moved)[name]
        assert right == pytest.approx(left, rel=1e-7, abs=1e-8), name
    assert moved.predict(z) == pytest.approx(plain.predict(z) + shift, rel=1e-8, abs=1e-8)


@every_surrogate
@few
@given(seed=SEEDS, factor=st.sampled_from([-3.0, 1e-5, 0.7, 2e6]))
def test_a_multiple_of_the_model_is_a_multiple_of_the_surrogate(
    surrogate: Surrogate, seed: int, factor: float
) -> None:
    z, w, y = stack(seed)
    plain, moved = surrogate.fit(z, w, y), surrogate.fit(z, w, y * factor)
    for name in ("coef", "effect"):
        if getattr(plain, name) is not None:
            expected = getattr(plain, name) * factor
            assert getattr(moved, name) == pytest.approx(expected, rel=1e-7, abs=1e-9 * abs(factor))
    for name in ("importance", "stderr"):
        if getattr(plain, name) is not None:
            expected = getattr(plain, name) * abs(factor)
            assert getattr(moved, name) == pytest.approx(expected, rel=1e-7, abs=1e-9 * abs(factor))
    assert moved.r2 == pytest.approx(plain.r2)
    assert moved.r2_out == pytest.approx(plain.r2_out, rel=1e-6)


@every_surrogate
@given(seed=SEEDS)
def test_no_effect_exceeds_its_importance(surrogate: Surrogate, seed: int) -> None:
    fitted = surrogate.fit(*stack(seed, (1, 2, 2)))
    assert (np.abs(fitted.effect) <= fitted.importance).all()
    assert (fitted.importance >= 0).all()
    assert not fitted.importance[~fitted.selected].any()
    assert (fitted.r2 <= 1).all()


@every_surrogate
def test_outputs_are_fitted_apart(surrogate: Surrogate) -> None:
    z, w, y = stack(5)
    whole = surrogate.fit(z, w, y)
    for c in range(2):
        alone = surrogate.fit(z, w, y[..., c : c + 1])
        assert alone.importance[..., 0] == pytest.approx(whole.importance[..., c])
        assert alone.r2[:, 0] == pytest.approx(whole.r2[:, c])


@every_line
@given(seed=SEEDS)
def test_a_line_predicts_by_its_own_numbers(surrogate: Surrogate, seed: int) -> None:
    z, w, y = stack(seed)
    fitted = surrogate.fit(z, w, y)
    assert fitted.coef is not None
    assert fitted.intercept is not None
    truth = np.einsum("ink,ikc->inc", z, fitted.coef) + fitted.intercept[:, None, :]
    assert fitted.predict(z) == pytest.approx(truth)


@every_tree
@given(seed=SEEDS)
def test_a_tree_predicts_within_what_it_saw(surrogate: Surrogate, seed: int) -> None:
    z, w, y = stack(seed)
    values = surrogate.fit(z, w, y).predict(z * 10)
    low, high = y.min(axis=1, keepdims=True), y.max(axis=1, keepdims=True)
    assert ((values >= low - 1e-9) & (values <= high + 1e-9)).all()


# All parts: inputs are left alone


def digest(*arrays: Array) -> str:
    return hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()


def sealed(*arrays: Array) -> tuple[Array, ...]:
    for array in arrays:
        array.setflags(write=False)
    return arrays


@every_surrogate
def test_a_surrogate_changes_nothing_it_is_handed(surrogate: Surrogate) -> None:
    z, w, y = sealed(*stack(0))
    before = digest(z, w, y)
    surrogate.fit(z, w, y).predict(z)
    assert digest(z, w, y) == before


@every_sampler
@every_table
def test_a_sampler_changes_nothing_it_is_handed(part: Perturbation, name: str) -> None:
    table = TABLES[name]()
    u, x = sealed(uniforms(part, table, 16), table.background[:2].copy())
    before = digest(u, x, table.background)
    cloud = part.cloud(u, x, table)
    sealed(cloud.moves)
    for representation in REPRESENTATIONS:
        seen = representation.interpret(cloud, table)
        sealed(seen.z)
        for kernel in KERNELS:
            kernel.weights(seen)
    assert digest(u, x, table.background) == before


PARTS = (*SAMPLERS, *KERNELS, *BALLS, *REPRESENTATIONS, *SURROGATES, *DESIGNS)


@pytest.mark.parametrize("part", PARTS, ids=name_of)
def test_a_part_is_a_frozen_value(part: Any) -> None:
    twin = pickle.loads(pickle.dumps(part))
    assert (twin, hash(twin), repr(twin)) == (part, hash(part), repr(part))
    with pytest.raises(FrozenInstanceError):
        part.anything = 1


# The whole line

LIMES = [
    *(Lime(part, kernel=KERNELS[2], n_samples=128) for part in SAMPLERS),
    *(Lime(surrogate=surrogate, n_samples=128) for surrogate in SURROGATES[1:]),
    Lime(PERTURBATIONS[2](), kernel=KERNELS[1], surrogate=Tree(), n_samples=128, draws="own"),
    Lime(PERTURBATIONS[1](), kernel=KERNELS[2], surrogate=Tree(), n_samples=128),
]
every_lime = pytest.mark.parametrize("lime", LIMES, ids=name_of)


def explained(lime: Lime, name: str, rows: Any = slice(0, 3), seed: int = 0) -> Any:
    table = TABLES[name]()
    return lime.explain(MODELS[name], table, table.frame.iloc[rows], seed)


@every_table
@every_lime
def test_the_same_call_gives_the_same_bits(lime: Lime, name: str) -> None:
    same(explained(lime, name), explained(lime, name))


@every_table
@every_lime
def test_another_seed_gives_other_bits(lime: Lime, name: str) -> None:
    first, other = explained(lime, name), explained(lime, name, seed=1)
    assert (first.r2 != other.r2).all()
    assert (first.f == other.f).all()


@every_table
@every_lime
@pytest.mark.parametrize("draws", ["shared", "own"])
def test_a_batch_is_its_rows_one_by_one(lime: Lime, name: str, draws: Any) -> None:
    lime = replace(lime, draws=draws)
    whole = explained(lime, name)
    for i in range(3):
        alone = explained(lime, name, slice(i, i + 1))
        for field, array in arrays_of(alone).items():
            entry = getattr(whole, field)[i : i + 1]
            if array.dtype.kind == "f":
                assert entry == pytest.approx(array, rel=1e-10, abs=1e-10, nan_ok=True), field
            else:
                assert (entry == array).all(), field


def state() -> str:
    return repr(np.random.get_state(legacy=False))  # noqa: NPY002 -- the state is what we look at


@every_table
@pytest.mark.parametrize("lime", LIMES[::3], ids=name_of)
def test_the_global_state_of_numpy_neither_matters_nor_changes(lime: Lime, name: str) -> None:
    found = []
    kept = np.random.get_state()  # noqa: NPY002 -- it is what this test is about
    try:
        for seed in (1, 2):
            np.random.seed(seed)  # noqa: NPY002
            before = state()
            found.append(explained(lime, name))
            assert state() == before
    finally:
        np.random.set_state(kept)  # noqa: NPY002
    same(*found)


@every_lime
def test_own_draws_follow_the_row_and_not_its_place(lime: Lime) -> None:
    lime = replace(lime, draws="own")
    plain, turned = explained(lime, "numbers", [0, 5, 9]), explained(lime, "numbers", [9, 0, 9])
    order = [2, 0, 2]
    assert turned.importance == pytest.approx(plain.importance[order], rel=1e-10)
    assert turned.r2 == pytest.approx(plain.r2[order], rel=1e-10)


@every_sampler
def test_fewer_samples_are_the_prefix_of_more(part: Perturbation) -> None:
    table = numbers()
    x = table.background[:2]
    for draws in ("shared", "own"):
        long, short = (sample(part, table, x, n, draws, 7).moves for n in (64, 32))
        assert (long[:, :32] == short).all()


@pytest.mark.parametrize("kernel", KERNELS, ids=name_of)
@every_table
def test_a_line_is_explained_by_itself_under_every_kernel(kernel: Kernel, name: str) -> None:
    """Whatever is linear in what the surrogate sees is recovered, for every width and law."""
    table = TABLES[name]()
    numeric = ~table.categorical
    slopes = np.where(numeric, np.arange(len(table.names)) - 1.5, 0.0)

    def line(rows: Any) -> Array:
        return np.asarray((table.encode(rows) - table.mean) * numeric @ slopes)

    for part in SAMPLERS:
        lime = Lime(part, kernel=kernel, n_samples=512, surrogate=LeastSquares())
        found = lime.explain(line, table, table.frame.iloc[:3])
        whole = np.array(["collinear" not in note for note in found.notes])  # not in a plane
        kept = (found.declined == "") & whole
        assert kept.any() or isinstance(part, LocalPCA)
        expected = np.where(table.scale > 0, slopes * table.scale, 0.0)
        assert found.coef is not None
        for row in found.coef[kept, :, 0]:
            assert row == pytest.approx(expected, abs=1e-6)
