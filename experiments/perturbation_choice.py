"""Where to look: noise, data-driven or manifold, and how much of the fidelity is real.

Three kinds of law, near and wide, are fitted on correlated real data and judged by noise, by blends
of neighbours, and by a judge that belongs to none of them: the real held-out rows nearest to x,
which neither the model nor any law has seen. Beside fidelity stand realism of the points and
agreement between the laws. One curve is exact: the chance that noise leaves the range of a column.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from scipy import stats
from scipy.spatial.distance import cdist

import limelab as ll
from limelab import metrics, models
from limelab.lime import explain_with
from limelab.metrics.constraints import broken_ranges
from limelab.metrics.outlying import embedded
from limelab.metrics.probing import (
    answers_of,
    flat,
    found_coordinates,
    must_apply,
    over_background,
    refused,
    scored,
    why_not,
)
from limelab.sampling import sample
from limelab.seeds import child
from limelab.study.ready import fitted, split
from limelab.types import Evidence, Score

DATA = (  # those whose columns go together
    *("iris", "wine", "breast_cancer", "star98", "diabetes", "abalone"),
    *("penguins", "modechoice", "fair", "autompg", "housing", "grunfeld"),
)
MODELS = (models.forest(n_estimators=50), models.network())
WIDTHS, SHARES = {"near": 0.25, "wide": 1.0}, {"near": 0.05, "wide": 0.25}
CURVE = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0)
SAMPLES, EARNED, POINTS, ROWS = 512, 256, 4096, 12
LEVEL, BORDER = 0.95, 0.95

# Near and wide: noise in standard deviations, neighbours in shares of the background; a law that is
# free of x is made near by a kernel.
BY_KERNEL = {"near": {"kernel": ll.Exponential(0.5)}, "wide": {"kernel": ll.Flat()}}
LAWS = {
    "Gaussian": {scale: {"perturbation": ll.Gaussian(r)} for scale, r in WIDTHS.items()},
    "Marginals": {s: {"perturbation": ll.Marginals(), **k} for s, k in BY_KERNEL.items()},
    "Copula": {s: {"perturbation": ll.Copula(), **k} for s, k in BY_KERNEL.items()},
    "Rows": {s: {"perturbation": ll.Rows(), **k} for s, k in BY_KERNEL.items()},
    "Neighbours": {s: {"perturbation": ll.Neighbours(n)} for s, n in SHARES.items()},
    "KernelDensity": {s: {"perturbation": ll.KernelDensity(share=n)} for s, n in SHARES.items()},
}
SHORT = {"Neighbours": "near rows", "KernelDensity": "density"}  # under an axis
LINE = ll.Ridge(0.1)  # enough to hold a line together where columns are near copies
STILL = ll.Lasso(1e12)  # no column is worth its penalty: a surrogate that stands still


@dataclass(frozen=True)
class HeldOutRmse:
    """Error of the line at the real held-out rows nearest to x, in background deviations.

    Nearness is Euclidean in background standard deviations, a category that differs counts one; x
    itself is left out. It is known of lines whose columns are `Standardized`.
    """

    share: float = 0.1
    name: ClassVar[str] = "rmse_held_out"
    better: ClassVar[str] = "lower"
    unit: ClassVar[str] = "background standard deviations of the model"
    says_not: ClassVar[str] = "In many columns the nearest real rows are far: it is no small region"

    def probes(self, evidence: Evidence, rng: np.random.Generator) -> Any:
        """The rows (1, I, M, d); they are there, so nothing is drawn."""
        must_apply(why_not(evidence, "coef"))
        return self._near(found_coordinates(evidence))[None]

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (R, I, C)."""
        reason = why_not(evidence, "coef")
        if reason:
            return refused(reason)
        data = found_coordinates(evidence)
        x, rows = data.x[:, None], self._near(data)
        unit = np.where(data.scale > 0, data.scale, np.inf)
        steps = np.where(data.categorical, -1.0 * (rows != x), (rows - x) / unit)
        moved = np.einsum("imk,rikc->rimc", steps, evidence.coef)
        error = evidence.g_at_x[:, :, None] + moved - answers_of(evidence, self.name)
        root = np.sqrt((error**2).mean(axis=2))
        beside = {"share": self.share}
        return [scored(evidence, over_background(evidence, root), beside, flat(evidence))]

    def _near(self, data):
        """The nearest held-out rows (I, M, d) but the first, which is x."""
        x, rows = embedded([data.x, data.held_out], data.scale, data.categorical)
        squares = ((x[:, None] - rows) ** 2).sum(axis=2)
        many = max(2, int(self.share * len(rows)))
        return data.held_out[np.argsort(squares, axis=1, kind="stable")[:, 1 : many + 1]]


def noise_that_leaves_a_range(task: ll.Task, seed: int) -> pd.DataFrame:
    """Share of noise round the first row that lies beyond all that was ever seen of some column.

    Exact: one less the product over columns of the normal's mass between least and largest value.
    Points of every data-driven law stay inside, by construction.
    """
    if task.model.name != "network":
        return pd.DataFrame()
    table, x = split(task, seed).table, split(task, seed).x[:1]
    numbers = ~table.categorical & (table.scale > 0)
    ends = [
        end[numbers] - x[0, numbers] for end in (table.background.min(0), table.background.max(0))
    ]
    chance = 1 - (1 - LEVEL ** (1 / len(CURVE))) / 2
    rows = []
    for width in CURVE:
        below, above = (stats.norm.cdf(end / (width * table.scale[numbers])) for end in ends)
        points = _points(sample(ll.Gaussian(width), table, x, POINTS, "own", child(seed, "range")))
        out = int(broken_ranges(points[0], table.background, table.categorical).sum())
        low, high = stats.binomtest(out, POINTS).proportion_ci(2 * chance - 1)
        said = {"width": width, "exact": 1 - np.prod(above - below), "measured": out / POINTS}
        rows.append({**said, "low": low, "high": high})
    return pd.DataFrame(rows).assign(unit="share of points")


def fidelity_earned_off_the_data(task: ll.Task, seed: int) -> pd.DataFrame:
    """Share of what each line explains of its own samples that it earns where there are no data.

    Off the data is farther from the background than 95 % of held-out rows are. Foretold is the
    share of the kernel's mass there: fidelity is earned in proportion, or not. `r2` is that on all
    samples, `r2_on_data` that of the same line on what is left of them; medians over rows. The
    interval is a jackknife over rows.
    """
    found = []
    for law, fit in _fits(task, seed).items():
        mass, explained = fit["w"] * fit["off"], fit["explained"] * fit["off"]
        totals = explained.sum(axis=1), fit["explained"].sum(axis=1)
        low, high = _jackknifed(*totals)
        said = {"law": SHORT.get(law, law), "foretold": mass.sum() / fit["w"].sum()}
        said |= {"measured": totals[0].sum() / totals[1].sum(), "low": low, "high": high}
        found.append({**said, "r2": _median(fit["r2"]), "r2_on_data": _median(fit["r2_on"])})
    return pd.DataFrame(found).assign(unit="share off the data")


def agreement_with_noise(task: ll.Task, seed: int) -> pd.DataFrame:
    """How far each law's importances agree with those under noise near x, row by row.

    Spearman's correlation, its mean over rows with a t interval, and the median Jaccard index of
    the top three. "Gaussian" is noise again from another seed: the most to hope for. "random" is
    chance, and "permutation" one importance for all rows. Rows where the model is flat under one of
    the two are left out; `rows` are left.
    """
    fits, found = _fits(task, seed), []
    noise = _fit(_lime("Gaussian"), task, seed, "again")["importance"]
    sizes = {law: fit["importance"] for law, fit in fits.items()} | _of_no_law(task, seed)
    for law, importance in sizes.items():
        ranks = metrics.spearman(importance, noise)
        same = metrics.top_k_jaccard(importance, noise, 3)
        said = {"law": SHORT.get(law, law), **_with_interval(ranks[np.isfinite(ranks)])}
        found.append({**said, "top_3_jaccard": _median(same)})
    return pd.DataFrame(found)


@lru_cache(maxsize=2)
def _fits(task, seed):
    """What `_fit` says of each law near the rows."""
    return {law: _fit(_lime(law), task, seed, "earned") for law in LAWS}


def _of_no_law(task, seed):
    """Importances (I, k) of the first output, of who looks nowhere round a row."""
    data, box = split(task, seed), fitted(task, seed).box
    rows, found = data.held_X.iloc[:ROWS], {}
    for name, one in ll.baseline_conditions(names=("random", "permutation")).items():
        said = explain_with(one, box, data.table, rows, child(seed, name))
        found[name] = said.importance[..., 0]
    return found


def _with_interval(values):
    """Mean of correlations and its 95 % t interval; none from fewer than two rows."""
    n = len(values)
    if n < 2:
        return {"rank_correlation": np.nan, "low": np.nan, "high": np.nan, "rows": n}
    reach = stats.t.isf(0.025, n - 1) * values.std(ddof=1) / np.sqrt(n)
    low, high = max(values.mean() - reach, -1.0), min(values.mean() + reach, 1.0)
    return {"rank_correlation": values.mean(), "low": low, "high": high, "rows": n}


def _lime(law):
    return ll.Lime(surrogate=LINE, **LAWS[law]["near"])


def _fit(lime, task, seed, axis):
    """Of rows (I, ...): weights, where off the data, what is explained; of the first output."""
    data, box = split(task, seed), fitted(task, seed).box
    table, x = data.table, data.table.encode(data.held_X.iloc[:ROWS])
    cloud = sample(lime.perturbation, table, x, EARNED, "own", child(seed, axis))
    points, seen = _points(cloud), lime.representation.interpret(cloud, table)
    y = box.ask(table.decode(points.reshape(-1, points.shape[-1])))
    y = y.reshape(len(points), -1, y.shape[-1])[..., :1]
    w = np.broadcast_to(lime.kernel.weights(seen), points.shape[:2])
    line = lime.surrogate.fit(seen.z, w, y)
    error, y = (line.predict(seen.z) - y)[..., 0], y[..., 0]
    off = _off(points, data)
    return {
        "w": w,
        "off": off,
        "error": error,
        "explained": w * (_centred(y, w) ** 2 - error**2),
        "r2": _r2(y, error, w),
        "r2_on": _r2(y, error, w * ~off),
        "importance": line.importance[..., 0],
    }


def _points(cloud):
    """The points (I, N, d) of a cloud."""
    return np.where(cloud.relative, cloud.x[:, None] + cloud.moves, cloud.moves)


def _off(points, data):
    """Whether points (I, N, d) are farther from the background than 95 % of held-out rows."""
    table, held = data.table, data.table.encode(data.held_X)
    parts = [points.reshape(-1, points.shape[-1]), held, table.background]
    asked, held, rows = embedded(parts, table.scale, table.categorical)
    border = np.quantile(cdist(held, rows).min(axis=1), BORDER)
    return (cdist(asked, rows).min(axis=1) > border).reshape(points.shape[:2])


def _centred(y, w):
    return y - (w * y).sum(axis=1, keepdims=True) / w.sum(axis=1, keepdims=True)


def _r2(y, error, w):
    """R2 of errors under weights; NaN where fewer than ten points have any."""
    few = (w > 0).sum(axis=1) < 10
    w = np.where(few[:, None], 1.0, w)
    spread = (w * _centred(y, w) ** 2).sum(axis=1)
    spread = np.where(few | (spread == 0), np.nan, spread)
    return 1 - (w * error**2).sum(axis=1) / spread


def _median(values):
    return np.nanmedian(values) if np.isfinite(values).any() else np.nan


def _jackknifed(part, whole):
    """Ends of a 95 % interval for the ratio of two sums over rows, each row left out once."""
    n, ratio = len(part), part.sum() / whole.sum()
    without = (part.sum() - part) / (whole.sum() - whole)
    reach = stats.t.isf(0.025, n - 1) * np.sqrt((n - 1) * np.mean((without - ratio) ** 2))
    return ratio - reach, ratio + reach


def conditions() -> ll.Conditions:
    """Every law, near and wide, with the same line."""
    found = ll.Conditions({})
    for law, sizes in LAWS.items():
        for scale, fields in sizes.items():
            lime = ll.Lime(surrogate=LINE, n_samples=SAMPLES, draws="own", **fields)
            found |= ll.Conditions({"": lime}).tag(perturbation=law, scale=scale)
    return found


def baselines() -> ll.Conditions:
    """Who knows nothing, noise near x without sampling error, and a surrogate that stands still."""
    near = LAWS["Gaussian"]["near"]
    flat = {"flat": ll.Lime(surrogate=STILL, n_samples=SAMPLES, draws="own", **near)}
    return ll.baseline_conditions(ll.ExactLime(**near)) | ll.Conditions(flat, baselines=flat)


STUDY = ll.Study(
    question="Where to look: is more data-driven better, and who says so?",
    tasks=[ll.Task(data, model, instances=5) for model in MODELS for data in DATA],
    conditions=conditions() | baselines(),
    judge=[
        ll.Judge(ll.Gaussian(), radii=(0.25, 0.5, 1.0), size=300),
        ll.Judge(ll.Neighbours(), radii=(0.05, 0.1, 0.25), size=300),
    ],
    metrics=[
        metrics.Rmse(),
        HeldOutRmse(),
        metrics.TopK(3),
        metrics.RealismAuc(),
        metrics.RealismOffData(),
    ],
    claims=[
        ll.Claim(
            "Under a judge of noise, noise errs less than neighbours.",
            metric="rmse",
            better={"perturbation": "Gaussian"},
            worse={"perturbation": "Neighbours"},
            where={"judge": "Gaussian"},
            margin=0.01,
        ),
        ll.Claim(
            "Under a judge of neighbours, neighbours err less than noise.",
            metric="rmse",
            better={"perturbation": "Neighbours"},
            worse={"perturbation": "Gaussian"},
            where={"judge": "Neighbours"},
            margin=0.01,
        ),
        ll.Claim(
            "Among real held-out rows near x, neighbours err less than noise.",
            metric="rmse_held_out",
            better={"perturbation": "Neighbours"},
            worse={"perturbation": "Gaussian"},
            margin=0.01,
        ),
        ll.Claim(
            "More data-driven is better: there, correlated values err less than independent ones.",
            metric="rmse_held_out",
            better={"perturbation": "Copula"},
            worse={"perturbation": "Marginals"},
            margin=0.01,
        ),
        ll.Claim(
            "More data-driven is better: there, whole rows err less than correlated values.",
            metric="rmse_held_out",
            better={"perturbation": "Rows"},
            worse={"perturbation": "Copula"},
            margin=0.01,
        ),
        ll.Claim(
            "Keeping correlations keeps points among the data: fewer are off them.",
            metric="realism_off_data",
            better={"perturbation": "Copula"},
            worse={"perturbation": "Marginals"},
            margin=0.05,
        ),
        ll.Claim(
            "What neighbours cost: noise keeps its three leading features better.",
            metric="top_3_jaccard",
            better={"perturbation": "Gaussian"},
            worse={"perturbation": "Neighbours"},
            margin=0.02,
        ),
    ],
    measures=[
        noise_that_leaves_a_range,
        fidelity_earned_off_the_data,
        agreement_with_noise,
    ],
    repeats=4,
    remedy="Look where the data are, and judge at real rows that neither model nor law has seen.",
)
