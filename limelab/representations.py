"""Representations: what the surrogate sees of a cloud; arrays and the view, no model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from limelab.bins import Cuts, entropy_cuts, limits, quantile_cuts, share_between
from limelab.numbers import count
from limelab.types import Array, Bools, Cloud, Interpreted, NotApplicable, View

_BACKGROUND = "background mean"
_CATEGORY = "same as x"


@dataclass(frozen=True)
class Standardized:
    """Numbers in background standard deviations from x; categories as 1 where the same as x.

    A coefficient is the change of output per background standard deviation of a number, or
    between "the same category as x" and any other. A constant column is always 0.

    Examples
    --------
    >>> Standardized()
    Standardized()
    """

    def interpret(self, cloud: Cloud, view: View) -> Interpreted:
        """Features (I or 1, N, d), the instance axis 1 where all columns are relative numbers."""
        codes = view.categorical
        inverse = np.divide(1.0, view.scale, out=np.zeros(len(codes)), where=view.scale > 0)
        frequency = _same(view.background, cloud.x, codes)
        return Interpreted(
            z=_features(cloud, codes, inverse),
            at_x=codes.astype(np.float64),
            gap=np.where(codes, 1.0 - frequency, (cloud.x - view.mean) * inverse),
            baseline=_BACKGROUND,
            spread=np.where(
                codes, np.sqrt(frequency * (1.0 - frequency)), (view.scale > 0).astype(np.float64)
            ),
            names=view.names,
            units=tuple(_CATEGORY if code else "background sd" for code in codes),
            steps=tuple(view.scale.tolist()),
            extent=np.where(codes, 1.0, _ranges(view) * inverse),
        )


@dataclass(frozen=True)
class Binned:
    """Numbers as 1 where they lie in the same quantile bin as x; categories where the same as x.

    What lime 0.2.0.1 shows by default (4 bins, the quartiles; 10 are its deciles). A coefficient is
    the change of output between x's bin and any other.

    Parameters
    ----------
    bins : int, default 4
        Bins of equal share of the background; ties may leave fewer.

    Examples
    --------
    >>> Binned(10)
    Binned(bins=10)
    """

    bins: int = 4

    def __post_init__(self) -> None:
        count(self, "bins", least=2)

    def interpret(self, cloud: Cloud, view: View) -> Interpreted:
        """Features (I, N, d) of 0 and 1."""
        return _in_bins(cloud, view, quantile_cuts(view, self.bins))


@dataclass(frozen=True)
class EntropyBins:
    """As `Binned`, with edges where a small classification tree of each column splits it.

    lime 0.2.0.1's entropy discretiser; the classes are the background's target, as in
    ``Table(background, target=classes)``. A column that tells nothing about them is one bin.

    Parameters
    ----------
    max_depth : int, default 3
        Of the trees, so that a column has at most 2^max_depth bins.

    Examples
    --------
    >>> EntropyBins()
    EntropyBins(max_depth=3)
    """

    max_depth: int = 3

    def __post_init__(self) -> None:
        count(self, "max_depth")

    def interpret(self, cloud: Cloud, view: View) -> Interpreted:
        """Features (I, N, d) of 0 and 1."""
        classes = _classes(getattr(view, "target", None))
        return _in_bins(cloud, view, entropy_cuts(view, classes, self.max_depth))


def _features(cloud: Cloud, codes: Bools, inverse: Array) -> Array:
    if cloud.relative.all():
        return cloud.moves * inverse
    x = cloud.x[:, None, :]
    offset = np.where(cloud.relative, 0.0, x)
    numbers = (cloud.moves - offset) * inverse
    return np.where(codes, cloud.moves == x, numbers) if codes.any() else numbers


def _same(background: Array, x: Array, codes: Bools) -> Array:
    """Background share (I, d) of x's category; 0 for numbers."""
    share = np.zeros(x.shape)
    for j in np.flatnonzero(codes):
        share[:, j] = (background[:, j] == x[:, j, None]).mean(axis=1)
    return share


def _ranges(view: View) -> Array:
    return view.once("ranges", lambda: np.ptp(view.background, axis=0))


def _in_bins(cloud: Cloud, view: View, cuts: Cuts) -> Interpreted:
    """What is in x's bin, and how much of the background is."""
    codes, columns = view.categorical, len(view.names)
    low, high = limits(cloud.x, cuts, codes)
    share = share_between(view, low, high)
    return Interpreted(
        z=_inside(cloud, low, high),
        at_x=np.ones(columns),
        gap=1.0 - share,
        baseline=_BACKGROUND,
        spread=np.sqrt(share * (1.0 - share)),
        names=view.names,
        units=tuple(_CATEGORY if code else "same bin as x" for code in codes),
        steps=(0.0,) * columns,
        extent=np.ones(columns),
        limits=np.where(codes[:, None], np.nan, np.stack([low, high], axis=2)),
    )


def _inside(cloud: Cloud, low: Array, high: Array) -> Any:
    """1 where a point lies in (low, high] of each instance, int8 (I, N, d)."""
    moves = cloud.moves
    if cloud.relative.any():
        moves = np.where(cloud.relative, cloud.x[:, None, :] + moves, moves)
    same = moves > low[:, None, :]
    same &= moves <= high[:, None, :]
    return same.view(np.int8)


def _classes(target: Any) -> Any:
    """The background's target, proven to hold classes."""
    if target is None:
        raise NotApplicable(
            "EntropyBins() needs the background's classes; give Table(background, target=y), or "
            "take Binned()"
        )
    values = np.asarray(target)
    if values.ndim != 1 or (values.dtype.kind == "f" and (values % 1 != 0).any()):
        raise NotApplicable(
            "EntropyBins() needs classes and the background's target holds numbers; take Binned()"
        )
    return values
