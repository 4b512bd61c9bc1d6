"""Evidence of a bench, so that a metric over evidence is checked like a formula; it judges nothing.

All readings of an explanation are the bench's attributions: what differs between `coef`, `effect`
and `contribution` is the metric's to say, and the checks hand it the exact ones of its own kind.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import Any

import numpy as np

from limelab.checks.metric_bench import RADII, Bench
from limelab.types import (
    Array,
    Bools,
    Coordinates,
    Evidence,
    Judged,
    Moved,
    Moves,
    NotApplicable,
    Reference,
    Sampled,
    Truth,
)

_NEAR = 1e-9


def evidence_of(bench: Bench, metric: Any) -> Evidence:
    """All that this metric may see of a bench, with its probes asked.

    Parameters
    ----------
    bench : Bench
    metric : Metric

    Returns
    -------
    Evidence
    """
    made = _evidence(bench)
    wanted = getattr(metric, "moves", None)
    if isinstance(wanted, Moves):
        made = replace(made, moved=(_moved(bench, wanted),))
    if callable(getattr(metric, "probes", None)):
        with contextlib.suppress(NotApplicable):  # its score says why
            points = metric.probes(made, bench.rng)
            made = replace(made, probes={metric.name: _answers(bench, points)})
    return made


def _evidence(bench: Bench) -> Evidence:
    repeats = bench.repeats
    f, size = _answers(bench, bench.x), np.abs(repeats)
    background = _answers(bench, bench.background)
    judged = _judged(bench, f)
    gone = np.isnan(repeats).any(axis=(2, 3))
    names = tuple(f"y{c}" for c in range(repeats.shape[-1]))
    exact = bench.exact("slope")
    return Evidence(
        names=bench.names,
        outputs=names,
        importance=size,
        effect=repeats,
        selected=repeats != 0,
        determined=size > 0,
        slope=size,
        g_at_x=f + (repeats - exact).mean(axis=2),
        f_at_x=f,
        model_sd=background.std(axis=0),
        n_effective=np.full(repeats.shape[:2], 100.0),
        r2=_r2(judged[-1]),
        judged=judged,
        references=_references(bench),
        declined=np.where(gone, "the attributions hold NaN", "").astype(object),
        coef=repeats,
        stderr=0.1 * size + 0.01,
        contribution=repeats,
        local=np.stack([np.abs(exact), np.abs(exact) * 1.01]),
        coordinates=_coordinates(bench),
        sampled=Sampled(bench.samples, np.ones(bench.samples.shape[:2])),
        truth=Truth(exact, exact),
    )


def _answers(bench: Bench, rows: Array) -> Array:
    """The model on rows (..., d): (..., C)."""
    return bench.outputs(rows.reshape(-1, rows.shape[-1])).reshape(*rows.shape[:-1], -1)


def _coordinates(bench: Bench) -> Coordinates:
    nothing = np.zeros(len(bench.names), dtype=bool)
    return Coordinates(
        bench.x, bench.background, bench.held_out, nothing, nothing, bench.baseline, bench.scale
    )


def _judged(bench: Bench, f: Array) -> tuple[Judged, ...]:
    """Answers of the model and of lines through f(x) with the attributions as slopes."""
    made = []
    for n, radius in enumerate(RADII):
        moves = bench.judging[:, n]  # (R, I, M, d)
        told = np.einsum("rimd,ridc->rimc", moves, bench.repeats) + f[:, None]
        points = bench.x[:, None] + moves * bench.scale
        made.append(Judged("Gaussian", radius, _answers(bench, points), told))
    return tuple(made)


def _r2(judged: Judged) -> Array:
    """Share of variance that the lines explain, (R, I, C); NaN where nothing varies."""
    assert judged.g is not None
    error, variance = ((judged.g - judged.f) ** 2).mean(axis=2), judged.f.var(axis=2)
    ratio = np.full_like(error, np.nan)
    np.divide(error, variance, out=ratio, where=variance > _NEAR)
    return np.asarray(1 - ratio)


def _references(bench: Bench) -> dict[str, Reference]:
    size = np.abs(bench.weights) * bench.scale[:, None]
    near = np.array([1.0, 1.01, 0.99, 1.02])[:, None, None]
    prediction = Reference(size * near, np.roll(size, 1, axis=0)[None] * near)
    label = size.mean(axis=1, keepdims=True)
    others = dict.fromkeys(("conditional", "impurity", "drop_column"), prediction)
    return {
        "prediction": prediction,
        "label": Reference(label * near, np.roll(label, 1, axis=0)[None] * near),
        **others,
    }


def _moved(bench: Bench, wanted: Moves) -> Moved:
    points = bench.moves(wanted)
    flat = points.reshape(-1, points.shape[-1])
    shape = (*points.shape, bench.repeats.shape[-1])
    effect = np.broadcast_to(bench.explain(flat).reshape(points.shape)[..., None], shape)
    at_x = np.broadcast_to(bench.explain(bench.x)[..., None], (*bench.x.shape, shape[-1]))
    gone = np.asarray(np.isnan(bench.repeats).any(axis=(0, 2, 3)), dtype=np.bool_)
    at_x, effect = (_holes(side, gone) for side in (at_x, effect))
    reasons = np.where(gone, "the attributions hold NaN", "").astype(object)
    return Moved(
        moves=wanted,
        points=points,
        f=_answers(bench, points),
        at_x=np.abs(at_x),
        effect_at_x=at_x,
        importance=np.abs(effect),
        effect=effect,
        declined=np.broadcast_to(reasons[:, None], points.shape[:2]).copy(),
    )


def _holes(values: Array, gone: Bools) -> Array:
    made = values.copy()
    made[gone] = np.nan
    return made
