"""What a study is: frozen values that say what to run and what to expect; they run nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from limelab.datasets import Dataset
from limelab.lime import Lime
from limelab.models import Recipe
from limelab.numbers import count, positive
from limelab.types import BadInput, Explainer, Metric, Perturbation

if TYPE_CHECKING:
    import pandas as pd

    from limelab.study.results import Results

Measure = Callable[["Task", int], "pd.DataFrame"]
_QUICK_TASKS, _QUICK_INSTANCES, _QUICK_REPEATS = 4, 4, 3


@dataclass(frozen=True)
class Task:
    """Explain a model of a data set at some held-out rows.

    Parameters
    ----------
    dataset : str or function without arguments
        A name in ``limelab.datasets``, or an importable function that returns a Dataset.
    model : Recipe
    instances : int, default 12
        How many held-out rows, drawn at random by the study's seed.
    background : int, default 1000
        How many rows at most to fit the model on and to perturb by; a random share of a larger
        set.
    """

    dataset: str | Callable[[], Dataset]
    model: Recipe
    instances: int = 12
    background: int = 1000

    def __post_init__(self) -> None:
        count(self, "instances")
        count(self, "background", least=2)
        if not isinstance(self.model, Recipe):
            raise BadInput(
                f"Task(model={self.model!r}); expected a Recipe such as limelab.models.forest()"
            )

    @property
    def data_name(self) -> str:
        """Name of the data set."""
        return self.dataset if isinstance(self.dataset, str) else self.dataset.__name__

    @property
    def name(self) -> str:
        """What stands in the `task` column."""
        return f"{self.data_name} / {self.model.name}"


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
        radii = self.radii if isinstance(self.radii, Sequence) else (self.radii,)
        object.__setattr__(self, "radii", tuple(float(radius) for radius in radii))
        if not self.radii:
            raise BadInput("Judge(radii=()); expected at least one radius")
        for radius in self.radii:
            self.law.at(radius)

    @property
    def name(self) -> str:
        """What stands in the `judge` column: the law without its size."""
        return type(self.law).__name__


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

    Examples
    --------
    >>> from limelab.surrogates import LeastSquares, Ridge
    >>> lines = vary(Lime(), surrogate=[LeastSquares(), Ridge(2)])
    >>> list(lines), lines.factors["surrogate=Ridge(alpha=2.0)"]
    (['surrogate=LeastSquares()', 'surrogate=Ridge(alpha=2.0)'], {'surrogate': 'Ridge(alpha=2.0)'})
    """

    def __init__(
        self, explainers: Mapping[str, Explainer], factors: Mapping[str, Mapping[str, Any]] | None = None
    ) -> None:
        self._explainers = dict(explainers)
        given = factors or {}
        self.factors = {name: dict(given.get(name, {})) for name in self._explainers}
        for name, explainer in self._explainers.items():
            if isinstance(explainer, type) or not callable(getattr(explainer, "explain", None)):
                raise BadInput(
                    f"condition {name!r} is {explainer!r}; expected Lime(...) or an object with "
                    "explain(predict, background, rows, seed)"
                )

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
        return Conditions({**self, **more}, {**self.factors, **more.factors})

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
        )

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
    labelled = [[(axis, *entry) for entry in _labelled(values)] for axis, values in axes.items()]
    explainers, factors = {}, {}
    for combination in product(*labelled):
        name = ", ".join(f"{axis}={label}" for axis, label, _ in combination)
        explainers[name] = replace(base, **{axis: value for axis, _, value in combination})
        factors[name] = {axis: label for axis, label, _ in combination}
    return Conditions(explainers, factors)


def _labelled(values: Any) -> list[tuple[Any, Any]]:
    if isinstance(values, Mapping):
        return list(values.items())
    return [(value if isinstance(value, (int, float, str)) else repr(value), value) for value in values]


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
    claims : sequence of Claim
    measures : sequence of functions (task, seed) -> DataFrame
        What is not a condition; cached like everything else.
    repeats : int, default 20
    seed : int, default 0
    """

    question: str
    tasks: tuple[Task, ...]
    conditions: Conditions
    judge: tuple[Judge, ...]
    metrics: tuple[Metric, ...]
    claims: tuple[Claim, ...] = ()
    measures: tuple[Measure, ...] = ()
    repeats: int = 20
    seed: int = 0

    def __post_init__(self) -> None:
        put = object.__setattr__
        if not isinstance(self.conditions, Conditions):
            put(self, "conditions", Conditions(self.conditions))
        for name in ("tasks", "judge", "metrics", "claims", "measures"):
            value = getattr(self, name)
            put(self, name, tuple(value) if isinstance(value, (list, tuple)) else (value,))
        count(self, "repeats")
        count(self, "seed", least=0)
        _check(self)

    def quick(self) -> Study:
        """A small version to see that it runs: few tasks, rows and repeats, the same conditions."""
        step = max(1, len(self.tasks) // _QUICK_TASKS)
        tasks = self.tasks[::step][:_QUICK_TASKS]
        few = [replace(t, instances=min(t.instances, _QUICK_INSTANCES)) for t in tasks]
        return replace(self, tasks=tuple(few), repeats=min(self.repeats, _QUICK_REPEATS))

    def run(
        self,
        out: str | Path,
        n_jobs: int = 1,
        backend: str = "loky",
        *,
        stem: str = "",
        quick: bool = False,
    ) -> Results:
        """Run what the store of `out` does not hold yet, and write the tables.

        Parameters
        ----------
        out : path
            A folder; made where there is none.
        n_jobs : int, default 1
            1 runs in this process; -1 uses every core.
        backend : {"loky", "serial"}
        stem : str
            Folder within `out` for the tables of this study; "" for `out` itself.
        quick : bool
            Run ``self.quick()``; estimates are printed without verdicts.

        Returns
        -------
        results : Results
            ``scores``, ``explanations``, ``claims``, ``tasks`` as DataFrames.
        """
        from limelab.study.run import run_study  # noqa: PLC0415 -- the runner reads this file

        return run_study(self, Path(out), n_jobs=n_jobs, backend=backend, stem=stem, quick=quick)


def _check(study: Study) -> None:
    for name, kind in (("tasks", Task), ("judge", Judge), ("claims", Claim)):
        wrong = [value for value in getattr(study, name) if not isinstance(value, kind)]
        if wrong:
            raise BadInput(f"Study({name}=...) holds {wrong[0]!r}; expected {kind.__name__} values")
    for name in ("tasks", "conditions", "metrics"):
        if not len(getattr(study, name)):
            raise BadInput(f"Study({name}=()); expected at least one")
    _check_unique("task", [task.name for task in study.tasks])
    _check_unique("judge", [judge.name for judge in study.judge])
    _check_metrics(study)
    for claim in study.claims:
        _check_claim(study, claim)


def _check_unique(what: str, names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BadInput(f"two {what}s are called {twice[0]!r}; the tables could not tell them apart")


def _check_metrics(study: Study) -> None:
    for metric in study.metrics:
        if isinstance(metric, type) or not callable(getattr(metric, "score", None)):
            raise BadInput(
                f"Study(metrics=...) holds {metric!r}; expected a metric value such as "
                "limelab.metrics.Rmse()"
            )
        judged = getattr(metric, "needs_judge", False)
        if judged and not study.judge:
            raise BadInput(f"metric {metric.name!r} needs a judge; give Study(judge=Judge(...))")
        if judged and not any(isinstance(e, Lime) for e in study.conditions.values()):
            raise BadInput(
                f"metric {metric.name!r} needs a local model, which no condition of this study has; "
                "leave it out or add a Lime condition"
            )
    _check_unique("metric", [metric.name for metric in study.metrics])


def _check_claim(study: Study, claim: Claim) -> None:
    names = {metric.name: metric for metric in study.metrics}
    if claim.metric not in names:
        raise BadInput(
            f"claim {claim.statement!r} names the metric {claim.metric!r}; the study has {sorted(names)}"
        )
    if names[claim.metric].better == "neither":
        raise BadInput(
            f"claim {claim.statement!r}: metric {claim.metric!r} has no better side; describe it instead"
        )
    known = {"condition", *study.conditions.factor_names}
    unknown = [key for side in (claim.better, claim.worse) for key in side if key not in known]
    if unknown:
        raise BadInput(
            f"claim {claim.statement!r} names the factor {unknown[0]!r}; the study has {sorted(known)}"
        )


def _ordered(value: Any) -> Any:
    return sorted((key, repr(v)) for key, v in value.items()) if isinstance(value, Mapping) else value
