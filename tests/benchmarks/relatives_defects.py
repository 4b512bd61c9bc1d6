"""Known defects of LIME's published relatives beside a corrected form: the second table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm
from sklearn.cluster import AgglomerativeClustering
from sklearn.model_selection import train_test_split
from sklearn.neighbors import NearestNeighbors
from sklearn.tree import DecisionTreeRegressor

import limelab as ll
from limelab import presets
from limelab.domains import Table
from limelab.lime import as_blackbox
from limelab.sampling import sample
from limelab.types import Array
from tests.benchmarks.relatives_cases import (
    MARS_X,
    SPIRAL_X,
    Defect,
    cancer,
    coef,
    mars,
    seen,
    spiral,
    spiral_rows,
    toy,
    toy_r2,
)
from tests.test_uncertainty import CASES

TIED = 0.2  # the level at which a tie may be called, so that few runs show it


def called(seed: int, *, ours: bool) -> bool:
    """Whether one run calls the first of two features that matter alike, and is wrong to."""
    rows, at = np.vstack([np.eye(3), -np.eye(3)]), np.zeros((1, 3))

    def model(x: Array) -> Array:
        return np.asarray(np.tanh(x[:, 0]) + np.tanh(x[:, 1]))

    lime = ll.Lime(ll.Gaussian(1), n_samples=64)
    if ours:
        explainer = presets.SLime(lime, k=1, level=TIED, most=2048)
        found = explainer.explain(model, rows, at, seed=seed)
        return "are sure" in found.notes[0]
    z, _, points = seen(replace(lime, n_samples=2048), rows, at, seed)
    return _called_by_theirs(z, model(points))


def _called_by_theirs(z: Array, y: Array) -> bool:
    """Their loop for one step: look, grow to n (wanted / found)^2, at most twice, look again."""
    n, wanted = 64, -float(norm.ppf(TIED))
    while True:
        products = (z[:n] - z[:n].mean(axis=0)) * (y[:n] - y[:n].mean())[:, None]
        size = np.abs(products.mean(axis=0))
        one, two = np.argsort(-size)[:2]
        side = np.sign(products[:, one].mean() * products[:, two].mean())
        found = (size[one] - size[two]) / np.sqrt(
            (products[:, one] - side * products[:, two]).var() / n
        )
        if found >= wanted:
            return True
        if n == len(z):
            return False
        n = max(n + 1, min(int(n * (wanted / max(found, 1e-9)) ** 2), 2 * n, len(z)))


def slime_defects() -> Iterator[Defect]:
    """A tie that is called too often, and draws that are thrown away at each doubling."""
    runs = 300
    shares = [np.mean([called(seed, ours=own) for seed in range(runs)]) for own in (False, True)]
    theirs, ours = (max(0.0, float(share) / 2 - TIED) for share in shares)
    yield Defect(
        "S-LIME",
        f"excess over {TIED} of runs where a given one of two equals is surely first",
        theirs,
        ours,
        0.0,
    )
    rows = np.random.default_rng(0).random((500, 5))
    box = as_blackbox(mars, Table(rows))
    before = box.queries
    found = presets.SLime().explain(box, rows, MARS_X)
    n = int(np.max(found.n_samples))
    afresh = sum({min(1000 * 2**j, n) for j in range(8)})
    yield Defect(
        "S-LIME",
        "queries for each sample of the final fit (theirs: if it doubles as ours)",
        afresh / n,
        (box.queries - before) / n,
        1.0,
    )


def optilime_defects() -> Iterator[Defect]:
    x, model = toy()
    exact = float(brentq(lambda width: toy_r2(width) - 0.9, 0.1, 1.0))
    found = [
        float(
            presets.OptiLime(
                ll.Lime(ll.Gaussian(1), kernel=ll.Exponential(), n_samples=5000)
            ).widths(model, x, x[[9]], seed=s)[0]
        )
        for s in range(4)
    ]
    yield Defect(
        "OptiLIME", "its Gaussian process misses the width", 0.2963, float(np.mean(found)), exact
    )


def baylime_defects() -> Iterator[Defect]:
    """Two features that correlate at .95 under the law, a prior mean of 1 for the first alone."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 2)) @ np.linalg.cholesky([[1, 0.95], [0.95, 1]]).T
    y, mu0, precision, prior = x @ [1.0, -1.0], np.array([1.0, 0.0]), 1.0, 50.0
    xc, yc = x - x.mean(axis=0), y - y.mean()
    covariance = np.linalg.inv(precision * xc.T @ xc + prior * np.eye(2))
    base = covariance @ (precision * xc.T @ yc)
    diagonal = base + prior * np.diag(covariance) * mu0
    joint = np.linalg.lstsq(
        np.vstack([precision**0.5 * xc, prior**0.5 * np.eye(2)]),
        np.concatenate([precision**0.5 * yc, prior**0.5 * mu0]),
        rcond=None,
    )[0]
    ours = ll.BayesianRidge(precision, prior, mu0).fit(x[None], np.ones((1, 400)), y[None, :, None])
    yield Defect(
        "BayLIME",
        "coefficient of a feature whose neighbour has a prior mean (diagonal only)",
        float(diagonal[1]),
        float(ours.coef[0, 1, 0]),
        float(joint[1]),
    )


def bayeslime_defects() -> Iterator[Defect]:
    """The steep exponential of three features under a narrow kernel: n = 1000, 500 explanations."""
    case = CASES["exp"]
    theirs, ours = (
        float(case.coverage(case.lime(1000, surrogate=surrogate), 500).mean())
        for surrogate in (presets.CredibleRidge(), ll.LeastSquares())
    )
    yield Defect("BayesLIME", "coverage of 95 % intervals, narrow kernel", theirs, ours, 0.95)


def dlime_defects() -> Iterator[Defect]:
    """Their script's arrays: 80 % of the rows train, labels fitted on all rows in file order."""
    rows = cancer()
    order = np.arange(len(rows))
    train, test = train_test_split(order, test_size=0.2, random_state=0)
    label = AgglomerativeClustering().fit_predict(rows)
    place = NearestNeighbors(n_neighbors=1).fit(rows[train]).kneighbors(rows[test])[1][:, 0]
    right = label[train[place]]
    scale = rows[train].std(axis=0)
    near = NearestNeighbors(n_neighbors=1).fit(rows[train] / scale)
    nearest = near.kneighbors(rows[test] / scale)[1][:, 0]
    y = np.zeros((len(train), 1))
    weights = presets.Dlime().row_weights(Table(rows[train]), rows[test], y, 0)
    yield Defect(
        "DLIME",
        "rows explained by the cluster of their nearest row",
        float(np.mean(label[place] == right)),
        float(weights[np.arange(len(test)), nearest].mean()),
        1.0,
    )
    marks, spreads = [], []
    for x, cluster in zip(rows[test], right, strict=True):
        own = rows[train][label[train] == cluster]
        marks.append((own == x).any(axis=0))  # 1 where a row has x's very value: hardly ever
        spreads.append(np.ptp(own / scale, axis=0) > 0)
    yield Defect(
        "DLIME", "columns of z that vary", float(np.mean(marks)), float(np.mean(spreads)), 1.0
    )


def glime_defects() -> Iterator[Defect]:
    """Their comparison: words on or off, squared distance, width .25, 60 features, a line."""
    rng = np.random.default_rng(0)
    z = rng.integers(0, 2, (4096, 60)).astype(float)
    w = np.exp(-((1 - z).sum(axis=1)) / (2 * 0.25**2))
    y = (z @ np.linspace(1, 2, 60))[None, :, None]
    ridge = ll.AbsoluteRidge(1).fit(z[None], w[None], y).coef[0, 30, 0]
    even = ll.LeastSquares().fit(z[None], np.ones((1, 4096)), y).coef[0, 30, 0]
    yield Defect(
        "GLIME",
        "lime at the width of its comparison: the penalty erases a coefficient",
        float(ridge),
        float(even),
        float(np.linspace(1, 2, 60)[30]),
    )


def melime_defects() -> Iterator[Defect]:
    x, model = spiral()
    near = presets.melime_kde(bandwidth=0.02, share=0.02)
    wide = presets.lime_tabular_continuous(2)
    theirs, ours = (coef(lime, model, x, SPIRAL_X)[0, 0] / x[:, 0].std() for lime in (wide, near))
    yield Defect(
        "lime", "slope along the spiral at (0, 8); corrected by MeLIME's law", theirs, ours, -1.008
    )


def melime_units() -> Iterator[Defect]:
    """A column in millimetres in place of metres; their bandwidth is in raw units."""
    x = spiral_rows()[0]
    scaled = x * [1000.0, 1.0]
    lime = presets.melime_kde(bandwidth=0.1)
    z = [np.std(seen(lime, rows, rows[:1])[0], axis=0)[0] for rows in (x, scaled)]
    bandwidth = 0.1 * x[:, 0].std()
    yield Defect(
        "MeLIME",
        "noise in a column's deviations when its unit is a thousandth",
        bandwidth / scaled[:, 0].std(),
        0.1 * float(z[1] / z[0]),
        0.1,
    )


def blimey_defects() -> Iterator[Defect]:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(400, 3))
    found = presets.blimey_tree().explain(lambda x: -x[:, 0], rows, rows[:1])
    points = seen(presets.blimey_tree(), rows, rows[:1])[2]
    tree = DecisionTreeRegressor(max_depth=3, random_state=0).fit(points, -points[:, 0])
    yield Defect(
        "bLIMEy",
        "sign of a feature that lowers the output",
        float(np.sign(tree.feature_importances_[0])),
        float(np.sign(found.effect[0, 0, 0])),
        -1.0,
    )
    share = rng.beta(2, 5, 200_000)
    codes = Table(rng.integers(0, 2, (400, 1)), categorical=["x0"])
    other = 1 - float((codes.background[:, 0] == codes.background[0, 0]).mean())
    law = presets.blimey_tree(n_samples=40_000).perturbation
    moves = sample(law, codes, codes.background[:1], 40_000, "shared", 0).moves
    kept = 1 - float((moves[0, :, 0] != codes.background[0, 0]).mean()) / other
    yield Defect(
        "bLIMEy",
        "share of a category that stays x's, where numbers keep 2/7 of x",
        float((share <= 0.5).mean()),
        kept,
        2 / 7,
    )


QUICK: tuple[Callable[[], Iterator[Defect]], ...] = (
    optilime_defects,
    baylime_defects,
    dlime_defects,
    glime_defects,
    melime_units,
    blimey_defects,
)
SLOW: tuple[Callable[[], Iterator[Defect]], ...] = (
    slime_defects,
    bayeslime_defects,
    melime_defects,
)
