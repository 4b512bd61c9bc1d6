"""How much of what an explainer looks at lies off the data? Points are drawn, none is asked."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from limelab.auditing.settings import lime_of
from limelab.auditing.subject import Subject
from limelab.metrics.outlying import embedded
from limelab.metrics.realism import weighted_mean
from limelab.sampling import sample, spread_out
from limelab.types import Array

POINTS, ROWS, QUANTILE = 256, 2000, 0.95


def off_the_data(subject: Subject, explainer: Any) -> Array:
    """Share (I,) of kernel mass farther from the data than nearly all real rows are.

    The border is the distance to the nearest other row that 95 % of the background's rows keep:
    data themselves score 0.05. Numbers are measured in standard deviations, two categories that
    differ are 1 apart, as in ``metrics.RealismOffData``.

    Raises
    ------
    NotApplicable
        The explainer shows no points.
    """
    lime, table = lime_of(explainer), subject.table
    cloud = sample(lime.perturbation, table, subject.x, POINTS, "own", subject.seed_of("realism"))
    w = lime.kernel.weights(lime.representation.interpret(cloud, table))
    points = spread_out(cloud)
    rows = table.background[:ROWS]
    flat = points.reshape(-1, points.shape[2])
    asked, data = embedded([flat, rows], table.scale, table.categorical)
    near = cKDTree(data)
    apart = np.asarray(near.query(data, k=2)[0])[:, 1]
    away = np.asarray(near.query(asked)[0]).reshape(points.shape[:2])
    off = (away > np.quantile(apart, QUANTILE)).astype(np.float64)
    mass = np.broadcast_to(w, off.shape)
    none = mass.sum(axis=1) == 0
    share, _ = weighted_mean(off, np.where(none[:, None], 1.0, mass))
    return np.where(none, np.nan, share)
