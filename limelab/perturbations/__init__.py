"""Perturbations, one family a file: they answer where to look."""

from limelab.perturbations.copula import Copula
from limelab.perturbations.data import Marginals, Mixup, Rows
from limelab.perturbations.density import KernelDensity, LocalPCA
from limelab.perturbations.designs import Antithetic, Iid, Sobol
from limelab.perturbations.frequencies import BinFrequencies
from limelab.perturbations.manifold import Neighbours
from limelab.perturbations.masks import Dropout, UniformCount
from limelab.perturbations.noise import Gaussian, GlobalGaussian, Uniform
from limelab.perturbations.strengths import Strengths

__all__ = [
    "Antithetic",
    "BinFrequencies",
    "Copula",
    "Dropout",
    "Gaussian",
    "GlobalGaussian",
    "Iid",
    "KernelDensity",
    "LocalPCA",
    "Marginals",
    "Mixup",
    "Neighbours",
    "Rows",
    "Sobol",
    "Strengths",
    "Uniform",
    "UniformCount",
]
