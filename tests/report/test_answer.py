"""The short answer is made of the claims' own sentences."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pandas as pd
import pytest

from limelab.report.answer import claims_table, counts, short_answer
from limelab.report.forest import limits
from limelab.report.found import Found, load


@pytest.fixture(scope="module")
def found(results: Path) -> Found:
    return load(results / "plain")


def test_a_claim_is_one_card_with_both_scopes(found: Found) -> None:
    text = short_answer(found, "s1")
    assert text.count('<article class="claim">') == 1
    assert text.count("<svg") == 1
    assert "on these tasks" in text
    assert "in general" in text
    assert "Trees &amp; lines: &lt;b&gt;trees&lt;/b&gt; err less." in text


def test_verdicts_are_counted_by_scope_and_those_of_a_quick_run_not_at_all(
    found: Found, results: Path
) -> None:
    told = counts(found)
    assert list(told) == ["on these tasks", "in general"]
    assert [sum(one.values()) for one in told.values()] == [1, 1]
    assert told["in general"] == {"too few data sets": 1}
    assert counts(load(results / "wild")) == {}
    assert counts(dataclasses.replace(found, claims=pd.DataFrame())) == {}


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("in general: supported; difference 1", "in general: difference 1"),
        ("in general: supported, unstable: but no; difference 1", "in general: unstable: but no"),
        ("in general: too few data sets: 3 of 6", "in general: too few data sets: 3 of 6"),
        ("in general: supported", "in general: supported"),
    ],
)
def test_a_verdict_is_said_once(found: Found, sentence: str, shown: str) -> None:
    said = {"scope": "in general", "verdict": "supported", "sentence": sentence}
    text = short_answer(dataclasses.replace(found, claims=found.claims.assign(**said)), "s")
    assert f'<span class="badge yes">supported</span> {shown}' in text


def test_whether_a_verdict_is_stable_stands_beside_it(found: Found) -> None:
    said = "stable: thirds 0.1 to 0.2"
    text = short_answer(dataclasses.replace(found, claims=found.claims.assign(stability=said)), "s")
    assert text.count(f"{said})</span>") == 2


def test_metrics_lead_to_the_glossary(found: Found) -> None:
    assert '<a href="glossary.html#m-rmse">' in short_answer(found, "s1")


def test_a_study_without_claims_says_so(found: Found) -> None:
    bare = dataclasses.replace(found, claims=pd.DataFrame())
    assert "makes no claims" in short_answer(bare, "s1")
    assert claims_table(bare) == ""


def test_post_hoc_is_said(found: Found) -> None:
    late = dataclasses.replace(found, claims=found.claims.assign(declared="post hoc"))
    assert '<span class="badge how">post hoc</span>' in short_answer(late, "s1")


def test_the_axis_holds_zero_margins_and_intervals() -> None:
    claims = pd.DataFrame({"difference": ["0.2", ""], "low": ["0.1", ""], "high": ["0.3", "inf"]})
    low, high = limits(claims.assign(margin="0.4"))
    assert low < -0.4
    assert high > 0.4
    assert limits(pd.DataFrame({"difference": [""]}))[0] < 0


def test_a_bound_is_told_with_its_measure_and_without_a_margin(found: Found) -> None:
    assert "margin 0" in short_answer(found, "s1")
    more = found.claims.assign(measure="of_rows", bound="at most 0.3 <")
    text = short_answer(dataclasses.replace(found, claims=more), "s1")
    assert "of <code>of_rows</code>, at most 0.3 &lt;; the picture shows the distance" in text
    assert "margin 0" not in text
    beside = short_answer(dataclasses.replace(found, claims=more.assign(bound="")), "s1")
    assert "margin 0" in beside
