"""Enumeration of masks against statsmodels, conditional means and published limits."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest
from statsmodels.api import WLS, add_constant

from limelab.exact import enumerate_masks
from limelab.types import Array, BadInput


def text_weights(z: Array) -> Array:
    """lime's text law, a uniform number of words removed, times its cosine kernel of width .25."""
    d = z.shape[1]
    off = d - z.sum(axis=1).astype(int)
    share = np.array([0 if s == 0 else 1 / (d * comb(d, s)) for s in off])
    return np.asarray(share * np.exp(-((1 - np.sqrt(1 - off / d)) ** 2) / (2 * 0.25**2)))


def test_it_is_the_weighted_regression_on_all_rows() -> None:
    rng = np.random.default_rng(0)
    masks = (np.arange(64)[:, None] >> np.arange(6) & 1).astype(float)
    y, w = rng.normal(size=64), rng.random(64)
    line = enumerate_masks(lambda z: y, 6, weights=lambda z: w)
    reference = WLS(y, add_constant(masks), weights=w).fit()
    assert np.allclose(line.coef, reference.params[1:], atol=1e-13)
    assert np.allclose(line.intercept, reference.params[0], atol=1e-13)
    assert np.allclose(line.r2, reference.rsquared, atol=1e-13)
    assert np.allclose(line.mean, w @ y / w.sum())


def test_masks_are_all_different_and_values_may_have_outputs() -> None:
    seen: list[Array] = []

    def f(z: Array) -> Array:
        seen.append(z)
        return np.column_stack([z[:, 0], np.ones(len(z))])

    line = enumerate_masks(f, 5)
    assert len(np.unique(seen[0], axis=0)) == len(seen[0]) == 32
    assert np.allclose(line.coef, np.outer(np.eye(5)[0], [1, 0]), atol=1e-14)
    assert line.r2[0] == pytest.approx(1.0)
    assert np.isnan(line.r2[1])


def test_independent_features_have_the_difference_of_two_means() -> None:
    """Fair bits under rho^(features off): every feature is on with probability 1 / (1 + rho)."""
    rho, y = 0.6, np.random.default_rng(1).normal(size=2**7)
    masks = (np.arange(2**7)[:, None] >> np.arange(7) & 1).astype(float)
    w = rho ** (7 - masks.sum(axis=1))
    line = enumerate_masks(lambda z: y, 7, weights=lambda z: rho ** (7 - z.sum(axis=1)))
    on = np.array([np.average(y[z == 1], weights=w[z == 1]) for z in masks.T])
    off = np.array([np.average(y[z == 0], weights=w[z == 0]) for z in masks.T])
    assert np.allclose(line.coef, on - off, atol=1e-13)


def test_published_limits_of_a_conjunction_of_words() -> None:
    """Mardaoui and Garreau 2021, ten words, lime's law and width."""
    two = enumerate_masks(lambda z: z[:, 0] * z[:, 1], 10, weights=text_weights)
    assert np.allclose(two.coef[:3], [0.65469, 0.65469, -0.00791], atol=5e-6)
    assert two.intercept == pytest.approx(-0.36961, abs=5e-6)
    three = enumerate_masks(lambda z: z[:, 0] * z[:, 1] * z[:, 2], 10, weights=text_weights)
    assert np.allclose(three.coef[[0, 5]], [0.44292, -0.01956], atol=5e-6)


@pytest.mark.parametrize("k", [0, 19])
def test_too_many_features_are_refused(k: int) -> None:
    with pytest.raises(BadInput, match="expected 1 to 18"):
        enumerate_masks(lambda z: z[:, 0], k)


def test_bad_answers_and_weights_are_refused() -> None:
    with pytest.raises(BadInput, match="f gave shape"):
        enumerate_masks(lambda z: 1.0, 3)
    for w in (np.zeros(8), -np.ones(8), np.ones(7)):
        with pytest.raises(BadInput, match="weights gave shape"):
            enumerate_masks(lambda z: z[:, 0], 3, weights=lambda z, w=w: w)  # type: ignore[misc]
