"""Designs: which uniforms drive a perturbation; they know only the generator they are handed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from scipy.stats import qmc

from limelab.types import Array, BadInput, Design

_SMALLEST = 2.0**-54  # an open interval: the inverse normal of 0 is minus infinity
_STEP = 2.0**-53  # numpy's uniforms are multiples of it, and so are their mirror images
_HALF_STEP = 2.0**-31  # Sobol points are multiples of 2^-30; half a step keeps them off 0 and 1


def check_design(owner: Any) -> None:
    """Refuse a perturbation whose field `design` is none."""
    design = owner.design
    if isinstance(design, type) or not isinstance(design, Design):
        raise BadInput(
            f"{type(owner).__name__}(design={design!r}); expected a design such as Iid() or Sobol()"
        )


@dataclass(frozen=True)
class Iid:
    """Independent uniforms: the only design whose standard errors come from one run.

    Examples
    --------
    >>> Iid().draw(2, 3, np.random.default_rng(0)).shape
    (2, 3)
    """

    independent: ClassVar[bool] = True

    def draw(self, n: int, dims: int, rng: np.random.Generator) -> Array:
        """Uniforms in (0, 1) of shape (n, dims); the first m rows are the draw of m."""
        u = rng.random((n, dims))
        return u if u.min(initial=1.0) > 0 else np.maximum(u, _SMALLEST, out=u)


@dataclass(frozen=True)
class Antithetic:
    """Independent uniforms in pairs u, 1 - u: what is odd about x cancels within a pair.

    Examples
    --------
    >>> u = Antithetic().draw(4, 1, np.random.default_rng(0)).ravel()
    >>> bool(np.allclose(u[::2] + u[1::2], 1.0))
    True
    """

    independent: ClassVar[bool] = False

    def draw(self, n: int, dims: int, rng: np.random.Generator) -> Array:
        """Uniforms in (0, 1) of shape (n, dims); the first m rows are the draw of m."""
        first = np.maximum(rng.random(((n + 1) // 2, dims)), _STEP)
        return np.stack([first, 1.0 - first], axis=1).reshape(-1, dims)[:n]


@dataclass(frozen=True)
class Sobol:
    """Scrambled Sobol points: more even than chance, so less error at equal queries.

    The number of samples must be a power of two, else the balance is lost
    (Owen, "Scrambled net variance for integrals of smooth functions", 1997).

    Examples
    --------
    >>> Sobol().draw(4, 1, np.random.default_rng(0)).round(1).ravel().shape
    (4,)
    """

    independent: ClassVar[bool] = False

    def draw(self, n: int, dims: int, rng: np.random.Generator) -> Array:
        """Uniforms in (0, 1) of shape (n, dims); the first m rows are the draw of m."""
        if n < 1 or n & (n - 1):
            below = 2 ** max(n.bit_length() - 1, 0)
            raise BadInput(
                f"n_samples={n} with Sobol(); expected a power of two; take {below} or {2 * below}"
            )
        sequence = qmc.Sobol(dims, scramble=True, rng=rng)
        return np.asarray(sequence.random_base2(n.bit_length() - 1)) + _HALF_STEP
