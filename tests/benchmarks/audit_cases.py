"""Models whose explanations go wrong on real data, and explainers of many habits, for the audit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier

import limelab as ll
from limelab import datasets, models, presets
from limelab.seeds import child, generator

FIT = ("wine", "diabetes", "anes96", "star98", "penguins", "hearts")
SCORED = (
    *("breast_cancer", "iris", "fair", "modechoice", "autompg", "housing", "mroz", "beauty"),
    *("gpa2", "arrests"),
)
BACKGROUND, ROWS = 500, 2
EXPLAINERS: Mapping[str, Any] = {
    "near": ll.Lime(n_samples=1024),
    "few samples": ll.Lime(n_samples=64),
    "wide": ll.Lime(ll.Gaussian(2.0), n_samples=1024),
    "collapsed": ll.Lime(ll.GlobalGaussian(), kernel=ll.Exponential(0.3), n_samples=1024),
    "lime's bins": presets.lime_tabular(num_samples=1024),
    "neighbours": ll.Lime(ll.Neighbours(), n_samples=1024),
    "tree": ll.Lime(surrogate=ll.Tree(), n_samples=1024),
}


@dataclass(frozen=True, eq=False)
class Setting:
    """A model, its background and the rows to be explained.

    Attributes
    ----------
    model : estimator or callable
    X : DataFrame
    rows : DataFrame
    hides : bool
        The model acts one way on real rows and another way elsewhere.
    """

    model: Any
    X: pd.DataFrame
    rows: pd.DataFrame
    hides: bool = False


def setting(data: str, model: str, rows: int = ROWS) -> Setting:
    """A model on a data set; the rows are held out."""
    found = datasets.load(data)
    order = generator(0, "calibration", data, model).permutation(len(found.X))
    train, held = order[:-rows][:BACKGROUND], order[-rows:]
    X = found.X.iloc[order].drop(columns=_still(found.X.iloc[train]))
    X = X.loc[:, ~X.columns.duplicated()]
    y = found.y[order]
    return MODELS[model](X, y, found.kind, len(train), len(held))


def _still(frame: pd.DataFrame) -> list[Any]:
    return [name for name in frame if frame[name].nunique() < 2]


def _cut(X: pd.DataFrame, model: Any, n: int, held: int, *, hides: bool = False) -> Setting:
    """The first n rows as background; of the last, those whose categories all are known."""
    background, rows = X.iloc[:n], X.iloc[-held:]
    return Setting(model, background, rows, hides)


def _fitted(recipe: Any) -> Callable[..., Setting]:
    def make(X: pd.DataFrame, y: Any, kind: str, n: int, held: int) -> Setting:
        return _cut(X, models.fit(recipe, X.iloc[:n], y[:n], kind), n, held)

    return make


def _twin(X: pd.DataFrame, y: Any, kind: str, n: int, held: int) -> Setting:
    """A forest that reads a number and the category that says whether it is above its median."""
    first = _numbers(X, y, n)[0]
    high = np.where(X[first] > X[first].iloc[:n].median(), "high", "low")
    whole = X.assign(**{f"{first} is": pd.Categorical(high)})
    recipe = models.forest(n_estimators=30)
    return _cut(whole, models.fit(recipe, whole.iloc[:n], y[:n], kind), n, held)


@dataclass(frozen=True)
class Curve:
    """A function of three standardised columns."""

    columns: tuple[str, ...]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    shape: str

    def __call__(self, rows: pd.DataFrame) -> Any:
        """Its values."""
        values = rows[list(self.columns)].to_numpy(dtype=np.float64)
        a, b, c = ((values - self.mean) / self.scale).T
        if self.shape == "exclusive or":
            return np.sign(a * b) + 0.4 * c
        return a**2 - np.abs(b) + 0.5 * c


def _curve(shape: str) -> Callable[..., Setting]:
    def make(X: pd.DataFrame, y: Any, kind: str, n: int, held: int) -> Setting:
        columns = _numbers(X, y, n)[:3]
        part = X[columns].iloc[:n].astype(float)
        model = Curve(tuple(columns), tuple(part.median()), tuple(part.std(ddof=0)), shape)
        return _cut(X, model, n, held)

    return make


@dataclass(frozen=True, eq=False)
class Hiding:
    """Reads `group` where a detector takes the row for real, else `coin` (Slack et al. 2020)."""

    detector: Any
    numbers: tuple[str, ...]

    def __call__(self, rows: pd.DataFrame) -> Any:
        """0 or 1."""
        real = self.detector.predict_proba(rows[list(self.numbers)].to_numpy(float))[:, 1] >= 0.5
        return np.where(real, rows["group"] == "b", rows["coin"] == "heads").astype(float)


def _hiding(X: pd.DataFrame, y: Any, kind: str, n: int, held: int) -> Setting:
    rng = generator(0, "hiding", ",".join(map(str, X.columns)))
    numbers = _numbers(X, y, n)
    whole = X.assign(
        group=pd.Categorical(rng.choice(["a", "b"], len(X))),
        coin=pd.Categorical(rng.choice(["heads", "tails"], len(X))),
    )
    real = whole[numbers].to_numpy(float)
    noise = np.tile(real, (5, 1))
    noise = noise + 0.5 * real.std(axis=0) * rng.normal(size=noise.shape)
    label = np.arange(6 * len(real)) < len(real)
    forest = RandomForestClassifier(30, random_state=0, n_jobs=1)
    detector = forest.fit(np.vstack([real, noise]), label)
    return _cut(whole, Hiding(detector, tuple(numbers)), n, held, hides=True)


def _numbers(X: pd.DataFrame, y: Any, n: int) -> list[str]:
    """Numeric columns, those that go with the target first."""
    code = pd.factorize(y, sort=True)[0] if np.asarray(y).dtype.kind not in "fi" else y
    names = [c for c in X if pd.api.types.is_numeric_dtype(X[c])]
    size = {c: abs(np.corrcoef(X[c].iloc[:n].astype(float), code[:n])[0, 1]) for c in names}
    return sorted(names, key=lambda name: -size[name])


MODELS: Mapping[str, Callable[..., Setting]] = {
    "forest": _fitted(models.forest(n_estimators=30)),
    "boosting": _fitted(models.boosting(max_iter=50)),
    "network": _fitted(models.network()),
    "twin": _twin,
    "exclusive or": _curve("exclusive or"),
    "even": _curve("even"),
    "hiding": _hiding,
}


def cases(names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Data sets with each model that they can have: three numbers for curves, none to spare."""
    found = []
    for data in names:
        X = datasets.load(data).X
        numbers = sum(pd.api.types.is_numeric_dtype(X[c]) for c in X)
        for model in MODELS:
            if numbers >= 3 or model in {"forest", "boosting", "network"}:
                found.append((data, model))
    return found


def seed_of(data: str, model: str, explainer: str) -> int:
    """A seed of its own."""
    return child(0, "calibration", data, model, explainer)
