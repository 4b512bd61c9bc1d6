"""Tasks that differ from one in a single cause, at the same explained rows; it runs nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from limelab.types import BadInput

if TYPE_CHECKING:
    from limelab.study.spec import Task


def refits(task: Task, *, seeds: int = 0, bootstraps: int = 0, backgrounds: int = 0) -> list[Task]:
    """A task and its variants: what part of an explanation's change is the model's or the data's.

    All of them explain the same rows. Their rows in the tables carry `cause` and `variant`, both ""
    for the task itself, and claims and `compare` leave variants out unless ``where`` or the frame
    that they are handed names a cause: variants are no further tasks.

    Parameters
    ----------
    task : Task
    seeds : int, default 0
        Variants whose model is fitted on the same rows with another seed.
    bootstraps : int, default 0
        Variants whose model is fitted on training rows resampled with replacement, of a
        classification within each class; perturbations still know the original rows.
    backgrounds : int, default 0
        Variants with the same model whose background, which scales and feeds perturbations, is
        resampled with replacement.

    Returns
    -------
    tasks : list of Task
        The task itself first.

    Examples
    --------
    >>> from limelab.models import forest
    >>> from limelab.study import Task
    >>> [t.name for t in refits(Task("wine", forest()), seeds=1, backgrounds=1)]
    ['wine / forest', 'wine / forest / seed 1', 'wine / forest / background 1']
    """
    if task.cause:
        raise BadInput(f"task {task.name!r} is a variant itself; hand the task without a cause")
    wanted = {"seed": seeds, "bootstrap": bootstraps, "background": backgrounds}
    for cause, n in wanted.items():
        if isinstance(n, bool) or not isinstance(n, int) or n < 0:
            raise BadInput(f"refits({cause}s={n!r}); expected a whole number of at least 0")
    variants = [(cause, v) for cause, n in wanted.items() for v in range(1, n + 1)]
    return [task, *(replace(task, cause=cause, variant=v) for cause, v in variants)]


def of_cause(rows: pd.DataFrame, cause: str) -> pd.DataFrame:
    """Rows of tasks and of their variants by one cause, told apart by `variant` alone.

    What `limelab.metrics.stability_by` and `limelab.statistics.variance_components` compare: the
    variants bear the name of their task, "" is the task itself, and there is no column `cause`.

    Parameters
    ----------
    rows : DataFrame
        ``Results.explanations`` or ``Results.scores`` of a study with `refits`.
    cause : {"seed", "bootstrap", "background"}

    Raises
    ------
    BadInput
        No variants of this cause.

    Examples
    --------
    >>> rows = pd.DataFrame({"task": ["a / b", "a / b / seed 1"], "variant": ["", "seed 1"],
    ...                      "cause": ["", "seed"]})
    >>> of_cause(rows, "seed").to_dict("list")
    {'task': ['a / b', 'a / b'], 'variant': ['', 'seed 1']}
    """
    there = sorted({*rows["cause"]} - {""}) if "cause" in rows else []
    if cause not in there:
        raise BadInput(f"cause={cause!r}; the rows have variants of {there}: see limelab.refits")
    some = rows[rows["cause"] == cause]
    suffix = [f" / {variant}" for variant in some["variant"]]
    own = [t.removesuffix(s) for t, s in zip(some["task"], suffix, strict=True)]
    base = rows[(rows["cause"] == "") & rows["task"].isin(own)]
    return pd.concat([base, some.assign(task=own)], ignore_index=True).drop(columns="cause")


def without_variants(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of a table that belong to tasks themselves, where some are of variants and some not."""
    if not isinstance(rows, pd.DataFrame) or "variant" not in rows:
        return rows
    own = rows["variant"].eq("")
    return rows[own] if own.any() else rows
