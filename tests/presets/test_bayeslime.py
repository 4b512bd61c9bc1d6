"""BayesLIME's formulas, and the interval that its code finds by drawing."""

from __future__ import annotations

import numpy as np

from limelab.lime import Lime
from limelab.presets import CredibleRidge, bayeslime
from limelab.presets.bayeslime import posterior

RNG = np.random.default_rng(2)
Z = RNG.integers(0, 2, (300, 3)).astype(float)
W = RNG.uniform(0.4, 1.0, 300)
Y = (Z @ [1.0, -2.0, 0.0] + RNG.normal(0, 0.3, 300))[:, None]


def test_the_formula() -> None:
    x = np.column_stack([Z, np.ones(300)])
    v = np.linalg.inv(x.T @ np.diag(W) @ x + np.eye(4))
    phi = v @ x.T @ np.diag(W) @ Y
    rest = Y - x @ phi
    s2 = (rest.T @ np.diag(W) @ rest + phi.T @ phi)[0, 0] / 300
    found = CredibleRidge().fit(Z[None], W[None], Y[None])
    assert np.allclose(found.coef[0, :, 0], phi[:3, 0])
    assert np.allclose(found.intercept[0, 0], phi[3, 0])
    assert np.allclose(found.stderr[0, :, 0], np.sqrt(s2 * np.diag(v)[:3]))


def test_the_interval_is_that_of_the_published_draws() -> None:
    mean, covariance, s2 = posterior(Z, W, Y)
    noise = 300 * s2[0] / RNG.chisquare(300, 10_000)  # scaled inverse chi-square
    draws = RNG.multivariate_normal(np.zeros(4), covariance, 10_000) * np.sqrt(noise)[:, None]
    theirs = np.percentile(np.abs(draws), 95, axis=0)
    found = CredibleRidge().fit(Z[None], W[None], Y[None])
    assert np.allclose(theirs[:3], 1.96 * found.stderr[0, :, 0], rtol=0.05)
    assert mean.shape == (4, 1)


def test_the_preset_says_intervals() -> None:
    rows = RNG.normal(size=(200, 3))
    lime = bayeslime(num_samples=1000)
    assert isinstance(lime, Lime)
    found = lime.explain(lambda x: x[:, 0], rows, rows[:2])
    assert found.half_width().shape == (2, 3, 1)
    assert (np.abs(found.effect[:, 0]) > np.abs(found.effect[:, 1])).all()
