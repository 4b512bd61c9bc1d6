"""Differences, intervals, tests, corrections, verdicts and plans: arrays in, results out.

The room may not touch a model, a file, a condition's parts, or a generator that it was not handed.

Two scopes are kept apart everywhere. *On these tasks*: tasks are fixed, instances and repeats are
crossed random factors. *In general*: the data set is the unit, and fewer than six say nothing.
"""

from limelab.statistics.bootstrap import N_RESAMPLES, Crossed, crossed, on_these
from limelab.statistics.cells import Grids, differences
from limelab.statistics.comparison import COMPARE_COLUMNS, compare
from limelab.statistics.data_sets import Clusters, clusters, in_general
from limelab.statistics.estimates import (
    FEWEST_CLUSTERS,
    IN_GENERAL,
    ON_THESE,
    TOO_FEW,
    Estimate,
    Intervals,
)
from limelab.statistics.multiplicity import holm, holm_levels, simultaneous
from limelab.statistics.verdicts import verdict

__all__ = [
    "COMPARE_COLUMNS",
    "FEWEST_CLUSTERS",
    "IN_GENERAL",
    "N_RESAMPLES",
    "ON_THESE",
    "TOO_FEW",
    "Clusters",
    "Crossed",
    "Estimate",
    "Grids",
    "Intervals",
    "clusters",
    "compare",
    "crossed",
    "differences",
    "holm",
    "holm_levels",
    "in_general",
    "on_these",
    "simultaneous",
    "verdict",
]
