"""Who judges decides who wins: every law of looking, judged by every law of looking.

The same line is fitted under eleven laws as they come and judged under the same eleven. That a law
wins at home is no merit: least squares is the best line under its own law, whatever the model. So
the diagonal says nothing, and off it the order of two laws may turn with the judge: such reversals
are counted. Exact curves show two of them for a sine. The remedy tried is to ask only judges that
are home to neither side.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

import limelab as ll
from limelab import metrics, models
from limelab.sampling import sample
from limelab.seeds import child, generator
from limelab.statistics.bands import simultaneous_band
from limelab.study.ready import fitted, split
from limelab.types import NotApplicable

DATA = (
    *("iris", "wine", "star98", "anes96", "modechoice", "hearts"),
    *("diabetes", "breast_cancer", "fair", "grunfeld", "housing", "penguins"),
)
MODELS = (models.forest(n_estimators=50), models.network())
LINE = ll.Ridge(0.1)  # next to nothing: it holds a line together where columns are near copies
SAMPLES, POINTS, ROWS, LEVEL = 256, 150, 16, 0.95
SINE, WIDTHS, RADII = 2.0, (0.1, 0.5, 1.0), (0.1, 0.25, 0.5, 0.75, 1.0)
REPEATS, MANY = 12, 4096


class _Itself:
    """A law that has no size, as a judge: of radius 1 it is the law itself."""

    def at(self, radius: float) -> Any:
        """The law; it has no other size."""
        if radius != 1:
            raise NotApplicable(f"{self!r} has no size but its own, radius 1")
        return self


@dataclass(frozen=True)
class GlobalGaussian(_Itself, ll.GlobalGaussian):
    """Noise round the background's mean."""


@dataclass(frozen=True)
class Marginals(_Itself, ll.Marginals):
    """Each column by itself."""


@dataclass(frozen=True)
class BinFrequencies(_Itself, ll.BinFrequencies):
    """lime's default law."""


@dataclass(frozen=True)
class Rows(_Itself, ll.Rows):
    """Whole rows."""


@dataclass(frozen=True)
class Copula(_Itself, ll.Copula):
    """Correlated columns."""


@dataclass(frozen=True)
class Mixup(_Itself, ll.Mixup):
    """Blends with far rows."""


SIZED = {
    ll.Gaussian(): 0.5,
    ll.Uniform(): 0.5,
    ll.Neighbours(): 0.1,
    ll.LocalPCA(): 1.0,
    ll.KernelDensity(): 0.1,
}
WHOLE = (GlobalGaussian(), Marginals(), BinFrequencies(), Rows(), Copula(), Mixup())
RADIUS = SIZED | dict.fromkeys(WHOLE, 1.0)
LAWS = {type(law).__name__: law for law in RADIUS}


def error_of_a_line_judged_elsewhere(task: ll.Task, seed: int) -> pd.DataFrame:
    """Error (RMSE) of the line of a sine, fitted under one noise and judged under another.

    A sine of frequency 2 in the first column, x at a zero of it. Under noise of width s the line's
    slope is b = 2 exp(-2 s^2); a judge of radius r sees a squared error of
    (1 - exp(-8 r^2)) / 2 - 4 b r^2 exp(-2 r^2) + b^2 r^2, least where s = r: curves cross.
    """
    if task.name != "iris / network":
        return pd.DataFrame()
    data, rows = split(task, seed), []
    table, x = ll.Table(data.table.background[:, :1]), data.x[:1, :1]
    for width in WIDTHS:
        slope = SINE * np.exp(-((SINE * width) ** 2) / 2)
        lime = ll.Lime(ll.Gaussian(width), n_samples=MANY)
        seeds = [child(seed, "sine", r) for r in range(REPEATS)]
        lines = [lime.unwarned(lambda p: _sine(p, table, x), table, x, one) for one in seeds]
        for radius in RADII:
            found = [_squared(line, radius, one) for line, one in zip(lines, seeds, strict=True)]
            wave = (1 - np.exp(-2 * (SINE * radius) ** 2)) / 2
            both = 2 * slope * SINE * radius**2 * np.exp(-((SINE * radius) ** 2) / 2)
            exact, root = wave - both + (slope * radius) ** 2, np.sqrt(np.mean(found))
            error = np.std(found, ddof=1) / np.sqrt(REPEATS) / (2 * root)
            said = {"width": width, "radius": radius, "exact": np.sqrt(exact)}
            rows.append({**said, "measured": root, "stderr": error})
    found = pd.DataFrame(rows)
    band = simultaneous_band(found["measured"], found["stderr"], df=REPEATS - 1)
    return found.assign(low=band.low, high=band.high, unit="error of the line (RMSE)")


def rank_reversals(task: ll.Task, seed: int) -> pd.DataFrame:
    """How often two laws change places from judge to judge, over 16 rows of a task.

    A pair of laws is reversed where one judge's mean error speaks for one and another's for the
    other; `for_sure` where both do so beyond t intervals that hold for all pairs and judges at
    once. Two laws at home turn every pair, so what counts is what judges say that are home to
    `neither`. `home_wins` counts judges whose own law is first; `home_beaten_for_sure` those whose
    own law is surely not, which only sampling error can make. `concordance` is Kendall's W of the
    judges' rankings: 1 where all agree.
    """
    errors = _errors(task, seed)
    middle, reach = _differences(errors)
    first, each = errors.mean(axis=2).argmin(axis=0), np.arange(len(LAWS))
    away = (each != each[:, None, None]) & (each != each[:, None])  # (laws, laws, judges)
    said = {
        "pairs_of_laws": len(each) * (len(each) - 1) // 2,
        "reversed": _reversed(middle, 0 * reach),
        "reversed_for_sure": _reversed(middle, reach),
        "by_neither": _reversed(middle * away, 0 * reach),
        "by_neither_for_sure": _reversed(middle * away, reach),
        "judges": len(each),
        "home_wins": int((first == each).sum()),
        "home_beaten_for_sure": int((middle > reach)[each, :, each].any(axis=1).sum()),
        "concordance": _concordance(errors.mean(axis=2)),
    }
    return pd.DataFrame([said])


def _reversed(middle, reach):
    """How many pairs of laws one judge orders one way by more than the reach, another the other."""
    turned = (middle > reach).any(axis=2) & (middle < -reach).any(axis=2)
    return int(np.triu(turned, 1).sum())


def _errors(task, seed):
    """Root mean squared errors (laws, judges, rows) of the first output."""
    data, asked = split(task, seed), {}
    x = data.table.encode(data.held_X.iloc[:ROWS])
    lines = []
    for law in LAWS.values():
        z, y = _asked(law, task, seed, (x, SAMPLES, "fitted"))
        lines.append(LINE.fit(z, np.ones((1, SAMPLES)), y))
        asked[law] = _asked(law, task, seed, (x, POINTS, "judging"))
    return np.array(
        [
            [np.sqrt(((line.predict(z) - y) ** 2).mean(axis=(1, 2))) for z, y in asked.values()]
            for line in lines
        ]
    )


def _asked(law, task, seed, how):
    """What the line sees (I, N, k), and the model's first output (I, N, 1)."""
    (x, n, axis), table, box = how, split(task, seed).table, fitted(task, seed).box
    cloud = sample(law, table, x, n, "own", child(seed, axis))
    points = np.where(cloud.relative, cloud.x[:, None] + cloud.moves, cloud.moves)
    y = box.ask(table.decode(points.reshape(-1, points.shape[-1])))[:, :1]
    return ll.Standardized().interpret(cloud, table).z, y.reshape(len(x), n, 1)


def _differences(errors):
    """Mean error of one law less another's (laws, laws, judges), and how sure it is."""
    apart = errors[:, None] - errors[None]
    rows, looks = errors.shape[2], len(errors) * (len(errors) - 1) // 2 * errors.shape[1]
    quantile = stats.t.isf((1 - LEVEL ** (1 / looks)) / 2, rows - 1)
    return apart.mean(axis=3), quantile * apart.std(axis=3, ddof=1) / np.sqrt(rows)


def _concordance(errors):
    """Kendall's W of errors (laws, judges): variance of summed ranks over the most it can be."""
    ranks = stats.rankdata(errors, axis=0).sum(axis=1)
    n, judges = errors.shape
    return 12 * ((ranks - ranks.mean()) ** 2).sum() / (judges**2 * (n**3 - n))


def _sine(points, table, x):
    return np.sin(SINE * (np.asarray(points)[:, 0] - x[0, 0]) / table.scale[0])


def _squared(line, radius, seed):
    """Mean squared error of a line at points of its own, in standard deviations from x."""
    u = radius * generator(seed, "judging").normal(size=MANY)
    return ((line.model.predict(u[None, :, None])[0, :, 0] - np.sin(SINE * u)) ** 2).mean()


NEITHER = [name for name in LAWS if name not in ("Gaussian", "Neighbours", "KernelDensity")]

# The floor is a surrogate that stands still; the ceiling is the line of the judge's own law, on the
# diagonal, and the exact line for the gap. Importances have no local model: nothing to judge.
NOISE = ll.Gaussian(0.5)
STILL = ll.Lasso(1e12)  # no column is worth its penalty
BASELINES = {
    "flat": ll.Lime(NOISE, surrogate=STILL, n_samples=SAMPLES, draws="own"),
    "exact": ll.ExactLime(NOISE),
}

STUDY = ll.Study(
    question="Does the judge decide who wins?",
    tasks=[ll.Task(data, model, instances=4) for model in MODELS for data in DATA],
    conditions=ll.vary(ll.Lime(surrogate=LINE, n_samples=SAMPLES, draws="own"), perturbation=LAWS)
    | ll.Conditions(BASELINES, baselines=BASELINES),
    judge=[ll.Judge(law, radii=(radius,), size=POINTS) for law, radius in RADIUS.items()],
    metrics=[metrics.Rmse(), metrics.Gap()],
    claims=[
        ll.Claim(
            "Noise errs less than neighbours where noise judges.",
            metric="rmse",
            better={"perturbation": "Gaussian"},
            worse={"perturbation": "Neighbours"},
            where={"judge": "Gaussian"},
            margin=0.01,
        ),
        ll.Claim(
            "Neighbours err less than noise where neighbours judge.",
            metric="rmse",
            better={"perturbation": "Neighbours"},
            worse={"perturbation": "Gaussian"},
            where={"judge": "Neighbours"},
            margin=0.01,
        ),
        ll.Claim(
            "Columns drawn apart err less than correlated ones where the former judge.",
            metric="rmse",
            better={"perturbation": "Marginals"},
            worse={"perturbation": "Copula"},
            where={"judge": "Marginals"},
            margin=0.01,
        ),
        ll.Claim(
            "Correlated columns err less than those drawn apart where the former judge.",
            metric="rmse",
            better={"perturbation": "Copula"},
            worse={"perturbation": "Marginals"},
            where={"judge": "Copula"},
            margin=0.01,
        ),
        ll.Claim(
            "Where neither is at home, a density of near rows errs less than noise.",
            metric="rmse",
            better={"perturbation": "KernelDensity"},
            worse={"perturbation": "Gaussian"},
            where={"judge": NEITHER},
            margin=0.01,
        ),
        ll.Claim(
            "Where neither is at home, a density of near rows errs less than neighbours.",
            metric="rmse",
            better={"perturbation": "KernelDensity"},
            worse={"perturbation": "Neighbours"},
            where={"judge": NEITHER},
            margin=0.01,
        ),
    ],
    measures=[error_of_a_line_judged_elsewhere, rank_reversals],
    repeats=3,
    remedy="Name the judge beside every score, and compare laws only where neither is at home.",
)
