"""The table of studies as Markdown: questions, verdicts and remedies; it writes one file."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from limelab.report.answer import VERDICTS
from limelab.study.files import write_atomically
from limelab.study.results import CLAIMS
from limelab.study.spec import Study

FILE = "README.md"
NOT_RUN = "no results are kept"
_HEAD = """# Studies

One pitfall a file: a question, what is run to answer it, and what was expected before the data
were seen. `limelab run` runs them all, `limelab run experiments/STEM.py` runs one, and
`results/report/index.html` shows what came out.

Verdicts count claims. *On these tasks* speaks of the tasks that were run; *in general* takes data
sets as the sample, and needs six of them. A verdict that some third of instances and repeats speaks
against, or that falls without some data set, is inconclusive. A contradicted claim is a finding as
well. The claims themselves, with intervals: `paper/results/STEM/claims.csv`.

| study | question | verdicts | what to do |
|---|---|---|---|
"""
_TAIL = """
`limelab store readme` writes this file from the results that are kept in `paper/results/`, and
`limelab store publish` puts them there: do not edit it.
"""


def write_overview(studies: Mapping[str, Study], kept: Path, folder: Path) -> Path:
    """Write the table into the folder of the studies; return its path."""
    path = folder / FILE
    write_atomically(path, overview(studies, kept).encode())
    return path


def overview(studies: Mapping[str, Study], kept: Path) -> str:
    """The table of studies.

    Parameters
    ----------
    studies : mapping of stem to Study
    kept : Path
        Folder of published results; a study without any is named as such.
    """
    rows = [_row(stem, study, kept / stem / CLAIMS) for stem, study in sorted(studies.items())]
    missing = [stem for stem in sorted(studies) if not (kept / stem / CLAIMS).is_file()]
    gone = f"\nWithout results so far: {', '.join(f'`{stem}`' for stem in missing)}.\n"
    return _HEAD + "".join(rows) + (gone if missing else "") + _TAIL


def _row(stem: str, study: Study, claims: Path) -> str:
    told = _verdicts(claims, study) if claims.is_file() else NOT_RUN
    cells = [f"[`{stem}`]({stem}.py)", _cell(study.question), told, _cell(study.remedy)]
    return f"| {' | '.join(cells)} |\n"


def _verdicts(claims: Path, study: Study) -> str:
    """How many claims came to which verdict, by scope."""
    with claims.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    scopes: dict[str, Counter[str]] = {}
    for row in rows:
        scopes.setdefault(row["scope"], Counter())[row["verdict"]] += 1
    said = "; ".join(f"*{scope}*: {', '.join(_counted(n))}" for scope, n in scopes.items())
    same = {row["statement"] for row in rows} == {claim.statement for claim in study.claims}
    return said if same else f"{said} (of an earlier version of its claims)"


def _counted(verdicts: Counter[str]) -> Iterator[str]:
    order = [*VERDICTS, *(name for name in verdicts if name not in VERDICTS)]
    return (f"{verdicts[name]} {_cell(name)}" for name in order if verdicts[name])


def _cell(text: str) -> str:
    r"""Text that stays within its cell.

    Examples
    --------
    >>> print(_cell("a | b"))
    a \| b
    """
    return " ".join(text.split()).replace("|", "\\|")
