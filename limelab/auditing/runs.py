"""An explainer asked several times over: what it says run by run, and how much of it is luck."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import stdtrit

from limelab.auditing.subject import Subject
from limelab.explanation import Explanation
from limelab.lime import explain_with
from limelab.types import Array, Bools, NotApplicable, Objects

LEVEL = 0.95


@dataclass(frozen=True, eq=False)
class Runs:
    """What an explainer says of the same rows, run by run; axes R runs, I, k features, C.

    Attributes
    ----------
    found : tuple of Explanation, length R
    """

    found: tuple[Explanation, ...]

    @property
    def importance(self) -> Array:
        """Importances (R, I, k, C), NaN where there is no explanation."""
        return np.stack([one.importance for one in self.found])

    @property
    def effect(self) -> Array:
        """Effects (R, I, k, C), NaN where there is no explanation."""
        return np.stack([one.effect for one in self.found])

    @property
    def declined(self) -> Objects:
        """Why a row has no explanation (R, I), "" where it has one."""
        return np.stack([one.declined for one in self.found])

    @property
    def there(self) -> Bools:
        """Rows (I,) that at least one run explains."""
        return np.asarray((self.declined == "").any(axis=0))

    def mean(self, name: str) -> Array:
        """Mean (I, k, C) of "importance" or "effect" over the runs that explain a row."""
        return mean_known(getattr(self, name))

    def half_width(self, name: str) -> Array:
        """Half of the 95 % interval (I, k, C) of one run, Student's t; NaN from fewer than two.

        It says how far another run may fall, not how well the mean is known.
        """
        values = getattr(self, name)
        known = np.isfinite(values).sum(axis=0)
        spread = mean_known((values - self.mean(name)) ** 2) * known / np.maximum(known - 1, 1)
        reach = stdtrit(np.maximum(known - 1, 1), (1 + LEVEL) / 2)
        return np.asarray(np.where(known > 1, reach * np.sqrt(spread), np.nan))


def mean_known(values: Array) -> Array:
    """Mean over the first axis of what is not NaN; NaN where nothing is.

    Examples
    --------
    >>> mean_known(np.array([[1.0, np.nan], [3.0, np.nan]])).tolist()
    [2.0, nan]
    """
    known = np.isfinite(values)
    total = np.where(known, values, 0.0).sum(axis=0)
    count = known.sum(axis=0)
    mean: Array = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
    return mean


def runs(subject: Subject, explainer: Any, seeds: Iterable[int], domain: Any = None) -> Runs:
    """Ask the explainer once a seed, of the subject's rows.

    Parameters
    ----------
    subject : Subject
    explainer : Explainer
    seeds : iterable of int
    domain : Domain, optional
        Another background.

    Raises
    ------
    NotApplicable
        The explainer declines the data.
    """
    held = subject.table if domain is None else domain
    return Runs(tuple(asked(subject, explainer, held, subject.rows, seed) for seed in seeds))


def asked(subject: Subject, explainer: Any, domain: Any, rows: Any, seed: int) -> Explanation:
    """One run; what an explainer warns of is in its notes and stays out of the way here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return explain_with(explainer, subject.box, domain, rows, seed)


def predicted(found: Explanation, z: Array) -> Array:
    """What the local models of an explanation say at z (I or 1, M, k), (I, M, C).

    Raises
    ------
    NotApplicable
        The explanation has no local model.
    """
    if found.model is None:
        raise NotApplicable("the explainer shows no local model")
    gone = (found.declined != "")[:, None, None]
    return np.where(gone, np.nan, found.model.predict(z))
