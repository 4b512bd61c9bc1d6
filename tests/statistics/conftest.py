"""Scores that the tests of this room share."""

from __future__ import annotations

import pandas as pd
import pytest


@pytest.fixture
def scores():
    """2 tasks of 1 data set each, 2 surrogates x 2 kernels x 2 radii, 3 instances, 2 repeats."""
    rows = [
        (f"{data}/m", data, f"{s}, {k}", s, k, rep, i, "y", "rmse", "Gaussian", radius)
        for data in ("wine", "iris") for s in ("Tree(max_depth=3)", "Ridge(alpha=1.0)")
        for k in ("Flat()", "Ball(radius=1.0)") for rep in range(2) for i in range(3)
        for radius in (0.1, 0.5)
    ]  # fmt: skip
    names = "task dataset condition surrogate kernel repeat instance output metric judge radius"
    frame = pd.DataFrame(rows, columns=names.split())
    value = (frame.surrogate.str.startswith("Tree") * 2.0 + (frame.kernel == "Flat()") * 5
             + frame.instance + 10 * frame.repeat)  # fmt: skip
    return frame.assign(value=value)
