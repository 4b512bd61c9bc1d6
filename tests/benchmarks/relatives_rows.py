"""What LIME's published relatives say and what the presets say: rows of the first table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from itertools import combinations
from typing import Any

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from scipy.optimize import brentq
from scipy.special import expit
from sklearn.cluster import AgglomerativeClustering
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import BayesianRidge, LinearRegression
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeRegressor

import limelab as ll
from limelab import presets
from limelab.domains import Table
from limelab.seeds import child
from limelab.types import Array
from tests.benchmarks.relatives_cases import (
    MARS_X,
    SPIRAL_X,
    Row,
    bent,
    cancer,
    coef,
    furthest,
    mars,
    seen,
    spiral,
    spiral_rows,
    toy,
    toy_r2,
)


def jaccard(explainer: Any, rows: Array, runs: int = 20) -> Array:
    """Mean Jaccard index of the top 1 to 5 features, as the notebook has it, over pairs of runs."""
    sizes = [np.abs(coef(explainer, mars, rows, MARS_X, seed))[0] for seed in range(runs)]
    order = [np.argsort(-size, kind="stable") for size in sizes]
    pairs = list(combinations(order, 2))
    return np.array(
        [
            [len({*a[:k]} & {*b[:k]}) / len({*a[:k]} | {*b[:k]}) for a, b in pairs]
            for k in range(1, 6)
        ]
    ).mean(axis=1)


@cache
def mars_runs() -> tuple[Array, Array]:
    """Jaccard indices (backgrounds, 5) of lime and of S-LIME; theirs is one background unseeded."""
    lime = presets.lime_tabular_around(5, num_samples=1000, feature_selection="lasso_path")
    slime = presets.SLime()
    rows = [np.random.default_rng(b).random((500, 5)) for b in range(8)]
    return np.array([jaccard(lime, r) for r in rows]), np.array([jaccard(slime, r) for r in rows])


def slime() -> Iterator[Row]:
    lime, sure = mars_runs()
    spread = "one of theirs, mean of 8 backgrounds here, which range so far"
    for k, theirs in enumerate((1, 0.8210526, 1, 0.96, 1)):
        wide = max(1e-9, 1.5 * float(np.ptp(lime[:, k])))
        name = f"Jaccard top {k + 1} of lime"
        yield Row("S-LIME", name, "published", theirs, float(lime[:, k].mean()), wide, spread)
    for k in (1, 3):
        wide = max(1e-9, 1.5 * float(np.ptp(sure[:, k])))
        name = f"Jaccard top {k + 1} of S-LIME, n up to 10000"
        yield Row("S-LIME", name, "published", 1.0, float(sure[:, k].mean()), wide, spread)


def slime_numbers() -> Iterator[Row]:
    rows = [np.random.default_rng(b).random((500, 5)) for b in range(20)]
    ours = np.array([coef(presets.SLime(), mars, r, MARS_X)[0] for r in rows])
    published = {2: 5.2589, 1: 2.2757, 0: 2.1410, 3: 1.5661, 4: 1.4246}
    for j, theirs in published.items():
        spread = float(4 * ours[:, j].std(ddof=1))
        yield Row(
            "S-LIME",
            f"coefficient of x{j}",
            "published",
            theirs,
            float(ours[:, j].mean()),
            spread,
            "4 deviations between backgrounds and draws",
        )


def optilime() -> Iterator[Row]:
    x, model = toy()
    lime = ll.Lime(ll.Gaussian(1, ll.Sobol()), kernel=ll.Exponential(), n_samples=2**14)
    ours = float(presets.OptiLime(lime).widths(model, x, x[[9]])[0])
    exact = float(brentq(lambda width: toy_r2(width) - 0.9, 0.1, 1.0))
    yield Row("OptiLIME", "width for R2 = .9", "published", 0.2963, ours, 0.01, "their search")
    yield Row("OptiLIME", "width for R2 = .9", "stated again", exact, ours, 1e-3, "quadrature")
    for width in (0.1, 0.3, 0.5, 0.7):
        found = replace(lime, kernel=ll.Exponential(width)).explain(model, x, x[[9]])
        r2 = float(found.r2[0, 0])
        name = f"R2 at width {width}"
        yield Row("OptiLIME", name, "stated again", toy_r2(width), r2, 5e-3, "quadrature")


def baylime() -> Iterator[Row]:
    rows = cancer()[:, :10]
    lime = presets.baylime(num_samples=2000)
    z, w, points = seen(lime, rows, rows[:1])
    root, y = np.sqrt(w), bent(points)
    zc, yc = z - np.average(z, axis=0, weights=w), y - np.average(y, weights=w)
    zw, yw = zc * root[:, None], yc * root
    precision, prior, mu0 = 4.0, 30.0, np.linspace(-1, 1, 10)
    covariance = np.linalg.inv(precision * zw.T @ zw + prior * np.eye(10))  # on raw weights
    mean = covariance @ (precision * zw.T @ yw)
    given = {"noise_precision": precision * w.mean(), "weight_precision": prior}
    found = presets.baylime(num_samples=2000, **given).explain(bent, rows, rows[:1])
    same = "rounding"
    for name, theirs, ours in (
        ("posterior mean, both precisions given", mean, np.asarray(found.coef)[0, :, 0]),
        ("its deviation", np.sqrt(np.diag(covariance)), np.asarray(found.stderr)[0, :, 0]),
    ):
        yield Row("BayLIME", name, "stated again", *furthest(theirs, ours), 1e-9, same)
    told = coef(presets.baylime(prior_mean=mu0, num_samples=2000, **given), bent, rows, rows[:1])[0]
    exact = mean + prior * covariance @ mu0
    yield Row(
        "BayLIME", "a prior mean, exactly", "stated again", *furthest(exact, told), 1e-9, same
    )
    fitted = BayesianRidge(fit_intercept=False, tol=1e-9, max_iter=1000)
    evidence = fitted.fit(zw, yw).coef_
    ours = coef(lime, bent, rows, rows[:1])[0]
    why = "they scale neither weights nor outputs for the vague priors"
    yield Row(
        "BayLIME", "mean by the evidence", "stated again", *furthest(evidence, ours), 1e-3, why
    )


def bayeslime() -> Iterator[Row]:
    rows = cancer()[:, :10]
    lime = presets.bayeslime(num_samples=400)
    z, w, points = seen(lime, rows, rows[:1])
    z, w = np.vstack([np.ones(10), z]), np.append(1.0, w)
    y = np.append(bent(rows[:1]), bent(points))
    x = np.column_stack([np.ones(len(z)), z])
    v = np.linalg.inv(x.T @ (w[:, None] * x) + np.eye(11))
    phi = v @ (x.T @ (w * y))
    s2 = (w @ (y - x @ phi) ** 2 + phi @ phi) / len(y)
    rng = np.random.default_rng(0)
    sigma2 = len(y) * s2 / rng.chisquare(len(y), 10_000)
    draws = rng.multivariate_normal(np.zeros(11), v, 10_000) * np.sqrt(sigma2)[:, None]
    half = np.percentile(np.abs(draws), 95, axis=0)[1:]
    found = lime.explain(bent, rows, rows[:1])
    pair = furthest(phi[1:], np.asarray(found.coef)[0, :, 0])
    yield Row("BayesLIME", "posterior mean", "stated again", *pair, 1e-9, "rounding")
    pair = furthest(half, found.half_width()[0, :, 0])
    yield Row(
        "BayesLIME", "half-width of 95 %", "stated again", *pair, 0.05 * pair[0], "10000 draws"
    )


def dlime() -> Iterator[Row]:
    rows = cancer()[:, :10]
    scaled = StandardScaler().fit_transform(rows)
    label = AgglomerativeClustering().fit_predict(scaled)
    nearest = NearestNeighbors(n_neighbors=1).fit(scaled)
    for i in (int(np.argmax(label == 0)), int(np.argmax(label == 1))):
        at = rows[i : i + 1] * 1.01
        one = nearest.kneighbors((at - rows.mean(axis=0)) / rows.std(axis=0))[1][0, 0]
        own = label == label[one]
        theirs = LinearRegression().fit(scaled[own], bent(rows[own])).coef_
        pair = furthest(theirs, coef(presets.Dlime(), bent, rows, at)[0])
        yield Row(
            "DLIME", f"line over the cluster of row {i}", "stated again", *pair, 1e-8, "rounding"
        )
    sets = [
        frozenset(np.argsort(-np.abs(coef(presets.Dlime(), bent, rows, rows[:1], s)[0]))[:5])
        for s in range(10)
    ]
    index = float(np.mean([len(a & b) / len(a | b) for a, b in combinations(sets, 2)]))
    yield Row("DLIME", "Jaccard over 10 runs", "published", 1.0, index, 1e-12, "no draws")


def maple() -> Iterator[Row]:
    rows = cancer()[:, :10]
    y = bent(rows)
    forest = RandomForestRegressor(
        30, min_samples_leaf=10, max_features=0.5, random_state=child(3, "maple") % 2**32
    ).fit(rows, y)
    weights = np.zeros(len(rows))
    for tree in forest.estimators_:
        leaf = tree.apply(rows)
        same = leaf == tree.apply(rows[:1])[0]
        weights[same] += 1 / same.sum()
    ours = presets.Maple(30).row_weights(Table(rows), rows[:1], y[:, None], 3)[0]
    yield Row(
        "MAPLE", "weight of a row", "stated again", *furthest(weights, ours), 1e-12, "rounding"
    )
    theirs = LinearRegression().fit(rows / rows.std(axis=0), y, sample_weight=weights).coef_
    pair = furthest(theirs, coef(presets.Maple(30), bent, rows, rows[:1], 3)[0])
    yield Row("MAPLE", "coefficient", "stated again", *pair, 1e-8, "rounding")


def glime() -> Iterator[Row]:
    rng = np.random.default_rng(0)
    k, rho = 8, 0.6
    f = rng.normal(size=2**k)
    masks = (np.arange(2**k)[:, None] >> np.arange(k)) % 2
    p = np.prod(np.where(masks == 1, 1 / (1 + rho), rho / (1 + rho)), axis=1)  # their sampler
    theirs = np.array(
        [np.average(f, weights=p * on) - np.average(f, weights=p * (1 - on)) for on in masks.T]
    )
    place = 2 ** np.arange(k)
    line = ll.exact.enumerate_masks(
        lambda z: f[(z @ place).astype(int)], k, weights=lambda z: rho ** (k - z.sum(axis=1))
    )
    name = "sampler without weights, kernel without sampler: all 256 masks"
    yield Row("GLIME", name, "stated again", *furthest(theirs, line.coef), 1e-9, "rounding")
    slope, at, width = np.array([1.0, -2.0, 0.5]), np.array([[0.3, -0.2, 0.5]]), 0.75
    rows = np.vstack([np.eye(3), -np.eye(3)]) * 3**0.5  # of mean 0 and deviation 1
    nodes, weights = hermegauss(60)
    t = slope @ at[0] + nodes * np.linalg.norm(slope) / np.sqrt(1 + width**-2)
    limit = slope * (weights @ (expit(t) * (1 - expit(t))) / weights.sum())  # E grad, Stein
    lime = presets.glime_gaussian(width, n_samples=2**14)
    found = lime.explain(lambda x: expit(x @ slope), rows, at)
    pair = furthest(limit, np.asarray(found.coef)[0, :, 0])
    within = 4 * float(np.max(np.asarray(found.stderr)))
    yield Row("GLIME", "slope of a logistic model", "stated again", *pair, within, "4 stderr")


def melime() -> Iterator[Row]:
    x, model = spiral()
    f = float(model.predict(SPIRAL_X)[0])
    net = "another network on other points"
    yield Row("MeLIME", "the network at (0, 8)", "published", 32.55, f, 0.5, net)
    found = presets.lime_tabular_continuous(2).explain(model, x, SPIRAL_X)
    line = np.asarray(found.coef)[0, :, 0]
    at_x = float(np.asarray(found.g)[0, 0])
    at_mean = at_x - float(line @ ((SPIRAL_X[0] - x.mean(axis=0)) / x.std(axis=0)))
    yield Row("MeLIME", "lime's line at (0, 8)", "published", 53.73, at_x, 3.0, net)
    yield Row("MeLIME", "lime's intercept", "published", 43.28, at_mean, 3.0, net)
    signs = float((line > 0).sum())
    yield Row("MeLIME", "lime's coefficients above 0", "published", 2, signs, 0, "counted")


def melime_law() -> Iterator[Row]:
    """Their sampler on standardised rows: a near row, evenly, plus noise of the bandwidth."""
    x = spiral_rows()[0]
    lime = presets.melime_kde(bandwidth=0.1, share=0.02, n_samples=40_000)
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    at = (SPIRAL_X - x.mean(axis=0)) / x.std(axis=0)
    near = z[NearestNeighbors(n_neighbors=40).fit(z).kneighbors(at)[1][0]]
    rng = np.random.default_rng(1)
    theirs = near[rng.integers(40, size=40_000)] + 0.1 * rng.normal(size=(40_000, 2))
    ours = seen(lime, x, SPIRAL_X)[0] + at
    pair = furthest(np.cov(theirs.T), np.cov(ours.T))
    yield Row("MeLIME", "covariance of the samples", "stated again", *pair, 0.001, "40000 draws")
    pair = furthest(theirs.mean(axis=0), ours.mean(axis=0))
    yield Row("MeLIME", "mean of the samples", "stated again", *pair, 0.005, "40000 draws")


def blimey() -> Iterator[Row]:
    rows = cancer()[:, :10]
    found = presets.blimey_tree(n_samples=2**14).explain(bent, rows, rows[:1])
    rng = np.random.default_rng(0)
    share = rng.beta(2, 5, (2**14, 1))
    points = share * rows[:1] + (1 - share) * rows[rng.integers(len(rows), size=2**14)]
    tree = DecisionTreeRegressor(max_depth=3).fit(points, bent(points))
    pair = tree.score(points, bent(points)), float(found.r2[0, 0])
    yield Row("bLIMEy", "R2 of the tree", "stated again", *pair, 0.02, "16384 draws")
    pair = float(tree.predict(rows[:1])[0]), float(np.asarray(found.g)[0, 0])
    yield Row("bLIMEy", "the tree at x", "stated again", *pair, 0.1, "16384 draws")
    lime = presets.blimey_tree(n_samples=1024)
    _, _, same = seen(lime, rows, rows[:1])
    tree = DecisionTreeRegressor(max_depth=3, random_state=0).fit(same, bent(same))
    pair = tree.score(same, bent(same)), float(lime.explain(bent, rows, rows[:1]).r2[0, 0])
    yield Row("bLIMEy", "R2 on the same samples", "stated again", *pair, 1e-9, "rounding")


QUICK: tuple[Callable[[], Iterator[Row]], ...] = (
    slime_numbers,
    optilime,
    baylime,
    bayeslime,
    dlime,
    maple,
    glime,
    melime_law,
    blimey,
)
SLOW: tuple[Callable[[], Iterator[Row]], ...] = (slime, melime)
