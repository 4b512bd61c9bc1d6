"""Representations: what the surrogate sees of a cloud; arrays and the view, no model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from limelab.types import Array, Bools, Cloud, Interpreted, View


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
            baseline="background mean",
            spread=np.where(
                codes, np.sqrt(frequency * (1.0 - frequency)), (view.scale > 0).astype(np.float64)
            ),
            names=view.names,
            units=tuple("same as x" if code else "background sd" for code in codes),
            steps=tuple(view.scale.tolist()),
        )


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
