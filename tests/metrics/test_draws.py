"""Uniforms of rows: even, independent, and of the row alone."""

from __future__ import annotations

import numpy as np
from scipy import stats

from limelab.metrics.draws import row_uniforms, uniforms

X = np.random.default_rng(0).normal(size=(4, 3))
NAMES = ("a", "b", "c")


def test_they_are_uniform_and_uncorrelated():
    u = uniforms(X, NAMES, 2000, "test")
    assert u.shape == (4, 2000, 3)
    assert ((u > 0) & (u < 1)).all()
    assert stats.kstest(u.ravel(), "uniform").pvalue > 1e-3
    flat = u.transpose(1, 0, 2).reshape(2000, -1)
    off = np.corrcoef(flat, rowvar=False)[~np.eye(12, dtype=bool)]
    assert np.abs(off).max() < 4.5 / np.sqrt(2000)


def test_they_are_the_rows_own():
    u = uniforms(X, NAMES, 7, "test")
    assert (uniforms(X[2:3], NAMES, 7, "test") == u[2:3]).all()
    turned = uniforms(X[:, [2, 0, 1]], ("c", "a", "b"), 7, "test")
    assert (turned == u[..., [2, 0, 1]]).all()
    assert (uniforms(X, NAMES, 3, "test") == u[:, :3]).all()
    assert (uniforms(X, NAMES, 7, "other") != u).all()
    assert (row_uniforms(X, NAMES, 5, "test") == row_uniforms(X.copy(), NAMES, 5, "test")).all()


def test_equal_columns_and_minus_zero():
    twins = uniforms(np.zeros((1, 2)), ("a", "b"), 50, "test")[0]
    assert (twins[:, 0] != twins[:, 1]).all()
    assert (uniforms(-np.zeros((1, 2)), ("a", "b"), 50, "test")[0] == twins).all()
