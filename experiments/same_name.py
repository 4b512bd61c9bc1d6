"""One name, several numbers: what toolkits call by one name, on the same inputs.

Lines, sparse lines, shrunken lines and trees explain real models. Their stability under small moves
of the row, their sensitivity, infidelity and faithfulness are taken as the papers define them and
as toolkits of the same words compute them: do the numbers, or at least the order of the explainers,
stay? One input shows relative input stability at 1.73, 375 and 1.07; exact curves show what a
number of samples that nobody states does to a Lipschitz estimate. The remedy is to name the
definition: how many orders another definition turns is counted beside how many other draws do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from scipy import integrate, stats

import limelab as ll
from limelab import metrics, models
from limelab.metrics.moving import effects, rows
from limelab.seeds import child, generator
from limelab.statistics.bands import simultaneous_band
from limelab.study.ready import fitted, split
from limelab.types import Array, Evidence, Moves, Score

DATA = ("iris", "wine", "diabetes", "star98", "anes96", "modechoice", "breast_cancer")
MODELS = (models.network(), models.forest(n_estimators=30))
NEARBY = Moves(0.1, 10)
LINE = ll.Lime(n_samples=256, draws="own")
SURROGATES = {
    "all columns": ll.LeastSquares(),
    "three columns": ll.Ridge(select=ll.Forward(3)),
    "shrunken": ll.AbsoluteRidge(256.0),  # to about a fifth: 256 samples of variance 1/4
    "tree": ll.Tree(max_depth=3),
}
STEEP, FLAT, COUNTS, REPEATS = 3.0, 1.0, (2, 5, 10, 50, 200), 200
ROWS, CHANCES = 5, 1000


# --- one formula each, as toolkits have it: row and explanation, and those of P moves -------------


def mean_ratio(x: Array, moved_x: Array, e: Array, moved_e: Array) -> Array:
    """Explainiverse's relative input stability: mean ||e - e'|| / ||x - x'||."""
    return np.nanmean(_lengths(moved_e, e) / _lengths(moved_x, x), axis=-1)


def over_batch(x: Array, moved_x: Array, e: Array, moved_e: Array) -> Array:
    """BEExAI's sensitivity: the largest ||e - e'|| over the norm of all moves taken together."""
    batch = np.sqrt((_lengths(moved_x, x) ** 2).sum(axis=-1))
    return _lengths(moved_e, e).max(axis=-1) / batch


def turned(x: Array, moved_x: Array, e: Array, moved_e: Array) -> Array:
    """Explainiverse's relative output stability, turned so that lower is better: 1 - cosine."""
    size = np.linalg.norm(moved_e, axis=-1) * np.linalg.norm(e, axis=-1)[..., None]
    return 1 - ((moved_e * e[..., None, :]).sum(axis=-1) / size).mean(axis=-1)


def _lengths(moved, value):
    return np.linalg.norm(moved - value[..., None, :], axis=-1)


def _of_effects(formula):
    return lambda x, moved_x, e, moved_e: formula(e, moved_e)


DEFINITIONS = {
    "relative input stability": {
        "paper, Quantus": metrics.relative_input_stability,
        "OpenXAI": metrics.relative_input_stability_norm,
        "Explainiverse": mean_ratio,
    },
    "sensitivity": {
        "paper": _of_effects(metrics.max_sensitivity),
        "authors' code, captum": _of_effects(metrics.max_sensitivity_captum),
        "mean instead of largest": _of_effects(metrics.avg_sensitivity),
        "BEExAI": over_batch,
    },
    "relative output stability": {
        "paper": metrics.relative_output_stability,
        "OpenXAI": metrics.relative_output_stability_norm,
        "Explainiverse": turned,
    },
}


@dataclass(frozen=True)
class MeanRatio:
    """Mean change of the effects per distance of x, which one toolkit calls by the name of RIS."""

    moves: Moves = NEARBY
    name: ClassVar[str] = "ris_mean_ratio"
    reads: ClassVar[str] = "effect"
    better: ClassVar[str] = "lower"
    best: ClassVar[float] = 0.0
    unit: ClassVar[str] = "output units per background standard deviation"
    says_not: ClassVar[str] = "It is relative to nothing: a shrunken explanation moves less."

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (1, I, C)."""
        moved = next(one for one in evidence.moved if one.moves == self.moves)
        (x, moved_x), (e, moved_e) = rows(evidence, moved), effects(moved)
        apart = np.linalg.norm(moved_e - e[..., None, :], axis=-1)[..., 0]
        far = np.linalg.norm(moved_x - x[..., None, :], axis=-1)[..., 0]
        found = np.nanmean(apart / np.where(far > 0, far, np.nan), axis=-1)[None]
        missing = np.where(np.isfinite(found), "", "no explanation at x or at its moves")
        return [Score(found, note=missing.astype(object))]


@dataclass(frozen=True)
class Decades:
    """The decimal logarithm of a metric over moves: tasks differ in units and by powers of ten."""

    of: Any
    better: ClassVar[str] = "lower"
    reads: ClassVar[str] = "effect"

    def __post_init__(self) -> None:
        for name in ("moves", "says_not"):
            object.__setattr__(self, name, getattr(self.of, name))
        object.__setattr__(self, "name", f"{self.of.name}_decades")
        object.__setattr__(self, "unit", f"decades of {self.of.name}")

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """As the metric has them."""
        return [self._logarithm(made) for made in self.of.score(evidence)]

    def _logarithm(self, made: Score) -> Score:
        above = made.values > 0
        values = np.log10(np.where(above, made.values, np.nan))
        zero = np.where(made.values == 0, "the explanation does not move at all", made.note)
        return Score(values, made.columns, zero.astype(object))


# --- what cannot be a score -----------------------------------------------------------------------


def one_input_three_answers(task: ll.Task, seed: int) -> pd.DataFrame:
    """A row, a move of it and two explanations, made so that by hand the answers are these.

    x = (2, 2) moves by .1 along the first column. The explanation is (e, d), of length 107 sqrt(8)
    / 173, and its second entry, d = .107 / 18.75, grows by .107: 375 times as much, relatively, as
    the column; the norm grows 1.73 times as much as that of x; and .107 / .1 is 1.07.
    """
    if task.name != "iris / network":
        return pd.DataFrame()
    d = 0.107 / 18.75
    e = np.array([np.sqrt(8 * (107 / 173) ** 2 - d**2), d])
    x, moved_x, moved_e = np.array([2.0, 2.0]), np.array([[2.1, 2.0]]), e[None] + [0, 0.107]
    said = zip(DEFINITIONS["relative input stability"].items(), (375, 1.73, 1.07), strict=True)
    made = [
        {"definition": name, "exact": float(exact), "measured": float(f(x, moved_x, e, moved_e))}
        for (name, f), exact in said
    ]
    table = pd.DataFrame(made)
    ends = {"low": table["measured"], "high": table["measured"]}  # nothing is drawn
    return table.assign(**ends, unit="relative input stability")


def what_the_number_of_moves_does(task: ll.Task, seed: int) -> pd.DataFrame:
    """Lipschitz estimates of the gradient of (3 x1^2 + x2^2) / 2, from n moves of one length.

    The true constant is 3. In a direction at angle t to the first axis the ratio is R with R^2 = 1
    + 8 cos^2 t, so P(R < r) = 1 - 2 / pi arccos sqrt((r^2 - 1) / 8); the largest of n is 1 + the
    integral of 1 - P(R < r)^n from 1 to 3. The mean does not change with n, and what is divided by
    the norm of the whole batch falls with the root of n.
    """
    if task.name != "iris / network":
        return pd.DataFrame()
    rows = []
    for n in COUNTS:
        angle = generator(seed, "angles", n).uniform(0, 2 * np.pi, size=(REPEATS, n))
        moved = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
        x = np.zeros((REPEATS, 2))
        given = x, moved, x, moved * [STEEP, FLAT]
        told = expected_largest(n)
        for name, formula, exact in (
            ("largest", metrics.local_lipschitz, told),
            ("mean", mean_ratio, expected_largest(1)),
            ("over the batch", over_batch, told / np.sqrt(n)),
        ):
            found = formula(*given)
            error = {"measured": found.mean(), "stderr": stats.sem(found)}
            rows.append({"taken": name, "moves": n, "exact": exact, **error})
    table = pd.DataFrame(rows)
    band = simultaneous_band(table["measured"], table["stderr"], df=REPEATS - 1)
    return table.assign(low=band.low, high=band.high, unit="estimate of a constant of 3")


def expected_largest(n: int) -> float:
    """Expected largest ratio of n moves in directions drawn evenly."""

    def above(r: float) -> float:
        share = (r**2 - FLAT**2) / (STEEP**2 - FLAT**2)
        return 1 - (1 - 2 / np.pi * np.arccos(np.sqrt(min(max(share, 0.0), 1.0)))) ** n

    return FLAT + float(integrate.quad(above, FLAT, STEEP, limit=200)[0])


def orders_that_turn(task: ll.Task, seed: int) -> pd.DataFrame:
    """Share of pairs of explainers that another definition of the same name puts the other way.

    All definitions read the same explanations of the same moves. The first of each name is the one
    it is held against; in the rows `other draws` the definition is the same and the moves and the
    samples are new: what turns there is noise. The interval is Student's over rows.
    """
    drawn = [_explained(task, seed, draw) for draw in ("first", "second")]
    found = []
    for name, definitions in DEFINITIONS.items():
        orders = {}
        for said, formula in definitions.items():
            orders[said], again = (_order(name, formula, one) for one in drawn)
            orders[f"other draws, {said}"] = again
        first = next(iter(definitions))
        for said in orders:
            own = said.removeprefix("other draws, ")
            against = orders[first if own == said else own]
            if said != first:
                found.append({"name": name, "definition": said, **_apart(orders[said], against)})
    return pd.DataFrame(found)


def _explained(task, seed, draw):
    """Points (I, 1 + P, d), answers, and by explainer effects of the first output, of one draw."""
    data, box = split(task, seed), fitted(task, seed).box
    table, seed = data.table, child(seed, "orders", draw)
    x = table.encode(data.held_X.iloc[:ROWS])
    numbers = ~table.categorical & (table.scale > 0)
    step = generator(seed, "moves").uniform(-1, 1, size=(len(x), NEARBY.size, x.shape[1]))
    moved = x[:, None] + NEARBY.radius * step * np.where(numbers, table.scale, 0.0)
    every = np.concatenate([x[:, None], moved], axis=1).reshape(-1, x.shape[1])
    shape, found = (len(x), NEARBY.size + 1, -1), {}
    said = box.ask(table.decode(every.copy())).reshape(shape)
    for name, surrogate in SURROGATES.items():
        lime = ll.Lime(surrogate=surrogate, n_samples=LINE.n_samples, draws="own")
        effect = lime.unwarned(box, table, table.decode(every.copy()), seed).effect[..., 0]
        found[name] = effect.reshape(shape)
    scaled = every / np.where(numbers, table.scale, 1.0)
    return scaled[:, numbers].reshape(shape), said, found


def _order(name, formula, drawn):
    """Which of each pair of explainers comes off better at each row, (pairs, I)."""
    points, said, effects_of = drawn
    place = said if name == "relative output stability" else points
    values = np.array(
        [formula(place[:, 0], place[:, 1:], e[:, 0], e[:, 1:]) for e in effects_of.values()]
    )
    first, second = np.triu_indices(len(values), 1)
    return np.sign(values[first] - values[second])


def _apart(order, against):
    """Share of pairs that are ordered the other way, and its interval over rows."""
    known = np.isfinite(order) & np.isfinite(against)
    other = np.where(known, order * against < 0, np.nan)
    share = np.nanmean(other, axis=0)[known.any(axis=0)]
    reach = stats.t.isf(0.025, max(len(share) - 1, 1)) * stats.sem(share)
    ends = {"low": max(share.mean() - reach, 0.0), "high": min(share.mean() + reach, 1.0)}
    return {"rows": len(share), "share_turned": share.mean(), **ends}


def ranks_where_effects_tie(task: ll.Task, seed: int) -> pd.DataFrame:
    """Agreement of two runs of the sparse line, whose zeros tie, by two rules for ties each.

    OpenXAI's rank correlation is Pearson's on ranks without gaps, and its pairwise agreement
    orders equals by their column: with the columns in reverse it says another thing of the same
    explanations. Means over rows. Floor and ceiling: random numbers, of as many columns and without
    ties, and a run with itself.
    """
    data, box = split(task, seed), fitted(task, seed).box
    lime = ll.Lime(surrogate=SURROGATES["three columns"], n_samples=LINE.n_samples, draws="own")
    rows = data.held_X.iloc[:ROWS]
    a, b = (np.abs(lime.unwarned(box, data.table, rows, s).effect[..., 0]) for s in (1, 2))
    c, d = generator(seed, "chance").random((2, CHANCES, a.shape[1]))
    definitions = {
        ("rank correlation", "Spearman"): metrics.spearman,
        ("rank correlation", "OpenXAI"): _dense,
        ("pairwise rank agreement", "ties agree with ties"): metrics.pairwise_rank_agreement,
        ("pairwise rank agreement", "OpenXAI"): _by_column,
    }
    found = [
        {
            **{"name": name, "definition": said, "value": float(np.nanmean(formula(a, b)))},
            "columns_reversed": float(np.nanmean(formula(a[:, ::-1], b[:, ::-1]))),
            "by_chance": float(np.nanmean(formula(c, d))),
            "with_itself": float(np.nanmean(formula(a, a))),
        }
        for (name, said), formula in definitions.items()
    ]
    return pd.DataFrame(found)


def _dense(a, b):
    ranks = [stats.rankdata(side, method="dense", axis=-1) for side in (a, b)]
    return np.array([np.corrcoef(one, other)[0, 1] for one, other in zip(*ranks, strict=True)])


def _by_column(a, b):
    first, second = np.triu_indices(a.shape[-1], 1)
    ranks = [np.argsort(np.argsort(side, axis=-1, kind="stable"), axis=-1) for side in (a, b)]
    up = [rank[:, first] < rank[:, second] for rank in ranks]
    return (up[0] == up[1]).mean(axis=-1)


def _holds(statement: str, metric: str, better: str, worse: str, margin: float) -> ll.Claim:
    """A claim about two of the surrogates."""
    return ll.Claim(statement, metric, {"surrogate": better}, {"surrogate": worse}, margin=margin)


DENSE, SPARSE, SHRUNKEN = "all columns", "three columns", "shrunken"
STUDY = ll.Study(
    question="Do metrics of one name say one thing?",
    tasks=[ll.Task(data, model, instances=4) for model in MODELS for data in DATA],
    conditions=ll.vary(LINE, surrogate=SURROGATES) | ll.baseline_conditions(),
    judge=[],
    metrics=[
        Decades(metrics.RelativeInputStability(NEARBY)),
        Decades(metrics.RelativeInputStabilityNorm(NEARBY)),
        Decades(MeanRatio()),
        Decades(metrics.MaxSensitivity(NEARBY)),
        Decades(metrics.MaxSensitivityRelative(NEARBY)),
        metrics.Infidelity(),
        metrics.NormalizedInfidelity(),
        metrics.FaithfulnessCorrelation(),
        metrics.FaithfulnessEstimate(),
    ],
    claims=[
        _holds(
            "A line of all columns is stabler than one of three by the paper's RIS.",
            *("ris_decades", DENSE, SPARSE, 0.05),
        ),
        _holds(
            "A line of all columns is stabler than one of three by OpenXAI's RIS as well.",
            *("ris_norm_decades", DENSE, SPARSE, 0.05),
        ),
        _holds(
            "A line of all columns is stabler than one of three by Explainiverse's RIS as well.",
            *("ris_mean_ratio_decades", DENSE, SPARSE, 0.05),
        ),
        _holds(
            "A penalty makes lines stabler by the paper's max-sensitivity.",
            *("max_sensitivity_decades", SHRUNKEN, DENSE, 0.05),
        ),
        _holds(
            "A penalty makes lines stabler by the max-sensitivity of its authors' code as well.",
            *("max_sensitivity_relative_decades", SHRUNKEN, DENSE, 0.05),
        ),
        _holds(
            "A penalty costs infidelity.",
            *("infidelity", DENSE, SHRUNKEN, 0.0005),
        ),
        _holds(
            "A penalty costs normalised infidelity as well.",
            *("normalized_infidelity", DENSE, SHRUNKEN, 0.0005),
        ),
        _holds(
            "A line of all columns is more faithful than one of three by the correlation.",
            *("faithfulness_correlation", DENSE, SPARSE, 0.02),
        ),
        _holds(
            "A line of all columns is more faithful than one of three by the estimate as well.",
            *("faithfulness_estimate", DENSE, SPARSE, 0.02),
        ),
    ],
    measures=[
        one_input_three_answers,
        what_the_number_of_moves_does,
        orders_that_turn,
        ranks_where_effects_tie,
    ],
    repeats=3,
    remedy="Name formula, norm, number of draws and rule for ties; compare numbers of one alone.",
)
