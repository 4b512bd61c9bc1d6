"""Restricted maximum likelihood against statsmodels, a direct search, and mean squares."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import optimize
from statsmodels.formula.api import mixedlm

from limelab.statistics.reml import MixedModel


def crossed(sds, seed, n=8, m=6, drop=0):
    """A tidy table of value = a[i] + b[r] + cell, with some rows left out."""
    rng = np.random.default_rng(seed)
    table = pd.MultiIndex.from_product([range(n), range(m)], names=["i", "r"]).to_frame(index=False)
    table["v"] = (
        sds[0] * rng.normal(size=n)[table.i]
        + sds[1] * rng.normal(size=m)[table.r]
        + sds[2] * rng.normal(size=n * m)
    )
    return table.drop(index=rng.choice(n * m, drop, replace=False)).reset_index(drop=True)


def fitted(table):
    blocks = [np.eye(int(table[name].max()) + 1)[table[name]] for name in "ir"]
    return MixedModel(table.v.to_numpy(), np.ones((len(table), 1)), blocks).fit()


def mean_squares(table):
    """Closed form of a whole two-way table."""
    cells = table.pivot(index="i", columns="r", values="v").to_numpy()
    n, m = cells.shape
    rows, columns = cells.mean(1), cells.mean(0)
    alone = cells - rows[:, None] - columns + cells.mean()
    cell = (alone**2).sum() / ((n - 1) * (m - 1))
    return np.array([rows.var(ddof=1) - cell / m, columns.var(ddof=1) - cell / n, cell])


def search(table):
    """The likelihood written out with the whole covariance matrix, maximized without slopes."""
    v, one = table.v.to_numpy(), np.ones(len(table))
    same = [(table[k].to_numpy()[:, None] == table[k].to_numpy()).astype(float) for k in "ir"]

    def loss(logs):
        a, b, c = np.exp(np.clip(logs, -9, 9))
        covariance = a * same[0] + b * same[1] + c * np.eye(len(v))
        inverse = np.linalg.inv(covariance)
        weight = one @ inverse @ one
        rest = v - (one @ inverse @ v) / weight
        return np.linalg.slogdet(covariance)[1] + np.log(weight) + rest @ inverse @ rest

    starts = (np.zeros(3), np.array([-3.0, 0, 0]), np.array([0, -4.0, -1]))
    found = [
        optimize.minimize(loss, s, method="Nelder-Mead", options={"maxiter": 3000}) for s in starts
    ]
    return np.exp(np.clip(min(found, key=lambda one: one.fun).x, -9, 9))


def test_whole_tables_give_the_mean_squares() -> None:
    checked = 0
    for seed in range(12):
        table = crossed((1, 0.7, 0.6), seed)
        wanted = mean_squares(table)
        if wanted.min() > 0:
            assert fitted(table).variances == pytest.approx(wanted, rel=1e-3)
            checked += 1
    assert checked > 8


@pytest.mark.parametrize("sds", [(1, 0.5, 1), (0, 0.5, 1), (1, 0, 0.1), (0, 0, 1)])
@pytest.mark.parametrize("drop", [0, 14])
def test_borders_and_gaps_give_the_likeliest(sds, drop) -> None:
    for seed in (0, 1):
        table = crossed(sds, seed, drop=drop)
        assert fitted(table).variances == pytest.approx(search(table), abs=3e-3)


def test_is_statsmodels() -> None:
    table = crossed((1, 0.5, 0.8), 3, n=15, m=9, drop=20).assign(one=1)
    parts = {"i": "0 + C(i)", "r": "0 + C(r)"}
    wanted = mixedlm("v ~ 1", table, groups="one", vc_formula=parts).fit()
    found = fitted(table)
    assert found.variances == pytest.approx([*wanted.vcomp, wanted.scale], rel=5e-3)
    assert found.coef == pytest.approx(wanted.fe_params.to_numpy(), abs=1e-3)
    assert found.covariance[0, 0] ** 0.5 == pytest.approx(wanted.bse_fe.iloc[0], rel=5e-3)
