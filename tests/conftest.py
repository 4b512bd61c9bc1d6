"""Settings of the whole test run: one BLAS thread, no screen, no figure left open, profiles."""

from __future__ import annotations

import os

# Before numpy is imported, and inherited by workers and subprocesses: the tests are small, and
# threads that fight for two cores cost more than they give.
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"
os.environ["MPLBACKEND"] = "Agg"

import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings

# `quick` gives the same verdict on every machine; the others are asked for, as in
# HYPOTHESIS_PROFILE=thorough pytest tests/test_linear.py
settings.register_profile("quick", max_examples=25, derandomize=True, deadline=None, database=None)
settings.register_profile("dev", max_examples=20, deadline=None)
settings.register_profile("ci", max_examples=100, derandomize=True, deadline=None, database=None)
settings.register_profile("thorough", max_examples=2000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@pytest.fixture(autouse=True)
def no_figure_is_left_open() -> Iterator[None]:
    """Pyplot keeps every figure until somebody closes it."""
    yield
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close("all")
