"""Perturbations, one family a file: they answer where to look."""

from limelab.perturbations.data import Marginals
from limelab.perturbations.designs import Iid, Sobol
from limelab.perturbations.manifold import Neighbours
from limelab.perturbations.noise import Gaussian

__all__ = ["Gaussian", "Iid", "Marginals", "Neighbours", "Sobol"]
