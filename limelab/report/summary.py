"""Medians, quartiles and counts of scores: the tables behind every picture; it draws nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from limelab.report.found import Found
from limelab.report.names import ALL, condition_labels, head, plain, short_labels

YARDSTICK = ["metric", "judge", "radius"]
UNIT = ["task", "instance"]
BESIDE = ["n_effective", "zero_share", "null", "ceiling"]
MOST_SERIES = 8
NO_REASON = "no reason given"
BASELINE = ", a baseline"
_FIDELITY = ("rmse", "r2", "label_agreement")


@dataclass(frozen=True, eq=False)
class Summary:
    """A study's scores, put together as far as pictures and tables need them."""

    found: Found

    @cached_property
    def conditions(self) -> pd.DataFrame:
        """One row a condition: condition, label, series, factors."""
        factors = self.found.factors
        rows = self.found.scores[["condition", *factors]].drop_duplicates("condition").astype(str)
        levels = rows[factors].to_dict("records")
        named = dict(zip(rows["condition"], levels, strict=True))
        labels = condition_labels(named)
        rows.insert(1, "label", [labels[name] for name in rows["condition"]])
        rows.insert(2, "series", _series(rows, self.compared))
        return rows.reset_index(drop=True)

    @cached_property
    def compared(self) -> str:
        """The factor whose levels are told apart by colour; "condition" or "" for none."""
        scores = self.found.scores
        levels = {name: scores[name].nunique() for name in self.found.factors}
        several = [name for name, n in levels.items() if n > 1 and name != "complexity"]
        if not several:
            few = 1 < scores["condition"].nunique() <= MOST_SERIES and "complexity" not in levels
            return "condition" if few else ""
        apart = [name for name in several if name != "perturbation" and levels[name] <= MOST_SERIES]
        return "surrogate" if "surrogate" in several else [*apart, *several][0]

    @cached_property
    def series(self) -> list[str]:
        """Names of the coloured series, in order of appearance."""
        return list(dict.fromkeys(self.conditions["series"]))

    @cached_property
    def cells(self) -> pd.DataFrame:
        """Median over repeats and outputs: one value an instance, condition and yardstick.

        Columns: metric, judge, radius, condition, task, instance, value, n_effective, zero_share,
        null, ceiling, scores, declined, label, series and the factors.
        """
        cells = _medians(self.found.scores)
        named = self.conditions.set_index("condition")
        for column in named:
            levels = list(dict.fromkeys(named[column]))
            told = cells["condition"].astype(str).map(named[column])
            cells[column] = pd.Categorical(told, categories=levels)
        return cells

    def of(self, metric: str) -> pd.DataFrame:
        """Cells of one metric."""
        return self.cells[self.cells["metric"] == metric]

    @cached_property
    def floors(self) -> pd.DataFrame:
        """Cells of the baselines that have a value: what a metric gives who knows nothing, or all.

        Columns as those of `cells` without labels and factors.
        """
        if self.found.baselines.empty:
            return self.cells.iloc[:0]
        cells = _medians(self.found.baselines)
        return cells[cells["value"].notna()]

    def beside(self, metric: str) -> pd.DataFrame:
        """Quartiles of each baseline under a metric."""
        return spread(self.floors[self.floors["metric"].astype(str) == metric], ["condition"])

    @cached_property
    def by_condition(self) -> pd.DataFrame:
        """Median, quartiles, n, declined and effective sample size of every condition.

        Baselines stand last, where they have a value.
        """
        labels = self.conditions.set_index("condition")["label"]
        own = _counted(self.cells)
        own["condition"] = own["condition"].astype(str).map(labels)
        if self.floors.empty:
            return own
        floors = _counted(self.floors)
        floors["condition"] = floors["condition"].astype(str) + BASELINE
        return pd.concat([own, floors], ignore_index=True)

    @cached_property
    def metrics(self) -> list[str]:
        """Metrics in the order in which they stand in the scores."""
        return [str(name) for name in self.found.scores["metric"].cat.categories]

    @cached_property
    def fidelity(self) -> str:
        """The metric of fidelity that has judged values, or ""."""
        judged = self.cells[(self.cells["judge"] != "") & self.cells["value"].notna()]
        named = [name for name in (*_FIDELITY, *self.metrics) if name in set(judged["metric"])]
        return named[0] if named else ""

    @cached_property
    def stable(self) -> list[str]:
        """Metrics of stability that have values and a side that is better; more of them first.

        They carry the share of zeros. Where lower is better (variation, moves of the explanation
        under small moves of x) the axes say so.
        """
        cells = self.cells[self.cells["zero_share"].notna() & self.cells["value"].notna()]
        there = set(cells["metric"].astype(str))
        sides = {name: self.found.metric(name)["better"] for name in self.metrics if name in there}
        return [name for side in ("higher", "lower") for name in sides if sides[name] == side]

    def places(self, metric: str) -> list[tuple[str, float]]:
        """Judges and radii at which a metric has values, sorted by judge, then radius."""
        rows = self.of(metric)
        rows = rows[rows["value"].notna()]
        pairs = rows[["judge", "radius"]].drop_duplicates()
        judges = list(dict.fromkeys(str(name) for name in pairs["judge"]))
        told = [(str(judge), float(radius)) for judge, radius in pairs.itertuples(index=False)]
        return sorted(told, key=lambda place: (judges.index(place[0]), place[1]))

    def middle(self, metric: str) -> tuple[str, float] | None:
        """The first judge at its middle radius: where a picture that has room for one looks."""
        places = self.places(metric)
        mine = [place for place in places if place[0] == places[0][0]]
        return mine[len(mine) // 2] if mine else None

    @cached_property
    def declined(self) -> pd.DataFrame:
        """Scores without a value: metric, condition, reason, scores; baselines left out."""
        return self._noted(self.found.scores["value"].isna(), "reason")

    @cached_property
    def cautions(self) -> pd.DataFrame:
        """Scores with a value and a note: metric, condition, note, scores."""
        scores = self.found.scores
        return self._noted(scores["value"].notna() & (scores["note"] != ""), "note")

    def _noted(self, rows: Any, name: str) -> pd.DataFrame:
        keys = ["metric", "condition", "note"]
        made = self.found.scores.loc[rows, keys].groupby(keys, observed=True).size()
        table = made.rename("scores").reset_index()
        labels = self.conditions.set_index("condition")["label"]
        table["condition"] = table["condition"].astype(str).map(labels)
        table["note"] = table["note"].astype(str).replace("", NO_REASON)
        renamed: pd.DataFrame = table.rename(columns={"note": name})
        return renamed


def _medians(scores: pd.DataFrame) -> pd.DataFrame:
    """Median over repeats and outputs, with how many scores there are and how many declined."""
    keys = [*YARDSTICK, "condition", *UNIT]
    grouped = scores.groupby(keys, observed=True, dropna=False, sort=True)
    made = grouped[["value", *BESIDE]].median()
    made["scores"] = grouped.size()
    made["declined"] = made["scores"] - grouped["value"].count()
    return made.reset_index()


def _counted(cells: pd.DataFrame) -> pd.DataFrame:
    """Quartiles of each condition under each yardstick, and the scores behind them."""
    keys = [*YARDSTICK, "condition"]
    grouped = cells.groupby(keys, observed=True, dropna=False, sort=True)
    beside = grouped[["scores", "declined"]].sum()
    beside["n_effective"] = grouped["n_effective"].median()
    table: pd.DataFrame = spread(cells, keys).merge(beside.reset_index(), on=keys)
    return table


def spread(cells: pd.DataFrame, by: Sequence[str], column: str = "value") -> pd.DataFrame:
    """Quartiles over cells: `by`, low, median, high, n."""
    grouped = cells.groupby(list(by), observed=True, dropna=False, sort=True)[column]
    found = {"low": grouped.quantile(0.25), "median": grouped.median()}
    found |= {"high": grouped.quantile(0.75), "n": grouped.count()}
    return pd.DataFrame(found).reset_index()


def at(cells: pd.DataFrame, place: tuple[str, float]) -> pd.DataFrame:
    """Cells at one judge and radius; a metric that no judge measures has the place ("", NaN)."""
    judge, radius = place
    here = cells["radius"].isna() if math.isnan(radius) else cells["radius"] == radius
    return cells[(cells["judge"] == judge) & here]


def _series(rows: pd.DataFrame, compared: str) -> list[str]:
    """The coloured series of each condition: levels of the compared factor, or their heads."""
    if not compared:
        return [ALL] * len(rows)
    levels = list(rows["label"] if compared == "condition" else rows[compared])
    heads = [head(level) for level in levels]
    if len(set(levels)) > MOST_SERIES or ("complexity" in rows and compared != "condition"):
        few = 1 < len(set(heads)) <= MOST_SERIES
        return [plain(name) or "(none)" for name in heads] if few else [ALL] * len(rows)
    short = short_labels(levels)
    return [plain(short[level]) or "(none)" for level in levels]
