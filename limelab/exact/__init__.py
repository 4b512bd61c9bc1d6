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
from limelab.exact.laws import Normal, neighbourhood
from limelab.exact.masks import enumerate_masks
from limelab.exact.population import Population

__all__ = [
    "BinLaw",
    "ExactLime",
    "LimeBins",
    "Normal",
    "Population",
    "binned",
    "binned_additive",
    "binned_product",
    "binned_trees",
    "enumerate_masks",
    "hinge_gaussian",
    "linear_gaussian",
    "logistic_gaussian",
    "neighbourhood",
    "probit_gaussian",
    "quadratic_gaussian",
    "sine_gaussian",
    "step_gaussian",
    "trees",
]
