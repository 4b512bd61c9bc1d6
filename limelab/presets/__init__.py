"""Published explainers as configurations of our parts: lime 0.2.0.1 and its relatives."""

from limelab.presets.instance import WithInstance, WithInstanceFromMean
from limelab.presets.optilime import OptiLime
from limelab.presets.ridge import LimeRidge
from limelab.presets.tabular import (
    SummedEuclidean,
    lime_tabular,
    lime_tabular_around,
    lime_tabular_continuous,
)

__all__ = [
    "LimeRidge",
    "OptiLime",
    "SummedEuclidean",
    "WithInstance",
    "WithInstanceFromMean",
    "lime_tabular",
    "lime_tabular_around",
    "lime_tabular_continuous",
]
