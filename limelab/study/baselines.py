"""The floor and the ceiling of a table, as conditions to put beside others; it explains nothing."""

from __future__ import annotations

from limelab.baselines import ConstantImportance, GlobalPermutation, RandomImportance
from limelab.exact import ExactLime
from limelab.study.spec import Conditions
from limelab.types import Explainer


def baseline_conditions(exact: ExactLime | None = None) -> Conditions:
    """Random, constant and global importance, and the exact answer where it is known.

    Metrics that need a local model decline them with that reason; `ExactLime` declines models that
    are no trees, boosting of classes, whose trees add up to another scale than that of the answers,
    and tables with categories. They are scored like all conditions, and stand beside them in tables
    and pictures: no factor has them for a level.

    Parameters
    ----------
    exact : ExactLime, default ExactLime()
        With the perturbation and the kernel of the conditions that it stands beside.

    Returns
    -------
    conditions : Conditions
        To join with those of a study by ``|``.

    Examples
    --------
    >>> list(baseline_conditions())
    ['random', 'constant', 'permutation', 'exact']
    """
    explainers: dict[str, Explainer] = {
        "random": RandomImportance(),
        "constant": ConstantImportance(),
        "permutation": GlobalPermutation(),
        "exact": ExactLime() if exact is None else exact,
    }
    return Conditions(explainers, baselines=list(explainers))
