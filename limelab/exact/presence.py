"""Lines under laws that treat all parts alike, by moments; it draws nothing and enumerates none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from limelab.exact.population import Population
from limelab.types import Array, BadInput


@dataclass(frozen=True)
class MaskLaw:
    """How many of the parts are gone; which ones is even. The kernel's weight is counted in.

    The normal equations of such a law hold three numbers only, E w, E w z_1 and E w z_1 z_2, so
    that they have a closed solution (Mardaoui and Garreau 2021, section 3, for texts; Garreau and
    Mardaoui 2021, section 3, for images).

    Attributes
    ----------
    mass : tuple of float, length d + 1
        Chance that s = 0, ..., d of the d parts are gone, times the weight of such a mask.

    Examples
    --------
    >>> from limelab.exact import text_law
    >>> text_law(10).conjunction(2).coef[[0, 9]].round(5).tolist()
    [0.65469, -0.00791]
    """

    mass: tuple[float, ...]

    def __post_init__(self) -> None:
        mass = np.array(self.mass)
        if len(mass) < 3 or not np.isfinite(mass).all() or (mass < 0).any() or mass.sum() <= 0:
            raise BadInput(
                f"MaskLaw came with {len(mass)} masses; expected d + 1 finite ones of at least 0, "
                "not all 0, for d of at least 2 parts"
            )

    @property
    def parts(self) -> int:
        """How many parts there are."""
        return len(self.mass) - 1

    def moment(self, p: int) -> float:
        """E w z_1 ... z_p: weight times the chance that p given parts are all there."""
        d = self.parts
        gone = np.arange(d + 1)
        there = np.ones(d + 1)
        for k in range(p):
            there *= (d - gone - k) / (d - k)
        return float(np.maximum(there, 0.0) @ np.array(self.mass))

    def line(self, total: float, each: Array) -> Population:
        """The line of any function f of masks, from its own moments.

        Parameters
        ----------
        total : float
            E w f.
        each : array of shape (d,)
            E w z_j f.

        Returns
        -------
        line : Population
            Its r2 is NaN: it needs E w f^2 as well.
        """
        d = self.parts
        if np.shape(each) != (d,):
            raise BadInput(f"each has shape {np.shape(each)}; expected ({d},), one for each part")
        a0, a1, a2 = (self.moment(p) for p in range(3))
        # a0 b0 + a1 B = total and d a1 b0 + (a1 + (d - 1) a2) B = sum of each, B the sum of b_j
        whole = np.array([[a0, a1], [d * a1, a1 + (d - 1) * a2]])
        intercept, together = np.linalg.solve(whole, [total, float(np.sum(each))])
        coef = (np.asarray(each) - a1 * intercept - a2 * together) / (a1 - a2)
        mean = np.asarray(total / a0)
        return Population(coef, np.asarray(intercept), mean, np.asarray(np.nan))

    def conjunction(self, p: int) -> Population:
        """The line of "the first p parts are all there", p from 1 to d - 1.

        Of one part it is that part: 1, the others 0.
        """
        d = self.parts
        if not 1 <= p < d:
            raise BadInput(f"p={p!r}; expected 1 to {d - 1} of {d} parts")
        inside, outside = self.moment(p), self.moment(p + 1)
        each = np.where(np.arange(d) < p, inside, outside)
        line = self.line(inside, each)
        a0, a1 = self.moment(0), self.moment(1)
        mean = inside / a0
        covariance = each / a0 - mean * a1 / a0
        r2 = line.coef @ covariance / (mean * (1.0 - mean))
        return Population(line.coef, line.intercept, line.mean, np.asarray(r2))


def cosine_weight(parts: int, width: float) -> Array:
    """exp(-d^2 / (2 width^2)) of d = 1 - sqrt(share there), for 0, ..., all parts gone.

    Examples
    --------
    >>> cosine_weight(4, 0.25).round(3).tolist()
    [1.0, 0.866, 0.503, 0.135, 0.0]
    """
    if parts < 2 or not width > 0:
        raise BadInput(f"parts={parts!r}, width={width!r}; expected 2 parts or more, width above 0")
    there = 1.0 - np.arange(parts + 1) / parts
    return np.asarray(np.exp(-((1.0 - np.sqrt(there)) ** 2) / (2.0 * width**2)))
