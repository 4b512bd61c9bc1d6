"""Which pictures a study has, from what its scores hold; it draws none of them itself."""

from __future__ import annotations

from collections.abc import Iterator

from limelab.report.agreement import with_reference
from limelab.report.causes import by_cause
from limelab.report.exact_curves import beside_measured
from limelab.report.lines import against_complexity, against_radius
from limelab.report.markup import Shown
from limelab.report.matrix import by_law
from limelab.report.ranges import by_condition
from limelab.report.ranking import by_rank
from limelab.report.realism import beside_realism
from limelab.report.stability import beside_fidelity
from limelab.report.summary import Summary
from limelab.report.surfaces import of_two_columns

# In the order in which people read.
KINDS = (
    *(of_two_columns, beside_measured),
    *(against_complexity, by_rank, by_law, against_radius, beside_realism),
    *(beside_fidelity, by_cause, with_reference, by_condition),
)


def figures(summary: Summary, stem: str) -> Iterator[Shown]:
    """Every picture for which there are numbers; `stem` keeps ids apart in a page."""
    if summary.found.scores["value"].notna().any():
        for kind in KINDS:
            yield from kind(summary, stem)
