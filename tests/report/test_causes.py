"""Shares of variance are drawn as the run has written them."""

from __future__ import annotations

import pandas as pd

from limelab.report.causes import by_cause
from limelab.report.found import load
from limelab.report.summary import Summary

CAUSES = ("seed", "bootstrap", "repeat", "residual")


def table() -> pd.DataFrame:
    made = pd.DataFrame(
        [(level, cause) for level in ("Gaussian(0.25)", "Rows()") for cause in CAUSES],
        columns=["level", "cause"],
    )
    shares = {"share": [0.1, 0.2, 0.3, 0.4] * 2, "share_low": 0.0, "share_high": 0.9}
    return made.assign(task="t / m", subject="perturbation", levels=[3, 3, 5, 0] * 2, **shares)


def test_a_row_a_level_and_a_mark_a_cause(written, rows) -> None:
    folder = written(rows())
    table().to_csv(folder / "variance.csv", index=False)
    (one,) = by_cause(Summary(load(folder)), "s")
    assert [name for name, _ in one.panels] == ["t / m: by perturbation"]
    svg = one.panels[0][1]
    assert "Gaussian" in svg
    assert "Rows" in svg
    assert "share of the variance of importances" in svg
    assert list(one.legend)[:2] == [
        "model fitted again with another seed",
        "model fitted again on resampled rows",
    ]
    assert len(one.legend) == len(CAUSES)
    assert "each cause was tried 2 times" in one.caption
    assert one.layout == "wide"
    assert "`" not in one.caption
    assert one.numbers["share"].tolist() == [0.1, 0.2, 0.3, 0.4] * 2


def test_a_level_of_which_nothing_is_said_is_no_row(written, rows) -> None:
    folder = written(rows())
    note = table().head(1).assign(cause="", share="", note="no column of the profiles varies")
    note.to_csv(folder / "variance.csv", index=False)
    assert list(by_cause(Summary(load(folder)), "s")) == []


def test_a_run_without_variants_has_no_such_picture(written, rows) -> None:
    assert list(by_cause(Summary(load(written(rows()))), "s")) == []
