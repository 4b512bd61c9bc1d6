"""Surrogates and selectors: they answer what to fit."""

from limelab.surrogates.linear import AbsoluteRidge, LeastSquares, LinearModel, Ridge
from limelab.surrogates.selection import Forward
from limelab.surrogates.tree import Tree, TreeModel

__all__ = ["AbsoluteRidge", "Forward", "LeastSquares", "LinearModel", "Ridge", "Tree", "TreeModel"]
