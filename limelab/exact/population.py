"""The noun of exact references: a line fitted to a whole law; it computes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from limelab.types import Array


@dataclass(frozen=True, eq=False)
class Population:
    """The weighted least-squares line of a function under a law, with no sampling error.

    It is what LIME without a penalty converges to as the number of samples grows:
    coef = Cov(z)^-1 Cov(z, f), intercept = E f - coef' E z, all under the sampling law times
    the kernel (Garreau and von Luxburg 2020, Explaining the
    explainer).

    Attributes
    ----------
    coef : array of shape (k,), (k, C) or (I, k, C)
        k features; C outputs and I instances where the function has them.
    intercept : array of shape (), (C,) or (I, C)
        The line's value where all its features are 0.
    mean : array of the intercept's shape
        E f under the law.
    r2 : array of the intercept's shape
        Share of the variance of f that the line explains; NaN where f does not vary, or where
        there is no closed form.
    """

    coef: Array
    intercept: Array
    mean: Array
    r2: Array
