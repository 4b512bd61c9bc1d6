"""Published relatives of LIME that are nothing but other parts, joined; it computes nothing."""

from __future__ import annotations

from typing import Any

import numpy as np

from limelab.kernels import Flat
from limelab.lime import Lime
from limelab.perturbations import Gaussian, KernelDensity, Mixup
from limelab.presets.tabular import lime_tabular_around
from limelab.representations import Standardized
from limelab.surrogates import BayesianRidge, LeastSquares, Tree
from limelab.types import BadInput

__all__ = ["baylime", "blimey_tree", "glime_gaussian", "melime_kde"]


def glime_gaussian(kernel_width: float = 0.75, *, n_samples: int = 4096) -> Lime:
    """GLIME's idea for numbers: the kernel moved into the sampler (Tan, Tian and Li 2023).

    Normal noise as wide as the background times the kernel exp(-|z|^2 / (2 width^2)) is normal
    noise of scale 1 / sqrt(1 + 1 / width^2). Drawing from that and weighing all alike has the same
    limit as `lime_tabular_around` with that kernel width and no penalty, and no sample is drawn to
    count for nothing. Their own law, of masks, is for words and superpixels.

    Known defects: less variance is promised, which holds for many features, where lime's effective
    sample is a few in a hundred; with three, and a curved model, both scatter alike: the far draws
    that weigh little are the ones that tell the slope.
    The paper compares at a width where lime's penalty erases all coefficients, which lime's own
    default does not. Categories have no such product: they move with probability `scale`.

    Parameters
    ----------
    kernel_width : float, default 0.75
        Of the summed squared distance, in background standard deviations, as lime's.
    n_samples : int, default 4096

    Returns
    -------
    lime : Lime

    Examples
    --------
    >>> round(glime_gaussian(1.0).perturbation.scale, 4)
    0.7071
    """
    if not kernel_width > 0:
        raise BadInput(f"kernel_width={kernel_width!r}; expected a number above 0")
    return Lime(
        perturbation=Gaussian(1.0 / float(np.sqrt(1.0 + kernel_width**-2))),
        representation=Standardized(),
        kernel=Flat(),
        surrogate=LeastSquares(),
        n_samples=n_samples,
    )


def melime_kde(
    *, bandwidth: float = 0.1, share: float = 0.02, n_samples: int = 4096, tree: bool = False
) -> Lime:
    """MeLIME with its kernel density sampler (Botari et al. 2020, arXiv 2009.05818).

    A sample is a row near x plus normal noise, so the surrogate sees what the model does where
    data are. MeLIME grows a radius until ten rows are inside and picks the bandwidth by
    cross-validation; here both are said.

    Known defects: the law is not centred at x, so the line is that of its neighbours' centre; their
    bandwidths are tried on raw units, so columns of large numbers decide; the tree's importances
    are unsigned there (here they have effects).

    Parameters
    ----------
    bandwidth : float, default 0.1
        In background standard deviations.
    share : float, default 0.02
        Share of the background that counts as near.
    n_samples : int, default 4096
    tree : bool, default False
        A tree of depth 5, MeLIME's other local model, in place of a line.

    Returns
    -------
    lime : Lime

    Examples
    --------
    >>> melime_kde(tree=True).surrogate
    Tree(max_depth=5, max_splits=None, min_share=0.01)
    """
    return Lime(
        perturbation=KernelDensity(bandwidth, share),
        representation=Standardized(),
        kernel=Flat(),
        surrogate=Tree(max_depth=5) if tree else LeastSquares(),
        n_samples=n_samples,
    )


def blimey_tree(*, max_depth: int = 3, n_samples: int = 4096) -> Lime:
    """bLIMEy's tree (Sokol et al. 2019, arXiv 1910.13016): mixup and a tree, no kernel.

    Known defects: Beta(2, 5) puts 5/7 of each sample on the random row, so the tree is hardly
    local; the package takes 50 samples, and gives unsigned importances of the whole tree with no
    path for x (here `rules` gives it); its categories stay x's where its numbers do not.

    Parameters
    ----------
    max_depth : int, default 3
    n_samples : int, default 4096
        The package's own is 50.

    Returns
    -------
    lime : Lime

    Examples
    --------
    >>> blimey_tree().perturbation
    Mixup(a=2.0, b=5.0, design=Iid())
    """
    return Lime(
        perturbation=Mixup(2.0, 5.0),
        representation=Standardized(),
        kernel=Flat(),
        surrogate=Tree(max_depth=max_depth, min_share=0.0),
        n_samples=n_samples,
    )


def baylime(
    *,
    prior_mean: Any = None,
    noise_precision: float | None = None,
    weight_precision: float | None = None,
    num_samples: int = 5000,
    kernel_width: float | None = None,
) -> Lime:
    """BayLIME (Zhao et al. 2021, arXiv 2012.03058): lime round x with a Bayesian ridge.

    With no precision given both are found by the evidence (its first mode), with
    ``weight_precision`` the noise is (its second), with both neither is (its third); a prior mean
    moves the coefficients towards what is known beforehand.

    Known defects, which are the package's and not repeated here: it moves each coefficient by its
    own variance alone, which is exact only where features do not correlate, and rescales the prior
    mean to the coefficients that it is to inform. What stays: weights are taken for numbers of
    observations, so a wide kernel makes it sure of a line that the model does not follow.

    Parameters
    ----------
    prior_mean : sequence of float, optional
        One for each feature, output units per background standard deviation.
    noise_precision, weight_precision : float, optional
    num_samples : int, default 5000
    kernel_width : float, optional
        As in `lime_tabular_around`.

    Returns
    -------
    lime : Lime

    Examples
    --------
    >>> baylime(weight_precision=2).surrogate
    BayesianRidge(noise_precision=None, weight_precision=2.0, prior_mean=None)
    """
    around = lime_tabular_around(num_samples=num_samples, kernel_width=kernel_width)
    return Lime(
        perturbation=around.perturbation,
        representation=around.representation,
        kernel=around.kernel,
        surrogate=BayesianRidge(noise_precision, weight_precision, prior_mean),
        n_samples=around.n_samples,
    )
