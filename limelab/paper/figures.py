"""Pictures of the paper, drawn by the report's own code from stored tables; it computes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from limelab.paper.kept import Kept
from limelab.report.exact_curves import beside_measured
from limelab.report.found import Found
from limelab.report.markup import MARKS, Shown
from limelab.report.ranking import by_rank
from limelab.report.summary import Summary

FONT = "DejaVu Sans"  # matplotlib measures text by it and ships it
# Which measures a study shows, and how many panels of each.
CURVES: dict[str, tuple[tuple[str, int], ...]] = {
    "kernel_width": (("share_left_by_the_penalty", 2),),
    "discretisation": (("coefficient_of_a_slope_of_one", 2),),
    "sampling_noise": (("spread_over_claimed_error", 2),),
    "linear_limit": (("r2_of_a_line", 2),),
    "worst_case": (("worst_spread_foretold", 2),),
    "steering": (("effect_of_a_favourite_column", 2),),
    "fooled": (("who_sees_through_it", 2),),
    "use_case": (("coefficient_of_each_superpixel", 1),),
    "importance_as_truth": (("two_columns_grow_alike", 1),),
    "local_and_global": (("local_importance_across_a_switch", 1),),
    "judge_decides": (("error_of_a_line_judged_elsewhere", 1),),
    "same_name": (("what_the_number_of_moves_does", 1),),
    "audit_calibration": (("risk_and_coverage", 1),),
}
# Of which factors a study shows ranks, and how many panels.
RANKS: dict[str, tuple[str, int]] = {
    "surrogate_choice": ("surrogate, complexity", 2),
    "perturbation_choice": ("perturbation", 2),
}


@dataclass(frozen=True)
class Drawn:
    """A picture of one study.

    Attributes
    ----------
    name : str
        Of its file, without an ending.
    svg : str
    title : str
        Which panel it is; "" where there is only one.
    caption : str
    key : tuple of (colour, mark, name)
        What colours and marks stand for.
    """

    name: str
    svg: str
    title: str
    caption: str
    key: tuple[tuple[str, str, str], ...] = ()


def drawn(kept: Kept) -> Iterator[Drawn]:
    """The pictures of a study for which there are numbers; none where nothing is held."""
    if kept.found is None:
        return
    yield from _curves(kept.stem, kept.found)
    if kept.stem in RANKS:
        yield from _ranks(kept.stem, Summary(kept.found))


def _curves(stem: str, found: Found) -> Iterator[Drawn]:
    for name, most in CURVES.get(stem, ()):
        if name in found.measures:
            alone = replace(found, measures={name: found.measures[name]})
            for shown in beside_measured(Summary(alone), stem):
                yield from _panels(shown, f"{stem}-{name}", most)


def _ranks(stem: str, summary: Summary) -> Iterator[Drawn]:
    factors, most = RANKS[stem]
    for shown in by_rank(summary, stem):
        yield from _panels(_of(shown, factors), f"{stem}-rank", most)


def _of(shown: Shown, factors: str) -> Shown:
    """The panels whose title ends with these factors."""
    mine = [(title, svg) for title, svg in shown.panels if title.endswith(f": {factors}")]
    return replace(shown, panels=mine)


def _panels(shown: Shown, name: str, most: int) -> Iterator[Drawn]:
    key = tuple((colour, MARKS[mark], text) for text, (colour, mark) in shown.legend.items())
    for n, (title, svg) in enumerate(islice(shown.panels, most)):
        yield Drawn(f"{name}-{n}", _alone(svg), title, shown.caption, key)


def _alone(svg: str) -> str:
    """A picture of the page as a file of its own, with its name space and its font.

    Examples
    --------
    >>> _alone('<svg viewBox="0 0 1 1"></svg>').count("xmlns")
    2
    """
    spaces = (
        'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'font-family="{FONT}"'
    )
    return svg.replace("<svg ", f"<svg {spaces} ", 1)
