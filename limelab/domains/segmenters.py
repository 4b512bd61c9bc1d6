"""Pictures cut into superpixels: a grid, or scikit-image's algorithms; always the same cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np

from limelab.numbers import count, positive
from limelab.types import Array, BadInput, Ints


@runtime_checkable
class Segmenter(Protocol):
    """Which pixels are one feature."""

    def cut(self, colours: Array) -> Ints:
        """Labels (H, W) of colours (H, W, 3) from 0 to 1."""


@dataclass(frozen=True)
class Grid:
    """Rectangles of about equal size; needs no scikit-image and does not look at the picture.

    Parameters
    ----------
    rows, columns : int, default 7
        At most as many as there are pixels.

    Examples
    --------
    >>> Grid(2, 3).cut(np.zeros((2, 6, 3))).tolist()
    [[0, 0, 1, 1, 2, 2], [3, 3, 4, 4, 5, 5]]
    """

    rows: int = 7
    columns: int = 7

    def __post_init__(self) -> None:
        count(self, "rows")
        count(self, "columns")

    def cut(self, colours: Array) -> Ints:
        """Labels (H, W), row by row."""
        height, width = colours.shape[:2]
        down = np.arange(height) * min(self.rows, height) // height
        across = np.arange(width) * min(self.columns, width) // width
        return np.asarray(down[:, None] * (across.max() + 1) + across)


@dataclass(frozen=True)
class Slic:
    """Clusters in colour and place (Achanta et al. 2012, SLIC), by scikit-image.

    Parameters
    ----------
    n_segments : int, default 50
        About how many.
    compactness : float, default 10
        Larger for squarer ones.

    Examples
    --------
    >>> Slic(20)
    Slic(n_segments=20, compactness=10.0)
    """

    n_segments: int = 50
    compactness: float = 10.0

    def __post_init__(self) -> None:
        count(self, "n_segments")
        positive(self, "compactness")

    def cut(self, colours: Array) -> Ints:
        """Labels (H, W)."""
        slic = _segmentation().slic
        options = {"n_segments": self.n_segments, "compactness": self.compactness}
        return np.asarray(slic(colours, start_label=0, channel_axis=-1, **options))


@dataclass(frozen=True)
class Quickshift:
    """Modes of density in colour and place (Vedaldi and Soatto 2008), by scikit-image.

    The defaults are lime's. Its own seed breaks ties: lime 0.2.0.1 hands one under a name that
    scikit-image no longer knows, which drops it without a word, so lime always gets 42.

    Parameters
    ----------
    kernel_size : float, default 4
    max_dist : float, default 200
    ratio : float, default 0.2
        Between 0, place alone, and 1, colour alone.
    seed : int, default 42

    Examples
    --------
    >>> Quickshift().ratio
    0.2
    """

    kernel_size: float = 4.0
    max_dist: float = 200.0
    ratio: float = 0.2
    seed: int = 42

    def __post_init__(self) -> None:
        positive(self, "kernel_size")
        positive(self, "max_dist")
        positive(self, "ratio", zero=True, most=1.0)
        count(self, "seed", least=0)

    def cut(self, colours: Array) -> Ints:
        """Labels (H, W)."""
        options = {"kernel_size": self.kernel_size, "max_dist": self.max_dist, "ratio": self.ratio}
        return np.asarray(_segmentation().quickshift(colours, rng=self.seed, **options))


@dataclass(frozen=True)
class Felzenszwalb:
    """Regions of a graph of neighbours (Felzenszwalb and Huttenlocher 2004), by scikit-image.

    Parameters
    ----------
    scale : float, default 100
        Larger for fewer and larger ones.
    sigma : float, default 0.8
        Width of the blur before, in pixels.
    min_size : int, default 20
        Pixels of the smallest.

    Examples
    --------
    >>> Felzenszwalb(50)
    Felzenszwalb(scale=50.0, sigma=0.8, min_size=20)
    """

    scale: float = 100.0
    sigma: float = 0.8
    min_size: int = 20

    def __post_init__(self) -> None:
        positive(self, "scale")
        positive(self, "sigma", zero=True)
        count(self, "min_size")

    def cut(self, colours: Array) -> Ints:
        """Labels (H, W)."""
        options = {"scale": self.scale, "sigma": self.sigma, "min_size": self.min_size}
        return np.asarray(_segmentation().felzenszwalb(colours, channel_axis=-1, **options))


def _segmentation() -> Any:
    try:
        from skimage import segmentation
    except ImportError as error:
        raise BadInput(
            "superpixels need scikit-image, which is not installed; expected it for Slic(), "
            "Quickshift() and Felzenszwalb(); pip install limelab[image], or take Grid()"
        ) from error
    return segmentation
