"""What others say of the same rows, each judged: perturbations, widths, a tree; no verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from limelab.auditing.fidelity import Fit, judged
from limelab.auditing.holding import Held, held
from limelab.auditing.runs import Runs, runs
from limelab.auditing.settings import as_tree, representation_of, resized
from limelab.auditing.stability import Steady, known
from limelab.auditing.subject import Subject
from limelab.importance import Effects
from limelab.kernels import Exponential
from limelab.lime import Lime
from limelab.metrics.ranks import top_k_jaccard
from limelab.perturbations import Marginals, Neighbours
from limelab.surrogates import Tree
from limelab.types import Array

SAMPLES = 2048
WIDTHS = {"half the width": 0.5, "twice the width": 2.0}


@dataclass(frozen=True, eq=False)
class Other:
    """Another explainer beside the one under audit, for each row and output (I, C).

    Attributes
    ----------
    record : str
        The explainer, to be typed.
    overlap : array
        Jaccard index of its top features and those of the one under audit.
    fit : Fit or str
        Its errors at the judge's points; a text where it has none.
    held : Held
        Whether it holds of the model; only its lead is compared.
    """

    record: str
    overlap: Array
    fit: Fit | str
    held: Held


def others(
    subject: Subject,
    base: Runs,
    model: Effects,
    causes: Mapping[str, Steady | str],
    *,
    top: int,
    tie: float,
) -> dict[str, Other | str]:
    """What others say, or the reason why that is not known; widths are those of the causes."""
    seed = subject.seed_of("others")
    explainers: dict[str, Callable[[], Any]] = {
        "a tree": lambda: _tree(subject.explainer),
        "real neighbours": lambda: Lime(Neighbours(), n_samples=SAMPLES, draws="own"),
        "values of the data": lambda: Lime(
            Marginals(), kernel=Exponential(0.75), n_samples=SAMPLES, draws="own"
        ),
    }

    def of(explainer: Any, found: Runs) -> Other:
        mine, theirs = (np.moveaxis(one.mean("importance"), 1, -1) for one in (found, base))
        units = found.found[0].units
        blank = np.zeros(found.mean("importance").shape)
        return Other(
            record=repr(explainer),
            overlap=top_k_jaccard(mine, theirs, top),
            fit=known(
                lambda: judged(
                    subject,
                    found,
                    representation_of(explainer, units),
                    subject.region,
                    subject.seed_of("judge", 0),
                )
            ),
            held=held(found.mean("importance"), blank, model, tie=tie, top=top),
        )

    def asked(make: Callable[[], Any]) -> Other | str:
        return known(lambda: of(make(), runs(subject, make(), [seed])))

    said = {name: asked(make) for name, make in explainers.items()}
    for name, times in WIDTHS.items():
        steady = causes[name]
        said[name] = (
            steady
            if isinstance(steady, str)
            else of(resized(subject.explainer, times), steady.runs)
        )
    return said


def _tree(explainer: Any) -> Any:
    """A tree on the explainer's own samples, or on noise where it has none."""
    tree = known(lambda: as_tree(explainer))
    return Lime(surrogate=Tree(), n_samples=SAMPLES, draws="own") if isinstance(tree, str) else tree
