"""LimeRidge is `WithInstance` round the surrogate that it is faster than, for every mix."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from limelab.kernels import Exponential, Flat
from limelab.lime import Lime
from limelab.perturbations import BinFrequencies, Gaussian, GlobalGaussian
from limelab.presets import LimeRidge, WithInstance, WithInstanceFromMean
from limelab.representations import Binned, Standardized
from limelab.surrogates import Forward, HighestProducts, PlainRidge, Ridge
from limelab.types import BadInput
from tests.parts import MODELS, TABLES, curve, numbers

LIMES = {
    "all shared": Lime(Gaussian(1), kernel=Flat(), n_samples=256),
    "shared features": Lime(Gaussian(1), kernel=Exponential(), n_samples=256),
    "shared answers": Lime(GlobalGaussian(), kernel=Exponential(), n_samples=256),
    "bins": Lime(BinFrequencies(), Binned(), Exponential(), n_samples=256),
    "own": Lime(Gaussian(1), kernel=Exponential(), n_samples=256, draws="own"),
}


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("mix", LIMES)
@pytest.mark.parametrize("select", [None, Forward(2), HighestProducts(2)])
def test_same_as_the_instance_round_a_ridge(table: str, mix: str, select: Any) -> None:
    data, model, lime = TABLES[table](), MODELS[table], LIMES[mix]
    outer = WithInstanceFromMean if isinstance(select, HighestProducts) else WithInstance
    quick, slow = (
        replace(lime, surrogate=part).explain(model, data, data.frame.iloc[:3])
        for part in (LimeRidge(0.5, select), outer(PlainRidge(0.5, select)))
    )
    assert np.array_equal(quick.selected, slow.selected)
    for name in ("coef", "intercept", "importance", "effect", "r2", "g", "slope"):
        assert np.allclose(getattr(quick, name), getattr(slow, name), rtol=1e-8, atol=1e-10), name


def test_the_instance_weighs_one_sample() -> None:
    z, w = np.array([[[1.0], [2.0]]]), np.array([[0.5, 0.25]])
    y, f = np.array([[[3.0], [1.0]]]), np.array([[7.0]])
    seen = Standardized().interpret(
        Gaussian().cloud(np.full((1, 2, 4), 0.5), numbers().background[:1], numbers()), numbers()
    )
    seen = replace(seen, z=z, at_x=np.zeros(1), gap=np.ones((1, 1)))
    whole = PlainRidge(1).fit(
        np.array([[[0.0], [1.0], [2.0]]]), np.array([[1, 0.5, 0.25]]), np.array([[[7.0], [3], [1]]])
    )
    for part in (LimeRidge(1), WithInstance(PlainRidge(1)), WithInstanceFromMean(PlainRidge(1))):
        found = part.fit_at(seen, w, y, f)
        assert found.coef is not None
        assert found.intercept is not None
        assert np.allclose(found.coef, whole.coef)
        assert np.allclose(found.intercept, whole.intercept)
        assert np.allclose(found.r2, whole.r2)


def test_a_model_that_stands_still_has_no_line() -> None:
    for level in (0.0, 5.0, 1e6):
        found = replace(LIMES["bins"], surrogate=LimeRidge()).explain(
            lambda rows, level=level: np.full(len(rows), level), numbers(), numbers().frame.iloc[:2]
        )
        assert found.coef is not None
        assert (found.coef == 0).all()
        assert np.isnan(found.r2).all()
        assert found.g is not None
        assert np.allclose(found.g, level)


def test_far_outputs_lose_no_digits() -> None:
    lime = replace(LIMES["shared features"], surrogate=LimeRidge())
    rows = numbers().frame.iloc[:2]
    near = lime.explain(curve, numbers(), rows)
    far = lime.explain(lambda x: curve(x) + 1e6, numbers(), rows)
    assert near.coef is not None
    assert far.coef is not None
    assert np.allclose(near.coef, far.coef, rtol=1e-7, atol=1e-9)


def test_refusals() -> None:
    with pytest.raises(BadInput, match="alpha=0"):
        LimeRidge(0)
    with pytest.raises(BadInput, match="such as Forward"):
        LimeRidge(1, "auto")  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="such as PlainRidge"):
        WithInstance(Ridge)  # type: ignore[arg-type]


@pytest.mark.parametrize("select", [None, Forward(2), HighestProducts(2)])
def test_two_classes_are_each_class_alone(select: Any) -> None:
    def both(rows: Any) -> Any:
        share = 1 / (1 + np.exp(-curve(rows)[:, 0]))
        return np.column_stack([share, 1 - share])

    lime, data = replace(LIMES["bins"], surrogate=LimeRidge(0.5, select)), numbers()
    whole = lime.explain(both, data, data.frame.iloc[:3])
    for c in range(2):
        alone = lime.explain(lambda rows, c=c: both(rows)[:, c], data, data.frame.iloc[:3])
        for name in ("coef", "intercept", "r2", "selected", "importance", "g"):
            one = getattr(alone, name)[..., 0]
            assert np.allclose(getattr(whole, name)[..., c], one, rtol=1e-8, atol=1e-10), name
