"""How to call a metric: formulas, functions that ask a model, metrics over evidence, all as one."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from limelab.checks.metric_bench import Bench
from limelab.checks.metric_evidence import evidence_of
from limelab.types import Array, BadInput, Moves, Score

# What a plain function may name among its parameters, and what it is then handed.
HANDED: Mapping[str, Callable[[Bench], Any]] = {
    "attributions": lambda bench: bench.attributions,
    "a": lambda bench: bench.attributions,
    "other": lambda bench: bench.other,
    "b": lambda bench: bench.other,
    "model": lambda bench: bench.model,
    "predict": lambda bench: bench.model,
    "x": lambda bench: bench.x,
    "rows": lambda bench: bench.x,
    "background": lambda bench: bench.background,
    "baseline": lambda bench: bench.baseline,
    "explain": lambda bench: bench.explain,
    "rng": lambda bench: bench.rng,
    "seed": lambda bench: bench.seed,
}
_READS = {
    "attributions": "attributions",
    "a": "attributions",
    "other": "pair",
    "b": "pair",
    "model": "model",
    "predict": "model",
    "explain": "explainer",
}


@dataclass(frozen=True)
class MetricCase:
    """A metric, how to call it on a bench, and what it claims of itself.

    Attributes
    ----------
    name : str
    call : function of a Bench
        One value for each instance (I,), or (I, ...), or (1, ...) where it speaks of all at once;
        NaN where it declines.
    reads : frozenset of str
        Of "attributions", "pair", "model", "explainer", "points"; what a change of must show.
    better : {"lower", "higher", "neither"}
    kind : {"contribution", "slope"}
        What exact attributions are for it.
    best : float, optional
        Its value for exact attributions of a linear model (or a pair of equals).
    bounds : (low, high)
    scale_free : bool
        Claims that attributions times 3 score alike.
    noise : bool
        Claims to ask round x, either side, each row on its own.
    variant : MetricCase, optional
        The same metric with other parameters.
    with_k : function of k to a call, optional
        How it is called with a whole number of features.
    expected : function of a Bench to an array, optional
        What the definition gives.
    """

    name: str
    call: Callable[[Bench], Array]
    reads: frozenset[str] = frozenset({"attributions"})
    better: str = "neither"
    kind: str = "contribution"
    best: float | None = None
    bounds: tuple[float, float] = (-np.inf, np.inf)
    scale_free: bool = False
    noise: bool = False
    variant: MetricCase | None = None
    with_k: Callable[[Any], Callable[[Bench], Array]] | None = None
    expected: Callable[[Bench], Array] | None = None

    def __call__(self, bench: Bench) -> Array:
        """Values with instances first, (I or 1, ...)."""
        return np.atleast_1d(np.asarray(self.call(bench), dtype=float))


def as_case(metric: Any, **claims: Any) -> MetricCase:
    """A case of anything that check_metric takes.

    Parameters
    ----------
    metric : MetricCase, Metric, or function
        A function is handed what its parameters name: `attributions` (or `a`), `other` (`b`),
        `model` (`predict`), `x` (`rows`), `background`, `baseline`, `explain`, `rng`, `seed`.
    **claims
        Fields of MetricCase that the metric does not say itself.

    Examples
    --------
    >>> sorted(as_case(lambda attributions, model, x: x[:, 0], name="mine").reads)
    ['attributions', 'model']
    """
    if isinstance(metric, MetricCase):
        return replace(metric, **claims)
    if callable(getattr(metric, "score", None)) and hasattr(metric, "better"):
        return replace(_of_metric(metric), **claims)
    if callable(metric):
        return replace(_of_function(metric), **claims)
    raise BadInput(
        f"check_metric({metric!r}): expected a metric with score(evidence), a function of arrays, "
        "or a limelab.checks.MetricCase"
    )


def _of_function(function: Callable[..., Any]) -> MetricCase:
    parameters = inspect.signature(function).parameters
    needed = [name for name, one in parameters.items() if one.default is one.empty]
    unknown = [name for name in needed if name not in HANDED and name != "k"]
    if unknown:
        raise BadInput(
            f"parameter {unknown[0]!r} of {_name(function)} is unknown; expected some of "
            f"{[*HANDED, 'k']}, or a MetricCase that says how to call it"
        )
    handed = [name for name in parameters if name in HANDED]
    reads = {_READS[name] for name in handed if name in _READS}
    with_k = partial(_with_k, function, handed) if "k" in parameters else None
    plain = partial(function, k=2) if "k" in needed else function
    return MetricCase(
        _name(function),
        partial(_called, plain, handed),
        frozenset(reads),
        with_k=with_k,
        noise="rng" in handed and bool(reads & {"model", "explainer"}),
        variant=None if with_k is None else MetricCase("k = 3", with_k(3)),
    )


def _called(function: Callable[..., Any], handed: list[str], bench: Bench) -> Array:
    return np.asarray(function(**{name: HANDED[name](bench) for name in handed}))


def _with_k(function: Callable[..., Any], handed: list[str], k: Any) -> Callable[[Bench], Array]:
    return partial(_called, partial(function, k=k), handed)


def _name(function: Any) -> str:
    return str(getattr(function, "__name__", repr(function)))


def _of_metric(metric: Any) -> MetricCase:
    reads = str(getattr(metric, "reads", ""))
    asks = callable(getattr(metric, "probes", None))
    seen = {reads} if reads == "points" else {"attributions"}
    if isinstance(getattr(metric, "moves", None), Moves):
        seen = {"explainer"}
    return MetricCase(
        metric.name,
        partial(_scored, metric),
        frozenset(seen | ({"model"} if asks else set())),
        better=metric.better,
        kind="contribution" if reads == "contribution" else "slope",
        best=getattr(metric, "best", None),
        noise=asks and hasattr(metric, "sigma"),
    )


def _scored(metric: Any, bench: Bench) -> Array:
    """All values of a metric with instances first; a NaN without a note is a fault of its own."""
    evidence = evidence_of(bench, metric)
    columns = [_instances_first(score) for score in metric.score(evidence)]
    longest = max(len(values) for values in columns)
    wide = [np.broadcast_to(v, (longest, v.shape[1])) for v in columns]
    return np.concatenate(wide, axis=1)


def _instances_first(score: Score) -> Array:
    values = np.asarray(score.values, dtype=float)
    note = np.broadcast_to(np.asarray(score.note, dtype=object), values.shape)
    silent = np.isnan(values) & (note == "")
    if silent.any():
        raise SilentNaN(f"{int(silent.sum())} NaN without a note")
    return np.moveaxis(values, 1, 0).reshape(values.shape[1], -1)


class SilentNaN(AssertionError):
    """A score holds NaN and no note says why."""
