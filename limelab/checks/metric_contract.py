"""Checks of a metric, first part: it copes with what comes and leaves the world alone."""

from __future__ import annotations

import contextlib
import io
import pickle
import warnings
from typing import Any

import numpy as np

from limelab.checks.metric_bench import Bench, ModelError, bench
from limelab.checks.metric_cases import MetricCase, SilentNaN
from limelab.checks.metric_kit import is_drawn, mean_of, over_benches, same, shown
from limelab.checks.results import CheckFailed
from limelab.seeds import generator
from limelab.types import Array, BadInput, NotApplicable

_COPIES = 16


@over_benches("contract")
def check_runs(case: MetricCase, example: int) -> None:
    """It takes a table and gives numbers, one for each instance or one for all."""
    made = bench(0, example)
    values = case(made)
    if len(values) not in (1, len(made.x)):
        raise CheckFailed(f"{len(values)} values for {len(made.x)} instances")
    if not np.isfinite(values).any():
        raise CheckFailed("no value is a number on ordinary attributions")


@over_benches("contract")
def check_mutates_nothing(case: MetricCase, example: int) -> None:
    """What it is handed is the same afterwards."""
    made = bench(0, example)
    handed = made.held()
    before = {name: array.copy() for name, array in handed.items()}
    case(made)
    for name, array in handed.items():
        if not np.array_equal(array, before[name]):
            raise CheckFailed(f"it changed {name}")


@over_benches("contract")
def check_leaves_the_process_alone(case: MetricCase, example: int) -> None:
    """It prints nothing, draws from no global generator, changes no warning filter or setting."""
    said = io.StringIO()
    with (
        warnings.catch_warnings(record=True),
        contextlib.redirect_stdout(said),
        contextlib.redirect_stderr(said),
    ):
        warnings.simplefilter("always")  # so that a filter of the metric's own is seen to come
        before = _settings()
        case(bench(0, example))
        after = _settings()
    for name, value in before.items():
        if value != after[name]:
            raise CheckFailed(f"it changed {name}")
    if said.getvalue():
        raise CheckFailed(f"it printed {said.getvalue()[:60]!r}")


@over_benches("contract")
def check_repeats_itself(case: MetricCase, example: int) -> None:
    """The same call gives the same value, whatever was computed in between."""
    made = bench(0, example)
    first = case(made.copied())
    if case.variant is not None:
        case.variant(made.copied())
    case(bench(1, example))
    same(first, case(made.copied()), "called again")


@over_benches("contract")
def check_batch(case: MetricCase, example: int) -> None:
    """An instance scores the same alone, in another order and among many."""
    made = bench(0, example)
    whole = case(made.copied())
    if len(whole) == 1:
        raise NotApplicable("it speaks of all instances at once")
    if is_drawn(case, made):
        _mean_holds(case, made, whole)
        return
    rows = np.arange(len(made.x))
    same(whole[::-1], case(made.taken(rows[::-1])), "with the rows in reverse")
    for i in rows[:3]:
        same(whole[i : i + 1], case(made.taken([i])), f"row {i} alone")


@over_benches("contract")
def check_order_of_features(case: MetricCase, example: int) -> None:
    """Columns in another order, attributions along with them, score the same."""
    made = bench(0, example)
    if is_drawn(case, made):
        raise NotApplicable("columns have draws of their own")
    order = generator(example, "order").permutation(len(made.names))
    for new in (order, np.arange(len(made.names))[::-1]):
        same(case(made.copied()), case(made.permuted(new)), f"columns in the order {new.tolist()}")


@over_benches("contract")
def check_ties(case: MetricCase, example: int) -> None:
    """Ties score the same in every order of the columns, and negative attributions as numbers."""
    made = bench(0, example)
    tied = made.with_attributions(np.sign(made.repeats))
    found = case(tied.copied())
    if not is_drawn(case, made):
        order = np.arange(len(made.names))[::-1]
        same(found, case(tied.permuted(order)), "tied attributions in reverse order")
    negative = case(made.with_attributions(-np.abs(made.repeats)))
    if np.isnan(negative).all():
        raise CheckFailed("negative attributions give no number")


@over_benches("contract")
def check_nan(case: MetricCase, example: int) -> None:
    """A NaN among the attributions gives NaN or a refusal, never a number made of it."""
    if not case.reads & {"attributions"}:
        raise NotApplicable("it reads no attributions")
    made = bench(0, example)
    holed = made.repeats.copy()
    holed[:, 0, 1] = np.nan
    try:
        values = case(made.with_attributions(holed))
    except SilentNaN as silent:
        raise CheckFailed(str(silent)) from silent
    except (BadInput, ValueError):
        return
    if len(values) < len(made.x):
        return
    others = made.with_attributions(made.repeats[::-1, ::-1] * 2)
    first, other = case(made.copied())[0], case(others)[0]
    made_of_nan = np.isfinite(values[0]) & np.isfinite(first) & ~np.isclose(first, other)
    if made_of_nan.any():
        raise CheckFailed(f"a row whose attributions hold NaN scores {shown(values[0])}")


@over_benches("contract")
def check_constant_model(case: MetricCase, example: int) -> None:
    """A model that always says 0, or always 1, is no reason to break, nor is it agreement."""
    made = bench(0, example)
    still = made.changed(weights=np.zeros_like(made.weights), bias=np.zeros_like(made.bias))
    for one in (still, still.changed(bias=still.bias + 1.0)):
        try:
            case(one)
        except BadInput:
            continue
        except Exception as error:
            raise CheckFailed(f"a constant model raises {type(error).__name__}: {error}") from error


@over_benches("contract")
def check_errors_are_told(case: MetricCase, example: int) -> None:
    """An error of the model or the explainer comes out; no value is made up in its place."""
    if not case.reads & {"model", "explainer"}:
        raise NotApplicable("it reads no model")
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said):
            case(bench(0, example).changed(fails="the model is broken"))
    except Exception as error:
        if not _tells(error):
            raise CheckFailed(f"a broken model is told as {type(error).__name__}") from error
        return
    raise CheckFailed("a broken model passes for a score")


@over_benches("contract")
def check_k(case: MetricCase, example: int) -> None:
    """A whole number of features is taken as that many."""
    if case.with_k is None:
        raise NotApplicable("it has no k")
    for k in (1, 3, np.int64(2)):
        try:
            values = np.asarray(case.with_k(k)(bench(0, example)), dtype=float)
        except Exception as error:
            raise CheckFailed(f"k={k!r} raises {type(error).__name__}: {error}") from error
        if np.isnan(values).all():
            raise CheckFailed(f"k={k!r} gives no number")


def _settings() -> dict[str, Any]:
    return {
        "the state of numpy's global generator": pickle.dumps(np.random.get_state()),  # noqa: NPY002
        "the filters of warnings": list(warnings.filters),
        "numpy's floating-point errors": np.geterr(),
        "how numpy prints": repr(np.get_printoptions()),
    }


def _mean_holds(case: MetricCase, made: Bench, whole: Array) -> None:
    """The mean over copies of the rows is that over the rows, up to what draws can do."""
    copies = case(made.taken(np.tile(np.arange(len(made.x)), _COPIES)))
    few, many = mean_of(np.abs(whole)), mean_of(np.abs(copies))
    if not few / 2 <= many <= 2 * few:
        sizes = f"{len(whole)} rows, {many:.4g} among {len(copies)}"
        raise CheckFailed(f"the mean is {few:.4g} among {sizes} copies of them")


def _tells(error: BaseException) -> bool:
    """Whether the model's own error is in an error's text or its chain."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ModelError) or "the model is broken" in str(seen):
            return True
        seen = seen.__cause__ or seen.__context__
    return False
