"""Plain lines against the full ones and against lime; figures of speed are in tests/benchmarks."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from lime.lime_base import LimeBase

from limelab.surrogates import (
    AbsoluteRidge,
    Forward,
    HighestProducts,
    HighestWeights,
    LassoPath,
    PlainRidge,
)
from limelab.types import BadInput

SELECTORS = (None, Forward(2), HighestWeights(2), HighestProducts(2), LassoPath(2))


@pytest.mark.parametrize("select", SELECTORS, ids=repr)
@pytest.mark.parametrize("axes", list(product([1, 3], repeat=3)))
def test_plain_ridge_says_what_absolute_ridge_says(select: Any, axes: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    z, w = rng.normal(size=(axes[0], 50, 4)), rng.random((axes[1], 50))
    y = rng.normal(size=(axes[2], 50, 2)) + z[:1, :, :2]
    plain, full = PlainRidge(0.5, select).fit(z, w, y), AbsoluteRidge(0.5, select).fit(z, w, y)
    for name in ("coef", "intercept", "r2", "importance", "effect"):
        assert getattr(plain, name) == pytest.approx(getattr(full, name), rel=1e-10), name
    assert (plain.selected == full.selected).all()
    assert plain.predict(z) == pytest.approx(full.predict(z))


@pytest.mark.parametrize("kind", [np.float64, np.int8, np.bool_])
def test_plain_ridge_is_the_fit_of_the_lime_package(kind: Any) -> None:
    rng = np.random.default_rng(1)
    z = rng.random((200, 5)) < 0.6
    z[0] = True
    distances, y = np.sqrt((~z).sum(axis=1)), rng.random((200, 2)) + z[:, :2]

    def kernel(d: Any) -> Any:
        return np.sqrt(np.exp(-(d**2) / 2))

    base = LimeBase(kernel, random_state=0)
    fitted = PlainRidge().fit(z[None].astype(kind), kernel(distances)[None], y[None])
    for label in range(2):
        intercept, pairs, score, local = base.explain_instance_with_data(
            z * 1.0, y, distances, label, 5, feature_selection="none"
        )
        assert fitted.intercept[0, label] == pytest.approx(intercept)
        assert fitted.coef[0, [j for j, _ in pairs], label] == pytest.approx([b for _, b in pairs])
        assert fitted.r2[0, label] == pytest.approx(score)
        assert fitted.predict(np.ones((1, 1, 5)))[0, 0, label] == pytest.approx(local[0])


def test_what_is_withheld_is_said() -> None:
    fitted = PlainRidge().fit(np.eye(3)[None], np.ones((1, 3)), np.arange(3.0)[None, :, None])
    assert fitted.stderr is None
    assert np.isnan(fitted.r2_out).all()
    assert fitted.withheld.startswith("no standard errors and no R2 out of sample: PlainRidge(")


def test_a_constant_target_has_no_coefficients_and_no_r2() -> None:
    fitted = PlainRidge().fit(np.eye(3)[None], np.ones((1, 3)), np.full((1, 3, 1), 0.1))
    assert not fitted.coef.any()
    assert np.isnan(fitted.r2).all()
    assert fitted.intercept == pytest.approx(np.array([[0.1]]))


def test_a_bad_penalty_is_refused() -> None:
    with pytest.raises(BadInput, match=r"PlainRidge\(alpha=-1.*expected a finite number"):
        PlainRidge(-1)
