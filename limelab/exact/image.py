"""What explanations of pictures converge to, by formula; it draws nothing, asks no model."""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln

from limelab.exact.population import Population
from limelab.exact.presence import MaskLaw, cosine_weight
from limelab.types import Array, BadInput, Ints


def image_law(parts: int, *, width: float = 0.25, p: float = 0.5) -> MaskLaw:
    """`Dropout` under the exponential kernel of the cosine distance: lime's law for images.

    Garreau and Mardaoui (2021), "What does LIME really see in images?", section 3.

    Parameters
    ----------
    parts : int
        Superpixels.
    width : float, default 0.25
    p : float, default 0.5
        Chance of a superpixel to be gone.

    Returns
    -------
    law : MaskLaw

    Examples
    --------
    >>> line = image_law(10).conjunction(2)
    >>> line.coef[[0, 9]].round(5).tolist(), line.intercept.round(5).tolist()
    ([0.57546, 0.00129], -0.34229)
    """
    if not 0 < p < 1:
        raise BadInput(f"p={p!r}; expected a chance above 0 and below 1")
    weight = cosine_weight(parts, width)
    gone = np.arange(parts + 1)
    ways = gammaln(parts + 1) - gammaln(gone + 1) - gammaln(parts - gone + 1)
    chance = np.exp(ways + gone * np.log(p) + (parts - gone) * np.log1p(-p))
    return MaskLaw(tuple((weight * chance).tolist()))


def linear_pixels(weights: Array, image: Array, fill: Array, segments: Ints) -> Population:
    """The line of a linear model of pixels: over each superpixel, weight times (image - fill).

    Exact for every kernel: the model is its own line. A superpixel that equals its fill gets 0
    however much the model leans on it.

    Parameters
    ----------
    weights, image, fill : arrays of shape (H, W) or (H, W, channels)
    segments : int array of shape (H, W)

    Returns
    -------
    line : Population

    Examples
    --------
    >>> image, segments = np.array([[1.0, 2, 3, 4]]), np.array([[0, 0, 1, 1]])
    >>> linear_pixels(np.ones((1, 4)), image, np.zeros((1, 4)), segments).coef.tolist()
    [3.0, 7.0]
    """
    if not np.shape(weights) == np.shape(image) == np.shape(fill):
        raise BadInput(
            f"weights, image and fill have shapes {np.shape(weights)}, {np.shape(image)} and "
            f"{np.shape(fill)}; expected one shape"
        )
    step = np.asarray(weights, np.float64) * (np.asarray(image, np.float64) - fill)
    of_pixel = step.reshape(*np.shape(segments), -1).sum(axis=2)
    coef = np.asarray(np.bincount(np.ravel(segments), of_pixel.ravel()), np.float64)
    without = np.asarray(float((np.asarray(weights, np.float64) * fill).sum()))
    return Population(coef, without, np.asarray(np.nan), np.ones(()))
