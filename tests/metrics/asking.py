"""A linear model to ask, and evidence in which a metric's probes are answered."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import numpy as np

from limelab.types import Coordinates, Evidence, NotApplicable
from tests.metrics.conftest import make_evidence

NAMES = ("a", "b", "c", "d")
WEIGHTS = np.array([[2.0, 1.0], [-1.0, 0.5], [0.5, -2.0], [0.25, 0.0]])


def coordinates(n=3, seed=0, categorical=()) -> Coordinates:
    """Four columns of numbers of different units; some may be codes 0, 1, 2."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(80 + n, 4)) * [1.0, 2.0, 0.5, 3.0]
    codes = np.isin(np.arange(4), categorical)
    rows[:, codes] = rng.integers(0, 3, (len(rows), codes.sum()))
    background = rows[:60]
    numbers = ~codes
    return Coordinates(
        rows[80:],
        background,
        rows[60:80],
        codes,
        np.zeros(4, dtype=bool),
        background.mean(axis=0) * numbers,
        background.std(axis=0) * numbers,
    )


def linear(rows):
    """The model on rows (..., 4): (..., 2)."""
    return rows @ WEIGHTS + 1.0


def attributed(metric, attributions, model=linear, where=None) -> Evidence:
    """Evidence with attributions (R, I, 4, 2) as every reading, and the probes answered."""
    where = coordinates(attributions.shape[1]) if where is None else where
    made = make_evidence(attributions.shape)
    made = replace(
        made,
        names=NAMES,
        importance=np.abs(attributions),
        effect=attributions,
        contribution=attributions,
        coef=attributions,
        slope=np.abs(attributions),
        f_at_x=model(where.x),
        model_sd=model(where.background).std(axis=0),
        coordinates=where,
    )
    if hasattr(metric, "probes"):
        with contextlib.suppress(NotApplicable):  # its score says why
            points = metric.probes(made, np.random.default_rng(0))
            made = replace(made, probes={metric.name: model(points)})
    return made


def contributions(where, model_weights=WEIGHTS):
    """Exact contributions (I, 4, 2) from the background mean."""
    return (where.x - where.background.mean(axis=0))[:, :, None] * model_weights
