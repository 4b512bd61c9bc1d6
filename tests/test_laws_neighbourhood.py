"""Laws of where we look, what is seen and how near is near, over every pair that composes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limelab.distances import Cosine, Distance, Euclidean, Gower
from limelab.domains import Table
from limelab.kernels import Ball, EffectiveSize, Exponential, Flat
from limelab.lime import Lime, effective_size
from limelab.perturbations import Copula, KernelDensity, LocalPCA
from limelab.sampling import sample
from limelab.surrogates import LeastSquares, Ridge
from limelab.types import (
    Array,
    Cloud,
    Interpreted,
    Kernel,
    NotApplicable,
    Perturbation,
    Representation,
)
from tests.parts import (
    BALLS,
    BY_COLUMN,
    KERNELS,
    MODELS,
    PERTURBATIONS,
    REPRESENTATIONS,
    TABLES,
    codes,
    name_of,
    numbers,
    samplers,
    uniforms,
)

DISTANCES: tuple[Distance, ...] = (Euclidean(), Cosine(), Gower())
SEEDS = st.integers(0, 2**31)

every_law = pytest.mark.parametrize("law", PERTURBATIONS, ids=name_of)
every_sampler = pytest.mark.parametrize("part", samplers(), ids=name_of)
every_representation = pytest.mark.parametrize("representation", REPRESENTATIONS, ids=name_of)
every_distance = pytest.mark.parametrize("distance", DISTANCES, ids=name_of)
every_table = pytest.mark.parametrize("name", TABLES)
few = settings(max_examples=5)


def distances_of(kernel: Any, seen: Interpreted) -> Array:
    """In the kernel's own distance; 0 where it has none."""
    shape = seen.z.shape[:2]
    found = kernel.distance.between(seen) if hasattr(kernel, "distance") else np.zeros(shape)
    return np.asarray(found)


@every_sampler
@every_table
@few
@given(seed=SEEDS, at=st.integers(0, 117))
def test_weights_are_in_range_and_fall_with_distance(
    part: Perturbation, name: str, seed: int, at: int
) -> None:
    table = TABLES[name]()
    cloud = sample(part, table, table.background[at : at + 2], 32, "own", seed)
    for representation in REPRESENTATIONS:
        seen = representation.interpret(cloud, table)
        for kernel in (*KERNELS, *BALLS):
            w, d = np.broadcast_arrays(kernel.weights(seen), distances_of(kernel, seen))
            assert w.shape[1] == 32
            assert ((w >= 0) & (w <= 1)).all()
            assert ((w > 0) | isinstance(kernel, (Ball, EffectiveSize))).all()
            assert (w.max(axis=1) > 0).all() or isinstance(kernel, Ball)
            for row, far in zip(w, d, strict=True):
                assert (np.diff(row[np.argsort(far)]) <= 1e-12).all()


@every_law
@every_table
def test_what_is_seen_of_x_is_what_every_sample_is_measured_from(law: Any, name: str) -> None:
    """x itself is at distance 0 of every distance, and weighs 1."""
    table = TABLES[name]()
    x = table.background[:3]
    cloud = law().cloud(uniforms(law(), table, 4), x, table)
    here = np.where(cloud.relative, 0.0, x)[:, None, :]
    for representation in REPRESENTATIONS:
        seen = representation.interpret(Cloud(x, here, cloud.relative), table)
        assert (seen.z == seen.at_x).all()
        for distance in DISTANCES:
            assert (distance.between(seen) == 0).all()


DRIVEN = [law for law in PERTURBATIONS if law().family == "data-driven"]


@pytest.mark.parametrize("law", DRIVEN, ids=name_of)
@every_table
def test_samples_stay_inside_the_background(law: Any, name: str) -> None:
    """Numbers in its range, categories among its own, whatever the design."""
    table = TABLES[name]()
    data, codes = table.background, table.categorical
    for seed in range(3):
        cloud = sample(law(), table, data[:4], 256, "shared", seed)
        points = np.where(cloud.relative, cloud.x[:, None, :] + cloud.moves, cloud.moves)
        points = points.reshape(-1, data.shape[1])
        room = 1e-12 * np.abs(data).max(axis=0)
        assert (points >= data.min(axis=0) - room).all()
        assert (points <= data.max(axis=0) + room).all()
        for j in np.flatnonzero(codes):
            assert np.isin(points[:, j], data[:, j]).all()


def explained(lime: Lime, name: str, rows: int = 2) -> Any:
    table = TABLES[name]()
    return lime.explain(MODELS[name], table, table.frame.iloc[:rows])


@every_law
@pytest.mark.parametrize("representation", REPRESENTATIONS[:2], ids=name_of)
@every_distance
@every_table
def test_a_width_without_end_is_no_kernel(
    law: Any, representation: Representation, distance: Distance, name: str
) -> None:
    lime = Lime(law(), representation, surrogate=Ridge(), n_samples=256)
    plain = explained(lime, name)
    for kernel in (
        Exponential(1e7, distance),
        Ball(1e7, distance),
        EffectiveSize(1 - 1e-9, distance),
    ):
        wide = explained(replace(lime, kernel=kernel), name)
        rel = 1e-3 if isinstance(kernel, EffectiveSize) else 1e-9
        assert wide.n_effective == pytest.approx(plain.n_effective, rel=1e-6)
        assert wide.coef == pytest.approx(plain.coef, rel=rel, abs=rel * np.abs(plain.coef).max())


@every_law
@every_representation
@every_table
@pytest.mark.parametrize("factor", [1000.0, 1e-9])
def test_the_unit_of_a_raw_column_changes_nothing_but_values(
    law: Any, representation: Representation, name: str, factor: float
) -> None:
    part, plain = law(), TABLES[name]()
    held = plain.categorical
    raw = plain.frame
    for column, code in zip(plain.names, held, strict=True):
        if not code:
            raw[column] = raw[column] * factor
    kept = ["code"] if name == "mixed" else []
    scaled = Table(raw, categorical=kept, target=plain.target)
    seen, turned = (
        representation.interpret(sample(part, t, t.background[:3], 64, "shared", 1), t)
        for t in (plain, scaled)
    )
    for field in ("z", "gap", "spread", "extent"):
        a, b = getattr(seen, field), getattr(turned, field)
        assert b == pytest.approx(a, rel=1e-7, abs=1e-7), field
    for kernel in KERNELS:
        assert kernel.weights(turned) == pytest.approx(kernel.weights(seen), rel=1e-5, abs=1e-7)


def uniforms_of_columns(law: Any, u: Array, order: list[int]) -> Array:
    """The uniforms that belong to columns, in the columns' order."""
    if law in (*BY_COLUMN, Copula):
        return u[..., order]
    if law is KernelDensity:
        return np.concatenate([u[..., :1], u[..., 1:][..., order]], axis=-1)
    return u


@every_law
@every_table
@few
@given(order=st.permutations(range(4)), seed=SEEDS)
def test_columns_in_another_order_are_seen_and_weighed_as_before(
    law: Any, name: str, order: list[int], seed: int
) -> None:
    table, part = TABLES[name](), law()
    frame = table.frame
    place = [*order, *range(4, frame.shape[1])]
    kept = ["code"] if name == "mixed" else []
    turned = Table(frame[frame.columns[place]], categorical=kept, target=table.target)
    u, x = uniforms(part, table, 32, seed), table.background[:2]
    plain = part.cloud(u, x, table)
    moved = part.cloud(uniforms_of_columns(law, u, place), x[:, place], turned)
    assert moved.moves == pytest.approx(plain.moves[..., place], rel=1e-6, abs=1e-9)
    assert (moved.relative == plain.relative[place]).all()
    for representation in REPRESENTATIONS:
        seen, other = (
            representation.interpret(plain, table),
            representation.interpret(moved, turned),
        )
        assert other.names == tuple(seen.names[j] for j in place)
        assert other.units == tuple(seen.units[j] for j in place)
        assert other.z == pytest.approx(seen.z[..., place], rel=1e-6, abs=1e-6)
        for kernel in (*KERNELS, *BALLS):
            assert kernel.weights(other) == pytest.approx(kernel.weights(seen), rel=1e-5)


@every_law
@every_representation
@every_table
@pytest.mark.parametrize(
    "kernel", [Exponential(1e-4), Ball(1e-5), Exponential(1e-4, Gower())], ids=repr
)
def test_a_kernel_that_is_too_narrow_is_marked(
    law: Any, representation: Representation, name: str, kernel: Kernel
) -> None:
    """No explanation, or one that names the features that stand still: never a confident zero."""
    lime = Lime(law(), representation, kernel, LeastSquares(), n_samples=128)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("limelab.lime._warn", lambda explanation: None)
        found = explained(lime, name, rows=3)
    for i, reason in enumerate(found.declined):
        if reason:
            assert "widen the kernel" in reason
            assert np.isnan(found.importance[i]).all()
            assert np.isnan(found.coef[i]).all()
        else:
            zero = ~found.importance[i].any(axis=1)
            still = [n for n, nothing in zip(found.features, zero, strict=True) if nothing]
            assert all(n in found.notes[i] for n in still)


@pytest.mark.parametrize("share", [0.05, 0.3, 0.9])
@every_law
@every_distance
def test_an_effective_size_is_met_under_every_law(
    law: Any, distance: Distance, share: float
) -> None:
    """But where more samples than that are equally near."""
    part, table = law(), numbers()
    cloud = sample(part, table, table.background[:3], 256, "own", 0)
    for representation in REPRESENTATIONS:
        seen = representation.interpret(cloud, table)
        w = np.broadcast_to(EffectiveSize(share, distance).weights(seen), (3, 256))
        far = np.broadcast_to(distance.between(seen), (3, 256))
        for row, d in zip(w, far, strict=True):
            nearest = np.isclose(d**2, d.min() ** 2, rtol=0, atol=1e-11 * d.max() ** 2).mean()
            wanted = max(share, nearest)
            assert effective_size(row) / 256 == pytest.approx(wanted, abs=1e-6)


@every_law
def test_a_table_of_categories_alone_is_explained_or_declined_with_a_reason(law: Any) -> None:
    table = codes()

    def model(rows: Any) -> Array:
        return np.asarray(2.0 * (rows["job"] == "clerk") + rows["city"])

    for representation in REPRESENTATIONS:
        lime = Lime(law(), representation, Exponential(1.0), n_samples=512)
        if law is LocalPCA:
            with pytest.raises(NotApplicable, match="numeric columns that vary"):
                lime.explain(model, table, table.frame.iloc[:2])
            continue
        rows = table.frame.iloc[:2]
        found: Any = lime.explain(model, table, rows)
        truth = np.where(rows == ["clerk", True], 1.0, -1.0) * [2.0, 1.0]
        for i, note in enumerate(found.notes):
            if not note:  # the nearest rows may all differ from x in one and the same way
                assert found.coef[i, :, 0] == pytest.approx(truth[i])


def test_flat_is_the_limit_of_every_kernel_on_few_samples() -> None:
    seen = REPRESENTATIONS[0].interpret(
        sample(PERTURBATIONS[0](), numbers(), numbers().background[:1], 2, "shared", 0), numbers()
    )
    assert Flat().weights(seen) == pytest.approx(Exponential(1e9).weights(seen))
