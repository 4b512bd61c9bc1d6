"""A task made ready in this process: data loaded and split, model fitted, once a worker."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np
import numpy.typing as npt

from limelab import models
from limelab.blackbox import BlackBox, blackbox
from limelab.domains import Image, Table, Text
from limelab.seeds import child, generator
from limelab.study.memory import Rows
from limelab.study.modalities import KINDS, Data, choices, domain_of, named, read_by, taken, whole
from limelab.study.usable import check_usable
from limelab.types import Array, BadInput, NotApplicable, View

if TYPE_CHECKING:
    from limelab.study.spec import Task

_HELD_OUT = 0.25
_MOST_HELD_OUT = 1000
Kind = Literal["classification", "regression"]
Positions = npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class Split:
    """The data of a task.

    Attributes
    ----------
    domain : Table, Text or Image
        The rows that the model is fitted on: background of every perturbation. Of a variant, one
        of the two is resampled.
    rows : the rows to explain, as the domain reads them
    labels : tuple, length I
    background : the rows of the domain, as the model wants them
    held_X, held_y : held-out rows and their targets
    train_X, train_y : the rows that the model is fitted on and their targets
    kind : {"classification", "regression"}
    """

    domain: Table | Text | Image
    rows: Any
    labels: tuple[Any, ...]
    background: Any
    held_X: Any
    held_y: npt.NDArray[Any]
    train_X: Any
    train_y: npt.NDArray[Any]
    kind: Kind

    @property
    def ragged(self) -> bool:
        """Whether each row has columns of its own."""
        return not isinstance(self.domain, Table)

    @property
    def table(self) -> Table:
        """The domain of rows that share their columns; others decline."""
        if not isinstance(self.domain, Table):
            raise NotApplicable(
                "each document or picture has columns of its own, and this is known of rows that "
                "share them"
            )
        return self.domain

    @cached_property
    def x(self) -> Array:
        """The rows to explain as points (I, d); those with columns of their own decline."""
        return self.table.encode(self.rows)

    def at(self, rows: Rows) -> tuple[View, Array]:
        """Some rows as points (I, d) of the view that they share; one row of a ragged task."""
        if not self.ragged:
            return self.table, self.x[slice(*rows)]
        (view,) = self.views[slice(*rows)]
        return view, view.x

    @cached_property
    def views(self) -> list[Any]:
        """The rows of a ragged task as views, each a `View` and a `OneRow`."""
        assert not isinstance(self.domain, Table)
        return [view for view, _ in self.domain.views(self.rows)]

    def chosen(self, rows: Rows) -> Any:
        """Some of the rows to explain, as the domain reads them."""
        raw = self.rows
        return raw.iloc[slice(*rows)] if hasattr(raw, "iloc") else raw[slice(*rows)]


@dataclass(frozen=True, eq=False)
class Fitted:
    """The model of a task.

    Attributes
    ----------
    box, whole : BlackBox
        The outputs that are explained (the second class of two), and all of them.
    probes : int
        Rows that were asked to learn how to ask.
    """

    box: BlackBox
    whole: BlackBox
    probes: int

    @property
    def queries(self) -> int:
        """Rows asked so far of either, without the probes."""
        both = self.whole.queries + (self.box.queries if self.box is not self.whole else 0)
        return both - self.probes


@dataclass(frozen=True)
class _Same:
    """A task as a key: functions that came through pickle are the same where their code is."""

    record: str
    code: tuple[Any, ...]
    task: Task = field(compare=False)


def split(task: Task, seed: int) -> Split:
    """Load and split: a pure function of task and seed, kept in this process."""
    return _split(_key(task), seed)


def fitted(task: Task, seed: int) -> Fitted:
    """The model fitted on the split: a pure function of task and seed, kept in this process."""
    slot = _slot(_key(task), seed)
    if not slot:
        data = split(task, seed)
        axes = ("model", "seed", task.variant) if task.cause == "seed" else ("model",)
        slot.append(fit_boxes(task, data, data.train_y, child(seed, *axes)))
    return slot[0]


def tally(task: Task, seed: int) -> tuple[int, int]:
    """Queries and probes of the task's model in this process so far."""
    slot = _slot(_key(task), seed)
    return (slot[0].queries, slot[0].probes) if slot else (0, 0)


def fit_boxes(task: Task, data: Split, y: npt.NDArray[Any], seed: int) -> Fitted:
    """Fit the task's recipe to targets y: the outputs to explain, and all outputs."""
    model = models.fit(task.model, data.train_X, y, data.kind, seed=seed % 2**31)
    sample = taken(data.train_X, range(min(4, len(data.train_X))))
    box = whole = blackbox(model, sample)
    if data.kind == "classification" and len(whole.outputs) == 2:
        box = blackbox(model, sample, output=1)
    return Fitted(box, whole, probes=Fitted(box, whole, 0).queries)


def forget() -> None:
    """Load and fit anew from now on: the code behind a task has changed."""
    _slot.cache_clear()
    _split.cache_clear()


def load(task: Task) -> Data:
    """The task's data set, checked to be one."""
    data: Data = named(task.dataset) if isinstance(task.dataset, str) else _called(task)
    if not isinstance(data, KINDS):
        raise BadInput(
            f"{task.data_name}() returned {type(data).__name__}; expected limelab.datasets.Dataset"
            ", Texts or Images"
        )
    check_usable(task.data_name, data, task.instances)
    return data


def _called(task: Task) -> Any:
    """What the user's own function returns; its errors are the user's to mend."""
    assert not isinstance(task.dataset, str)
    try:
        return task.dataset()
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
        raise BadInput(f"data set {task.data_name}() failed with {said}; mend it") from error


def _key(task: Task) -> _Same:
    functions = (task.dataset, task.model.make)
    return _Same(repr(task), tuple(getattr(f, "__code__", None) for f in functions), task)


@lru_cache(maxsize=64)
def _slot(key: _Same, seed: int) -> list[Fitted]:
    """Where the fitted model is kept: empty until it is asked for."""
    return []


@lru_cache(maxsize=64)
def _split(key: _Same, seed: int) -> Split:
    task = key.task
    data = load(task)
    how = choices(task, data)
    held, train = _positions(task, len(data.X), seed)
    every = whole(data)
    fit_on, perturb_by = _resampled(task, train, data, seed)
    background = taken(every, perturb_by)
    domain = domain_of(how, background)
    chosen = held[: task.instances]
    rows = read_by(domain, taken(every, chosen), chosen.tolist())
    return Split(
        domain=domain,
        rows=rows,
        labels=domain.labels(rows) if how is None else tuple(chosen.tolist()),
        background=background,
        held_X=taken(every, held),
        held_y=data.y[held],
        train_X=taken(every, fit_on),
        train_y=data.y[fit_on],
        kind=cast(Kind, data.kind),
    )


def _resampled(task: Task, train: Positions, data: Data, seed: int) -> tuple[Positions, Positions]:
    """Positions to fit on and to perturb by: the same, but for variants of one of the two."""
    if task.cause not in ("bootstrap", "background"):
        return train, train
    classes = data.kind == "classification" and task.cause == "bootstrap"
    rng = generator(seed, "variant", task.data_name, task.cause, task.variant)
    drawn = _drawn_again(train, data.y[train] if classes else None, rng)
    return (drawn, train) if task.cause == "bootstrap" else (train, drawn)


def _drawn_again(
    rows: Positions, classes: npt.NDArray[Any] | None, rng: np.random.Generator
) -> Positions:
    """As many rows with replacement, of each class as many as there are."""
    if classes is None:
        return rng.choice(rows, len(rows))
    drawn = rows.copy()
    for one in np.unique(classes):
        mine = classes == one
        drawn[mine] = rng.choice(rows[mine], int(mine.sum()))
    return drawn


def _positions(task: Task, n: int, seed: int) -> tuple[Positions, Positions]:
    """Held-out and training positions; the same for all models of a data set."""
    order = generator(seed, "split", task.data_name).permutation(n)
    held = max(task.instances, min(int(n * _HELD_OUT), _MOST_HELD_OUT))
    if n - held < 2:
        raise BadInput(
            f"task {task.name!r}: {n} rows are too few to hold out {held}; ask for fewer instances"
        )
    return order[:held], order[held : held + task.background]
