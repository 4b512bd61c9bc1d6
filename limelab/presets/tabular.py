"""The lime package's three modes for tables, joined from our parts; it computes nothing."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from limelab.distances import Euclidean
from limelab.kernels import Exponential
from limelab.lime import Lime
from limelab.perturbations import BinFrequencies, Gaussian, GlobalGaussian
from limelab.presets.choices import Selection, drawn, selector, surrogate
from limelab.representations import Binned, Standardized
from limelab.types import Array, Interpreted, Kernel

_WIDTH = 0.75  # times the root of the number of features


@dataclass(frozen=True)
class SummedEuclidean:
    """Root of the summed squared step over the features: lime's own distance.

    It grows with the number of features, so a kernel width means another neighbourhood in every
    table; `Euclidean` is the root of the mean.

    Examples
    --------
    >>> SummedEuclidean()
    SummedEuclidean()
    """

    mean: Euclidean = field(default_factory=Euclidean, init=False, repr=False)

    def between(self, interpreted: Interpreted) -> Array:
        """Distances (I or 1, N)."""
        return np.asarray(self.mean.between(interpreted) * np.sqrt(interpreted.z.shape[2]))


def lime_tabular(
    num_features: int = 10,
    *,
    num_samples: int = 5000,
    kernel_width: float | None = None,
    feature_selection: Selection = "auto",
    bins: int = 4,
    standard_errors: bool = False,
) -> Lime:
    """What ``LimeTabularExplainer(data).explain_instance(row, predict)`` does, lime 0.2.0.1.

    Numbers are drawn bin by bin and seen as "in the same quartile bin as x"; the law does not
    depend on x, so one query set serves all rows; ``dataclasses.replace(preset, draws="own")``
    asks for each, as lime does. From lime's own samples come lime's own coefficients, selection
    and score, for every output. What lime does and this does not: draws that depend on how many
    explanations were made before, noise on constant columns, a bin of a single value replaced
    by its z-score 0, an answer where no sample weighs anything.

    Known defects, which are lime's: no sample weighs less than exp(-8/9) = .41, so "local" is a
    fit over the whole background; its coefficients of a linear model do not depend on where x is
    in its bin (Garreau and von Luxburg 2020, "Looking deeper into tabular LIME").

    Parameters
    ----------
    num_features : int, default 10
        How many features at most.
    num_samples : int, default 5000
        The instance is the first of them.
    kernel_width : float, optional
        lime's own, on the summed squared distance; 0.75 times the root of the number of features
        unless said.
    feature_selection : {"auto", "forward_selection", "highest_weights", "lasso_path", "none"}
        "auto" selects forward up to 6 features, else takes the highest weights.
    bins : int, default 4
        Quartiles; 10 for lime's deciles.
    standard_errors : bool, default False
        HC3 standard errors and R squared out of sample, which lime does not have; they cost time.

    Returns
    -------
    lime : Lime

    Examples
    --------
    >>> lime = lime_tabular(5)
    >>> lime.n_samples, lime.surrogate
    (4999, LimeRidge(alpha=1.0, select=Forward(k=5)))
    """
    select = selector(num_features, feature_selection, products=False)
    return Lime(
        perturbation=BinFrequencies(bins),
        representation=Binned(bins),
        kernel=_kernel(kernel_width),
        surrogate=surrogate(select, standard_errors=standard_errors),
        n_samples=drawn(num_samples),
    )


def lime_tabular_continuous(
    num_features: int = 10,
    *,
    num_samples: int = 5000,
    kernel_width: float | None = None,
    feature_selection: Selection = "auto",
    standard_errors: bool = False,
) -> Lime:
    """lime 0.2.0.1 with ``discretize_continuous=False``: normal noise round the background's mean.

    Coefficients are per background standard deviation. The intercept is the line's value at x;
    lime's is that at the background's mean. From lime's own samples come its own numbers.

    Known defects, which are lime's: far from the mean the kernel leaves few samples or none (then
    this declines, and lime returns zeros); a penalty of 1 against raw weights shrinks what is left;
    above 6 features "auto" ranks a feature at its mean last.

    Parameters
    ----------
    num_features, num_samples, kernel_width, feature_selection, standard_errors
        As in `lime_tabular`.

    Returns
    -------
    lime : Lime

    Examples
    --------
    >>> lime_tabular_continuous(5).perturbation
    GlobalGaussian(design=Iid())
    """
    select = selector(num_features, feature_selection, products=True)
    return Lime(
        perturbation=GlobalGaussian(),
        representation=Standardized(),
        kernel=_kernel(kernel_width),
        surrogate=surrogate(select, standard_errors=standard_errors),
        n_samples=drawn(num_samples),
    )


def lime_tabular_around(
    num_features: int = 10,
    *,
    num_samples: int = 5000,
    kernel_width: float | None = None,
    feature_selection: Selection = "auto",
    standard_errors: bool = False,
) -> Lime:
    """lime 0.2.0.1 with ``discretize_continuous=False, sample_around_instance=True``.

    Normal noise round x as wide as the background, else as `lime_tabular_continuous`, with which
    it shares the parameters and all defects but the first.

    Parameters
    ----------
    num_features, num_samples, kernel_width, feature_selection, standard_errors
        As in `lime_tabular`.

    Returns
    -------
    lime : Lime

    Examples
    --------
    >>> lime_tabular_around(5).perturbation
    Gaussian(scale=1.0, design=Iid())
    """
    select = selector(num_features, feature_selection, products=True)
    return Lime(
        perturbation=Gaussian(1.0),
        representation=Standardized(),
        kernel=_kernel(kernel_width),
        surrogate=surrogate(select, standard_errors=standard_errors),
        n_samples=drawn(num_samples),
    )


def _kernel(width: float | None) -> Kernel:
    return Exponential(_WIDTH) if width is None else Exponential(width, SummedEuclidean())
