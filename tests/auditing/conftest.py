"""One small audit that the tests of its parts read: numbers and categories, a bent model."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

import limelab as ll
from limelab.auditing import Audit


def frame(n: int = 150) -> pd.DataFrame:
    rng = np.random.default_rng(7)
    job = rng.choice(["<clerk>", "smith"], n)
    job[:3] = "<clerk>", "smith", "<clerk>"
    return pd.DataFrame({"age": rng.normal(40, 9, n), "pay & tax": rng.normal(size=n), "job": job})


def score(rows: pd.DataFrame) -> Any:
    """Linear, with a bend in the pay that no line follows."""
    job = 2.0 * (rows["job"] == "smith").to_numpy()
    return 0.3 * rows["age"].to_numpy() + job + rows["pay & tax"].to_numpy() ** 2


@cache
def small() -> Audit:
    data = frame()
    return ll.audit(score, data, data[:3], repeats=5, explainer=ll.Lime(n_samples=256))


@pytest.fixture
def told() -> Audit:
    return small()
