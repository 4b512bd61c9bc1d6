"""What is the audit's word "trust" worth, and does any usual number alone do as well.

Models of many habits on real data: forests, boosting and networks; a forest that reads a number
and the category made of it; an exclusive or; an even function; models that hide from noise. Each is
explained in seven ways, and every explanation is audited. The truth is the model itself, asked
10^5 times round the row: total effect of each feature and its mean direction, in the judge's
region, and of models that hide on the nearest real rows. An explanation is wrong where its first
feature is not the model's beyond ties, or one of its first three has a sign that the model
contradicts. The remedy on trial is the audit, against trusting everything and against R2, VSI and
standard errors alone. Its thresholds were chosen on the data sets of `FIT`, and none of them is
scored here: `python -m tests.benchmarks.audit_rules` shows what there was to choose from.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.ensemble import RandomForestClassifier

import limelab as ll
from limelab import datasets, metrics, models, presets
from limelab.auditing.frames import verdict_row
from limelab.auditing.rules import CAUSES
from limelab.auditing.settings import representation_of
from limelab.auditing.stability import known
from limelab.blackbox import one_thread
from limelab.importance import Region, local_effects
from limelab.representations import Standardized
from limelab.seeds import child, generator
from limelab.statistics import clustered_share, intraclass, jackknifed
from limelab.study.ready import fitted, split
from limelab.types import BadInput, NotApplicable

FIT = ("wine", "diabetes", "anes96", "star98", "penguins", "hearts")
SCORED = (
    *("breast_cancer", "iris", "fair", "modechoice", "autompg", "housing", "mroz", "beauty"),
    *("gpa2", "arrests"),
)
TIE, TOP, QUERIES, CLOUDS = 0.05, 3, 100_000, 4
COVERAGE = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
WORDS = ("reasons", "remedy", "lead", "model_lead", "real_lead")  # say nothing over all tasks
RIVALS = ("R2", "VSI", "standard errors")
EXPLAINERS: Mapping[str, Any] = {
    "near": ll.Lime(n_samples=1024),
    "few samples": ll.Lime(n_samples=64),
    "wide": ll.Lime(ll.Gaussian(2.0), n_samples=1024),
    "collapsed": ll.Lime(ll.GlobalGaussian(), kernel=ll.Exponential(0.3), n_samples=1024),
    "lime's bins": presets.lime_tabular(num_samples=1024),
    "neighbours": ll.Lime(ll.Neighbours(), n_samples=1024),
    "tree": ll.Lime(surrogate=ll.Tree(), n_samples=1024),
}


# --- data -----------------------------------------------------------------------------------------


def _numbers(X: pd.DataFrame, y: Any) -> list[Any]:
    """Numeric columns, those that go with the target first."""
    names = [c for c in X if pd.api.types.is_numeric_dtype(X[c])]
    size = {c: abs(np.corrcoef(X[c].astype(float), _coded(y))[0, 1]) for c in names}
    return sorted(names, key=lambda name: -size[name])


def _coded(y: Any) -> Any:
    """The target as numbers."""
    told = np.asarray(y)
    return told if told.dtype.kind in "fi" else pd.factorize(told, sort=True)[0].astype(float)


def numbered(X: pd.DataFrame, data: Any) -> pd.DataFrame:
    """As they are."""
    return X


def twin(X: pd.DataFrame, data: Any) -> pd.DataFrame:
    """With a category that says whether a number is above its median."""
    first = _numbers(X, data.y)[0]
    high = np.where(X[first] > X[first].median(), "high", "low")
    return X.assign(**{f"{first} is": pd.Categorical(high)})


def hidden(X: pd.DataFrame, data: Any) -> pd.DataFrame:
    """With a group and a coin, drawn at random."""
    rng = generator(0, "hiding", data.name)
    group, coin = rng.choice(["a", "b"], len(X)), rng.choice(["heads", "tails"], len(X))
    return X.assign(group=pd.Categorical(group), coin=pd.Categorical(coin))


def _data(name: str, columns: Callable[..., pd.DataFrame]) -> Any:
    """A data set with these columns; of models that learn no class the target is a number."""

    def make() -> datasets.Dataset:
        data = datasets.load(name)
        changed = replace(data, name=make.__name__, X=columns(data.X, data))
        return changed if columns is twin else replace(changed, y=_coded(data.y), kind="regression")

    make.__name__ = make.__qualname__ = f"{columns.__name__}_{name}"
    return make


# --- models ---------------------------------------------------------------------------------------


class Curve(RegressorMixin, BaseEstimator):
    """A function of the three standardised columns that go best with the target."""

    def fit(self, X: pd.DataFrame, y: Any) -> "Curve":
        """Choose the columns; the target is not learnt."""
        self.columns_ = _numbers(X, y)[:3]
        part = X[self.columns_].astype(float)
        self.median_, self.scale_ = part.median().to_numpy(), part.std(ddof=0).to_numpy()
        return self

    def predict(self, X: pd.DataFrame) -> Any:
        """Its values."""
        return self.curve(*((X[self.columns_].to_numpy(float) - self.median_) / self.scale_).T)


class ExclusiveOr(Curve):
    """The sign of a product, and a slope."""

    def curve(self, a: Any, b: Any, c: Any) -> Any:
        """Which of the two sides, and 0.4 c."""
        return np.sign(a * b) + 0.4 * c


class Even(Curve):
    """As much to either side, and a slope."""

    def curve(self, a: Any, b: Any, c: Any) -> Any:
        """A bowl less a roof, and 0.5 c."""
        return a**2 - np.abs(b) + 0.5 * c


class Hiding(RegressorMixin, BaseEstimator):
    """Reads the group where rows look real to a detector, else the coin (Slack et al. 2020)."""

    def fit(self, X: pd.DataFrame, y: Any) -> "Hiding":
        """Train the detector on rows and on five copies with normal noise on their numbers."""
        self.numbers_ = _numbers(X, y)
        real = X[self.numbers_].to_numpy(float)
        noise = np.tile(real, (5, 1))
        noise += 0.5 * real.std(axis=0) * generator(0, "noise").normal(size=noise.shape)
        label = np.arange(6 * len(real)) < len(real)
        forest = RandomForestClassifier(30, random_state=0, n_jobs=1)
        self.detector_ = forest.fit(np.vstack([real, noise]), label)
        return self

    def predict(self, X: pd.DataFrame) -> Any:
        """0 or 1."""
        real = self.detector_.predict_proba(X[self.numbers_].to_numpy(float))[:, 1] >= 0.5
        return np.where(real, X["group"] == "b", X["coin"] == "heads").astype(float)


def exclusive_or(kind: str, frame: pd.DataFrame, seed: int) -> ExclusiveOr:
    """No main effect of two of its columns."""
    return ExclusiveOr()


def even(kind: str, frame: pd.DataFrame, seed: int) -> Even:
    """No direction of two of its columns."""
    return Even()


def hiding(kind: str, frame: pd.DataFrame, seed: int) -> Hiding:
    """Another model on rows than on noise."""
    return Hiding()


def tasks(names: tuple[str, ...]) -> list[ll.Task]:
    """Each data set with each model."""
    forest = models.forest(n_estimators=30)
    pairs: list[tuple[Any, Any]] = []
    for name in names:
        numbers = _data(name, numbered)
        pairs += [(numbers, models.Recipe(exclusive_or)), (name, models.boosting(max_iter=50))]
        pairs += [(_data(name, hidden), models.Recipe(hiding)), (numbers, models.Recipe(even))]
        pairs += [(name, forest), (_data(name, twin), forest), (name, models.network())]
    return [ll.Task(data, model, instances=2, background=500) for data, model in pairs]


# --- what an explanation says, what is true, what usual numbers say -------------------------------


def verdicts_and_truths(task: ll.Task, seed: int) -> pd.DataFrame:
    """Every explanation with its verdict, what it rests on, how it errs, and what rivals say.

    As many held-out rows as the task explains, drawn for each model anew. Of R2, VSI and standard
    errors more is more to be trusted. An explainer that declines is a row with its reason.
    """
    data, box = split(task, seed), fitted(task, seed).whole
    order = generator(seed, "rows", task.name).permutation(len(data.held_X))
    rows, truths, found = data.held_X.iloc[order[: task.instances]], Truths(task, {}), []
    for name, explainer in EXPLAINERS.items():
        own = {"dataset": _plain(task), "explainer": name, "declined": ""}
        try:
            told = ll.audit(
                box, data.background, rows, explainer=explainer, seed=child(seed, task.name, name)
            )
        except (NotApplicable, BadInput) as reason:
            found.append({**own, "declined": str(reason)})
            continue
        found += [{**own, **_row(one, truths)} for one in told.predicted if one.case.there]
    return pd.DataFrame(found)


def _plain(task):
    """The data set, whatever was done to its columns."""
    return next(name for name in (*FIT, *SCORED) if task.data_name.endswith(name))


@dataclass(frozen=True)
class Truths:
    """What a model does round its rows, once for all explainers that read the rows alike."""

    task: ll.Task
    kept: dict[str, Any]

    def of(self, case: Any) -> tuple[Any, Any]:
        """Total effect and mean direction (k,) in the region; for who hides, on real rows."""
        subject, units = case.measured.subject, case.measured.runs.found[0].units
        told = known(lambda: representation_of(subject.explainer, units))
        read = Standardized() if isinstance(told, str) else told
        if repr(read) not in self.kept:
            self.kept[repr(read)] = self._asked(subject, read)
        true, at = self.kept[repr(read)], (slice(None), case.i, slice(None), case.c)
        return np.sqrt((true.importance[at] ** 2).mean(axis=0)), true.effect[at].mean(axis=0)

    def _asked(self, subject, read):
        law = ll.Nearby() if self.task.model.name == "hiding" else subject.region
        size = QUERIES // (CLOUDS * (1 + len(subject.table.names)))
        region, own = Region(law, size, read), child(0, "truth")
        with one_thread():
            return local_effects(
                subject.box, subject.table, subject.x, region, repeats=CLOUDS, seed=own
            )


def _row(one, truths):
    case = one.case
    size, effect = truths.of(case)
    runs, at = case.measured.runs, (case.i, slice(None), case.c)
    said = runs.mean("importance")[at], runs.mean("effect")[at]
    alone = runs.importance[0][at], runs.effect[0][at]
    first, sign = wrong_first(said[0], size), wrong_sign(*said, size, effect)
    once = wrong_first(alone[0], size) or wrong_sign(*alone, size, effect)
    errs = {"wrong": first or sign, "wrong_first": first, "wrong_sign": sign}
    words = {name: text for name, text in verdict_row(one).items() if name not in WORDS}
    return {**words, **errs, "one_run_wrong": once, **rivals(case), **_supports(case)}


def wrong_first(told: Any, size: Any) -> bool:
    """Whether the first feature told is not among the model's largest, beyond ties."""
    return bool(size[np.argmax(told)] < (1 - TIE) * size.max())


def wrong_sign(told: Any, effect: Any, size: Any, true: Any) -> bool:
    """Whether one of the first features told has the opposite of a sign that matters."""
    first = np.argsort(-told, kind="stable")[:TOP]
    matters = np.abs(true[first]) > TIE * size.max()
    return bool((matters & (effect[first] * true[first] < 0)).any())


def rivals(case: Any) -> dict[str, float]:
    """What the usual numbers say, the more the more to be trusted; NaN where there is none."""
    runs, i, c = case.measured.runs, case.i, case.c
    sizes = np.nan_to_num(runs.importance[:, i, :, c])
    place = np.argsort(np.argsort(-sizes, axis=1, kind="stable"), axis=1)
    first, error = runs.found[0], np.nan
    if first.stderr is not None and first.coef is not None:
        length = np.linalg.norm(first.coef[i, :, c])
        error = np.linalg.norm(first.stderr[i, :, c]) / length if length > 0 else np.nan
    r2 = float(np.mean([one.r2[i, c] for one in runs.found]))
    return dict(zip(RIVALS, (r2, float(metrics.vsi(place < TOP)), -float(error)), strict=True))


def _supports(case):
    """What else the rules read, for whoever chooses thresholds, and how near the exact line is."""
    held, real = case.held, case.held_real
    return {
        "lead_doubt": held.lead_doubt,
        "sign_doubt": held.sign_doubt,
        "flat": held.flat,
        "moves_lead": case.lead_share(CAUSES[0]),
        "background_lead": case.lead_share(CAUSES[1]),
        "real_doubt": np.nan if real is None else real.lead_doubt,
        "real_share": np.nan if real is None or case.size == 0 else case.real_size / case.size,
        "exact_distance": _from_exact(case),
    }


def _from_exact(case):
    """Relative distance of the explanation from the exact one, NaN where there is none."""
    subject = case.measured.subject
    lime = subject.explainer
    if lime.surrogate != ll.LeastSquares():
        return np.nan
    try:
        exact = ll.ExactLime(lime.perturbation, lime.kernel).explain(
            subject.box, subject.table, subject.rows
        )
    except (NotApplicable, BadInput):
        return np.nan
    if exact.outputs != subject.box.outputs:
        return np.nan
    true = exact.effect[case.i, :, case.c]
    told = case.measured.runs.mean("effect")[case.i, :, case.c]
    length = np.linalg.norm(true)
    return float(np.linalg.norm(told - true) / length) if length > 0 else np.nan


# --- what all tasks say together ------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Told:
    """The explanations that there are: which are wrong, which are trusted, how much by whom."""

    rows: pd.DataFrame
    cluster: Any

    @classmethod
    def of(cls, rows: pd.DataFrame, cluster: Any) -> "Told":
        """Without those that were declined."""
        there = (rows["declined"] == "").to_numpy()
        return cls(rows[there], np.asarray(cluster)[there])

    @property
    def wrong(self) -> Any:
        """Whether each is."""
        return self.rows["wrong"].to_numpy(dtype=bool)

    @property
    def trusted(self) -> Any:
        """Whether the audit says so of each."""
        return (self.rows["verdict"] == "trust").to_numpy()

    def word(self, by: str) -> Any:
        """How far to trust each: not at all where there is no number."""
        told = pd.to_numeric(self.rows[by], errors="coerce").to_numpy(dtype=float)
        return np.where(np.isfinite(told), told, -np.inf)


def wrong_of_all(rows: pd.DataFrame, cluster: Any) -> Any:
    """How often trusting everything errs."""
    told = Told.of(rows, cluster)
    return clustered_share(told.wrong, told.cluster)


def wrong_of_trusted(rows: pd.DataFrame, cluster: Any) -> Any:
    """How often the word "trust" errs.

    So few are wrong that they do not tell how errors come together: all explanations do.
    """
    told = Told.of(rows, cluster)
    alike = intraclass(told.wrong, told.cluster)
    return clustered_share(told.wrong[told.trusted], told.cluster[told.trusted], alike=alike)


def trusted_of_right(rows: pd.DataFrame, cluster: Any) -> Any:
    """How many right explanations are trusted."""
    told = Told.of(rows, cluster)
    return clustered_share(told.trusted[~told.wrong], told.cluster[~told.wrong])


@dataclass(frozen=True)
class AreaBelow:
    """By how much the audit's area under the risk-coverage curve is below a rival's."""

    rival: str

    @property
    def name(self) -> str:
        """As it stands in the tables."""
        return f"area_below_{self.rival}".replace(" ", "_")

    def __call__(self, rows: pd.DataFrame, cluster: Any) -> Any:
        """The difference of the areas, models or data sets left out in turn."""
        told = Told.of(rows, cluster)
        mine, theirs, wrong = told.word("confidence"), told.word(self.rival), told.wrong

        def below(at: Any) -> float:
            return area(theirs[at], wrong[at]) - area(mine[at], wrong[at])

        return jackknifed(below, told.cluster)


def area(word: Any, wrong: Any) -> float:
    """Area under the risk-coverage curve: the mean risk over all shares trusted."""
    return float(risks(word, wrong).mean()) if len(word) else np.nan


def risks(word: Any, wrong: Any) -> Any:
    """Share of wrong ones among the n most trusted, n = 1, 2, ...; equals count by their mean."""
    order = np.argsort(-word, kind="stable")
    _, group, size = np.unique(-word[order], return_inverse=True, return_counts=True)
    mean = np.bincount(group, np.asarray(wrong, dtype=float)[order]) / size
    return np.cumsum(mean[group]) / np.arange(1, len(word) + 1)


def risk_and_coverage(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Share of wrong ones among the most trusted, by how many are trusted and by what.

    Foretold is what trusting at random does. Intervals are the jackknife's over models.
    """
    rows = tables["verdicts_and_truths"]
    told, found = Told.of(rows, rows["task"]), []
    for by in ("confidence", *RIVALS):
        said = {"rule": "the audit" if by == "confidence" else f"{by} alone"}
        for share in COVERAGE:
            risk = jackknifed(RiskAt(told.word(by), told.wrong, share), told.cluster).at(0.95)
            low, high = np.clip([risk.low, risk.high], 0.0, 1.0)
            ends = {"measured": risk.estimate, "low": low, "high": high}
            found.append({**said, "share_trusted": share, "foretold": told.wrong.mean(), **ends})
    return pd.DataFrame(found).assign(unit="share that is wrong")


@dataclass(frozen=True, eq=False)
class RiskAt:
    """Share of wrong ones among a share of some rows, the most trusted of them."""

    word: Any
    wrong: Any
    share: float

    def __call__(self, at: Any) -> float:
        """Of the rows at these positions."""
        most = max(1, round(self.share * len(at)))
        return float(risks(self.word[at], self.wrong[at])[most - 1])


def what_the_words_are_worth(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Of each verdict: how many, and how many wrong, with the one-sided 95 % upper bound.

    `size` is how many explanations that stand alone they are worth, models being alike inside.
    `once_wrong` counts what a single run says, in place of the mean of twenty.
    """
    rows = tables["verdicts_and_truths"]
    told, found = Told.of(rows, rows["task"]), []
    alike = intraclass(told.wrong, told.cluster)
    for word in ("trust", "caution", "reject", "all"):
        mine = (told.rows["verdict"] == word).to_numpy() | (word == "all")
        share = clustered_share(told.wrong[mine], told.cluster[mine], alike=alike)
        once = told.rows["one_run_wrong"].to_numpy(dtype=bool)[mine]
        said = {"verdict": word, "explanations": share.n, "models": share.m}
        said |= {"size": share.size, "wrong": int(told.wrong[mine].sum()), "share": share.share}
        bound = share.limits(0.05)[1] if share.m > 1 else np.nan
        found.append({**said, "upper_bound": bound, "once_wrong": int(once.sum())})
    return pd.DataFrame(found)


# --- the study ------------------------------------------------------------------------------------

_OF = {"measure": "verdicts_and_truths"}
STUDY = ll.Study(
    question="Is an explanation that the audit trusts right, and would a simpler rule do as well?",
    tasks=tasks(SCORED),
    conditions=ll.Conditions(EXPLAINERS) | ll.baseline_conditions(names=("random", "permutation")),
    judge=ll.Judge(ll.Gaussian(), radii=[0.5]),
    metrics=[metrics.LocalAgreement()],
    claims=[
        ll.Bound(
            "Of the explanations that the audit trusts at most 5 % are wrong.",
            read=wrong_of_trusted,
            at_most=0.05,
            unit="share of the trusted",
            **_OF,
        ),
        ll.Bound(
            "At least 40 % of the right ones are trusted.",
            read=trusted_of_right,
            at_least=0.4,
            unit="share of the right",
            **_OF,
        ),
        *(
            ll.Bound(
                f"Trusting by the audit's confidence errs less than by {rival} alone.",
                read=AreaBelow(rival),
                at_least=0.0,
                unit="area under the risk-coverage curve",
                **_OF,
            )
            for rival in RIVALS
        ),
        ll.Bound(
            "The cases are hard: trusting everything errs in 20 % or more.",
            read=wrong_of_all,
            at_least=0.2,
            unit="share of all",
            **_OF,
        ),
    ],
    measures=[verdicts_and_truths],
    summaries=[risk_and_coverage, what_the_words_are_worth],
    repeats=2,
    budget=5,
    remedy="Hold an explanation against the model in its region, and trust what both confirm.",
)
