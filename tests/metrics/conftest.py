"""Evidence to judge, made of random numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from limelab.types import Evidence, Judged, Reference


def make_evidence(shape=(4, 3, 6, 2), n_points=50, seed=0, **changes: Any) -> Evidence:
    """Evidence of shape (R, I, k, C); `changes` replaces its fields."""
    rng = np.random.default_rng(seed)
    repeats, n, k, outputs = shape
    f = rng.normal(size=(repeats, n, n_points, outputs))
    reference = Reference(rng.random((5, k, outputs)), rng.random((7, k, outputs)))
    label = Reference(rng.random((5, k, 1)), rng.random((7, k, 1)), "weak model")
    made = Evidence(
        names=tuple(f"x{j}" for j in range(k)),
        outputs=tuple(f"y{c}" for c in range(outputs)),
        importance=rng.random(shape),
        effect=rng.normal(size=shape),
        selected=np.ones(shape, dtype=bool),
        determined=np.ones(shape, dtype=bool),
        slope=rng.random(shape),
        g_at_x=rng.normal(size=(repeats, n, outputs)),
        f_at_x=rng.normal(size=(n, outputs)),
        model_sd=np.full(outputs, 2.0),
        n_effective=np.full((repeats, n), 100.0),
        r2=rng.random((repeats, n, outputs)),
        judged=(Judged("Gaussian", 0.5, f, f + 0.1 * rng.normal(size=f.shape)),),
        references={"prediction": reference, "label": label},
        declined=np.full((repeats, n), "", dtype=object),
    )
    return replace(made, **changes)


def decline(evidence: Evidence, repeat: int, instance: int) -> Evidence:
    """The same evidence with one explanation missing."""
    holes: dict[str, Any] = {}
    for name in ("importance", "effect", "slope", "g_at_x", "r2"):
        holes[name] = getattr(evidence, name).copy()
        holes[name][repeat, instance] = np.nan
    g = evidence.judged[0].g.copy()
    g[repeat, instance] = np.nan
    reasons = evidence.declined.copy()
    reasons[repeat, instance] = "too few samples"
    return replace(evidence, **holes, judged=(replace(evidence.judged[0], g=g),), declined=reasons)


@pytest.fixture
def evidence() -> Callable[..., Evidence]:
    return make_evidence


@pytest.fixture
def with_hole() -> Callable[..., Evidence]:
    return decline
