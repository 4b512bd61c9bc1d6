"""The page of a round of checks, in the style of the reports; it runs none and reads no results."""

from __future__ import annotations

import html
import re
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from limelab.checks.results import Report, Result

_BADGES = {"passed": "yes", "failed": "no", "xfail": "few", "skipped": "how"}
_OWN = """
.checks { width: 100%; table-layout: fixed; }
.checks th, .checks td { white-space: normal; overflow-wrap: anywhere; }
.checks th, .checks td { max-width: none; min-width: 0; }
.checks th:nth-child(1) { width: 7.5em; } .checks th:nth-child(2) { width: 26%; }
.checks th:nth-child(3) { width: 32%; }
.checks .scroll { max-height: 360px; white-space: pre-wrap; }
"""
_PAGE = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>
$style
</style>
</head>
<body>
<div class="top"><nav><span class="home">limelab check</span></nav></div>
<main>
$body
</main>
<footer>Made by limelab. A check that passes found no counterexample; it proves none away.</footer>
</body>
</html>
""")


def page(report: Report) -> str:
    """A whole HTML page, self-contained."""
    style = files("limelab.report").joinpath("style.css").read_text(encoding="utf-8")
    title = f"Checks of {html.escape(report.subject)}"
    return _PAGE.substitute(title=title, style=style + _OWN, body=body(report))


def body(report: Report) -> str:
    """The page without its head, as a notebook shows it."""
    levels = dict.fromkeys(result.level for result in report)
    tables = "".join(
        f"<h2>{level.capitalize()}</h2>{_table([r for r in report if r.level == level])}"
        for level in levels
    )
    counts = str(report).rpartition("\n")[2]
    return (
        f"<h1>Checks of {html.escape(report.subject)}</h1>"
        f'<p class="lead">{html.escape(counts)}.</p>{tables}'
    )


def _table(results: list[Result]) -> str:
    heads = "".join(
        f'<th scope="col">{head}</th>' for head in ("Verdict", "Check", "Rule", "Found")
    )
    rows = "".join(map(_row, results))
    return f'<table class="checks"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'


def _row(result: Result) -> str:
    example = (
        f"<details><summary>Code that shows it again</summary>"
        f'<pre class="scroll" tabindex="0">{html.escape(result.example)}</pre></details>'
        if result.example
        else ""
    )
    return (
        f'<tr><td><span class="badge {_BADGES[result.status]}">{result.status}</span></td>'
        f"<td><code>{html.escape(result.check)}</code></td><td>{said(result.says)}</td>"
        f"<td>{said(result.reason)}{example}</td></tr>"
    )


def said(text: str) -> str:
    """Text as HTML, with code where it stands between backticks.

    Examples
    --------
    >>> said("say `a < b`")
    'say <code>a &lt; b</code>'
    """
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text)).replace("\n", "<br>")
