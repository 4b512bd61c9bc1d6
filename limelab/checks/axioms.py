"""What an explanation of known functions must say: rules that some methods break on purpose.

The runs of a rule have their own seeds, and are compared by `evidence`, never against a bare
threshold. Rules that hold run by run to rounding are over cases.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from limelab.checks import strategies
from limelab.checks.blackboxes import Both, Columns, Linear, Model, Outputs, Scaled, Step, Wave
from limelab.checks.cases import Case, Column
from limelab.checks.evidence import RUNS, same_mean, zero_mean
from limelab.checks.kit import Kit, replay_code
from limelab.checks.results import CheckFailed
from limelab.checks.subject import Subject, close, effects
from limelab.types import Array

AXIOMS = Kit(code=replay_code)
_AFTER = 1000  # seeds of a second group of runs start here: no run is used twice


@AXIOMS.over("axiom", strategies.cases())
def check_scale_of_the_output(subject: Subject, case: Case) -> None:
    """Of a multiple of the model the explanation is that multiple; a shift changes nothing."""
    found = subject.effects(case)
    scaled = subject.effects(strategies.with_model(case, Scaled(case.model, -3.0, 10.0)))
    close(scaled, -3.0 * found, "effects do not scale with the model", rtol=1e-5)


@AXIOMS.over("axiom", strategies.cases())
def check_label_swap(subject: Subject, case: Case) -> None:
    """With the outputs in another order the explanations are in that order."""
    other = Scaled(case.model, 0.5, 2.0)
    first = subject.effects(strategies.with_model(case, Outputs((case.model, other))))
    second = subject.effects(strategies.with_model(case, Outputs((other, case.model))))
    close(first, second[:, :, ::-1], "effects follow the output's place and not its values")


@AXIOMS.once("axiom")
def check_column_order(subject: Subject, seed: int) -> None:
    """With the columns in another order the explanation is in that order."""
    case = strategies.curved(seed)
    order = [2, 0, 1]
    turned = _reordered(case, order)
    first = subject.runs(case, RUNS)[:, :, order]
    second = _runs_of(subject, turned, seed + _AFTER)
    same_mean(first, second, "the order of the columns matters")


@AXIOMS.once("axiom")
def check_units(subject: Subject, seed: int) -> None:
    """In other units of a column the explanation, in units of the output, is the same."""
    case = strategies.curved(seed)
    first = subject.runs(case, RUNS)
    units = (1000.0, 0.01, 7.0)
    second = _runs_of(subject, _rescaled(case, units), seed + _AFTER)
    same_mean(first, second, "the units of a column matter")


@AXIOMS.once("axiom")
def check_dummy(subject: Subject, seed: int) -> None:
    """A feature that the model does not read has no effect."""
    table = (Column(), Column(), Column())
    case = Case(table, Wave((0.8, 0.0, 0.0)), n=60, seed=seed, data=seed)
    _no_effect(subject, case, [1, 2])


@AXIOMS.once("axiom")
def check_correlated_dummy(subject: Subject, seed: int) -> None:
    """A feature that the model does not read has no effect, though it correlates with one it does.

    The model is linear: an explainer that fits all features at once gets it right under any
    sampling law, one that looks at features one by one does not.
    """
    table = (Column(), Column(follows=0, rho=0.9), Column())
    case = Case(table, Linear((2.0, 0.0, 1.0)), n=60, seed=seed, data=seed)
    _no_effect(subject, case, [1])


@AXIOMS.once("axiom")
def check_symmetry(subject: Subject, seed: int) -> None:
    """Two features that the model and the data cannot tell apart have the same effect."""
    half = Case((Column(), Column()), Wave((0.6, 0.6)), n=30, data=seed).frame.to_numpy()
    both = np.concatenate([half, half[:, ::-1]])
    rows = np.array([[0.4, 0.4]])
    runs = [subject.of(Wave((0.6, 0.6)), both, rows, seed + r) for r in range(2 * RUNS)]
    found = np.stack([effects(run)[0, :, 0] for run in runs])
    same_mean(found[:RUNS, 0], found[RUNS:, 1], "two features that cannot be told apart differ")


@AXIOMS.once("axiom")
def check_linear_recovery(subject: Subject, seed: int) -> None:
    """A linear model is recovered: order and signs, of slopes or of contributions, both told."""
    _recovers(subject, _line((4.0, -2.0, 1.0, 0.0), 0.0, seed))


@AXIOMS.once("axiom")
def check_linear_recovery_under_correlation(subject: Subject, seed: int) -> None:
    """The sign is the model's own, where the data lean the other way."""
    _recovers(subject, _line((4.0, -2.0, 1.0, 0.0), 0.9, seed))


@AXIOMS.once("axiom")
def check_one_feature_alone(subject: Subject, seed: int) -> None:
    """Of a model that reads one feature, that feature comes first, whichever it is."""
    background = Case(tuple(Column() for _ in range(4)), Step(0, 0.1), n=60, data=seed).frame
    rows = np.full((1, 4), 0.3)
    for j in range(4):
        runs = [subject.of(Step(j, 0.1), background.to_numpy(), rows, seed + r) for r in range(4)]
        found = np.abs(np.stack([effects(run) for run in runs])).mean(axis=0)[0, :, 0]
        if found.argmax() != j:
            raise CheckFailed(f"the model reads x{j} alone, and x{found.argmax()} comes first")


@AXIOMS.once("axiom")
def check_duplicated_rows(subject: Subject, seed: int) -> None:
    """A background with every row twice is the same data."""
    case = strategies.curved(seed)
    first = subject.runs(case, RUNS)
    twice = np.concatenate([case.frame.to_numpy()] * 2)
    rows = case.frame.to_numpy()[:1]
    seeds = range(seed + _AFTER, seed + _AFTER + RUNS)
    second = np.stack([effects(subject.of(case.model, twice, rows, s)) for s in seeds])
    same_mean(first, second, "rows that stand twice in the background matter")


@AXIOMS.once("axiom")
def check_and_of_two(subject: Subject, seed: int) -> None:
    """Of an AND, where both hold, both features push upwards and the others do nothing."""
    case = Case(tuple(Column() for _ in range(3)), Both(0, 1, (0.0, 0.0)), n=80, seed=seed)
    rows = np.array([[0.3, 0.3, 0.0]])
    background = case.frame.to_numpy()
    runs = [subject.of(case.model, background, rows, seed + r) for r in range(RUNS)]
    found = np.stack([effects(run)[0, :, 0] for run in runs])
    mean, error = found.mean(axis=0), found.std(axis=0, ddof=1) / np.sqrt(RUNS)
    if (mean[:2] <= 3 * error[:2]).any():
        raise CheckFailed(f"features of an AND have the effects {mean[:2].round(4).tolist()}")
    zero_mean(found[:, 2], float(np.abs(mean).max()), "a feature outside the AND has an effect")


def _line(weights: tuple[float, ...], rho: float, seed: int) -> Case:
    table = (Column(), *(Column(follows=0, rho=rho) for _ in weights[1:]))
    return Case(table, Linear(weights), n=200, seed=seed, data=seed)


def _recovers(subject: Subject, case: Case) -> None:
    """Effects in proportion to b sd, or to b (x - mean): the signs and the order of sizes."""
    assert isinstance(case.model, Linear)
    found = subject.runs(case, 4).mean(axis=0)[0, :, 0]
    x, weights = case.frame.to_numpy(), np.array(case.model.weights)
    readings = {
        "slope": weights * x.std(axis=0),
        "contribution": weights * (x[0] - x.mean(axis=0)),
    }
    if not any(_in_order(found, wanted) for wanted in readings.values()):
        slope, given = readings["slope"].round(3).tolist(), found.round(3).tolist()
        share = readings["contribution"].round(3).tolist()
        raise CheckFailed(
            f"effects {given} have neither the signs and order of slopes {slope} nor those of "
            f"contributions {share}"
        )


def _in_order(found: Array, wanted: Array) -> bool:
    """Same signs where something is wanted and found, sizes in the same order.

    A surrogate of few features may leave out the small ones: that is no wrong sign.
    """
    there = (wanted != 0) & (found != 0)
    signs = bool((np.sign(found[there]) == np.sign(wanted[there])).all())
    order = np.argsort(-np.abs(wanted), kind="stable")
    sizes = np.abs(found)[order]
    return signs and sizes[0] > 0 and bool((np.diff(sizes) <= 1e-9 * sizes.max()).all())


def _no_effect(subject: Subject, case: Case, unread: list[int]) -> None:
    runs = subject.runs(case, RUNS)[:, 0, :, 0]
    size = float(np.abs(runs).mean(axis=0).max())
    if size == 0:
        raise CheckFailed("the feature that the model reads has no effect either")
    zero_mean(runs[:, unread], size, "a feature that the model does not read has an effect")


def _runs_of(subject: Subject, changed: tuple[Model, Any, Any], seed: int) -> Array:
    model, background, rows = changed
    runs = [effects(subject.of(model, background, rows, seed + r)) for r in range(RUNS)]
    return np.stack(runs)


def _reordered(case: Case, order: list[int]) -> tuple[Model, Any, Any]:
    back = tuple(int(j) for j in np.argsort(order))
    frame = case.frame.iloc[:, order]
    return Columns(case.model, back, (1.0,) * len(order)), frame, frame.iloc[: case.rows]


def _rescaled(case: Case, units: tuple[float, ...]) -> tuple[Model, Any, Any]:
    frame = replace(case).frame * np.asarray(units)
    same = tuple(range(len(units)))
    return Columns(case.model, same, units), frame, frame.iloc[: case.rows]
