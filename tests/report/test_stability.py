"""Stability stands beside fidelity, on an axis whose numbers are written out."""

from __future__ import annotations

import pandas as pd

from limelab.report.found import load
from limelab.report.stability import beside_fidelity
from limelab.report.summary import Summary


def test_far_values_stand_on_an_axis_of_plain_numbers(written, rows) -> None:
    far = rows()
    far["value"] *= 10.0 ** (far["instance"] * 3)
    steady = rows().query("radius == 0.25").assign(metric="steady", radius=None, zero_share=0.5)
    told = {"rmse": {"better": "lower"}, "steady": {"better": "higher"}}
    (one,) = beside_fidelity(Summary(load(written(pd.concat([far, steady]), metrics=told))), "s")
    drawn = "".join(picture for _, picture in one.panels)
    assert "mathdefault" not in drawn
    assert ">1000<" in drawn
