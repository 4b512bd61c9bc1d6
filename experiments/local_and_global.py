"""Can a global importance diagnose a prediction: it says what matters somewhere, not what here.

Targets that switch are laid over real columns: on one side of a median one column leads and both
slopes rise, on the other side the other leads and both fall. Every importance that is one for all
rows then gives both the same weight and no sign. Models that are the switch itself and models
fitted to it are asked at rows on either side, and models of the real targets beside them. The
remedy is local: a line, or features permuted inside a region round the row. An exact curve follows
the local importance of the three columns across the switch; tables count how often another column
than the globally leading one leads at a real row, and in parts of the data.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.base import BaseEstimator, RegressorMixin

import limelab as ll
from limelab import datasets, importance, metrics, models
from limelab.external.asked import asked
from limelab.seeds import generator
from limelab.statistics.bands import simultaneous_band
from limelab.study.ready import fitted, split
from limelab.types import Array, Evidence, Perturbation, Score

SWITCH, FIRST, SECOND = "switch: ", "first: ", "second: "
WIDTH = 0.5  # of every local question, in background standard deviations
PLACES = (-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0)  # of the row, in widths from the switch
REPEATS, SIZE = 12, 1000
ROWS, POINTS, PARTS = 30, 100, 3


def _switched(name: str) -> Callable[[], datasets.Dataset]:
    """Real numbers whose target turns where the first is above its median."""

    def make() -> datasets.Dataset:
        data = datasets.load(name)
        X = data.X.drop(columns=list(data.categorical))
        names = list(X.columns)
        said = [SWITCH + names[0], FIRST + names[1], SECOND + names[2], *names[3:]]
        centred = X.assign(**{names[0]: X[names[0]] - X[names[0]].median()})
        made = centred.assign(**{one: stats.zscore(X[one]) for one in names[1:3]})
        X = made.set_axis(said, axis=1)
        y = switch(X.to_numpy())
        y = y + 0.1 * y.std() * generator(0, "switched", name).normal(size=len(y))
        return replace(data, name=f"switched_{name}", X=X, y=y, kind="regression", target="switch")

    make.__name__ = make.__qualname__ = f"switched_{name}"
    return make


def switch(rows: Array) -> Array:
    """2 a + b above 0 of the first column, -a - 2 b below, of the next two."""
    a, b = rows[:, 1], rows[:, 2]
    return np.where(rows[:, 0] > 0, 2 * a + b, -a - 2 * b)


switched_wine, switched_diabetes = _switched("wine"), _switched("diabetes")
switched_star98, switched_iris = _switched("star98"), _switched("iris")
switched_breast_cancer, switched_anes96 = _switched("breast_cancer"), _switched("anes96")
switched_modechoice = _switched("modechoice")
SWITCHED = (
    *(switched_wine, switched_diabetes, switched_star98, switched_iris),
    *(switched_breast_cancer, switched_anes96, switched_modechoice),
)
REAL = ("wine", "diabetes", "star98", "iris", "breast_cancer", "anes96", "modechoice")


class Switch(RegressorMixin, BaseEstimator):
    """The switch as a model that has nothing to learn."""

    def fit(self, X, y):
        """Nothing."""
        self.n_features_in_ = X.shape[1]
        return self

    def predict(self, X):
        """The switch."""
        return switch(np.asarray(X, dtype=float))


def the_switch(kind: str, frame: pd.DataFrame, seed: int) -> Any:
    """A model that is the target's own function."""
    return Switch()


MODELS = (models.Recipe(the_switch), models.forest(n_estimators=50), models.network())


@dataclass(frozen=True)
class MeanLine:
    """The mean of lines at rows of the background, signs and all, for every row."""

    lime: ll.Lime = field(default_factory=ll.Lime)
    rows: int = 30
    takes_domain: ClassVar[bool] = True

    def explain(self, predict: Any, background: Any, rows: Any, seed: int = 0) -> Array:
        """Effects (I, k, C)."""
        given = asked(predict, background, rows)
        chosen = generator(seed, "mean line").permutation(len(given.table.background))[: self.rows]
        some = given.table.decode(given.table.background[np.sort(chosen)].copy())
        effect = self.lime.unwarned(given.box, given.table, some, seed).effect
        return np.repeat(effect.mean(axis=0)[None], len(given.x), axis=0)


@dataclass(frozen=True)
class PermutedHere:
    """Each feature permuted among points of a law round the row; no sign."""

    law: Perturbation = field(default_factory=lambda: ll.Gaussian(WIDTH))
    size: int = 200
    takes_domain: ClassVar[bool] = True

    def explain(self, predict: Any, background: Any, rows: Any, seed: int = 0) -> Array:
        """Importances (I, k, C)."""
        given = asked(predict, background, rows)
        how = {"size": self.size, "repeats": 1, "seed": seed}
        return importance.local_importance(given.box, given.table, given.x, self.law, **how)[0]


@dataclass(frozen=True)
class LeadsHere:
    """Whether the column that leads on the row's side of the switch stands above the other."""

    name: ClassVar[str] = "leads_here"
    better: ClassVar[str] = "higher"
    best: ClassVar[float] = 1.0
    unit: ClassVar[str] = "share of rows, .5 by chance"
    says_not: ClassVar[str] = "It knows the target's function; a fitted model may do otherwise."

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (R, I, C)."""
        return _known(evidence, evidence.importance, self._right)

    def _right(self, first: Array, second: Array, above: Array) -> Array:
        return (1 + np.where(above, 1, -1)[None, :, None] * np.sign(first - second)) / 2


@dataclass(frozen=True)
class SignsHere(LeadsHere):
    """Share of the two columns whose effect has the sign of the row's side of the switch."""

    name: ClassVar[str] = "signs_here"
    unit: ClassVar[str] = "share of signs, .5 by chance"

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (R, I, C)."""
        shown = np.asarray(evidence.declined) == ""
        if shown.any() and not (evidence.effect < 0).any():
            return [Score(np.full((1, 1, 1), np.nan), note="importances have no sign")]
        return _known(evidence, evidence.effect, self._right)

    def _right(self, first: Array, second: Array, above: Array) -> Array:
        side = np.where(above, 1, -1)[None, :, None]
        return (2 + side * (np.sign(first) + np.sign(second))) / 4


def _known(evidence, values, right):
    """A score where there is a switch; the explanations that are missing stay so."""
    found = {name.split(": ")[0]: j for j, name in enumerate(evidence.names) if ": " in name}
    if not found or evidence.coordinates is None:
        return [Score(np.full((1, 1, 1), np.nan), note="no switch is known here")]
    above = evidence.coordinates.x[:, found["switch"]] > 0
    score = right(values[:, :, found["first"]], values[:, :, found["second"]], above)
    missing = np.broadcast_to(np.asarray(evidence.declined)[..., None], score.shape)
    return [Score(np.where(missing == "", score, np.nan), note=missing.astype(object))]


def local_importance_across_a_switch(task: ll.Task, seed: int) -> pd.DataFrame:
    """E (f - f with a column permuted)^2 / 2 in a cloud, as its centre crosses the switch.

    With p = Phi(t) above the switch, t the centre in widths, and variances v, u of the two columns
    in the cloud: v (1 + 3 p), u (4 - 3 p), and p (1 - p) 9 (v + u) for the switch itself. What is
    one for all rows has p = 1/2 and cannot tell the two columns apart.
    """
    if task.name != "switched_wine / the_switch":
        return pd.DataFrame()
    data, box, rows = split(task, seed), fitted(task, seed).box, []
    width = WIDTH * data.table.scale
    x = np.repeat(data.table.mean[None], len(PLACES), axis=0)
    x[:, 0], x[:, 1:3] = np.array(PLACES) * width[0], 0.0
    how = {"size": SIZE, "repeats": REPEATS, "seed": seed}
    found = importance.local_importance(box, data.table, x, ll.Gaussian(WIDTH), **how)[..., 0] ** 2
    v, u = width[1:3] ** 2
    for place, measured in zip(PLACES, np.moveaxis(found, 1, 0), strict=True):
        p = stats.norm.cdf(place)
        told = (9 * p * (1 - p) * (v + u), v * (1 + 3 * p), u * (4 - 3 * p))
        for j, name in enumerate(("switch", "first", "second")):
            mine = {"measured": measured[:, j].mean(), "stderr": stats.sem(measured[:, j])}
            rows.append({"column": name, "widths_from_the_switch": place, "exact": told[j], **mine})
    made = pd.DataFrame(rows)
    band = simultaneous_band(made["measured"], made["stderr"], df=REPEATS - 1)
    return made.assign(low=band.low, high=band.high, unit="squared output units")


def how_often_another_column_leads(task: ll.Task, seed: int) -> pd.DataFrame:
    """Real rows at which another column leads than the one that leads over all of them.

    Rows count where two local permutations, each with points of its own, name the same column;
    the others are undecided. The interval is that of a binomial share; `by_chance` is the share of
    columns drawn at random. `rank_correlation` is the mean Spearman correlation of a row's
    importances with the global ones.
    """
    if task.data_name not in REAL:
        return pd.DataFrame()
    data, box = _asked(task, seed)
    x = data.table.encode(data.held_X.iloc[:ROWS])
    overall = _overall(box, data, data.held_X, seed)
    how = {"size": POINTS, "repeats": 2, "seed": seed}
    found = importance.local_importance(box, data.table, x, ll.Gaussian(WIDTH), **how).sum(axis=-1)
    lead = found.argmax(axis=-1)
    sure = (lead[0] == lead[1]) & (found > 0).any(axis=-1).all(axis=0)
    other = int((lead[0][sure] != overall.argmax()).sum())
    ends = stats.binomtest(other, max(int(sure.sum()), 1)).proportion_ci()
    ranks = metrics.spearman(found.mean(axis=0), np.broadcast_to(overall, found.shape[1:]))
    row = {
        **{"globally_leading": data.table.names[int(overall.argmax())], "rows": len(x)},
        **{"decided": int(sure.sum()), "share_led_by_another": other / max(int(sure.sum()), 1)},
        **{"low": ends.low, "high": ends.high, "by_chance": 1 - 1 / len(overall)},
        "rank_correlation": float(np.nanmean(ranks)),
    }
    return pd.DataFrame([row])


def importance_in_parts_of_the_data(task: ll.Task, seed: int) -> pd.DataFrame:
    """Which column leads in each third of the globally leading one, and in how far ranks agree.

    Categories are parts by themselves; parts of fewer than 20 held-out rows are left out. Features
    are permuted within the part.
    """
    if task.data_name not in REAL:
        return pd.DataFrame()
    data, box = _asked(task, seed)
    overall = _overall(box, data, data.held_X, seed)
    name = data.table.names[int(overall.argmax())]
    column, rows = data.held_X[name], []
    number = pd.api.types.is_numeric_dtype(column)
    parts = pd.qcut(column, PARTS, duplicates="drop") if number else column
    for part, some in data.held_X.groupby(parts, observed=True):
        if len(some) < 20:
            continue
        mine = _overall(box, data, some, seed)
        said = {"part_of": name, "part": str(part), "rows": len(some)}
        agreed = float(metrics.spearman(mine, overall))
        rows.append({**said, "leads": data.table.names[mine.argmax()], "rank_correlation": agreed})
    return pd.DataFrame(rows)


def _asked(task, seed):
    return split(task, seed), fitted(task, seed).box


def _overall(box, data, rows, seed):
    """Permutation importance (d,) over rows, summed over outputs."""
    x, rng = data.table.encode(rows.iloc[:300]), generator(seed, "overall")
    found = importance.prediction_importance(box, data.table, x, repeats=5, rng=rng)
    return found.mean(axis=0).sum(axis=-1)


LINE = ll.Lime(ll.Gaussian(WIDTH), n_samples=1024, draws="own")
PRESET = ll.presets.lime_tabular(num_samples=1025, feature_selection="none")
ASKED = {
    "permutation, all rows": ll.GlobalPermutation(),
    "mean of lines": MeanLine(LINE),
    "lime's preset": replace(PRESET, draws="own"),
    "line here": LINE,
    "permutation here": PermutedHere(),
}
ENDS = ll.baseline_conditions(
    ll.ExactLime(ll.Gaussian(WIDTH)), names=["random", "constant", "exact"]
)  # a permutation is asked above
KNOWN = [make.__name__ for make in SWITCHED]


STUDY = ll.Study(
    question="Can a global importance diagnose a single prediction?",
    tasks=[
        *(ll.Task(data, model, instances=6) for model in MODELS for data in SWITCHED),
        *(ll.Task(data, model, instances=6) for model in MODELS[1:] for data in REAL),
    ],
    conditions=ll.Conditions(ASKED, {name: {"asked": name} for name in ASKED}) | ENDS,
    judge=[ll.Judge(ll.Gaussian(), radii=(WIDTH,), size=200)],
    metrics=[
        LeadsHere(),
        SignsHere(),
        metrics.LocalAgreement(),
        metrics.Heterogeneity(),
        metrics.PGI(1, sigma=WIDTH),
    ],
    claims=[
        ll.Claim(
            "Which column leads at a row, a line there says better than a global importance.",
            metric="leads_here",
            better={"asked": "line here"},
            worse={"asked": "permutation, all rows"},
            where={"dataset": KNOWN},
            margin=0.05,
        ),
        ll.Claim(
            "The remedy: features permuted near the row say better which column leads there.",
            metric="leads_here",
            better={"asked": "permutation here"},
            worse={"asked": "permutation, all rows"},
            where={"dataset": KNOWN},
            margin=0.05,
        ),
        ll.Claim(
            "Slopes cancel in their mean: a line at the row has the signs right more often.",
            metric="signs_here",
            better={"asked": "line here"},
            worse={"asked": "mean of lines"},
            where={"dataset": KNOWN},
            margin=0.05,
        ),
        ll.Claim(
            "lime's preset, which looks at all of the data, still says better what leads here.",
            metric="leads_here",
            better={"asked": "lime's preset"},
            worse={"asked": "permutation, all rows"},
            where={"dataset": KNOWN},
            margin=0.05,
        ),
        ll.Claim(
            "On real targets a line at the row agrees better with what permuting does there.",
            metric="local_agreement",
            better={"asked": "line here"},
            worse={"asked": "permutation, all rows"},
            where={"dataset": list(REAL)},
            margin=0.02,
        ),
        ll.Claim(
            "On real targets the locally leading column moves the model more than the global one.",
            metric="pgi_1",
            better={"asked": "permutation here"},
            worse={"asked": "permutation, all rows"},
            where={"dataset": list(REAL)},
            margin=0.01,
        ),
    ],
    measures=[
        local_importance_across_a_switch,
        how_often_another_column_leads,
        importance_in_parts_of_the_data,
    ],
    repeats=3,
    remedy="Ask at the row: a line there, or features permuted inside a region round it.",
)
