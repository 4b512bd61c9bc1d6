"""Tables escape what they hold and set numbers to the right."""

from __future__ import annotations

import pandas as pd

from limelab.report.markup import csv_box, folded, table


def test_cells_and_heads_are_escaped() -> None:
    made = table(pd.DataFrame({"<b>": ["<i>"]}))
    assert "&lt;b&gt;" in made
    assert "&lt;i&gt;" in made


def test_numbers_stand_to_the_right_and_radii_as_they_were_chosen() -> None:
    made = table(pd.DataFrame({"value": [0.123456], "radius": [0.5], "task": ["a"]}))
    assert '<td class="n">0.123</td><td class="n">0.5</td><td>a</td>' in made


def test_copied_text_reads_back() -> None:
    assert "a,b\n&quot;x,y&quot;,0.333333" in csv_box(
        "t", pd.DataFrame({"a": ["x,y"], "b": [1 / 3]})
    )


def test_long_tables_are_folded() -> None:
    assert "<details open>" in folded("t", pd.DataFrame({"a": range(3)}))
    assert "<details>" in folded("t", pd.DataFrame({"a": range(30)}))
