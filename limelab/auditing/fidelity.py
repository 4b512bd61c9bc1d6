"""Does the local model say what the model says, at points that it was not fitted on? It asks it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from limelab.auditing.runs import Runs, mean_known, predicted
from limelab.auditing.subject import Subject
from limelab.sampling import answers, sample
from limelab.types import Array, Bools, Perturbation, Representation

FLOOR = 0.01  # of the model's background deviation: R2 where it varies less is a share of nothing


class Fit(NamedTuple):
    """Errors of the local models at points of a law, means over runs, (I, C).

    Attributes
    ----------
    rmse : array
        In background standard deviations of the model; NaN where it does not vary there.
    r2 : array
        Share of the model's variance at the points; NaN where it varies by less than `FLOOR`.
    """

    rmse: Array
    r2: Array


def judged(
    subject: Subject, found: Runs, representation: Representation, law: Perturbation, seed: int
) -> Fit:
    """Judge the local models at points of a law that nobody was fitted on.

    Raises
    ------
    NotApplicable
        No local model, or a law without this size.
    """
    cloud = sample(law, subject.table, subject.x, subject.judge.size, "own", seed)
    f = answers(subject.box, subject.table, cloud)
    z = representation.interpret(cloud, subject.table).z
    squares = [((predicted(one, z) - f) ** 2).mean(axis=1) for one in found.found]
    error = mean_known(np.stack(squares))
    sd, variance = subject.model_sd, f.var(axis=1)
    varies = np.sqrt(variance) >= FLOOR * sd
    return Fit(
        rmse=_over(np.sqrt(error), np.broadcast_to(sd, error.shape), sd > 0),
        r2=1.0 - _over(error, variance, varies & (variance > 0)),
    )


def _over(values: Array, by: Array, where: Bools) -> Array:
    """Values over others, NaN elsewhere."""
    share: Array = np.divide(values, by, out=np.full(values.shape, np.nan), where=where)
    return share
