"""Names are told apart, numbers are written plainly, and nothing breaks out of text."""

from __future__ import annotations

import pytest

from limelab.report.names import condition_labels, escape, number, plain, short_labels


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.5, "0.500"), (2.0, "2"), (-0.00439, "-0.00439"), (999.9, "1,000"), (1e-7, "1.00e-07"),
     (float("inf"), "\N{EM DASH}"), (None, "\N{EM DASH}"), ("", "\N{EM DASH}"), ("a", "a")],
)  # fmt: skip
def test_numbers_are_short(value: object, text: str) -> None:
    assert number(value) == text


def test_control_characters_and_quotes_do_not_reach_a_page() -> None:
    assert plain("a\x00b\x1bc\ud800") == "a b c "
    assert escape("<\"'&>") == "&lt;&quot;&#x27;&amp;&gt;"


def test_labels_stay_apart_however_alike_they_are() -> None:
    labels = [
        "Ridge(a=1, f=F(k=1, j=2))",
        "Ridge(a=1, f=F(k=2, j=2))",
        "Lasso",
        "Lasso(1)",
        "",
        "T(1)",
    ]
    short = short_labels(labels)
    assert len(set(short.values())) == len(labels)
    assert short["T(1)"] == "T"
    assert short["Ridge(a=1, f=F(k=1, j=2))"] == "Ridge(f=F(k=1, j=2))"


def test_conditions_without_factors_keep_their_names() -> None:
    assert condition_labels({"a": {}, "b": {}}) == {"a": "a", "b": "b"}


def test_conditions_of_equal_factors_keep_their_names() -> None:
    made = condition_labels({"one": {"s": "x"}, "two": {"s": "x"}, "three": {"s": "y"}})
    assert len(set(made.values())) == 3
