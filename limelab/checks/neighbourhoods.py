"""Neighbourhoods for kernels and surrogates: samples, weights and answers in a few words."""

from __future__ import annotations

from dataclasses import dataclass

import hypothesis.strategies as st
import numpy as np
from hypothesis.strategies import SearchStrategy

from limelab.seeds import generator
from limelab.types import Array, Interpreted


@dataclass(frozen=True)
class Neighbourhood:
    """Samples round one or more instances, and answers of two outputs.

    Parameters
    ----------
    samples, features, instances : int
    shared : bool
        Whether all instances share their samples.
    noise : float
        Of the answers, beside a line and a product.
    seed : int

    Examples
    --------
    >>> case = Neighbourhood(samples=8, features=3, instances=2)
    >>> case.z().shape, case.w().shape, case.y().shape
    ((2, 8, 3), (2, 8), (2, 8, 2))
    """

    samples: int = 40
    features: int = 3
    instances: int = 1
    shared: bool = False
    noise: float = 0.1
    seed: int = 0

    def z(self) -> Array:
        """Features (I or 1, N, k), fresh."""
        axis = 1 if self.shared else self.instances
        return self._rng("z").normal(size=(axis, self.samples, self.features))

    def w(self) -> Array:
        """Weights (I or 1, N) in (0, 1], fresh."""
        return np.asarray(np.exp(-((self.z() ** 2).mean(axis=2)) / 4))

    def y(self) -> Array:
        """Answers (I, N, 2), fresh."""
        z = np.broadcast_to(self.z(), (self.instances, self.samples, self.features))
        slopes = self._rng("slopes").integers(-3, 4, size=(self.features, 2))
        noise = self.noise * self._rng("noise").normal(size=(self.instances, self.samples, 2))
        return np.asarray(z @ slopes + z[..., :1] * z[..., -1:] + noise)

    def interpreted(self) -> Interpreted:
        """The samples as a kernel sees them."""
        return self._seen(self.z())

    def ray(self) -> Interpreted:
        """Samples along one ray from x, farther and farther."""
        direction = self._rng("ray").normal(size=self.features)
        return self._seen(np.linspace(0, 4, 33)[None, :, None] * direction)

    def _seen(self, z: Array) -> Interpreted:
        ones = np.ones((len(z), self.features))
        return Interpreted(
            z=z,
            at_x=np.zeros(self.features),
            gap=0 * ones,
            baseline="background mean",
            spread=ones,
            names=tuple(f"x{j}" for j in range(self.features)),
            units=("sd",) * self.features,
            steps=(1.0,) * self.features,
            extent=np.full(self.features, 6.0),
        )

    def _rng(self, what: str) -> np.random.Generator:
        return generator(self.seed, "neighbourhood", what)


def neighbourhoods() -> SearchStrategy[Neighbourhood]:
    """Neighbourhoods of one to three instances and two to five features.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(neighbourhoods(), lambda case: case.shared and case.instances == 2).features
    2
    """
    return st.builds(
        Neighbourhood,
        samples=st.sampled_from([40, 64]),
        features=st.integers(2, 5),
        instances=st.integers(1, 3),
        shared=st.booleans(),
        noise=st.sampled_from([0.1, 1.0]),
        seed=st.integers(0, 2**16),
    )
