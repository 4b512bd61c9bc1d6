"""The floor and the ceiling of a table, as conditions to put beside others; it explains nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from limelab.baselines import ConstantImportance, GlobalPermutation, RandomImportance
from limelab.exact import ExactLime
from limelab.study.spec import Conditions
from limelab.types import BadInput, Explainer

NAMES = ("random", "constant", "permutation", "exact")


def baseline_conditions(
    exact: ExactLime | None = None, *, names: Iterable[str] = NAMES
) -> Conditions:
    """Random, constant and global importance, and the exact answer where it is known.

    Metrics that need a local model decline them with that reason; `ExactLime` declines models that
    are no trees, boosting of classes, whose trees add up to another scale than that of the answers,
    and tables with categories. Of documents and pictures there are chance and constants alone; the
    other two decline them. They are scored like all conditions, and stand beside them in tables
    and pictures: no factor has them for a level.

    Parameters
    ----------
    exact : ExactLime, default ExactLime()
        With the perturbation and the kernel of the conditions that it stands beside.
    names : iterable of str
        Which of them: all four unless said.

    Returns
    -------
    conditions : Conditions
        To join with those of a study by ``|``.

    Raises
    ------
    BadInput
        Names that are none of the four, or no list of names.

    Examples
    --------
    >>> list(baseline_conditions())
    ['random', 'constant', 'permutation', 'exact']
    >>> list(baseline_conditions(names=["random", "constant"]))
    ['random', 'constant']
    """
    explainers: dict[str, Explainer] = {
        "random": RandomImportance(),
        "constant": ConstantImportance(),
        "permutation": GlobalPermutation(),
        "exact": ExactLime() if exact is None else exact,
    }
    wanted = _checked(names)
    chosen = {name: made for name, made in explainers.items() if name in wanted}
    return Conditions(chosen, baselines=list(chosen))


def _checked(names: Any) -> list[str]:
    """Names of baselines, each of which is known."""
    if isinstance(names, str) or not isinstance(names, Iterable):
        raise BadInput(
            f"baseline_conditions(names={names!r}); expected a list with some of {list(NAMES)}"
        )
    found = list(names)
    unknown = [name for name in found if name not in NAMES]
    if unknown:
        raise BadInput(
            f"baseline_conditions(names={found!r}) holds {unknown}; expected some of {list(NAMES)}"
        )
    return found
