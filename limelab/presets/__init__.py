"""Published explainers as configurations of our parts: lime 0.2.0.1 and its relatives."""

from limelab.presets.bayeslime import CredibleRidge, bayeslime
from limelab.presets.entering import Entering
from limelab.presets.image import lime_image
from limelab.presets.instance import WithInstance, WithInstanceFromMean
from limelab.presets.optilime import OptiLime
from limelab.presets.relatives import baylime, blimey_tree, glime_gaussian, melime_kde
from limelab.presets.ridge import LimeRidge
from limelab.presets.rows import Dlime, Maple
from limelab.presets.slime import SLime
from limelab.presets.tabular import (
    SummedEuclidean,
    lime_tabular,
    lime_tabular_around,
    lime_tabular_continuous,
)
from limelab.presets.text import lime_text

__all__ = [
    "CredibleRidge",
    "Dlime",
    "Entering",
    "LimeRidge",
    "Maple",
    "OptiLime",
    "SLime",
    "SummedEuclidean",
    "WithInstance",
    "WithInstanceFromMean",
    "bayeslime",
    "baylime",
    "blimey_tree",
    "glime_gaussian",
    "lime_image",
    "lime_tabular",
    "lime_tabular_around",
    "lime_tabular_continuous",
    "lime_text",
    "melime_kde",
]
