"""Checks of a metric, second part: it reads what it says it reads and means what it says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from limelab.checks.metric_bench import FEATURES, Bench, bench, jumpy, ordered_bench, steady
from limelab.checks.metric_cases import MetricCase
from limelab.checks.metric_kit import TRIES, differs, mean_of, over_benches, same, shown
from limelab.checks.results import CheckFailed
from limelab.types import Array, NotApplicable

_RTOL, _ATOL = 1e-7, 1e-9
_ENOUGH = 20  # moves of a column: sound ones all go one way once in 2^19


@over_benches("axiom")
def check_every_feature(case: MetricCase, example: int) -> None:
    """Another attribution of any feature can change the score."""
    if not case.reads & {"attributions"}:
        raise NotApplicable("it reads no attributions")
    for j, name in enumerate(FEATURES):
        if not any(_reads_feature(case, bench(0, example + n), j) for n in range(TRIES)):
            raise CheckFailed(f"the attribution of {name} (column {j}) is never read")


@over_benches("axiom")
def check_model(case: MetricCase, example: int) -> None:
    """It asks the model or the explainer, and another one can change the score."""
    if not case.reads & {"model", "explainer"}:
        raise NotApplicable("it reads no model")
    made = bench(0, example)
    case(made)
    if not made.asked:
        raise CheckFailed("it never asks the model")
    if not any(_reads_model(case, bench(0, example + n)) for n in range(TRIES)):
        raise CheckFailed("another model scores the same to the last digit")


@over_benches("axiom")
def check_noise(case: MetricCase, example: int) -> None:
    """Where it asks round x, it moves every column either way, and rows by moves of their own."""
    if not case.noise:
        raise NotApplicable("it claims no noise")
    made = bench(0, example)
    far = np.arange(len(made.x))[:, None] * 1e3 + made.x
    made = made.changed(x=far)
    for seed in range(TRIES):
        case(replace(made, seed=made.seed + seed))
    moves = _moves_by_row(made)
    every = np.concatenate(moves)
    one_sided = (every.min(axis=0) >= 0) | (every.max(axis=0) <= 0)
    if len(every) >= _ENOUGH and one_sided.any():
        columns = [made.names[j] for j in np.flatnonzero(one_sided)]
        raise CheckFailed(f"all of {len(every)} moves go one way in {', '.join(columns)}")
    first, second = moves[:2]
    if first.shape == second.shape and np.allclose(first, second, atol=1e-6):
        raise CheckFailed("two rows are moved by the same noise")


@over_benches("axiom")
def check_exact_attributions(case: MetricCase, example: int) -> None:
    """Exact attributions of a linear model, or a pair of equals, reach the optimum."""
    if case.best is None:
        raise NotApplicable("it names no optimum")
    made = bench(0, example)
    values = case(_exact(case, made))
    if not np.allclose(values, case.best, rtol=1e-6, atol=1e-9):
        raise CheckFailed(f"scores {shown(values)}; the optimum is {case.best:g}")


@over_benches("axiom")
def check_direction(case: MetricCase, example: int) -> None:
    """The right explanation scores no worse than a wrong one, by the direction that it names."""
    if case.better == "neither":
        raise NotApplicable("neither direction is better")
    good, bad = (mean_of(case(side)) for side in _good_and_bad(case, example))
    worse = good > bad if case.better == "lower" else good < bad
    if worse and not np.isclose(good, bad, rtol=_RTOL, atol=_ATOL):
        raise CheckFailed(f"right scores {good:.4g}, wrong {bad:.4g}; {case.better} is better")


@over_benches("axiom")
def check_definition(case: MetricCase, example: int) -> None:
    """It gives what its definition gives."""
    if case.expected is None:
        raise NotApplicable("no definition was handed over")
    made = bench(0, example)
    same(np.asarray(case.expected(made.copied())), case(made), "by the definition, and by itself")


@over_benches("axiom")
def check_bounds(case: MetricCase, example: int) -> None:
    """Values stay in the range that it names."""
    low, high = case.bounds
    if not np.isfinite([low, high]).any():
        raise NotApplicable("it names no range")
    values = case(bench(0, example))
    known = values[np.isfinite(values)]
    if (known < low - 1e-9).any() or (known > high + 1e-9).any():
        raise CheckFailed(f"{known.min():.4g} to {known.max():.4g}; named {low:g} to {high:g}")


@over_benches("axiom")
def check_scale(case: MetricCase, example: int) -> None:
    """Attributions in other units score the same."""
    if not case.scale_free:
        raise NotApplicable("it claims no freedom from units")
    made = bench(0, example)
    other = made.with_attributions(3.0 * made.repeats)
    same(case(made.copied()), case(other), "attributions times 3")


def _reads_feature(case: MetricCase, made: Bench, j: int) -> bool:
    first = case(made.copied())
    return any(differs(first, case(other)) for other in _redrawn(made, j))


def _reads_model(case: MetricCase, made: Bench) -> bool:
    first, another = case(made.copied()), bench(1, 0)
    others = [
        made.changed(weights=another.weights, explainer=another.explainer),
        made.changed(weights=made.weights[::-1] * 2, explainer=steady),
        made.changed(weights=-made.weights, explainer=jumpy),
    ]
    return any(differs(first, case(other)) for other in others)


def _redrawn(made: Bench, j: int) -> Iterator[Bench]:
    """Benches with other attributions of one feature, small, large, and of the other sign."""
    for value in (0.0, 10.0, -10.0, 0.3, -0.3):
        repeats = made.repeats.copy()
        repeats[:, :, j] = value * np.linspace(1.0, 1.5, repeats.shape[1])[:, None]
        yield made.with_attributions(repeats)


def _moves_by_row(made: Bench) -> list[Array]:
    """What was asked less the row nearest to it, row by row, without the rows themselves."""
    asked = np.concatenate([rows.reshape(-1, made.x.shape[1]) for rows in made.asked])
    distance = np.abs(asked[:, None] - made.x[None]).max(axis=2)
    nearest, near = distance.argmin(axis=1), distance.min(axis=1)
    round_it = (near > 0) & (near < 100)
    return [asked[(nearest == i) & round_it] - row for i, row in enumerate(made.x)]


def _exact(case: MetricCase, made: Bench) -> Bench:
    exact = made.with_exact(case.kind)
    return exact.changed(other=exact.attributions.copy()) if "pair" in case.reads else exact


def _good_and_bad(case: MetricCase, example: int) -> Iterator[Bench]:
    """Benches of a right and of a wrong explanation."""
    made = ordered_bench(0, example)
    good = _exact(case, made)
    noise = bench(0, example).repeats
    signs = np.where(noise < 0, -1.0, 1.0)
    bad = made.with_attributions(np.max(made.exact("slope")) * signs * (1 + noise**2))
    yield good.changed(explainer=steady, samples=_like_data(made))
    yield bad.changed(explainer=jumpy, samples=made.samples + 30 * made.scale)


def _like_data(made: Bench) -> Array:
    shape = made.samples.shape
    picked = np.arange(shape[0] * shape[1]) * 7 % len(made.background)
    return np.asarray(made.background[picked].reshape(shape))
