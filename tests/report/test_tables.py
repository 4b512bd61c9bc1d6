"""Tables of a page say of each metric what its class says."""

from __future__ import annotations

from html import unescape
from pathlib import Path

import pytest

from limelab.metrics import R2, Agreement, Rmse, TopK, Variation
from limelab.report.found import load
from limelab.report.summary import Summary
from limelab.report.tables import limits


@pytest.mark.parametrize("metric", [Rmse(), R2(), TopK(3), Variation(), Agreement("prediction")])
def test_limits_print_what_a_metric_says_of_itself(results: Path, metric: object) -> None:
    made = unescape(limits(Summary(load(results / "plain"))))
    for name in ("name", "unit", "source", "declines", "says_not"):
        assert str(getattr(metric, name)) in made
    low, high = metric.bounds  # type: ignore[attr-defined]
    for end in (low, high):
        shown = {float("inf"): "\N{INFINITY}", -float("inf"): "\N{MINUS SIGN}\N{INFINITY}"}
        assert shown.get(end, f"{end:g}") in made
