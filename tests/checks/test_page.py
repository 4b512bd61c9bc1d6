"""The page of checks has the style of the reports, shows code as code, and folds examples."""

from __future__ import annotations

from importlib.resources import files

from limelab.checks import Report, Result

REPORT = Report(
    "Mine()",
    (
        Result("check_pickle", "contract", "passed", says="It pickles."),
        Result("check_seed", "contract", "failed", "say `deterministic = True`\nor <b>", "x = 1"),
        Result("check_dummy", "axiom", "skipped", "no `trees` here"),
    ),
)


def test_it_has_the_style_of_the_reports() -> None:
    style = files("limelab.report").joinpath("style.css").read_text(encoding="utf-8")
    assert style in REPORT.page()
    assert '<span class="badge no">failed</span>' in REPORT.page()
    assert "1 passed, 1 failed, 1 skipped." in REPORT.page()


def test_code_between_backticks_is_code_and_all_else_is_escaped() -> None:
    page = REPORT.page()
    assert "say <code>deterministic = True</code><br>or &lt;b&gt;" in page
    assert "`" not in page


def test_levels_are_sections_and_an_example_is_folded() -> None:
    body = REPORT._repr_html_()
    assert [body.count(f"<h2>{level}</h2>") for level in ("Contract", "Axiom")] == [1, 1]
    assert body.count("<details>") == 1
    assert '<pre class="scroll" tabindex="0">x = 1</pre>' in body
