"""Do the usual numbers foretell a wrong explanation: R2, stability, standard errors, realism.

Real numbers, and models whose mean slopes round a row are known: forests, extra trees and boosting
from their leaves, quadratics, logistic models and sines in closed form, a network from many points.
An explanation is wrong where its first column is wrong beyond ties, or one of its first three has
a wrong sign. Ten proxies say how far to trust it, for noise near the row, wide noise and lime's own
setting: how often does a right one get more trust than a wrong one (AUROC), and what share of the
most trusted is wrong. The remedy tried is a guard, an explainer that shows two rows of three and
refuses the others: by one proxy or another, or at random.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from scipy import stats
from scipy.spatial import cKDTree
from scipy.special import expit, ndtri
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import PolynomialFeatures

import limelab as ll
from limelab import datasets, exact, importance, metrics, models, presets
from limelab.external.asked import asked
from limelab.metrics.notes import explained, missing_explanations
from limelab.metrics.probing import answers_of, found_coordinates, must_apply, refused
from limelab.metrics.probing import why_not as why_no_columns
from limelab.sampling import sample
from limelab.seeds import child, generator
from limelab.statistics.bands import simultaneous_band
from limelab.study.ready import fitted, split
from limelab.types import BadInput, Evidence, NotApplicable, Score

WIDTH = 0.5  # of the region that decides what is true, in background standard deviations
TIE = 0.05  # of the largest slope: what is nearer to it is a tie, what is smaller has no sign
TOP, RUNS, MOST, SEEN, LEVEL = 3, 5, 10, 128, 0.95
POINTS = 2048  # that stand for the region where a metric asks about it
REFUSED = "refused: it is trusted least"
COVERAGE = (0.25, 0.5, 0.75)
SETTINGS = {
    "near": ll.Lime(ll.Gaussian(WIDTH), n_samples=64, draws="own"),
    "wide": ll.Lime(ll.Gaussian(2.0), n_samples=256, draws="own"),
    "lime": replace(
        presets.lime_tabular_continuous(
            num_samples=501, feature_selection="none", standard_errors=True
        ),
        draws="own",
    ),
}


# --- real numbers ---------------------------------------------------------------------------------


def _numbers(name: str) -> datasets.Dataset:
    """The first numeric columns; the target as a number, of classes whether it is the commonest."""
    data = datasets.load(name)
    X = data.X.drop(columns=list(data.categorical)).iloc[:, :MOST].astype(float)
    y, target = data.y, data.target
    if data.kind == "classification":
        first = pd.Series(y).mode()[0]
        y, target = (y == first).astype(float), f"{target}: {first}"
    return replace(
        data, name=f"{name} in numbers", X=X, y=y.astype(float), kind="regression", target=target
    )


def _named(name: str) -> Any:
    def make() -> datasets.Dataset:
        return _numbers(name)

    make.__name__ = make.__qualname__ = name
    return make


wine, breast_cancer, diabetes, iris = map(_named, ("wine", "breast_cancer", "diabetes", "iris"))
star98, anes96, modechoice, fair = map(_named, ("star98", "anes96", "modechoice", "fair"))
DATA = (wine, breast_cancer, diabetes, iris, star98, anes96, modechoice, fair)


# --- models of which the mean slope is known ------------------------------------------------------


class Known(RegressorMixin, BaseEstimator):
    """A function of standardised columns, learnt from the data, whose line has a closed form."""

    def fit(self, X: pd.DataFrame, y: Any) -> "Known":
        """Learn the function."""
        rows = np.asarray(X, dtype=np.float64)
        self.mean_, self.scale_ = rows.mean(axis=0), rows.std(axis=0)
        self.learn((rows - self.mean_) / self.scale_, y)
        return self

    def predict(self, X: pd.DataFrame) -> Any:
        """The function's values."""
        return self.answer((np.asarray(X, dtype=np.float64) - self.mean_) / self.scale_)

    def slopes(self, x: Any) -> Any:
        """Exact mean slopes (I, d), per standard deviation, in the region round each row."""
        cov = WIDTH**2 * np.eye(x.shape[1])
        laws = [exact.Normal(row, cov) for row in (x - self.mean_) / self.scale_]
        return np.array([self.line(law).coef for law in laws])


class Quadratic(Known):
    """A ridge of all squares and products."""

    def learn(self, z: Any, y: Any) -> None:
        """Slopes and curvature."""
        squares = PolynomialFeatures(2, include_bias=False)
        ridge = Ridge(1.0).fit(squares.fit_transform(z), y)
        first, self.offset_ = z.shape[1], ridge.intercept_
        self.slope_ = ridge.coef_[:first]
        pairs = [np.outer(p, p) - np.diag(p) for p in squares.powers_[first:]]  # of x_i x_j: H
        self.curve_ = np.tensordot(ridge.coef_[first:], pairs, axes=1)

    def answer(self, z: Any) -> Any:
        """slope'z + z'Hz / 2 + offset."""
        return z @ self.slope_ + ((z @ self.curve_) * z).sum(axis=1) / 2 + self.offset_

    def line(self, law: exact.Normal) -> exact.Population:
        """The exact line."""
        return exact.quadratic_gaussian(self.slope_, self.curve_, law, offset=self.offset_)


class Logistic(Known):
    """The chance that the target is above its mean."""

    def learn(self, z: Any, y: Any) -> None:
        """A logistic regression."""
        model = LogisticRegression(max_iter=1000).fit(z, y > y.mean())
        self.slope_, self.offset_ = model.coef_[0], float(model.intercept_[0])

    def answer(self, z: Any) -> Any:
        """Shares."""
        return expit(z @ self.slope_ + self.offset_)

    def line(self, law: exact.Normal) -> exact.Population:
        """The exact line."""
        return exact.logistic_gaussian(self.slope_, law, offset=self.offset_)


class Sine(Known):
    """A sine along the direction in which the target grows, as steep everywhere."""

    def learn(self, z: Any, y: Any) -> None:
        """A direction of length 2: a wave is three standard deviations long."""
        direction = Ridge(1.0).fit(z, y).coef_
        self.slope_ = 2.0 * direction / np.linalg.norm(direction)

    def answer(self, z: Any) -> Any:
        """The wave."""
        return np.sin(z @ self.slope_)

    def line(self, law: exact.Normal) -> exact.Population:
        """The exact line."""
        return exact.sine_gaussian(self.slope_, law)


def quadratic(kind: str, frame: pd.DataFrame, seed: int) -> Quadratic:
    """Smooth, with products."""
    return Quadratic()


def logistic(kind: str, frame: pd.DataFrame, seed: int) -> Logistic:
    """Smooth, nearly a line."""
    return Logistic()


def sine(kind: str, frame: pd.DataFrame, seed: int) -> Sine:
    """Smooth, with slopes that turn."""
    return Sine()


def extra_trees(kind: str, frame: pd.DataFrame, seed: int, n_estimators: int) -> Any:
    """A forest whose cuts are drawn at random."""
    from sklearn.ensemble import ExtraTreesRegressor

    return ExtraTreesRegressor(n_estimators, random_state=seed, min_samples_leaf=3, n_jobs=1)


MODELS = (
    models.forest(n_estimators=20),
    models.Recipe(extra_trees, (("n_estimators", 20),)),
    models.boosting(max_iter=50),
    models.network(),
    models.Recipe(quadratic),
    models.Recipe(logistic),
    models.Recipe(sine),
)


# --- what is true, and what is wrong --------------------------------------------------------------


def true_slopes(box: Any, table: ll.Table, x: Any) -> tuple[Any, str]:
    """Mean slopes (I, d) of the model in the region round x, per background sd, and whence."""
    if isinstance(box.model, Known):
        return box.model.slopes(x), "closed form"
    law = ll.Gaussian(WIDTH)
    try:
        return exact.trees(box, x, law, ll.Flat(), scale=table.scale).coef[:, :, 0], "exact trees"
    except NotApplicable:
        z = _region(x.shape[1])
        points = x[:, None] + z * table.scale
        f = box.ask(table.decode(points.reshape(-1, x.shape[1])))[:, 0]
        return _line_through(f.reshape(len(x), -1), z), f"{POINTS} points of the region"


def _region(d):
    """Moves (POINTS, d) of Sobol's that stand for the region, in standard deviations."""
    return WIDTH * ndtri(ll.Sobol().draw(POINTS, d, generator(0, "region")))


def _line_through(f, z):
    """Slopes (I, d) of lines through answers (I, M) at moves (M, d)."""
    centred = z - z.mean(axis=0)
    return f @ np.linalg.pinv(centred).T


def wrong(told: Any, true: Any) -> dict[str, Any]:
    """How slopes (..., k) err: relative distance, a wrong first column, a wrong sign, either."""
    size, real = np.abs(told), np.abs(true)
    largest = real.max(axis=-1, keepdims=True)
    first = np.argsort(-size, axis=-1, kind="stable")[..., :TOP]
    meant = np.take_along_axis(np.broadcast_to(real, size.shape), first, axis=-1)
    turned = np.take_along_axis(told * true < 0, first, axis=-1)
    top = meant[..., 0] < (1 - TIE) * largest[..., 0]
    sign = (turned & (meant > TIE * largest)).any(axis=-1)
    length = np.linalg.norm(true, axis=-1)
    away = np.linalg.norm(told - true, axis=-1) / np.where(length > 0, length, np.nan)
    return {"distance": away, "wrong_first": top, "wrong_sign": sign, "wrong": top | sign}


# --- proxies: how far to trust each row, the more the higher --------------------------------------


@dataclass(frozen=True, eq=False)
class Told:
    """What an explainer says of some rows, as often as a proxy wants to hear it."""

    lime: ll.Lime
    box: Any
    table: ll.Table
    rows: Any
    seed: int

    def run(self, r: int) -> Any:
        """One explanation of all rows; run 0 is the one that is trusted or not."""
        return self.lime.unwarned(self.box, self.table, self.rows, child(self.seed, "run", r))

    @cached_property
    def first(self) -> Any:
        """The explanation itself."""
        return self.run(0)

    @cached_property
    def runs(self) -> list[Any]:
        """The explanation and four more."""
        return [self.first, *(self.run(r) for r in range(1, RUNS))]

    @property
    def coef(self) -> Any:
        """Coefficients (I, k)."""
        return self.first.coef[:, :, 0]

    @property
    def stderr(self) -> Any:
        """Their standard errors (I, k)."""
        return self.first.stderr[:, :, 0]


def _relative_error(told):
    """Length of the standard errors over that of the coefficients."""
    length = np.linalg.norm(told.coef, axis=1)
    return np.linalg.norm(told.stderr, axis=1) / np.where(length > 0, length, np.nan)


def _same_first_three(told):
    """VSI of the first three columns, (I,)."""
    size = np.array([np.abs(run.coef[:, :, 0]) for run in told.runs])
    place = np.argsort(np.argsort(-size, axis=2, kind="stable"), axis=2)
    chosen = (place < TOP) & np.isfinite(size)
    return np.array([metrics.vsi(chosen[:, i]) for i in range(chosen.shape[1])])


def _overlapping(told):
    coefs, errors = ([getattr(run, n)[:, :, 0] for run in told.runs] for n in ("coef", "stderr"))
    return metrics.csi(np.array(coefs), np.array(errors)).value


def _off_the_data(told):
    """Share of kernel mass farther from the background than 95 % of its rows are, (I,)."""
    lime, table = told.lime, told.table
    x = table.encode(told.rows)
    cloud = sample(lime.perturbation, table, x, SEEN, lime.draws, told.seed)
    w = lime.kernel.weights(lime.representation.interpret(cloud, table))
    points = np.where(cloud.relative, cloud.x[:, None] + cloud.moves, cloud.moves) / table.scale
    near = cKDTree(table.background / table.scale)
    border = np.quantile(near.query(near.data, k=2)[0][:, 1], 0.95)
    off = near.query(points)[0] > border
    mass = np.broadcast_to(w, off.shape)
    return (off * mass).sum(axis=1) / np.maximum(mass.sum(axis=1), np.finfo(float).tiny)


def _like_the_global(told):
    """Rank correlation with the model's permutation importance, (I,)."""
    rows = told.table.background[: 2 * SEEN]
    found = importance.prediction_importance(
        told.box, told.table, rows, repeats=1, rng=generator(0, "global")
    )
    whole = found[0, :, 0]
    return metrics.spearman(np.abs(told.coef), np.broadcast_to(whole, told.coef.shape))


PROXIES = {
    "R2": lambda told: told.first.r2[:, 0],
    "R2 out": lambda told: told.first.r2_out[:, 0],
    "gap": lambda told: -np.abs(told.first.g - told.first.f)[:, 0],
    "s.e.": lambda told: -_relative_error(told),
    "top 3": lambda told: metrics.predicted_jaccard(told.coef, told.stderr, TOP),
    "VSI": _same_first_three,
    "realism": lambda told: -_off_the_data(told),
    "CSI": _overlapping,
    "agree": _like_the_global,
    "n eff.": lambda told: told.first.n_effective,
}
GUARDS = {
    "near": ("s.e.", "top 3", "R2", "VSI", "CSI", "realism", "agree"),
    "lime": ("s.e.", "R2", "agree"),
}


COIN, HINDSIGHT = "a coin", "hindsight"  # floor and ceiling of every proxy
ENDS = {
    COIN: lambda told, true: generator(told.seed, "coin").random(len(true)),
    HINDSIGHT: lambda told, true: -1.0 * wrong(told.coef, true)["wrong"],
}


def _word(found):
    """How far to trust (I,): not at all where a proxy has no number."""
    known = np.asarray(found, dtype=np.float64)
    return np.where(np.isfinite(known), known, -np.inf)


# --- tables ---------------------------------------------------------------------------------------


def proxies_and_errors(task: ll.Task, seed: int) -> pd.DataFrame:
    """Each explanation with all proxies, the more to be trusted the higher, and its errors.

    Twice as many held-out rows as the task explains. `distance` is that of the slopes to the true
    ones over the length of these; rows without an explanation are left out.
    """
    return _table(task, seed).assign(family=task.model.name)


@lru_cache(maxsize=16)
def _table(task, seed):
    data, box = split(task, seed), fitted(task, seed).box
    rows = data.held_X.iloc[: 2 * task.instances]
    x = data.table.encode(rows)
    true, whence = true_slopes(box, data.table, x)
    parts = []
    for setting, lime in SETTINGS.items():
        told = Told(lime, box, data.table, rows, child(seed, setting))
        found = {by: np.asarray(proxy(told), dtype=float) for by, proxy in PROXIES.items()}
        found |= {by: end(told, true) for by, end in ENDS.items()}
        whole = (told.first.declined == "") & (np.abs(true).max(axis=1) > 0)
        table = pd.DataFrame({"setting": setting, "row": rows.index, "truth": whence, **found})
        parts.append(table.assign(**wrong(told.coef, true))[whole])
    return pd.concat(parts, ignore_index=True)


def foretold_by_family(task: ll.Task, seed: int) -> pd.DataFrame:
    """AUROC of each proxy over all data sets of a model: a coin has 0.5, hindsight 1.

    Right and wrong explanations of one data set are compared, in one setting or whatever their
    setting, pairs are added up over data sets, and the interval is the jackknife's over data sets
    (Student's t).
    """
    tables, rows = _of_family(task, seed), []
    for pairs in ("in one setting", "of any settings") if tables else ():
        whole = pairs == "of any settings"
        for by in (*PROXIES, *ENDS):
            parts = [[t] if whole else [p for _, p in t.groupby("setting")] for t in tables]
            won = np.array(
                [np.sum([_pairs_won(_word(p[by]), p["wrong"]) for p in t], axis=0) for t in parts]
            )
            said = {"family": f"all data, {task.model.name}", "pairs": pairs, "proxy": by}
            rows.append({**said, "foretold": 0.5, **_jackknifed(won)})
    return pd.DataFrame(rows).assign(unit="AUROC (a coin: 0.5)" if tables else [])


def wrong_among_the_trusted(task: ll.Task, seed: int) -> pd.DataFrame:
    """Share of wrong explanations among those that a proxy trusts most, all settings together.

    Foretold is what a coin does: the share among all. Hindsight trusts the right ones first: no
    proxy can have less. A mean over data sets; the interval is that of the difference from the
    coin, data set by data set (Student's t).
    """
    tables, rows = _of_family(task, seed), []
    base = np.array([t["wrong"].mean() for t in tables])
    for share in COVERAGE if tables else ():
        for by in (*PROXIES, *ENDS):
            found = np.array([_risk(_word(t[by]), t["wrong"], share) for t in tables])
            reach = stats.t.isf((1 - LEVEL) / 2, len(found) - 1) * stats.sem(found - base)
            said = {"family": f"all data, {task.model.name}", "trusted": share, "proxy": by}
            middle, low = found.mean(), max(0.0, found.mean() - reach)
            ends = {"measured": middle, "low": low, "high": min(1.0, middle + reach)}
            rows.append({**said, "foretold": base.mean(), **ends})
    return pd.DataFrame(rows).assign(unit="share that is wrong" if tables else [])


def _of_family(task, seed):
    """The tables of all data sets with the task's model, where it is the first; else none."""
    if task.dataset is not DATA[0]:
        return []
    return [_table(replace(task, dataset=data), seed) for data in DATA]


def _pairs_won(word, bad):
    """Pairs of a right and a wrong row in which the right one has more trust, and all pairs."""
    right, off = word[~bad][:, None], word[bad]
    return float((right > off).sum() + (right == off).sum() / 2), float(right.size * off.size)


def _jackknifed(won):
    """Pairs won over all pairs (data sets, 2), and its interval over data sets that have any."""
    won = won[won[:, 1] > 0]
    if len(won) < 3:
        return {"measured": np.nan, "low": np.nan, "high": np.nan, "data_sets": len(won)}
    left = won.sum(axis=0) - won
    without, n = left[:, 0] / left[:, 1], len(won)
    reach = stats.t.isf((1 - LEVEL) / 2, n - 1) * np.sqrt((n - 1) * np.var(without))
    middle = float(won[:, 0].sum() / won[:, 1].sum())
    ends = {"low": max(0.0, middle - reach), "high": min(1.0, middle + reach)}
    return {"measured": middle, **ends, "data_sets": n}


def _risk(word, bad, share):
    """Share of wrong ones among the most trusted; rows of equal trust count by their mean."""
    n = max(1, round(share * len(word)))
    border = np.sort(word)[len(word) - n]
    sure, tied = word > border, word == border
    return (bad[sure].sum() + (n - sure.sum()) * bad[tied].mean()) / n


def mean_slope_in_the_region(task: ll.Task, seed: int) -> pd.DataFrame:
    """The truth itself: the largest mean slope of some rows, exact and as 12 large samples say."""
    data, box = split(task, seed), fitted(task, seed).box
    rows = data.held_X.iloc[: min(task.instances, 6)]
    true, whence = true_slopes(box, data.table, data.table.encode(rows))
    if task.dataset is not DATA[0] or "points" in whence:
        return pd.DataFrame()
    lime = ll.Lime(ll.Gaussian(WIDTH), n_samples=2048, draws="own")
    runs = [lime.unwarned(box, data.table, rows, child(seed, "mean", r)) for r in range(12)]
    lead = np.abs(true).argmax(axis=1)[:, None]
    coef = np.array([np.take_along_axis(run.coef[:, :, 0], lead, axis=1)[:, 0] for run in runs])
    error = coef.std(axis=0, ddof=1) / np.sqrt(len(runs))
    band = simultaneous_band(coef.mean(axis=0), error, df=len(runs) - 1)
    said = {"row": np.arange(len(rows)), "exact": np.take_along_axis(true, lead, axis=1)[:, 0]}
    ends = {"measured": coef.mean(axis=0), "low": band.low, "high": band.high}
    return pd.DataFrame({"model": task.model.name, **said, **ends, "unit": "largest mean slope"})


# --- the remedy: refuse what is trusted least -----------------------------------------------------


@dataclass(frozen=True)
class Guard:
    """An explainer that refuses the third of its rows that it trusts least.

    Parameters
    ----------
    lime : Lime
    by : a proxy, "nothing" (it refuses none), "chance" or "hindsight" (it knows the truth)
    """

    lime: ll.Lime
    by: str
    takes_domain: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if self.by not in (*PROXIES, "nothing", "chance", HINDSIGHT):
            raise BadInput(f"Guard(by={self.by!r}); expected one of {list(PROXIES)}")

    def explain(self, predict: Any, background: Any, rows: Any, seed: int = 0) -> Any:
        """The explanation, with a reason in the place of what is refused."""
        given = asked(predict, background, rows)
        told = Told(self.lime, given.box, given.table, rows, seed)
        return told.first if self.by == "nothing" else _without(told.first, self._worst(told))

    def _worst(self, told: Told) -> Any:
        chance = generator(told.seed, "chance").random(len(told.first.declined))
        word = chance if self.by == "chance" else self._trust(told)
        word = np.where(told.first.declined == "", word, -np.inf)
        order = np.lexsort((chance, word))  # of equal trust, by chance
        return order[: len(word) // 3]

    def _trust(self, told: Told) -> Any:
        if self.by != HINDSIGHT:
            return _word(PROXIES[self.by](told))
        true, _ = true_slopes(told.box, told.table, told.table.encode(told.rows))
        return ENDS[HINDSIGHT](told, true)


def _without(explanation, rows):
    """The explanation with some rows refused."""
    declined = explanation.declined.copy()
    declined[rows] = np.where(declined[rows] == "", REFUSED, declined[rows])
    names = ("importance", "effect", "slope", "coef", "stderr", "r2", "r2_out", "g", "intercept")
    arrays = {name: np.array(getattr(explanation, name)) for name in names}
    for array in arrays.values():
        array[rows] = np.nan
    selected = explanation.selected.copy()
    selected[rows] = False
    return replace(explanation, declined=declined, selected=selected, **arrays)


@dataclass(frozen=True)
class WrongShown:
    """Whether a wrong explanation is shown: its first column or one of its first three signs.

    The truth is the line through many points of the model in the region round the row. A row that
    is refused shows nothing wrong; every guard refuses as many. A row without an explanation has no
    score. Where there are no slopes, effects are read: in the region they are as good, up to one
    factor.
    """

    name: ClassVar[str] = "wrong_shown"
    better: ClassVar[str] = "lower"
    unit: ClassVar[str] = "share of rows"
    says_not: ClassVar[str] = "A guard that refused everything would show nothing wrong."

    def probes(self, evidence: Evidence, rng: np.random.Generator) -> Any:
        """Points (1, I, M, d) of the region, the same moves for all rows; nothing is drawn."""
        must_apply(why_no_columns(evidence))
        where = found_coordinates(evidence)
        return (where.x[:, None] + _region(where.x.shape[1]) * where.scale)[None]

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (R, I, 1)."""
        if reason := why_no_columns(evidence):
            return refused(reason)
        slopes = evidence.effect if evidence.coef is None else evidence.coef
        f = answers_of(evidence, self.name)[0, :, :, 0]
        true = _line_through(f, _region(slopes.shape[2]))
        shown = np.asarray(evidence.declined) == ""
        told = np.where(shown[..., None], slopes[..., 0], 0.0)
        values = (wrong(told, true)["wrong"] & shown)[..., None].astype(float)
        flat = (np.abs(f - f[:, :1]).max(axis=1) == 0)[:, None]
        missing = {why: at for why, at in missing_explanations(evidence).items() if why != REFUSED}
        return [explained(values, {}, {"the model does not vary in the region": flat, **missing})]


def conditions() -> ll.Conditions:
    """Guards of two settings, beside what nobody guards and what knows the truth."""
    found = ll.Conditions({})
    for setting, proxies in GUARDS.items():
        for by in ("nothing", "chance", *proxies, HINDSIGHT):
            name = f"by {by}"
            ends = [name] if by == HINDSIGHT else []
            guard = ll.Conditions({name: Guard(SETTINGS[setting], by)}, baselines=ends)
            found |= guard.tag(setting=setting, guard=by)
    return found | ll.baseline_conditions()


def _claim(statement: str, setting: str, better: str, worse: str = "chance") -> ll.Claim:
    return ll.Claim(
        statement,
        metric="wrong_shown",
        better={"guard": better},
        worse={"guard": worse},
        where={"setting": setting},
        margin=0.01,
    )


STUDY = ll.Study(
    question="Which of the usual numbers foretell that an explanation is wrong?",
    tasks=[ll.Task(data, model, instances=12) for model in MODELS for data in DATA],
    conditions=conditions(),
    judge=(),
    metrics=[WrongShown()],
    claims=[
        _claim("Standard errors foretell what noise near the row gets wrong.", "near", "s.e."),
        _claim("So does the top three that they foretell.", "near", "top 3"),
        _claim("Among runs of noise near the row, VSI foretells errors.", "near", "VSI"),
        _claim("R2 foretells errors of noise near the row.", "near", "R2"),
        _claim("CSI foretells errors of noise near the row.", "near", "CSI"),
        _claim("Realism of the points foretells errors of noise near the row.", "near", "realism"),
        _claim("Standard errors say more than R2.", "near", "s.e.", "R2"),
        _claim("Standard errors foretell errors of lime's own setting.", "lime", "s.e."),
        _claim("R2 foretells errors of lime's own setting.", "lime", "R2"),
        _claim(
            "Agreement with a global importance foretells errors of lime's own setting.",
            "lime",
            "agree",
        ),
    ],
    measures=[
        mean_slope_in_the_region,
        foretold_by_family,
        wrong_among_the_trusted,
        proxies_and_errors,
    ],
    repeats=2,
    remedy="Refuse what has a low R2 or, in one setting, large standard errors; CSI says nothing.",
)
