"""Surrogates and selectors: they answer what to fit."""

from limelab.surrogates.bayes import BayesianRidge
from limelab.surrogates.estimators import EstimatorModel, FromSklearn
from limelab.surrogates.lasso import Lasso
from limelab.surrogates.linear import AbsoluteRidge, LeastSquares, LinearModel, Ridge
from limelab.surrogates.plain import PlainModel, PlainRidge
from limelab.surrogates.polynomial import Polynomial, PolynomialModel
from limelab.surrogates.selection import Forward, HighestProducts, HighestWeights, LassoPath
from limelab.surrogates.tree import Tree, TreeModel

__all__ = [
    "AbsoluteRidge",
    "BayesianRidge",
    "EstimatorModel",
    "Forward",
    "FromSklearn",
    "HighestProducts",
    "HighestWeights",
    "Lasso",
    "LassoPath",
    "LeastSquares",
    "LinearModel",
    "PlainModel",
    "PlainRidge",
    "Polynomial",
    "PolynomialModel",
    "Ridge",
    "Tree",
    "TreeModel",
]
