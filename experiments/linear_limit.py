"""Where do lines end: what does a linear surrogate lose as its region expands, and to whom.

Lines, small trees and quadratics are fitted to noise of growing width and judged at the same width,
on real data with a smooth model (a network) and one made of steps (a forest). Under the measured
curves stand exact ones: a sine, a quadratic and a step in closed form, and single trees, whose R2
is a sum over leaves. Two models of two columns are drawn with the line, the tree and the samples.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

import limelab as ll
from limelab import datasets, exact, metrics, models
from limelab.seeds import child, generator
from limelab.statistics.bands import simultaneous_band
from limelab.study.ready import fitted, split

DATA = ("iris", "wine", "diabetes", "star98", "anes96", "modechoice", "fair")
MODELS = (models.network(), models.forest())
OWN = {"dataset": list(DATA)}  # two columns of wine are no further data set
WIDTHS = (0.1, 0.3, 1.0, 2.0)  # in background standard deviations
SURROGATES = {
    "Line": ll.LeastSquares(),
    "Tree": ll.Tree(max_depth=None, max_splits=7),
    "Quadratic": ll.Polynomial(2),
}
STILL = ll.Lasso(1e12)  # no column is worth its penalty: a surrogate that stands still
CURVE = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0)
REPEATS, SAMPLES, LEAVES = 12, 4096, 8
SURFACE, SIDE, SHOWN = (0.25, 1.0, 2.5), 25, 120


def two_of_wine() -> datasets.Dataset:
    """Two columns of wine and how sure a model is of the first cultivar: a surface to look at."""
    wine = datasets.load("wine")
    columns = wine.X[["flavanoids", "proline"]]
    return replace(wine, name="two_of_wine", X=columns, y=np.where(wine.y == "class_0", "1st", "0"))


def r2_of_a_line(task: ll.Task, seed: int) -> pd.DataFrame:
    """R2 of the line of known functions against the closed form.

    They are functions of the task's first column, in its own standard deviations from the row: the
    law is the same on all data, so one task is enough.
    """
    if task.data_name != two_of_wine.__name__ or task.model.name != "network":
        return pd.DataFrame()
    data = split(task, seed)
    functions = {
        "sine": (lambda u: np.sin(2 * u), lambda law: exact.sine_gaussian([2.0], law)),
        "quadratic": (
            lambda u: u + u**2 / 2,
            lambda law: exact.quadratic_gaussian([1.0], [[1.0]], law),
        ),
        "step": (lambda u: 1.0 * (u > 0), lambda law: exact.step_gaussian([1.0], 0.0, law)),
    }
    rows = []
    for name, (f, closed) in functions.items():
        for radius in CURVE:
            law = exact.Normal([0.0], [[radius**2]])
            found = _r2(lambda points, f=f: f(_first(points, data)), data, radius, seed)
            rows.append(
                {"function": name, "radius": radius, "exact": float(closed(law).r2), **found}
            )
    return _banded(rows)


def r2_of_a_line_on_a_tree(task: ll.Task, seed: int) -> pd.DataFrame:
    """R2 of the line of a tree of 8 leaves fitted to what the model says, against its leaves' sum.

    The forest has no closed R2, so a single tree stands in for it, on the same real rows.
    """
    data = split(task, seed)
    if data.table.categorical.any() or task.model.name != "forest":
        return pd.DataFrame()
    from sklearn.tree import DecisionTreeRegressor

    background = data.table.background
    said = fitted(task, seed).box.ask(data.table.decode(background))[:, 0]
    tree = DecisionTreeRegressor(max_leaf_nodes=LEAVES, random_state=0).fit(background, said)
    rows = []
    for radius in CURVE[2:]:  # nearer by, most rows see no step at all
        line = exact.trees(tree, data.x[:1], ll.Gaussian(radius), ll.Flat(), scale=data.table.scale)
        found = _r2(tree.predict, data, radius, seed)
        rows.append({"radius": radius, "exact": float(line.r2[0, 0]), **found})
    return _banded(rows)


def surface(task: ll.Task, seed: int) -> pd.DataFrame:
    """The model, its line and its tree on a grid round the first row, and samples of their law.

    Axes are background standard deviations from the row. A row without a `line` is a sample.
    """
    if task.data_name != two_of_wine.__name__:
        return pd.DataFrame()
    data, box, parts = split(task, seed), fitted(task, seed).box, []
    for radius in SURFACE:
        ticks = np.linspace(-2.5 * radius, 2.5 * radius, SIDE)
        moves = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
        drawn = generator(seed, "shown").normal(size=(SHOWN, 2)) * radius
        grid = {"radius": radius, "a": moves[:, 0], "b": moves[:, 1]}
        for name in ("Line", "Tree"):
            lime = ll.Lime(ll.Gaussian(radius), surrogate=SURROGATES[name])
            one = lime.explain(box, data.table, data.held_X.iloc[:1], seed=seed)
            grid[name.lower()] = one.model.predict(moves[None])[0, :, 0]
        points = data.x[:1] + np.vstack([moves, drawn]) * data.table.scale
        said = box.ask(data.table.decode(points))[:, 0]
        parts.append(pd.DataFrame({**grid, "model": said[: len(moves)]}))
        seen = {"radius": radius, "a": drawn[:, 0], "b": drawn[:, 1], "model": said[len(moves) :]}
        parts.append(pd.DataFrame(seen))
    return pd.concat(parts, ignore_index=True)


def _first(points, data):
    """The first column in standard deviations from the explained row."""
    values = np.asarray(points, dtype=np.float64)[:, 0]
    return (values - data.x[0, 0]) / data.table.scale[0]


def _r2(f, data, radius, seed):
    """Mean and standard error over repeats of the R2 of a line in all columns."""
    lime = ll.Lime(ll.Gaussian(radius), n_samples=SAMPLES)
    table, x = ll.Table(data.table.background), data.x[:1]
    found = [lime.explain(f, table, x, seed=child(seed, "curve", r)) for r in range(REPEATS)]
    # adjusted: in sample, R2 flatters a line by its number of columns over that of the samples
    r2 = 1 - (1 - np.array([one.r2[0, 0] for one in found])) * (SAMPLES - 1) / _freedom(table)
    return {"measured": r2.mean(), "stderr": r2.std(ddof=1) / np.sqrt(REPEATS)}


def _freedom(table):
    return SAMPLES - len(table.names) - 1


def _banded(rows):
    table = pd.DataFrame(rows)
    band = simultaneous_band(table["measured"], table["stderr"], df=REPEATS - 1)
    return table.assign(low=band.low, high=band.high, unit="R2 of the line")


def conditions() -> ll.Conditions:
    """Every surrogate at every width."""
    found = ll.Conditions({})
    for width in WIDTHS:
        lime = ll.Lime(ll.Gaussian(width), n_samples=1024, draws="own")
        found |= ll.vary(lime, surrogate=SURROGATES).tag(width=str(width))
    return found


def baselines() -> ll.Conditions:
    """Who knows nothing, the exact line of one width, and a surrogate that stands still there."""
    law = ll.Gaussian(1.0)
    flat = {"flat": ll.Lime(law, surrogate=STILL, n_samples=1024, draws="own")}
    return ll.baseline_conditions(ll.ExactLime(law)) | ll.Conditions(flat, baselines=flat)


STUDY = ll.Study(
    question="How far does a line carry, and who carries farther?",
    tasks=[
        ll.Task(two_of_wine, models.network(), instances=6),
        ll.Task(two_of_wine, models.forest(), instances=6),
        *(ll.Task(data, model, instances=6) for model in MODELS for data in DATA),
    ],
    conditions=conditions() | baselines(),
    judge=[ll.Judge(ll.Gaussian(), radii=WIDTHS, size=400)],
    metrics=[metrics.Rmse(), metrics.R2(), metrics.Gap(), metrics.TopK(3)],
    claims=[
        ll.Claim(
            "Among steps a line does worse than a tree of eight leaves in a wide region.",
            metric="rmse",
            better={"surrogate": "Tree"},
            worse={"surrogate": "Line"},
            where={"width": "2.0", "radius": 2.0, "model": "forest", **OWN},
            margin=0.01,
        ),
        ll.Claim(
            "Near a row, a line does better than a tree at a smooth model.",
            metric="rmse",
            better={"surrogate": "Line"},
            worse={"surrogate": "Tree"},
            where={"width": "0.3", "radius": 0.3, "model": "network", **OWN},
            margin=0.01,
        ),
        ll.Claim(
            "Where a line fails at a smooth model, a quadratic is the remedy.",
            metric="rmse",
            better={"surrogate": "Quadratic"},
            worse={"surrogate": "Line"},
            where={"width": "1.0", "radius": 1.0, "model": "network", **OWN},
            margin=0.01,
        ),
        ll.Claim(
            "A line that is fitted wide no longer says what the model is at the row itself.",
            metric="gap",
            better={"width": "0.1"},
            worse={"width": "2.0"},
            where={"surrogate": "Line", **OWN},
            margin=0.02,
        ),
    ],
    measures=[r2_of_a_line, r2_of_a_line_on_a_tree, surface],
    repeats=5,
    remedy="Judge at the radius meant; take trees for models of trees, quadratics for smooth ones.",
)
