"""What makes a study one that can be run: it reads a study's values and raises, nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from limelab.lime import Lime
from limelab.study.bounds import Bound
from limelab.study.needs import needs_of
from limelab.types import BadInput

if TYPE_CHECKING:
    from limelab.study.spec import Claim, Study

_COLUMNS = frozenset(
    {
        "task",
        "dataset",
        "model",
        "condition",
        "cause",
        "variant",
        "repeat",
        "instance",
        "output",
        "feature",
    }
    | {"metric", "judge", "radius", "value", "coef", "stderr", "importance", "effect"}
    | {"selected", "determined", "note"}
)


def check_study(study: Study) -> None:
    """Raise BadInput for the first thing that would make a run useless.

    Names, directions and sides are looked at before anything is asked, because a slip that comes
    to light with the tables has cost the whole run.
    """
    _check_kinds(study)
    _check_names(study)
    _check_metrics(study)
    for measure in study.measures:
        check_importable(f"Study(measures=...) holds {measure!r}", measure)
    for summary in study.summaries:
        check_importable(f"Study(summaries=...) holds {summary!r}", summary)
    for claim in study.claims:
        if isinstance(claim, Bound):
            _check_measure_of(claim, study)
            continue
        _check_metric_of(claim, study)
        _check_sides(claim, study)
        _check_where(claim, study)


def check_importable(what: str, function: Any) -> None:
    """A function at the top of a module: workers import it, and its name is its record."""
    if not getattr(function, "__qualname__", "<").isidentifier() or isinstance(function, type):
        raise BadInput(f"{what}; expected a function defined at the top of a module")


def _check_kinds(study: Study) -> None:
    from limelab.study import spec  # which reads this file

    kinds: dict[str, tuple[type, ...]]
    kinds = {"tasks": (spec.Task,), "judge": (spec.Judge,), "claims": (spec.Claim, Bound)}
    for name, kind in kinds.items():
        for value in getattr(study, name):
            if not isinstance(value, kind):
                wanted = " or ".join(one.__name__ for one in kind)
                raise BadInput(f"Study({name}=...) holds {value!r}; expected {wanted} values")
    for name in ("tasks", "conditions", "metrics"):
        if not len(getattr(study, name)):
            raise BadInput(f"Study({name}=()); expected at least one")


def _check_names(study: Study) -> None:
    _check_unique("task", [task.name for task in study.tasks])
    _check_unique("judge", [judge.name for judge in study.judge])
    tables = [*study.measures, *study.summaries]
    _check_unique("measure", [getattr(table, "__name__", "") for table in tables])
    for name in study.conditions.factor_names:
        if name in _COLUMNS:
            raise BadInput(
                f"a factor is called {name!r}, as a column of the tables is; give it another name"
            )


def _check_unique(what: str, names: Sequence[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BadInput(
            f"two {what}s are called {twice[0]!r}, and the tables could not tell them apart; "
            "leave one out"
        )


def _check_metrics(study: Study) -> None:
    for metric in study.metrics:
        if isinstance(metric, type) or not callable(getattr(metric, "score", None)):
            raise BadInput(
                f"Study(metrics=...) holds {metric!r}; expected a metric value such as "
                "limelab.metrics.Rmse()"
            )
        needs = needs_of([metric])
        if needs.judge:
            _check_judged(metric.name, study)
        if needs.local and not study.judge:
            raise BadInput(
                f"metric {metric.name!r} needs a judge, whose region it looks at; give "
                "Study(judge=Judge(...))"
            )
    _check_unique("metric", [metric.name for metric in study.metrics])


def _check_judged(name: str, study: Study) -> None:
    if not study.judge:
        raise BadInput(f"metric {name!r} needs a judge; give Study(judge=Judge(...))")
    if not any(type(explainer) is Lime for explainer in study.conditions.values()):
        raise BadInput(
            f"metric {name!r} needs a local model, which no condition of this study has; "
            "leave it out or add a Lime condition"
        )


def _check_measure_of(bound: Bound, study: Study) -> None:
    names = sorted(measure.__name__ for measure in study.measures)
    if bound.measure not in names:
        raise BadInput(
            f"bound {bound.statement!r} names the measure {bound.measure!r}; the study has {names}"
        )
    if bound.metric in {metric.name for metric in study.metrics}:
        raise BadInput(
            f"bound {bound.statement!r} reads what is called {bound.metric!r}, as a metric of the "
            "study is; rename one"
        )


def _check_metric_of(claim: Claim, study: Study) -> None:
    names = {metric.name: metric for metric in study.metrics}
    if claim.metric not in names:
        raise BadInput(
            f"claim {claim.statement!r} names the metric {claim.metric!r}; "
            f"the study has {sorted(names)}"
        )
    if names[claim.metric].better == "neither":
        raise BadInput(
            f"claim {claim.statement!r}: metric {claim.metric!r} has no better side; "
            "expected a metric that is better low or high: describe this one instead"
        )


def _check_sides(claim: Claim, study: Study) -> None:
    """Both sides name factors of the study and values that some condition has."""
    levels = _levels(study)
    for side in (claim.better, claim.worse):
        for key, value in side.items():
            if key not in levels:
                raise BadInput(
                    f"claim {claim.statement!r} names the factor {key!r}; "
                    f"the study has {sorted(levels)}"
                )
            _check_level(claim, key, value, levels[key])


def _check_where(claim: Claim, study: Study) -> None:
    """Whatever is known before the run must hold the value; other columns come with the scores."""
    known = _levels(study) | {
        "task": [task.name for task in study.tasks],
        "dataset": [task.data_name for task in study.tasks],
        "model": [task.model.name for task in study.tasks],
        "judge": [judge.name for judge in study.judge],
        "radius": [radius for judge in study.judge for radius in judge.radii],
    }
    for key, value in claim.where.items():
        if key in known:
            _check_level(claim, key, value, known[key])


def _levels(study: Study) -> dict[str, list[Any]]:
    """The values of every factor, and the names of the conditions."""
    rows = study.conditions.factors.values()
    levels = {
        name: [row[name] for row in rows if name in row] for name in study.conditions.factor_names
    }
    return {"condition": list(study.conditions), **levels}


def _check_level(claim: Claim, key: str, value: Any, levels: Iterable[Any]) -> None:
    there = list(dict.fromkeys(levels))
    wanted = value if isinstance(value, (list, tuple, set, frozenset)) else [value]
    for one in wanted:
        if one is not None and not any(map(_meets(one), there)):
            raise BadInput(
                f"claim {claim.statement!r} asks for {key}={one!r}; the study has {there[:12]}"
            )


def _meets(wanted: Any) -> Callable[[Any], bool]:
    """Whether a level is the value, or `Name(...)` where the value is `Name`."""

    def holds(level: Any) -> bool:
        if isinstance(wanted, str):
            return str(level) == wanted or str(level).startswith(f"{wanted}(")
        return bool(level == wanted)

    return holds
