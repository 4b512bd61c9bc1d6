"""Exact references: what explanations converge to, by formula and enumeration; it draws nothing."""

from limelab.exact.bins import (
    BinLaw,
    LimeBins,
    binned,
    binned_additive,
    binned_product,
    binned_trees,
)
from limelab.exact.ensembles import trees
from limelab.exact.explainer import ExactLime
from limelab.exact.gaussian import (
    hinge_gaussian,
    linear_gaussian,
    logistic_gaussian,
    probit_gaussian,
    quadratic_gaussian,
    sine_gaussian,
    step_gaussian,
)
from limelab.exact.image import image_law, linear_pixels
from limelab.exact.laws import Normal, neighbourhood
from limelab.exact.masks import enumerate_masks
from limelab.exact.population import Population
from limelab.exact.presence import MaskLaw
from limelab.exact.text import linear_words, text_law

__all__ = [
    "BinLaw",
    "ExactLime",
    "LimeBins",
    "MaskLaw",
    "Normal",
    "Population",
    "binned",
    "binned_additive",
    "binned_product",
    "binned_trees",
    "enumerate_masks",
    "hinge_gaussian",
    "image_law",
    "linear_gaussian",
    "linear_pixels",
    "linear_words",
    "logistic_gaussian",
    "neighbourhood",
    "probit_gaussian",
    "quadratic_gaussian",
    "sine_gaussian",
    "step_gaussian",
    "text_law",
    "trees",
]
