"""Is a global importance the truth that an explanation should agree with: which one, and of what.

Importances of three kinds of tree ensembles are asked two questions with a known answer. Real data
get a number and a flag drawn at random: what share of the importance goes to them, which explain
nothing. Real columns, as correlated as they came, get a target that is the sum of every second of
them: are the used columns told from the idle ones. Impurity, permutation with and without labels,
on training and on held-out rows, the mean of local lines, and two remedies, conditional importance
and fitting again without a column, answer both. Exact curves show what each comes to as two
columns of a linear model grow alike; the designs of Strobl and of Hooker and Mentch stand beside.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from scipy import stats

import limelab as ll
from limelab import datasets, importance, models
from limelab.blackbox import blackbox
from limelab.external.asked import asked
from limelab.seeds import child, generator
from limelab.statistics.bands import simultaneous_band
from limelab.study.ready import fitted, split
from limelab.types import Array, Evidence, Score

NUMBER, FLAG, USED, IDLE = "planted number", "planted flag", "used: ", "idle: "
TREES, ROWS, PERMUTATIONS, EXPLAINED, MOST = 30, 300, 3, 20, 10
ALIKE, REPEATS, SIZE, NULLS, DRAWS = (0.0, 0.3, 0.6, 0.9), 12, 2000, 30, 6


# --- real data of which a part is known -----------------------------------------------------------


def _planted(name: str) -> Callable[[], datasets.Dataset]:
    """A data set with two columns of noise, one with many values and one with two."""

    def make() -> datasets.Dataset:
        data = datasets.load(name)
        rng = generator(0, "planted", name)
        noise = {NUMBER: rng.normal(size=len(data.X)), FLAG: rng.integers(0, 2, len(data.X)) * 1.0}
        return replace(data, name=f"planted_{name}", X=data.X.assign(**noise))

    return _named(make, f"planted_{name}")


def _known(name: str) -> Callable[[], datasets.Dataset]:
    """The first numbers of a data set; its target is the sum of every second, and noise."""

    def make() -> datasets.Dataset:
        data = datasets.load(name)
        X = data.X.drop(columns=list(data.categorical)).iloc[:, :MOST]
        said = X[X.columns[::2]].apply(stats.zscore).sum(axis=1).to_numpy()
        noise = generator(0, "known", name).normal(size=len(X)) * said.std() / 2
        labels = [(IDLE if j % 2 else USED) + str(column) for j, column in enumerate(X)]
        target = "sum of the used columns"
        X = X.set_axis(labels, axis=1)
        return replace(
            data, name=f"known_{name}", X=X, y=said + noise, kind="regression", target=target
        )

    return _named(make, f"known_{name}")


def _named(make: Any, name: str) -> Any:
    make.__name__ = make.__qualname__ = name
    return make


planted_wine, known_wine = _planted("wine"), _known("wine")
planted_diabetes, known_diabetes = _planted("diabetes"), _known("diabetes")
planted_star98, known_star98 = _planted("star98"), _known("star98")
planted_breast_cancer, known_breast_cancer = _planted("breast_cancer"), _known("breast_cancer")
planted_anes96, known_anes96 = _planted("anes96"), _known("anes96")
planted_modechoice, known_modechoice = _planted("modechoice"), _known("modechoice")
planted_fair, known_fair = _planted("fair"), _known("fair")
planted_randhie, known_randhie = _planted("randhie"), _known("randhie")
PLANTED = (
    *(planted_wine, planted_diabetes, planted_star98, planted_breast_cancer),
    *(planted_anes96, planted_modechoice, planted_fair, planted_randhie),
)
KNOWN = (
    *(known_wine, known_diabetes, known_star98, known_breast_cancer),
    *(known_anes96, known_modechoice, known_fair, known_randhie),
)


def extra_trees(kind: str, frame: pd.DataFrame, seed: int, n_estimators: int) -> Any:
    """A forest whose cuts are drawn at random, on all rows."""
    from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor
    from sklearn.pipeline import Pipeline, make_pipeline

    make = ExtraTreesClassifier if kind == "classification" else ExtraTreesRegressor
    model = make(n_estimators=n_estimators, random_state=seed, n_jobs=1)
    like = models.forest().build(kind, frame, seed=seed)  # categories are made numbers as there
    front = [step for _, step in like.steps[:-1]] if isinstance(like, Pipeline) else []
    return make_pipeline(*front, model) if front else model


MODELS = (
    models.forest(n_estimators=TREES),
    models.Recipe(extra_trees, (("n_estimators", TREES),)),
    models.boosting(max_iter=TREES),
)
FAMILIES = dict(zip(("RandomForest", "ExtraTrees", "HistGradient"), MODELS, strict=True))


# --- importances as explainers: the same for every row, on the scale of squares -------------------


@dataclass(frozen=True)
class Global:
    """One importance of a model for all rows, below 0 as 0; squared where it comes as a root."""

    kind: str
    takes_domain: ClassVar[bool] = True

    def explain(self, predict: Any, background: Any, rows: Any, seed: int = 0) -> Array:
        """Attributions (I, k, C)."""
        given = asked(predict, background, rows)
        found = np.maximum(KINDS[self.kind](given, seed), 0.0)
        return np.array(np.broadcast_to(found, (len(given.x), len(found), len(given.box.outputs))))


@lru_cache(maxsize=32)
def _data(columns):
    """The data set of this study with these columns."""
    (data,) = (d for d in (make() for make in (*PLANTED, *KNOWN)) if tuple(d.X) == columns)
    return data


def _seen(given):
    """Rows and targets that the model was fitted on."""
    return _at(given, given.table.frame.index)


def _unseen(given):
    """Some rows and targets that it was not fitted on."""
    data = _data(tuple(given.table.frame))
    order = generator(0, "unseen", data.name).permutation(data.X.index)
    return _at(given, order[~np.isin(order, given.table.frame.index)][:ROWS])


def _at(given, index):
    data = _data(tuple(given.table.frame))
    return data.X.loc[index], data.y[index]


def _impurity(given, seed):
    return importance.impurity_importance(given.model, given.table)[0]


def _training(given, seed):
    return _permuted(given, seed, *(part[:ROWS] for part in _seen(given)))


def _held_out(given, seed):
    return _permuted(given, seed, *_unseen(given))


def _permuted(given, seed, X, y):
    rng, base = generator(seed, "permuted"), loss(given.model, X, y)
    found = np.zeros((len(given.table.names), 1))
    for _ in range(PERMUTATIONS):
        order = rng.permutation(len(X))
        moved = [X.assign(**{name: X[name].array[order]}) for name in X]
        every = loss(given.model, pd.concat(moved), np.tile(y, len(moved)), parts=len(moved))
        found[:, 0] += (every - base) / PERMUTATIONS
    return found


def loss(model, X, y, parts=1):
    """Mean squared error of a value, or of the shares of all classes, of equal parts of rows.

    Log-loss would hang on single rows to whose class a forest gives no share at all.
    """
    classes = getattr(model, "classes_", None)
    said = model.predict(X)[:, None] if classes is None else model.predict_proba(X)
    truth = y[:, None] if classes is None else y[:, None] == classes
    return ((said - truth) ** 2).sum(axis=1).reshape(parts, -1).mean(axis=1)


def _answers(given, seed, find=importance.prediction_importance):
    x, rng = given.table.encode(_unseen(given)[0]), generator(seed, "importance")
    found = find(given.box, given.table, x, repeats=PERMUTATIONS, rng=rng)
    return (found**2).mean(axis=0)


def _conditional(given, seed):
    return _answers(given, seed, importance.conditional_importance)


def _refitted(given, seed):
    last = type(getattr(given.model, "steps", [("", given.model)])[-1][1]).__name__
    (recipe,) = (one for key, one in FAMILIES.items() if last.startswith(key))
    (X, y), (rows, truth) = _seen(given), _unseen(given)
    kind = _data(tuple(X)).kind

    def without(*names):
        model = models.fit(recipe, X.drop(columns=list(names)), y, kind, seed=seed % 2**31)
        return loss(model, rows.drop(columns=list(names)), truth)

    return np.array([without(name) for name in X]) - without()


def _lines(given, seed):
    rows = _unseen(given)[0].iloc[:EXPLAINED]
    found = ll.Lime(n_samples=512, draws="own").unwarned(given.box, given.table, rows, seed)
    return (found.slope**2).mean(axis=0)


KINDS = {
    "impurity": _impurity,
    "permutation, training": _training,
    "permutation, held out": _held_out,
    "permutation, no labels": _answers,
    "mean of local lines": _lines,
    "conditional": _conditional,
    "drop and refit": _refitted,
}


@dataclass(frozen=True)
class Known:
    """What is known of the data: 0 for columns drawn at random or idle, 1 for all others."""

    takes_domain: ClassVar[bool] = True

    def explain(self, predict: Any, background: Any, rows: Any, seed: int = 0) -> Array:
        """Attributions (I, k, C)."""
        given = asked(predict, background, rows)
        names = given.table.names
        idle = [name in (NUMBER, FLAG) or name.startswith(IDLE) for name in names]
        worth = 1.0 - np.array(idle)[:, None]
        return np.tile(worth, (len(given.x), 1, len(given.box.outputs)))


def baselines() -> ll.Conditions:
    """Chance, all alike and the truth; permutation importance is among what is compared."""
    floors = ll.baseline_conditions(names=("random", "constant"))
    return floors | ll.Conditions({"exact": Known()}, baselines=["exact"])


@dataclass(frozen=True)
class NoiseShare:
    """Share of the importance that goes to the two columns drawn at random; 0 is right."""

    name: ClassVar[str] = "noise_share"
    better: ClassVar[str] = "lower"
    best: ClassVar[float] = 0.0
    unit: ClassVar[str] = "share of the importance, 0 to 1"
    says_not: ClassVar[str] = "Importances of other kinds share out other things: compare with 0."
    over_instances: ClassVar[bool] = True

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (R, 1, 1)."""
        if NUMBER not in evidence.names:
            return [Score(np.full((1, 1, 1), np.nan), note="no column was planted")]
        values = evidence.importance.mean(axis=(1, 3))
        total = values.sum(axis=1)
        number, flag = (values[:, evidence.names.index(name)] for name in (NUMBER, FLAG))
        found = self._of(number, flag)
        return [_scored(np.divide(found, total, out=np.full(len(total), np.nan), where=total > 0))]

    def _of(self, number: Array, flag: Array) -> Array:
        return number + flag


@dataclass(frozen=True)
class NoiseGap(NoiseShare):
    """How far apart the shares of the two random columns are: the number's less the flag's."""

    name: ClassVar[str] = "noise_gap"

    def _of(self, number: Array, flag: Array) -> Array:
        return np.abs(number - flag)


@dataclass(frozen=True)
class UsedFirst:
    """Chance that a column which the target is made of stands above one that it is not made of."""

    name: ClassVar[str] = "used_first"
    better: ClassVar[str] = "higher"
    best: ClassVar[float] = 1.0
    unit: ClassVar[str] = "area under the curve, .5 by chance"
    says_not: ClassVar[str] = "A model may well use an idle column that stands for a used one."
    over_instances: ClassVar[bool] = True

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (R, 1, 1)."""
        used = np.array([name.startswith(USED) for name in evidence.names])
        if not used.any():
            return [Score(np.full((1, 1, 1), np.nan), note="nobody knows which columns matter")]
        values = evidence.importance.mean(axis=(1, 3))
        apart = np.sign(values[:, used, None] - values[:, None, ~used])
        return [_scored((1 + apart.mean(axis=(1, 2))) / 2)]


def _scored(values):
    missing = np.where(np.isfinite(values), "", "no importance here, or none is above 0")
    return Score(values[:, None, None], note=missing.astype(object)[:, None, None])


# --- designs whose truth is known -----------------------------------------------------------------


def two_columns_grow_alike(task: ll.Task, seed: int) -> pd.DataFrame:
    """What one of two normal columns with slope 1 is worth as they correlate, on squared answers.

    Permuted, 2 b^2 Var(x_j) = 2 whatever the other does. Redrawn given the other, 2 (1 - r^2).
    Dropped, and least squares fitted again, 1 - r^2.
    """
    if task.name != "planted_wine / forest":
        return pd.DataFrame()
    rows = [
        {"importance": kind, "correlation": r, "exact": float(exact), **_spread(found)}
        for r in ALIKE
        for kind, exact, found in _of_two(r, seed)
    ]
    return _banded(rows, "growth of the squared error", REPEATS)


def _of_two(r, seed):
    from sklearn.linear_model import LinearRegression

    found = []
    for repeat in range(REPEATS):
        rng = generator(seed, "two", repeat)
        z = rng.normal(size=(2 * SIZE, 2))
        x = np.column_stack([z[:, 0], r * z[:, 0] + np.sqrt(1 - r**2) * z[:, 1]])
        box, half = blackbox(lambda rows: np.asarray(rows).sum(axis=1), x[:4]), x[:SIZE]
        how = {"repeats": 1, "rng": rng}
        permuted = importance.prediction_importance(box, ll.Table(half), half, **how)
        redrawn = importance.conditional_importance(box, ll.Table(half), half, **how)
        train, test = ((pd.DataFrame(part), part.sum(axis=1)) for part in (half, x[SIZE:]))
        dropped = importance.drop_column_importance(lambda *_: LinearRegression(), train, test)
        found.append((2 * permuted[0, 0, 0] ** 2, 2 * redrawn[0, 0, 0] ** 2, dropped[0, 0, 0]))
    names, left = ("permutation", "conditional", "drop and refit"), 1 - r**2
    return list(zip(names, (2, 2 * left, left), np.transpose(found), strict=True))


def nothing_matters(task: ll.Task, seed: int) -> pd.DataFrame:
    """Five columns of noise and a fair coin (Strobl et al. 2007): what each seems to be worth.

    On held-out rows accuracy has nothing to lose: 0 exactly. Impurity shares are in need of no
    column that matters, and accuracy on the training rows shows what was learnt by heart.
    """
    if task.data_name != "planted_wine":
        return pd.DataFrame()
    levels = ("any number", "2 values", "4 values", "10 values", "20 values")
    runs = [_null_run(task.model, child(seed, "null", run)) for run in range(NULLS)]
    unseen, seen, impurity = (np.array(part) for part in zip(*runs, strict=True))
    rows = [
        {
            **{"column": name, "exact": 0.0, **_spread(unseen[:, j])},
            **{"on_training_rows": seen[:, j].mean(), "impurity_share": impurity[:, j].mean()},
        }
        for j, name in enumerate(levels)
    ]
    return _banded(rows, "accuracy lost on held-out rows", NULLS)


def _null_run(recipe, seed):
    rng = generator(seed, "strobl")
    columns = [rng.normal(size=1120), *(rng.integers(0, m, 1120) for m in (2, 4, 10, 20))]
    X, y = pd.DataFrame(np.column_stack(columns).astype(float)), rng.integers(0, 2, 1120)
    model = models.fit(recipe, X[:120], y[:120], "classification", seed=seed % 2**31)
    lost = []
    for part in (slice(120, None), slice(None, 120)):
        rows, said = X[part].to_numpy(), y[part]
        moved = np.repeat(rows[None], 5, axis=0)
        for j in range(5):
            moved[j, :, j] = rng.permutation(rows[:, j])
        told = model.predict(pd.DataFrame(np.vstack([rows, *moved]))).reshape(6, -1) == said
        lost.append(told[0].mean() - told[1:].mean(axis=1))
    return *lost, getattr(model, "feature_importances_", np.full(5, np.nan))


def credit_by_acquaintance(task: ll.Task, seed: int) -> pd.DataFrame:
    """Two designs in which a column is credited for what its like do; above 0 is wrong.

    Strobl et al. 2008: the share of a column of slope 0 that correlates by .9 with three of slope
    5, 5 and 2, less that of a column by itself of slope -2. Hooker and Mentch: by how much the
    share of two columns grows when they are made to correlate by .9, their slopes as before.
    """
    if task.data_name != "planted_wine":
        return pd.DataFrame()
    rows = []
    for design, wrong in (("Strobl", _strobl), ("Hooker and Mentch", _hooker)):
        runs = pd.DataFrame([wrong(task.model, child(seed, design, d)) for d in range(DRAWS)])
        reach = stats.t.isf(0.025, DRAWS - 1) * runs.std(ddof=1) / np.sqrt(DRAWS)
        for kind, mean in runs.mean().items():
            ends = {"low": mean - reach[kind], "high": mean + reach[kind]}
            rows.append({"design": design, "importance": kind, "wrong_credit": mean, **ends})
    return pd.DataFrame(rows).assign(unit="share of the importance")


def _strobl(recipe, seed):
    rng = generator(seed, "correlated")
    alike = np.eye(12)
    alike[:4, :4] += 0.9 * (1 - np.eye(4))
    x = rng.multivariate_normal(np.zeros(12), alike, size=250)
    shares = _shares(recipe, x, x[:, :7] @ [5, 5, 2, 0, -5, -5, -2], 0.5, seed)
    return {kind: share[3] - share[6] for kind, share in shares.items()}


def _hooker(recipe, seed):
    slopes, found = np.array([1, 1, 1, 1, 1, 0, 0.5, 0.8, 1.2, 1.5]), []
    for r in (0.9, 0.0):
        z = generator(seed, "copula").normal(size=(250, 10))
        z[:, 1] = r * z[:, 0] + np.sqrt(1 - r**2) * z[:, 1]
        x = stats.norm.cdf(z)
        found.append(_shares(recipe, x, x @ slopes, 0.1, seed))
    return {kind: (found[0][kind] - found[1][kind])[:2].sum() for kind in found[0]}


def _shares(recipe, x, signal, noise, seed):
    """Share of each column (k,) by each kind that needs no second fit; 100 rows to fit on."""
    y = signal + noise * generator(seed, "noise").normal(size=len(x))
    X, own = pd.DataFrame(x), {"repeats": 1}
    model = models.fit(recipe, X[:100], y[:100], "regression", seed=seed % 2**31)
    box, table = blackbox(model, X[:4]), ll.Table(X[:100])
    rng = generator(seed, "redrawn")
    found = {
        "permutation": importance.label_importance(box, table, x[100:], y[100:], seed=0, **own),
        "conditional": importance.conditional_importance(box, table, x[100:], rng=rng, **own) ** 2,
    }
    if hasattr(model, "feature_importances_"):
        found["impurity"] = importance.impurity_importance(model)
    kept = {kind: np.maximum(values[0, :, 0], 0) for kind, values in found.items()}
    return {kind: values / values.sum() for kind, values in kept.items()}


def the_leading_column_twice(task: ll.Task, seed: int) -> pd.DataFrame:
    """What is left of the leading column's importance when an exact copy of it is put beside.

    Real data, held-out loss (Parr et al. 2018). `together` permutes both copies at once, the
    remedy; dropping one of the two costs next to nothing, for the other stays. Boosting cuts at the
    first of equal columns, so there the copy is never used and nothing changes.
    """
    if not task.data_name.startswith("planted"):
        return pd.DataFrame()
    data, before = split(task, seed), fitted(task, seed)
    model, X, y = before.whole.model, data.held_X.iloc[:ROWS], data.held_y[:ROWS]
    alone = [_lost(model, X, y, seed, [name]) for name in X]
    lead = X.columns[int(np.argmax(alone))]
    train, twice = (rows.assign(copy=rows[lead]) for rows in (data.train_X, X))
    other = models.fit(task.model, train, data.train_y, data.kind, seed=seed)
    found = {
        "column": lead,
        "alone": max(alone),
        "beside_its_copy": _lost(other, twice, y, seed, [lead]),
        "together": _lost(other, twice, y, seed, [lead, "copy"]),
        "copy_dropped": (loss(model, X, y) - loss(other, twice, y))[0],
    }
    return pd.DataFrame([found]).assign(unit="growth of the squared error")


def _lost(model, X, y, seed, names):
    """Growth of the loss as columns are permuted together."""
    order = generator(seed, "twice").permutation(len(X))
    moved = X.assign(**{name: X[name].array[order] for name in names})
    return (loss(model, moved, y) - loss(model, X, y))[0]


def _spread(values):
    return {"measured": np.mean(values), "stderr": np.std(values, ddof=1) / np.sqrt(len(values))}


def _banded(rows, unit, runs):
    found = pd.DataFrame(rows)
    band = simultaneous_band(found["measured"], found["stderr"], df=runs - 1)
    return found.assign(low=band.low, high=band.high, unit=unit)


def _names(makers):
    return [make.__name__ for make in makers]


HELD_OUT, TRAINING = "permutation, held out", "permutation, training"
STUDY = ll.Study(
    question="Which global importance may an explanation be held against?",
    tasks=[
        *(ll.Task(data, model, instances=1) for model in MODELS for data in PLANTED),
        *(ll.Task(data, model, instances=1) for model in MODELS for data in KNOWN),
    ],
    conditions=ll.Conditions(
        {kind: Global(kind) for kind in KINDS}, {kind: {"importance_of": kind} for kind in KINDS}
    )
    | baselines(),
    judge=[],
    metrics=[NoiseShare(), NoiseGap(), UsedFirst()],
    claims=[
        ll.Claim(
            "Impurity gives more of itself to noise than permutation on held-out rows does.",
            metric="noise_share",
            better={"importance_of": HELD_OUT},
            worse={"importance_of": "impurity"},
            where={"dataset": _names(PLANTED)},
            margin=0.01,
        ),
        ll.Claim(
            "Of two columns of noise impurity prefers the one with more values; permutation less.",
            metric="noise_gap",
            better={"importance_of": HELD_OUT},
            worse={"importance_of": "impurity"},
            where={"dataset": _names(PLANTED)},
            margin=0.01,
        ),
        ll.Claim(
            "Permuting rows that the model was fitted on credits noise that it learnt by heart.",
            metric="noise_share",
            better={"importance_of": HELD_OUT},
            worse={"importance_of": TRAINING},
            where={"dataset": _names(PLANTED)},
            margin=0.01,
        ),
        ll.Claim(
            "What asks only the model, such as local lines, credits noise more than labels do.",
            metric="noise_share",
            better={"importance_of": HELD_OUT},
            worse={"importance_of": "mean of local lines"},
            where={"dataset": _names(PLANTED)},
            margin=0.01,
        ),
        ll.Claim(
            "Permutation is more robust than impurity when features correlate.",
            metric="used_first",
            better={"importance_of": HELD_OUT},
            worse={"importance_of": "impurity"},
            where={"dataset": _names(KNOWN)},
            margin=0.02,
        ),
        ll.Claim(
            "Where features correlate, conditional importance tells used from idle better.",
            metric="used_first",
            better={"importance_of": "conditional"},
            worse={"importance_of": HELD_OUT},
            where={"dataset": _names(KNOWN)},
            margin=0.02,
        ),
        ll.Claim(
            "Where features correlate, fitting again without a column tells them better.",
            metric="used_first",
            better={"importance_of": "drop and refit"},
            worse={"importance_of": HELD_OUT},
            where={"dataset": _names(KNOWN)},
            margin=0.02,
        ),
    ],
    measures=[
        two_columns_grow_alike,
        nothing_matters,
        credit_by_acquaintance,
        the_leading_column_twice,
    ],
    repeats=3,
    remedy="Ask held-out labels, permute columns that are alike together, or fit again without.",
)
