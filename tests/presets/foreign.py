"""How explanations of presences are compared with lime's own; no test in here."""

from __future__ import annotations

from typing import Any

import numpy as np

from limelab.explanation import Explanation


def agrees(found: Explanation, oracle: Any, output: int) -> None:
    """Coefficients, selection, intercept, score and prediction at x, to 1e-10."""
    intercept, pairs, score, here = oracle
    expected = np.zeros(len(found.features))
    expected[[j for j, _ in pairs]] = [coef for _, coef in pairs]
    assert found.coef is not None
    assert found.intercept is not None
    assert found.g is not None
    used = np.flatnonzero(found.selected[0, :, output])
    assert sorted(used.tolist()) == sorted(int(j) for j, _ in pairs)
    assert np.abs(found.coef[0, :, output] - expected).max() <= 1e-10
    assert abs(found.intercept[0, output] - intercept) <= 1e-10
    assert abs(found.r2[0, output] - score) <= 1e-10
    assert abs(found.g[0, output] - float(here[0])) <= 1e-10
