"""The matrix of fitted by judging laws speaks of homes where there are any."""

from __future__ import annotations

import pandas as pd
import pytest

from limelab.report.found import load
from limelab.report.matrix import HOME, by_law
from limelab.report.summary import Summary


@pytest.mark.parametrize(("laws", "homes"), [(("Gaussian", "Rows"), 2), (("near", "far"), 0)])
def test_homes_are_marked_and_told_where_there_are_any(written, rows, laws, homes) -> None:
    scores = pd.concat([rows().assign(perturbation=law, condition=law) for law in laws])
    told = {"rmse": {"better": "lower"}}
    found = load(written(scores, factors=["perturbation"], metrics=told))
    (one,) = by_law(Summary(found), "s")
    assert (HOME in one.caption) == (homes > 0)
    assert sum(table.count("&#8962;") for _, table in one.panels) == homes
