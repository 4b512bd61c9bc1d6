"""The floor and the ceiling of a table, as conditions to put beside others; it explains nothing."""

from __future__ import annotations

from collections.abc import Collection

from limelab.baselines import ConstantImportance, GlobalPermutation, RandomImportance
from limelab.exact import ExactLime
from limelab.study.spec import Conditions
from limelab.types import BadInput, Explainer

NAMES = ("random", "constant", "permutation", "exact")


def baseline_conditions(
    exact: ExactLime | None = None, *, names: Collection[str] = NAMES
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
    names : collection of str
        Which of them: all four unless said.

    Returns
    -------
    conditions : Conditions
        To join with those of a study by ``|``.

    Raises
    ------
    BadInput
        A name that is none of the four.

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
    unknown = sorted(set(names) - set(explainers))
    if unknown:
        raise BadInput(f"baseline_conditions(names=...) holds {unknown}; expected some of {NAMES}")
    chosen = {name: made for name, made in explainers.items() if name in names}
    return Conditions(chosen, baselines=list(chosen))
