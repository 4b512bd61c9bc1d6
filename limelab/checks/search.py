"""The search for the least stable instance: it climbs, shrinks what it found, saves and draws it.

Instances are given by quantiles of the background's columns, so that every candidate has values
that the data know. Hypothesis climbs first (`target`), an evolution from its best goes on, and the
best is then made as plain as it can be: columns go back to a typical row, numbers lose digits,
while most of the instability stays.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import hypothesis.strategies as st
import numpy as np
from hypothesis import HealthCheck, Phase, Verbosity, settings

from limelab.bins import sorted_background
from limelab.checks.subject import Subject, effects
from limelab.domains import Table, infer
from limelab.lime import as_blackbox
from limelab.numbers import positive
from limelab.seeds import generator
from limelab.study import Task
from limelab.study.ready import fitted, split
from limelab.types import Array, BadInput, NotApplicable

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

VERSION = 1
_GENERATION = 8
_DIGITS = (1, 2, 3)
_FLAT, _ROWS = 0.05, 500


@dataclass(frozen=True)
class SeedSpread:
    """How far seeds differ: root mean squared distance from their mean, over the mean's length.

    A length below a twentieth of the model's spread counts as that.

    Parameters
    ----------
    seeds : int, default 6
    """

    seeds: int = 6

    def __call__(self, ask: Ask, row: Array) -> float:
        """0 is perfectly stable; 1 is noise as long as the explanation itself."""
        runs = np.stack([ask(row[None], seed)[0] for seed in range(self.seeds)])
        mean = runs.mean(axis=0)
        spread = np.sqrt(((runs - mean) ** 2).sum(axis=1).sum() / (self.seeds - 1))
        return float(spread / ask.size(mean))


@dataclass(frozen=True)
class MoveRatio:
    """How far small moves change the explanation, over its length; the seed stays.

    Parameters
    ----------
    radius : float, default 0.05
        In background standard deviations; categories stay.
    moves : int, default 8
    """

    radius: float = 0.05
    moves: int = 8

    def __post_init__(self) -> None:
        positive(self, "radius")

    def __call__(self, ask: Ask, row: Array) -> float:
        """0 is perfectly stable; 1 is a change as long as the explanation itself."""
        noise = generator(0, "moves").uniform(-1, 1, size=(self.moves, len(row)))
        near = row + self.radius * ask.table.scale * noise
        found = ask(np.concatenate([row[None], near]), 0)
        worst = np.linalg.norm(found[1:] - found[0], axis=1).max()
        return float(worst / ask.size(found[0]))


Measure = SeedSpread | MoveRatio | Callable[["Ask", Array], float]


@dataclass(frozen=True, eq=False)
class Ask:
    """An explainer and a model on a table: effects (rows, k) on one output.

    Attributes
    ----------
    table : Table
    output : int
    """

    subject: Subject
    model: Any
    table: Table
    output: int

    def size(self, effect: Array) -> float:
        """Length of an explanation, at least a twentieth of the model's own spread.

        Where the model is flat an explanation is all noise, and nobody is misled by it.
        """
        return max(float(np.linalg.norm(effect)), _FLAT * self.spread, np.finfo(float).tiny)

    @cached_property
    def spread(self) -> float:
        """Standard deviation of the model over the background."""
        box = as_blackbox(self.model, self.table)
        answers = box.ask(self.table.decode(self.table.background[:_ROWS].copy()))
        return float(answers[:, self.output].std())

    def __call__(self, x: Array, seed: int) -> Array:
        """Effects at encoded rows; a row that is declined counts as zeros."""
        rows = self.table.decode(x.copy())
        found = self.subject.of(self.model, self.table, rows, seed)
        try:
            return effects(found)[:, :, self.output]
        except NotApplicable:
            return np.nan_to_num(found.effect[:, :, self.output])


@dataclass(frozen=True, eq=False)
class Unstable:
    """The least stable instance that was found, before and after it was shrunk.

    Attributes
    ----------
    explainer, model, measure : str
        What was searched, in their own words.
    features : tuple of str
    row : tuple
        The shrunk instance, feature by feature.
    value : float
        Its instability.
    found : float
        That of the instance that was found, before it was shrunk.
    typical : float
        That of a typical row: medians and most frequent categories.
    away : tuple of str
        The features that are not at their typical value.
    tried : int
        Instances that were measured.
    runs : array of shape (seeds, k)
        Effects at the shrunk instance for several seeds.
    """

    explainer: str
    model: str
    measure: str
    features: tuple[str, ...]
    row: tuple[Any, ...]
    value: float
    found: float
    typical: float
    away: tuple[str, ...]
    tried: int
    runs: Array

    @property
    def sentence(self) -> str:
        """What was found, in plain words."""
        where = ", ".join(
            f"{name} = {value}"
            for name, value in zip(self.features, self.row, strict=True)
            if name in self.away
        )
        return (
            f"{self.measure} is {self.value:.2f} at {where or 'a typical row'}, all else typical "
            f"({self.typical:.2f} at a typical row; {self.tried} instances tried)"
        )

    def to_frame(self) -> pd.DataFrame:
        """One row a feature: value, whether it is away from typical, mean and spread of effects."""
        import pandas as pd

        return pd.DataFrame(
            {
                "feature": self.features,
                "value": list(self.row),
                "away": [name in self.away for name in self.features],
                "mean": self.runs.mean(axis=0),
                "sd": self.runs.std(axis=0, ddof=1),
            }
        )

    def save(self, path: str | Path) -> None:
        """Write it as JSON: values, no code and no pickled object."""
        told = {name: getattr(self, name) for name in self.__dataclass_fields__}
        told |= {"runs": self.runs.tolist(), "limelab unstable": VERSION}
        Path(path).write_text(json.dumps(told, indent=1, default=str) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path) -> Unstable:
        """What `save` wrote.

        Raises
        ------
        BadInput
            The file is no saved search.
        """
        try:
            told = json.loads(Path(path).read_text(encoding="utf-8"))
            if told.pop("limelab unstable") != VERSION:
                raise BadInput(f"{path} was saved by another version of limelab")
            told["runs"] = np.array(told["runs"], dtype=np.float64)
            lists = {name: tuple(told[name]) for name in ("features", "row", "away")}
            return cls(**{**told, **lists})
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise BadInput(f"{path} is no saved search ({type(error).__name__})") from error

    def plot(self, ax: Axes | None = None) -> Axes:
        """Effects of every seed, feature by feature."""
        from limelab.drawing import own_axes

        axes = own_axes(ax, height=1 + 0.3 * len(self.features))
        places = np.arange(len(self.features))[::-1]
        for run in self.runs:
            axes.plot(run, places, "o", color="#0072B2", alpha=0.5)
        names = [f"{n} = {v}" for n, v in zip(self.features, self.row, strict=True)]
        axes.set_yticks(places, names, parse_math=False)
        axes.axvline(0, color="0.6", linewidth=1)
        axes.set_xlabel("effect, one mark a seed (units of the output)")
        axes.set_title(f"{self.measure}: {self.value:.2f}", loc="left")
        return axes

    def replay(self, explainer: Any, task: Any, measure: Measure | None = None) -> float:
        """The instability of the saved instance, measured again."""
        ask = _ask(explainer, task, 0)
        frame = _frame(ask.table, self.row)
        return float((measure or SeedSpread())(ask, ask.table.encode(frame)[0]))


def find_unstable(  # noqa: PLR0913 -- options of two climbs and a shrink
    explainer: Any,
    task: Any,
    measure: Measure | None = None,
    *,
    n_examples: int = 60,
    keep: float = 0.8,
    output: int = 0,
    seed: int = 0,
) -> Unstable:
    """Look for the instance whose explanation is least stable, and shrink it.

    Parameters
    ----------
    explainer : Explainer
    task : Task, or (model, background)
    measure : SeedSpread, MoveRatio or function (ask, row) -> float, default SeedSpread()
    n_examples : int, default 60
        Instances for each of the two climbs.
    keep : float, default 0.8
        The share of the instability that shrinking keeps.
    output : int, default 0
    seed : int, default 0

    Returns
    -------
    unstable : Unstable

    Examples
    --------
    >>> import limelab as ll
    >>> rows = np.random.default_rng(0).normal(size=(80, 2))
    >>> lime = ll.Lime(n_samples=64)
    >>> found = find_unstable(lime, (lambda x: np.sin(3 * x[:, 0]), rows), n_examples=8)
    >>> found.value > found.typical * 0.8, len(found.row)
    (True, 2)
    """
    ask, judge = _ask(explainer, task, output), measure or SeedSpread()
    climb = _Climb(ask, judge)
    climb.by_hypothesis(n_examples, seed)
    climb.by_evolution(n_examples, seed)
    found = climb.best
    plain = _Shrink(climb, keep * found).of(climb.row)
    typical = climb.typical
    away = plain != typical
    runs = np.stack([ask(plain[None], s)[0] for s in range(6)])
    names = ask.table.names
    return Unstable(
        explainer=ask.subject.title,
        model=_title(task),
        measure=repr(judge),
        features=names,
        row=tuple(_said(v) for v in ask.table.values(plain[None])[0]),
        value=float(judge(ask, plain)),
        found=found,
        typical=float(judge(ask, typical)),
        away=tuple(n for n, moved in zip(names, away, strict=True) if moved),
        tried=climb.tried,
        runs=runs,
    )


@dataclass(eq=False)
class _Climb:
    """The best instance so far."""

    ask: Ask
    judge: Any
    best: float = -1.0
    row: Any = None
    place: Any = None
    tried: int = 0

    def at(self, quantiles: Sequence[float]) -> float:
        """The instability of the row at these quantiles."""
        table = sorted_background(self.ask.table)
        position = np.minimum((np.asarray(quantiles) * len(table)).astype(np.intp), len(table) - 1)
        row = np.take_along_axis(table, position[None], axis=0)[0]
        return self.of(row, quantiles)

    def of(self, row: Array, place: Any = None) -> float:
        value = float(self.judge(self.ask, row))
        self.tried += 1
        if value > self.best:
            self.best, self.row = value, row
            self.place = self.place if place is None else np.asarray(place, dtype=np.float64)
        return value

    @property
    def typical(self) -> Array:
        """Medians, and the most frequent categories: values of the background itself."""
        table = sorted_background(self.ask.table)
        middle = np.array(table[len(table) // 2])
        for j in np.flatnonzero(self.ask.table.categorical):
            values, counts = np.unique(table[:, j], return_counts=True)
            middle[j] = values[counts.argmax()]
        return middle

    def by_hypothesis(self, n: int, seed: int) -> None:
        d = len(self.ask.table.names)
        grid = st.lists(st.integers(0, 99), min_size=d, max_size=d)

        @hypothesis.seed(seed)
        @settings(
            max_examples=n,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate, Phase.target),
            verbosity=Verbosity.quiet,
        )
        @hypothesis.given(grid)
        def climb(hundredths: list[int]) -> None:
            hypothesis.target(self.at([(h + 0.5) / 100 for h in hundredths]))

        climb()

    def by_evolution(self, n: int, seed: int) -> None:
        """Normal steps from the best, as long as they were last of use."""
        rng, width = generator(seed, "climb"), 0.2
        for _ in range(max(1, n // _GENERATION)):
            before = self.best
            for step in rng.normal(size=(_GENERATION, len(self.place))):
                self.at(np.clip(self.place + width * step, 0, 1 - 1e-9))
            width *= 1.5 if self.best > before else 0.7


@dataclass(eq=False)
class _Shrink:
    """The same instability, but for a share, from a plainer row."""

    climb: _Climb
    least: float

    def of(self, row: Array) -> Array:
        plain, typical = row.copy(), self.climb.typical
        for j in range(len(plain)):
            plain = self._if_enough(plain, j, typical[j])
        for number in np.flatnonzero(~self.climb.ask.table.categorical & (plain != typical)):
            plain = self._rounded(plain, int(number))
        return plain

    def _rounded(self, row: Array, j: int) -> Array:
        for digits in _DIGITS:
            value = float(f"{row[j]:.{digits}g}")
            tried = self._if_enough(row, j, value)
            if tried[j] == value:
                return tried
        return row

    def _if_enough(self, row: Array, j: int, value: float) -> Array:
        changed = row.copy()
        changed[j] = value
        enough = self.climb.judge(self.climb.ask, changed) >= self.least
        self.climb.tried += 1
        return changed if enough else row


def _ask(explainer: Any, task: Any, output: int) -> Ask:
    from limelab.checks.explainers import named

    subject = named(explainer)
    if isinstance(task, Task):
        return Ask(subject, fitted(task, 0).box, split(task, 0).table, output)
    if not isinstance(task, (tuple, list)) or len(task) != 2:
        raise BadInput(f"task={task!r}; expected a limelab.Task, or (model, background)")
    domain = infer(task[1])
    if not isinstance(domain, Table):
        raise NotApplicable(f"{domain!r} is no table; instances are searched in tables")
    return Ask(subject, task[0], domain, output)


def _title(task: Any) -> str:
    return task.name if isinstance(task, Task) else getattr(task[0], "__name__", repr(task[0]))


def _frame(table: Table, row: Sequence[Any]) -> Any:
    """A saved row as the table's own input."""
    held = table.frame
    if not hasattr(held, "columns"):
        return np.array([row], dtype=np.float64)
    frame = held.iloc[:1].copy()
    for name, value in zip(table.names, row, strict=True):
        if name not in frame:
            raise NotApplicable(f"{name} is a group of columns; replay needs single columns")
        frame[name] = [value] if frame[name].dtype != bool else [str(value) == "True"]
    return frame


def _said(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
