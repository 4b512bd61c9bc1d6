"""What do bins do to an explanation: lime's default says "x is in this quartile", not how steep.

The same samples are shown to the line in quartiles, in deciles and as numbers, beside lime's preset
and the remedy, numbers from noise near x. Exact curves follow the coefficient of a slope that is 1
everywhere as x moves through a column: it jumps at each border, is next to nothing in the middle
one of five bins, and in quartiles has, near the median, a sign that the draw of the background
decides. Bins that ties have made fewer or wider are counted.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import stats

import limelab as ll
from limelab import metrics, models, presets
from limelab.bins import quantile_cuts
from limelab.seeds import child, generator
from limelab.statistics.bands import simultaneous_band
from limelab.study.ready import split

DATA = ("iris", "diabetes", "star98", "wine", "anes96", "modechoice", "breast_cancer")
MODELS = (models.network(), models.forest())
SAMPLES = 1024
SEEN = {"quartiles": ll.Binned(4), "deciles": ll.Binned(10), "numbers": ll.Standardized()}
PLACES = (0.05, 0.2, 0.3, 0.4, 0.47, 0.53, 0.6, 0.7, 0.8, 0.95)
COIN = (0.3, 0.4, 0.45, 0.48, 0.5, 0.52, 0.55, 0.6, 0.7)
REPEATS, BACKGROUNDS, LEVEL = 12, 400, 0.95


def coefficient_of_a_slope_of_one(task: ll.Task, seed: int) -> pd.DataFrame:
    """The coefficient of a column of slope 1 at ten places of it, in bins and by a line near x.

    The model is the task's most symmetric column in standard deviations. In p bins the coefficient
    is the mean of x's bin less that of the others (Garreau and von Luxburg 2020, Looking deeper
    into tabular LIME, additive case), whatever the kernel's width.
    """
    if task.name != "wine / network":
        return pd.DataFrame()
    data = split(task, seed)
    column, table = _symmetric(data), ll.Table(data.table.background)
    x = np.repeat(np.median(table.background, axis=0)[None], len(PLACES), axis=0)
    x[:, column] = np.quantile(table.background[:, column], PLACES)
    rows = []
    for bins in (4, 5):
        plain = ll.Lime(ll.BinFrequencies(bins), ll.Binned(bins), ll.Exponential(0.75))
        exact = _binned(table, column, x[:, column], bins)
        rows += _along(f"{bins} bins", plain, table, (x, column), exact, seed)
    near = ll.Lime(ll.Gaussian(0.5))
    rows += _along("numbers near x", near, table, (x, column), np.ones(len(x)), seed)
    found = pd.DataFrame(rows)
    band = simultaneous_band(found["measured"], found["stderr"], df=REPEATS - 1)
    return found.assign(low=band.low, high=band.high, unit="coefficient")


def sign_by_the_toss_of_a_background(task: ll.Task, seed: int) -> pd.DataFrame:
    """How often another draw of the background turns the sign of a slope that is 1 everywhere.

    The coefficient in quartiles has no sampling error here: it is lime's limit, for backgrounds
    drawn with replacement from the real one. It is above 0 where x is above their median: with n
    odd, where more than half the n rows drawn are below x, a binomial chance.
    """
    data = split(task, seed)
    if data.table.categorical.any() or task.model.name != "network":
        return pd.DataFrame()
    column = _symmetric(data)
    values = data.table.background[:, column]
    values = values[: len(values) - 1 + len(values) % 2]
    n, rng = len(values), generator(seed, "coin")
    drawn = [ll.exact.LimeBins(rng.choice(values, n)[:, None]) for _ in range(BACKGROUNDS)]
    rows, chance = [], 1 - (1 - LEVEL ** (1 / len(COIN))) / 2
    for place in COIN:
        x = np.array([np.quantile(values, place, method="inverted_cdf")])
        coefs = [ll.exact.binned_additive(bins.law(x), bins.means).coef[0] for bins in drawn]
        k = int(np.sum(np.array(coefs) > 0))
        ends = stats.binomtest(k, BACKGROUNDS).proportion_ci(2 * chance - 1)
        exact = stats.binom.sf((n - 1) // 2, n, float((values < x).mean()))
        said = {"quantile_of_x": place, "exact": exact, "measured": k / BACKGROUNDS}
        rows.append({**said, "low": ends.low, "high": ends.high})
    return pd.DataFrame(rows).assign(unit="share of backgrounds with a coefficient above 0")


def bins_that_ties_change(task: ll.Task, seed: int) -> pd.DataFrame:
    """Columns whose quartiles collapse: fewer than four bins, or one with far more than a quarter.

    A single value that fills a bin leaves nothing to compare inside it; lime 0.2.0.1 then draws 0
    in its place, this preset the value.
    """
    if task.model.name != "network":
        return pd.DataFrame()
    table = split(task, seed).table
    rows = []
    for j in np.flatnonzero(~table.categorical):
        values, cuts = table.background[:, j], quantile_cuts(table, 4)[j]
        counts = np.bincount(np.searchsorted(cuts, values), minlength=len(cuts) + 1)
        held = [np.unique(values[np.searchsorted(cuts, values) == b]) for b in range(len(counts))]
        rows.append(
            {
                "column": table.names[j],
                "distinct_values": len(np.unique(values)),
                "bins": int((counts > 0).sum()),
                "largest_share": counts.max() / len(values),
                "bins_of_one_value": sum(len(one) == 1 for one in held),
            }
        )
    found = pd.DataFrame(rows)
    odd = (found["bins"] < 4) | (found["largest_share"] > 0.35) | (found["bins_of_one_value"] > 0)
    return found[odd]


def _symmetric(data):
    """The column with many values that is least skewed."""
    rows = data.table.background
    many = np.array([len(np.unique(column)) > 30 for column in rows.T])
    few = np.where(many if many.any() else True, 0.0, np.inf)
    return int(np.argmin(np.abs(stats.skew(rows)) + few))


def _along(name, lime, table, where, exact, seed):
    """Measured coefficients (mean and error over repeats) at every place."""
    x, column = where

    def model(rows):
        return np.asarray(rows)[:, column] / table.scale[column]

    runs = [lime.unwarned(model, table, x, child(seed, "run", r)) for r in range(REPEATS)]
    coef = np.array([run.coef[:, column, 0] for run in runs])
    error = coef.std(axis=0, ddof=1) / np.sqrt(REPEATS)
    return [
        {"seen_as": name, "quantile_of_x": place, "exact": truth, "measured": mean, "stderr": one}
        for place, truth, mean, one in zip(PLACES, exact, coef.mean(axis=0), error, strict=True)
    ]


def _binned(table, column, at, bins):
    """Exact coefficients at each place: x's bin against the others, means of cut normals."""
    values = table.background[:, column] / table.scale[column]
    cuts = quantile_cuts(table, bins)[column] / table.scale[column]
    held = [values[np.searchsorted(cuts, values) == b] for b in range(len(cuts) + 1)]
    ends = np.concatenate([[values.min()], cuts, [values.max()]])
    means = np.array([_cut_mean(one, ends[b : b + 2]) for b, one in enumerate(held)])
    share = np.array([len(one) for one in held]) / len(values)
    mine = np.searchsorted(cuts, at / table.scale[column])
    laws = [ll.exact.BinLaw([share], [int(b)]) for b in mine]
    return np.array([ll.exact.binned_additive(law, [means]).coef[0] for law in laws])


def _cut_mean(values, ends):
    mean, sd = values.mean(), values.std()
    return stats.truncnorm.mean(*((ends - mean) / sd), loc=mean, scale=sd)


def conditions() -> ll.Conditions:
    """The same samples seen in three ways, lime's preset, and numbers from near x."""
    lime = ll.Lime(ll.BinFrequencies(), n_samples=SAMPLES, draws="own")
    preset = presets.lime_tabular(num_samples=SAMPLES + 1, feature_selection="none")
    others = {
        "lime's preset": replace(preset, draws="own"),
        "numbers near x": replace(lime, perturbation=ll.Gaussian(0.5)),
    }
    return ll.vary(replace(lime, kernel=ll.Exponential(0.75)), representation=SEEN) | ll.Conditions(
        others, {name: {"representation": name} for name in others}
    )


STUDY = ll.Study(
    question="What do bins do to an explanation?",
    tasks=[ll.Task(data, model, instances=5) for model in MODELS for data in DATA],
    conditions=conditions() | ll.baseline_conditions(),
    judge=[ll.Judge(ll.Gaussian(), radii=(0.25, 0.5, 1.0), size=300)],
    metrics=[metrics.Rmse(), metrics.Gap(), metrics.TopK(3), metrics.SignStability()],
    claims=[
        ll.Claim(
            "Quartiles cost fidelity near x: from the same samples, numbers err less.",
            metric="rmse",
            better={"representation": "numbers"},
            worse={"representation": "quartiles"},
            where={"radius": 0.5},
            margin=0.01,
        ),
        ll.Claim(
            "Finer bins mend it: deciles err less than quartiles.",
            metric="rmse",
            better={"representation": "deciles"},
            worse={"representation": "quartiles"},
            where={"radius": 0.5},
            margin=0.01,
        ),
        ll.Claim(
            "The remedy, numbers from noise near x, errs less than lime's preset.",
            metric="rmse",
            better={"representation": "numbers near x"},
            worse={"representation": "lime's preset"},
            where={"radius": 0.5},
            margin=0.01,
        ),
        ll.Claim(
            "The remedy keeps its three leading features better from seed to seed.",
            metric="top_3_jaccard",
            better={"representation": "numbers near x"},
            worse={"representation": "lime's preset"},
            margin=0.02,
        ),
    ],
    measures=[
        coefficient_of_a_slope_of_one,
        sign_by_the_toss_of_a_background,
        bins_that_ties_change,
    ],
    repeats=5,
    remedy="Explain numbers as numbers, from noise near the row.",
)
