"""What a study is: frozen values that say what to run and what to expect; they run nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from limelab.datasets import Dataset, Images, Texts
from limelab.domains import AsImage, AsText
from limelab.lime import Lime
from limelab.models import Recipe
from limelab.numbers import count, positive
from limelab.study.bounds import Bound
from limelab.study.tiers import DEFAULT, FULL, MINUTES, QUICK, QUICK_SHARE, Grow
from limelab.study.valid import check_importable, check_study
from limelab.types import BadInput, Explainer, Metric, Perturbation

if TYPE_CHECKING:
    import pandas as pd

    from limelab.study.progress import Watch
    from limelab.study.results import Results

Measure = Callable[["Task", int], "pd.DataFrame"]
Summary = Callable[[Mapping[str, "pd.DataFrame"]], "pd.DataFrame"]
CAUSES = ("", "seed", "bootstrap", "background")
_QUICK_TASKS, _QUICK_INSTANCES, _QUICK_REPEATS = 4, 4, 3


@dataclass(frozen=True)
class Task:
    """Explain a model of a data set at some held-out rows.

    Parameters
    ----------
    dataset : str or function without arguments
        A name in ``limelab.datasets``, or an importable function that returns a Dataset, Texts or
        Images.
    model : Recipe
    instances : int, default 12
        How many held-out rows, drawn at random by the study's seed.
    background : int, default 1000
        How many rows at most to fit the model on and to perturb by; a random share of a larger
        set.
    cause : {"", "seed", "bootstrap", "background"}
        What is different from the task without one, at the same explained rows: the seed of the
        model, its training rows (resampled), or the background (resampled). See `refits`.
    variant : int, default 0
        Which of several such; 1, 2, ... where there is a cause.
    domain : AsText or AsImage, optional
        How texts are cut and filled, or pictures cut, filled and changed; `AsText()` and
        `AsImage()` unless said. Each document or picture has features of its own.
    """

    dataset: str | Callable[[], Dataset | Texts | Images]
    model: Recipe
    instances: int = 12
    background: int = 1000
    cause: str = ""
    variant: int = 0
    domain: AsText | AsImage | None = None

    def __post_init__(self) -> None:
        count(self, "instances")
        count(self, "background", least=2)
        count(self, "variant", least=1 if self.cause else 0)
        if self.cause not in CAUSES or (self.variant and not self.cause):
            raise BadInput(
                f"Task(cause={self.cause!r}, variant={self.variant}); expected one of {CAUSES}, "
                "and variants from 1 of a cause: see limelab.refits"
            )
        if not isinstance(self.model, Recipe):
            raise BadInput(
                f"Task(model={self.model!r}); expected a Recipe such as limelab.models.forest()"
            )
        if self.domain is not None and type(self.domain) not in (AsText, AsImage):
            raise BadInput(
                f"Task(domain={self.domain!r}); expected AsText(...) of texts, AsImage(...) of "
                "pictures, or none"
            )
        if not isinstance(self.dataset, str):
            check_importable(f"Task(dataset={self.dataset!r})", self.dataset)

    def __repr__(self) -> str:
        data = self.dataset
        said = repr(data) if isinstance(data, str) else f"{data.__module__}.{data.__qualname__}"
        rest = f"instances={self.instances}, background={self.background}"
        rest += f", cause={self.cause!r}, variant={self.variant}" if self.cause else ""
        rest += "" if self.domain is None else f", domain={self.domain!r}"
        return f"Task({said}, {self.model!r}, {rest})"

    @property
    def data_name(self) -> str:
        """Name of the data set."""
        return self.dataset if isinstance(self.dataset, str) else self.dataset.__name__

    @property
    def name(self) -> str:
        """What stands in the `task` column."""
        whole = f"{self.data_name} / {self.model.name}"
        whole += f" / {self.domain.name}" if self.domain and self.domain.name else ""
        return f"{whole} / {self.variant_name}" if self.cause else whole

    @property
    def variant_name(self) -> str:
        """What stands in the `variant` column: "" for the task itself."""
        return f"{self.cause} {self.variant}" if self.cause else ""


@dataclass(frozen=True)
class Judge:
    """The yardstick of a study: points of its own, the same for every condition.

    Parameters
    ----------
    law : Perturbation
        One that has a size, such as ``Gaussian()`` or ``Neighbours()``.
    radii : sequence of float
        Sizes of the law at which to judge, in its own units.
    size : int, default 500
        Points a radius.

    Examples
    --------
    >>> from limelab.perturbations import Gaussian
    >>> Judge(Gaussian(), radii=[0.1, 1]).radii
    (0.1, 1.0)
    """

    law: Perturbation
    radii: tuple[float, ...]
    size: int = 500

    def __post_init__(self) -> None:
        count(self, "size", least=2)
        if not callable(getattr(self.law, "at", None)):
            raise BadInput(
                f"Judge({self.law!r}); expected a perturbation that has a size, such as Gaussian()"
            )
        object.__setattr__(self, "radii", _radii(self.radii))
        for radius in self.radii:
            self.law.at(radius)

    @property
    def name(self) -> str:
        """What stands in the `judge` column: the law without its size."""
        return type(self.law).__name__


def _radii(given: Any) -> tuple[float, ...]:
    try:
        radii = tuple(np.atleast_1d(np.asarray(given, dtype=np.float64)).ravel().tolist())
    except (TypeError, ValueError):
        radii = ()
    if not radii or not all(np.isfinite(radius) and radius > 0 for radius in radii):
        raise BadInput(f"Judge(radii={given!r}); expected one or more numbers above 0")
    return radii


@dataclass(frozen=True)
class Claim:
    """What a study expects, said before it runs.

    Parameters
    ----------
    statement : str
        In plain words.
    metric : str
        Name of a metric of the study; its direction says what better is.
    better, worse : mapping of factor to value
        The two sides, compared in conditions that match in every other factor. ``"Tree"`` stands
        for any ``Tree(...)``.
    where : mapping of column to value
        Rows that the claim speaks of, such as ``{"judge": "Gaussian", "radius": 1.0}``.
    margin : float, default 0
        How much better, in the metric's unit, is worth a word.
    """

    statement: str
    metric: str
    better: Mapping[str, Any]
    worse: Mapping[str, Any]
    where: Mapping[str, Any] = field(default_factory=dict)
    margin: float = 0.0

    def __post_init__(self) -> None:
        positive(self, "margin", zero=True)
        if not self.better or not self.worse:
            raise BadInput(f"claim {self.statement!r} names no two sides; give better= and worse=")

    @cached_property
    def digest(self) -> str:
        """A hash of all that it says."""
        said = [(entry.name, _ordered(getattr(self, entry.name))) for entry in fields(self)]
        return hashlib.sha256(repr(said).encode()).hexdigest()


class Conditions(Mapping[str, Explainer]):
    """Named explainers and the factors that tell them apart.

    Parameters
    ----------
    explainers : mapping of name to Explainer
    factors : mapping of name to mapping of factor to level
    baselines : collection of names
        Those that stand beside the others as floor or ceiling: they are scored like all, and
        neither ranked nor drawn as levels of a factor.

    Examples
    --------
    >>> from limelab.kernels import Exponential, Flat
    >>> near = vary(Lime(), kernel=[Flat(), Exponential(2)])
    >>> list(near), near.factors["kernel=Exponential(width=2.0)"]
    (['kernel=Flat()', 'kernel=Exponential(width=2.0)'], {'kernel': 'Exponential(width=2.0)'})
    """

    def __init__(
        self,
        explainers: Mapping[str, Explainer],
        factors: Mapping[str, Mapping[str, Any]] | None = None,
        baselines: Collection[str] = (),
    ) -> None:
        if not isinstance(explainers, Mapping):
            raise BadInput(
                f"conditions came as {type(explainers).__name__}; expected a mapping of names to "
                'explainers, such as {"lime": Lime()}, or vary(Lime(), surrogate=[...])'
            )
        self._explainers = dict(explainers)
        given = factors or {}
        self.factors = {
            name: {key: _level(value) for key, value in given.get(name, {}).items()}
            for name in self._explainers
        }
        self.baselines = tuple(name for name in self._explainers if name in baselines)
        for name, explainer in self._explainers.items():
            if isinstance(explainer, type) or not callable(getattr(explainer, "explain", None)):
                raise BadInput(
                    f"condition {name!r} is {explainer!r}; expected Lime(...) or an object with "
                    "explain(predict, background, rows, seed)"
                )

    def __repr__(self) -> str:
        return f"Conditions({self._explainers!r})"

    def __getitem__(self, name: str) -> Explainer:
        return self._explainers[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._explainers)

    def __len__(self) -> int:
        return len(self._explainers)

    def __or__(self, other: Mapping[str, Explainer]) -> Conditions:
        """Both; a name may stand on one side only."""
        more = other if isinstance(other, Conditions) else Conditions(other)
        twice = sorted(set(self) & set(more))
        if twice:
            raise BadInput(f"conditions {twice[:3]} stand on both sides; tag them apart")
        baselines = (*self.baselines, *more.baselines)
        return Conditions({**self, **more}, {**self.factors, **more.factors}, baselines)

    def tag(self, **factors: Any) -> Conditions:
        """The same conditions with further factors, named in front.

        Examples
        --------
        >>> list(vary(Lime(), n_samples=[64]).tag(scale="near"))
        ['scale=near, n_samples=64']
        """
        front = ", ".join(f"{key}={value}" for key, value in factors.items())
        named = {name: ", ".join(part for part in (front, name) if part) for name in self}
        return Conditions(
            {named[name]: explainer for name, explainer in self.items()},
            {named[name]: {**factors, **self.factors[name]} for name in self},
            [named[name] for name in self.baselines],
        )

    @property
    def levels(self) -> dict[str, dict[str, Any]]:
        """Factors of the conditions that are compared: all but the baselines."""
        return {name: row for name, row in self.factors.items() if name not in self.baselines}

    @property
    def factor_names(self) -> tuple[str, ...]:
        """Names of all factors, in the order in which they come up."""
        return tuple(dict.fromkeys(key for row in self.factors.values() for key in row))


def vary(base: Lime, **axes: Any) -> Conditions:
    """Every combination of values for some fields of an explainer.

    Parameters
    ----------
    base : Lime
    **axes : sequence of values, or mapping of label to value
        By field name; a value's repr, or its label, is its factor.

    Returns
    -------
    conditions : Conditions
        A mapping of names to explainers; its ``factors`` become columns of the results.

    Examples
    --------
    >>> list(vary(Lime(), n_samples=[64, 128], draws=["own"]))
    ['n_samples=64, draws=own', 'n_samples=128, draws=own']
    """
    known = [entry.name for entry in fields(base)]
    unknown = [axis for axis in axes if axis not in known]
    if unknown:
        raise BadInput(f"vary({unknown[0]}=...); {type(base).__name__} has the fields {known}")
    labelled = [
        [(axis, *entry) for entry in _labelled(axis, values)] for axis, values in axes.items()
    ]
    explainers, factors = {}, {}
    for combination in product(*labelled):
        name = ", ".join(f"{axis}={label}" for axis, label, _ in combination)
        explainers[name] = replace(base, **{axis: value for axis, _, value in combination})
        factors[name] = {axis: label for axis, label, _ in combination}
    return Conditions(explainers, factors)


def _labelled(axis: str, values: Any) -> list[tuple[Any, Any]]:
    """(label, value) pairs of one axis, all labels different."""
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise BadInput(f"vary({axis}={values!r}); expected a list of values, or {{label: value}}")
    if isinstance(values, Mapping):
        return list(values.items())
    pairs = [(_level(value), value) for value in values]
    labels = [label for label, _ in pairs]
    twice = [label for label in labels if labels.count(label) > 1]
    if twice:
        raise BadInput(f"vary({axis}=...) holds {twice[0]!r} twice; leave one out")
    return pairs


def _level(value: Any) -> Any:
    """A factor's value as it stands in the tables: a number, a truth value or text."""
    plain = value.item() if isinstance(value, np.generic) else value
    return plain if isinstance(plain, (bool, int, float, str)) else repr(plain)


@dataclass(frozen=True)
class Study:
    """A question, what to run to answer it, and what is expected.

    Parameters
    ----------
    question : str
    tasks : sequence of Task
    conditions : mapping of str to Explainer
        From `vary`, or names and explainers.
    judge : Judge or sequence of Judges
    metrics : sequence of Metric
    claims : sequence of Claim or Bound
        Of two conditions, or of a number that a measure tells.
    measures : sequence of functions (task, seed) -> DataFrame
        What is not a condition; cached like everything else.
    summaries : sequence of functions (tables) -> DataFrame
        What measures tell together: from a mapping of measure to its rows of all tasks, which have
        the column task, to a table that stands beside theirs.
    repeats : int, default 20
    seed : int, default 0
    budget : float or None, default 3.5
        Minutes that a run from nothing may take on two cores; printed, never enforced. None
        promises nothing.
    grow : Grow
        How much larger a full run is, see `full`.
    remedy : str
        What to do about what the study finds, in one line; shown beside its question.
    tier : {"default", "quick", "full"}
        Which size of itself it is; `quick` and `full` set it.
    """

    question: str
    tasks: tuple[Task, ...]
    conditions: Conditions
    judge: tuple[Judge, ...]
    metrics: tuple[Metric, ...]
    claims: tuple[Claim | Bound, ...] = ()
    measures: tuple[Measure, ...] = ()
    summaries: tuple[Summary, ...] = ()
    repeats: int = 20
    seed: int = 0
    budget: float | None = MINUTES
    grow: Grow = field(default_factory=Grow)
    remedy: str = ""
    tier: str = DEFAULT

    def __post_init__(self) -> None:
        put = object.__setattr__
        if not isinstance(self.conditions, Conditions):
            put(self, "conditions", Conditions(self.conditions))
        for name in ("tasks", "judge", "metrics", "claims", "measures", "summaries"):
            value = getattr(self, name)
            put(self, name, tuple(value) if isinstance(value, (list, tuple)) else (value,))
        count(self, "repeats")
        count(self, "seed", least=0)
        if self.budget is not None:
            positive(self, "budget")
        check_study(self)

    def quick(self) -> Study:
        """A small version to see that it runs: few tasks, rows and repeats, the same conditions."""
        own = [task for task in self.tasks if not task.cause] or list(self.tasks)
        step = max(1, len(own) // _QUICK_TASKS)
        tasks = own[::step][:_QUICK_TASKS]
        tasks += [task for task in self.tasks if task.cause and _base(task) == tasks[0]]
        few = tuple(replace(t, instances=min(t.instances, _QUICK_INSTANCES)) for t in tasks)
        repeats = min(self.repeats, _QUICK_REPEATS)
        budget = None if self.budget is None else self.budget * QUICK_SHARE
        small = replace(self, tasks=few, repeats=repeats, claims=(), budget=budget, tier=QUICK)
        # the claims stay, also one on a task that is left out: its row says that there are no data
        object.__setattr__(small, "claims", self.claims)
        return small

    def full(self) -> Study:
        """A large version: `grow` times the instances of each task and the repeats, no budget."""
        tasks = tuple(
            replace(task, instances=self.grow.of(task.instances, self.repeats)[0])
            for task in self.tasks
        )
        _, repeats = self.grow.of(1, self.repeats)
        return replace(self, tasks=tasks, repeats=repeats, budget=None, tier=FULL)

    def trial(self) -> Study:
        """All of it on two rows and two repeats of every task, to see that it works."""
        few = tuple(replace(task, instances=min(task.instances, 2)) for task in self.tasks)
        return replace(self, tasks=few, repeats=min(self.repeats, 2))

    def run(  # noqa: PLR0913
        self,
        out: str | Path,
        n_jobs: int = 1,
        backend: str = "loky",
        *,
        dask: str = "",
        memory: str | int = "1G",
        timeout: float | None = None,
        stall: float = 600.0,
        stem: str = "",
        quick: bool = False,
        progress: Watch | None = None,
    ) -> Results:
        """Run what the store of `out` does not hold yet, and write the tables.

        Parameters
        ----------
        out : path
            A folder; made where there is none.
        n_jobs : int, default 1
            1 runs in this process; -1 uses every core.
        backend : {"loky", "serial"}
        dask : str
            Address of a Dask scheduler, such as "tcp://127.0.0.1:8786", whose workers take the
            place of this machine's; "local" makes `n_jobs` workers that end with the run.
        memory : str or int, default "1G"
            What each worker may take, in bytes or as "600M". It decides how many rows a block
            holds, never how many workers there are: results are the same to rounding under every
            budget, and the same bits on every engine under one.
        timeout : float, optional
            Seconds that one block may take; a block that takes longer is a row with that reason.
        stall : float, default 600
            Seconds without any block that ends, after which the run is given up.
        stem : str
            Folder within `out` for the tables of this study; "" for `out` itself.
        quick : bool
            Run ``self.quick()``; estimates are printed without verdicts.
        progress : Watch, optional
            Whom to tell how far it is, such as ``limelab.study.progress.Log()``; a bar in a
            terminal and nothing elsewhere unless said.

        Returns
        -------
        results : Results
            ``scores``, ``explanations``, ``claims``, ``tasks`` as DataFrames.

        Raises
        ------
        BadInput
            Data that cannot be read, a part that does not print its configuration, a folder that
            cannot be used, or one that another run is writing to.
        EngineError
            The workers are gone, or none of them gets on. What is done is kept.
        """
        from limelab.study.run import How, run_study  # the runner reads this file

        return run_study(
            self,
            Path(out),
            how=How.said(n_jobs, backend, dask=dask, memory=memory, timeout=timeout, stall=stall),
            stem=stem,
            quick=quick,
            progress=progress,
        )


def _base(task: Task) -> Task:
    """The task that a variant is one of."""
    return replace(task, cause="", variant=0)


def _ordered(value: Any) -> Any:
    if isinstance(value, Mapping):
        return sorted((key, repr(entry)) for key, entry in value.items())
    return value
