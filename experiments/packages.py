"""Lime, shap and limelab on the same models: what does each cost, and what does it give for it.

Model-agnostic explainers (lime with its bins and with numbers round the row, shap's kernel
explainer, limelab's noise and its rebuilding of lime) and those that read trees (TreeSHAP, exact
lines) explain the same rows of the same forests and networks. Compared are their stability from
seed to seed, whether what they put first is what moves the model, near the row and towards other
rows, and how far they agree. Near the row the judge looks as limelab does, towards other rows as
shap does: each has one of the two at home. Queries are counted, processor time is measured,
and Shapley values of a linear model stand beside their closed form. The remedies tried are fewer
queries for the same answer, shared by rows, and to read a tree rather than to ask it.
"""

from dataclasses import replace
from functools import lru_cache
from itertools import combinations
from os import cpu_count
from pathlib import Path
from platform import machine, processor, python_version
from time import process_time
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

import limelab as ll
from limelab import datasets, external, metrics, models, presets
from limelab.blackbox import one_thread
from limelab.lime import explain_with
from limelab.seeds import child
from limelab.statistics.bands import simultaneous_band
from limelab.study.ready import fitted, split
from limelab.types import NotApplicable

N, COALITIONS, BACKGROUND = 1000, 256, 20
TURNS, REPEATS, LEVEL = 3, 12, 0.95
LIME = presets.lime_tabular(num_samples=N, feature_selection="highest_weights")
METHODS = {
    "lime": external.LimePackage(num_samples=N),
    "lime, numbers": external.LimePackage(num_samples=N, discretizer="none", around="instance"),
    "kernel SHAP": external.KernelShap(BACKGROUND, COALITIONS),
    "limelab": ll.Lime(n_samples=1024, draws="own"),
    "limelab's lime": replace(LIME, draws="own"),
    "TreeSHAP": external.TreeShap(),
    "exact lines": ll.ExactLime(),
}
READS_TREES = ("TreeSHAP", "exact lines")
STILL = replace(METHODS["limelab"], surrogate=ll.Lasso(1e12))  # no column is worth its penalty
BASELINES = ll.baseline_conditions(names=("random", "constant", "permutation"))  # exact is above
BASELINES |= ll.Conditions({"flat": STILL}, baselines=["flat"])
SHARED = {"limelab, shared": ll.Lime(n_samples=1024), "limelab's lime, shared": LIME}


def _named(name: str) -> Any:
    """The numeric columns of a data set, for trees are read of numbers alone."""

    def make() -> datasets.Dataset:
        data = datasets.load(name)
        return replace(data, X=data.X.drop(columns=list(data.categorical)).astype(float))

    make.__name__ = make.__qualname__ = name
    return make


wine, breast_cancer, diabetes, iris = map(_named, ("wine", "breast_cancer", "diabetes", "iris"))
star98, anes96, modechoice, fair = map(_named, ("star98", "anes96", "modechoice", "fair"))
DATA = (wine, breast_cancer, diabetes, iris, star98, anes96, modechoice, fair)
MODELS = (models.forest(n_estimators=50), models.network())


# --- what it costs --------------------------------------------------------------------------------


def queries_of_a_row(task: ll.Task, seed: int) -> pd.DataFrame:
    """Rows that each explainer asks the model about, for one explanation.

    An average over 2 rows of the packages, whose rows cost the same each, and over 10 of limelab's,
    which may share what they ask.
    """
    found = []
    for name, one in (METHODS | SHARED).items():
        given, (reason, asked) = _given(task, seed, one), _asked(task, seed, one)
        reads = "the trees" if name in READS_TREES else "answers"
        row = {"method": name, "reads": reads, "queries": asked / len(given[2])}
        found.append({**row, "rows": len(given[2]), "declined": reason})
    return pd.DataFrame(found)


def processor_time(task: ll.Task, seed: int) -> pd.DataFrame:
    """Milliseconds of the processor for one explanation, and for the model's own answers.

    Unlike every other number here these are not the same in each run: they belong to the machine
    that is named beside them, and to the day. `model` is the time that as many answers take when
    they are asked at once; medians of three turns in one thread, after one to warm up, with the
    least and the most.
    """
    found = []
    for name, one in (METHODS | SHARED).items():
        given, (reason, asked) = _given(task, seed, one), _asked(task, seed, one)
        if reason:
            continue
        turns = np.array([_turn(one, given, int(asked)) for _ in range(TURNS)]) * 1e3
        whole, model = (np.median(turns, axis=0) / len(given[2])).tolist()
        ends = {f(turns[:, 0]) / len(given[2]) for f in (np.min, np.max)}
        row = {"method": name, "milliseconds": whole, "least": min(ends), "most": max(ends)}
        found.append({**row, "model": model, "rows": len(given[2])})
    return pd.DataFrame(found).assign(machine=_machine())


def _given(task, seed, explainer):
    """The model, the domain and some rows: few for a package, more where they may share."""
    data = split(task, seed)
    many = 2 if type(explainer).__module__.startswith("limelab.external") else 10
    return fitted(task, seed).box, data.table, data.held_X.iloc[:many]


@lru_cache(maxsize=32)
def _asked(task, seed, explainer):
    """Why an explainer declines ("" where it explains), and how many rows it asked about."""
    given = _given(task, seed, explainer)
    box = given[0]
    before = box.queries
    try:
        _explain(explainer, given, 0)
    except NotApplicable as reason:
        return str(reason), np.nan
    return "", box.queries - before


def _explain(explainer, given, seed):
    box, table, rows = given
    with one_thread():
        if isinstance(explainer, ll.Lime):
            return explainer.unwarned(box, table, rows, seed)
        return explainer.explain(box.ask, table, rows, seed)


def _turn(explainer, given, asked):
    """Seconds of the processor: for the explainer, and for as many answers at once."""
    box, table, _ = given
    start = process_time()
    _explain(explainer, given, 0)
    between = process_time()
    if asked:
        with one_thread():
            rows = table.background[np.resize(np.arange(len(table.background)), asked)]
            box.ask(table.decode(rows))
    return between - start, process_time() - between


@lru_cache(maxsize=1)
def _machine():
    """What these times are of."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text(encoding="utf-8").splitlines() if told.is_file() else []
    name = next((line.split(":")[1].strip() for line in lines if "model name" in line), "")
    kind = name or processor() or machine()
    return f"{kind}, {cpu_count()} cores, Python {python_version()}"


# --- what it says ---------------------------------------------------------------------------------


def agreement_of_methods(task: ll.Task, seed: int) -> pd.DataFrame:
    """How far each two of them agree on what matters for the first output, over the task's rows.

    `rank_correlation` is Spearman's of the magnitudes with its t interval over rows,
    `top_3_jaccard` is that of the first three columns. "random" and "permutation", one importance
    for all rows, say how far who knows nothing of a row agrees.
    """
    data, box = split(task, seed), fitted(task, seed).box
    rows, size = data.held_X.iloc[: task.instances], {}
    floors = {name: BASELINES[name] for name in ("random", "permutation")}
    for name, explainer in (METHODS | floors).items():
        try:
            one = explain_with(explainer, box, data.table, rows, child(seed, "agreement", name))
        except NotApplicable:  # the queries of a row say why
            continue
        size[name] = one.importance[:, :, 0]
    found = []
    for a, b in [pair for pair in combinations(size, 2) if pair[0] not in floors]:
        alike = metrics.spearman(size[a], size[b])
        alike = alike[np.isfinite(alike)]  # where all of one tie there is no order
        reach = stats.t.isf((1 - LEVEL) / 2, max(len(alike) - 1, 1)) * stats.sem(alike)
        said = {"a": a, "b": b, "rank_correlation": alike.mean(), "rows": len(alike)}
        ends = {"low": max(-1.0, alike.mean() - reach), "high": min(1.0, alike.mean() + reach)}
        first = float(np.nanmean(metrics.top_k_jaccard(size[a], size[b], 3)))
        found.append({**said, **ends, "top_3_jaccard": first})
    return pd.DataFrame(found)


def shares_of_a_line(task: ll.Task, seed: int) -> pd.DataFrame:
    """Shapley values of a linear model, against slope times distance from the background's mean.

    shap's kernel explainer compares with 20 rows of the background, drawn anew for each seed: the
    mean over seeds is that of the whole background. limelab's `contribution` is exact here. Of more
    than ten columns the explainer would keep ten, and be biased.
    """
    if task.name != "diabetes / network":
        return pd.DataFrame()
    data, box = split(task, seed), fitted(task, seed).box
    table = ll.Table(data.table.background)
    z = (table.background - table.mean) / table.scale
    slope = np.linalg.lstsq(z, box.ask(data.background)[:, 0], rcond=None)[0]
    exact = slope * (data.x[0] - table.mean) / table.scale

    def line(rows: Any) -> Any:
        return (np.asarray(rows) - table.mean) / table.scale @ slope

    seeds = [child(seed, "line", r) for r in range(REPEATS)]
    shap = METHODS["kernel SHAP"]
    shares = [shap.explain(line, table, data.x[:1], one)[0, :, 0] for one in seeds]
    measured, error = np.mean(shares, axis=0), np.std(shares, axis=0, ddof=1) / np.sqrt(REPEATS)
    band = simultaneous_band(measured, error, df=REPEATS - 1)
    told = {"column": data.table.names, "exact": exact, "measured": measured}
    return pd.DataFrame({**told, "low": band.low, "high": band.high, "unit": "share of the answer"})


def _claim(statement: str, metric: str, better: str, worse: str, **where: Any) -> ll.Claim:
    return ll.Claim(
        statement, metric, {"method": better}, {"method": worse}, where=where, margin=0.02
    )


STUDY = ll.Study(
    question="Lime, shap and limelab on the same models: what does each cost, and give?",
    tasks=[ll.Task(data, model, instances=5) for model in MODELS for data in DATA],
    conditions=ll.Conditions(METHODS, {name: {"method": name} for name in METHODS}) | BASELINES,
    judge=ll.Judge(ll.Gaussian(), radii=(0.5,), size=300),
    metrics=[
        metrics.TopK(3),
        metrics.Variation(),
        metrics.LocalAgreement(),
        metrics.PGIArea(law="rows"),
        metrics.Rmse(),
    ],
    claims=[
        _claim(
            "limelab's noise keeps its first three columns better than lime's bins.",
            *("top_3_jaccard", "limelab", "lime"),
        ),
        _claim(
            "lime keeps them better with numbers round the row than with bins.",
            *("top_3_jaccard", "lime, numbers", "lime"),
        ),
        _claim(
            "shap's kernel explainer keeps them better than lime, against the rows it draws.",
            *("top_3_jaccard", "kernel SHAP", "lime"),
        ),
        _claim(
            "Near the row limelab's order is more like that of what moves the model than lime's.",
            *("local_agreement", "limelab", "lime"),
        ),
        _claim(
            "Near the row it is so more than that of Shapley values, which look at all rows.",
            *("local_agreement", "limelab", "kernel SHAP"),
        ),
        _claim(
            "Near the row a forest is told better by exact lines than by TreeSHAP.",
            *("local_agreement", "exact lines", "TreeSHAP"),
            model="forest",
        ),
        _claim(
            "Towards other rows what Shapley values put first moves the model more than limelab's.",
            *("pgi_area", "kernel SHAP", "limelab"),
        ),
        _claim(
            "Towards other rows a forest is moved more by TreeSHAP's first than by exact lines'.",
            *("pgi_area", "TreeSHAP", "exact lines"),
            model="forest",
        ),
    ],
    measures=[shares_of_a_line, queries_of_a_row, processor_time, agreement_of_methods],
    repeats=4,
    remedy="Read trees where there are trees; else share queries, and say near what.",
)
