"""Lines fitted to known functions under a normal law, in closed form; it draws and asks nothing.

By Stein's lemma (Stein 1981, Annals of Statistics 9) the coefficients are the mean
gradient, Cov(x)^-1 Cov(x, f) = E grad f, for any normal law, correlated columns included. A
Gaussian kernel only changes the law: see `Normal.tilted`. SmoothGrad has the same limit
(Agarwal et al. 2021, Towards the unification and robustness of perturbation and gradient based
explanations).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import expit, ndtr, owens_t

from limelab.exact.laws import Normal
from limelab.exact.population import Population
from limelab.types import Array, BadInput


def linear_gaussian(slope: npt.ArrayLike, law: Normal, *, offset: float = 0.0) -> Population:
    """The line of slope'x + offset: itself, under every law.

    Parameters
    ----------
    slope : array of shape (d,)
    law : Normal
        Where x falls, the kernel's tilt included.
    offset : float, default 0

    Examples
    --------
    >>> linear_gaussian([2.0, -1.0], Normal([0, 0], np.eye(2)), offset=3.0).intercept
    array(3.)
    """
    a = _slope(slope, law)
    return _line(a, float(a @ law.mean) + offset, float(a @ law.cov @ a), law)


def quadratic_gaussian(
    slope: npt.ArrayLike, curvature: npt.ArrayLike, law: Normal, *, offset: float = 0.0
) -> Population:
    """The line of slope'x + x'Hx / 2 + offset: coef = slope + H mean.

    The variance that the line misses is tr((H cov)^2) / 2.

    Parameters
    ----------
    slope : array of shape (d,)
    curvature : array of shape (d, d)
        H; only its symmetric part matters.
    law : Normal
    offset : float, default 0

    Examples
    --------
    >>> quadratic_gaussian([1.0], [[1.0]], Normal([0.0], [[4.0]])).r2.round(12)  # 1 / (1 + 4 / 2)
    np.float64(0.333333333333)
    """
    g, h = _slope(slope, law), np.asarray(curvature, dtype=np.float64)
    if h.shape != law.cov.shape:
        raise BadInput(f"curvature has shape {h.shape}; expected {law.cov.shape} as the law's cov")
    h = (h + h.T) / 2
    coef = g + h @ law.mean
    curved = h @ law.cov
    mean = g @ law.mean + (law.mean @ h @ law.mean + np.trace(curved)) / 2 + offset
    missed = float(np.sum(curved * curved.T)) / 2
    return _line(coef, float(mean), float(coef @ law.cov @ coef) + missed, law)


def logistic_gaussian(slope: npt.ArrayLike, law: Normal, *, offset: float = 0.0) -> Population:
    """The line of the logistic model 1 / (1 + exp(-slope'x - offset)).

    coef = slope E p(1 - p), a one-dimensional integral; the trapezoidal rule gives it to rounding,
    because the integrand is analytic (Trefethen and Weideman 2014, SIAM Review 56, theorem 5.1).

    Parameters
    ----------
    slope : array of shape (d,)
    law : Normal
    offset : float, default 0

    Examples
    --------
    >>> logistic_gaussian([4.0], Normal([0.0], [[1e-12]])).coef.round(6)  # the gradient at 0
    array([1.])
    """
    a = _slope(slope, law)
    mu, s = _along(a, law)
    mean, variance, steepness = _logistic_moments(mu + offset, s)
    return _line(a * steepness, mean, variance if s > 0 else 0.0, law)


def probit_gaussian(slope: npt.ArrayLike, law: Normal, *, offset: float = 0.0) -> Population:
    """The line of the probit model Phi(slope'x + offset).

    coef = slope phi(m) / r with r^2 = 1 + Var(slope'x) and m = E(slope'x + offset) / r; the
    variance takes Owen's T (Owen 1980, A table of normal integrals).

    Parameters
    ----------
    slope : array of shape (d,)
    law : Normal
    offset : float, default 0

    Examples
    --------
    >>> probit_gaussian([1.0], Normal([0.0], [[1.0]])).mean
    array(0.5)
    """
    a = _slope(slope, law)
    mu, s = _along(a, law)
    r = np.hypot(1.0, s)
    m = (mu + offset) / r
    mean = ndtr(m)
    square = mean - 2.0 * owens_t(m, 1.0 / np.sqrt(1.0 + 2.0 * s**2))
    variance = float(square - mean**2) if s > 0 else 0.0
    return _line(a * _density(m) / r, float(mean), variance, law)


def sine_gaussian(slope: npt.ArrayLike, law: Normal, *, offset: float = 0.0) -> Population:
    """The line of sin(slope'x + offset): coef = slope cos(m) exp(-t / 2), t = Var(slope'x).

    At a zero of the sine R2 = t / sinh(t) (characteristic function of the normal law).

    Parameters
    ----------
    slope : array of shape (d,)
    law : Normal
    offset : float, default 0

    Examples
    --------
    >>> sine_gaussian([1.0], Normal([0.0], [[1.0]])).r2.round(5)  # 1 / sinh(1)
    np.float64(0.85092)
    """
    a = _slope(slope, law)
    mu, s = _along(a, law)
    m, damped = mu + offset, np.exp(-(s**2) / 2)
    variance = -np.expm1(-(s**2)) * (1.0 + np.cos(2.0 * m) * damped**2) / 2
    return _line(a * np.cos(m) * damped, float(np.sin(m) * damped), float(variance), law)


def step_gaussian(slope: npt.ArrayLike, border: float, law: Normal) -> Population:
    """The line of the step 1{slope'x > border}; its R2 is never above 2 / pi.

    With delta = (border - E slope'x) / s and s^2 = Var(slope'x): coef = slope phi(delta) / s
    (Stein's lemma for a density; at the border itself R2 = 2 / pi for every width).

    Parameters
    ----------
    slope : array of shape (d,)
    border : float
    law : Normal
        It must move along the slope.

    Examples
    --------
    >>> step_gaussian([1.0], 0.0, Normal([0.0], [[9.0]])).r2.round(4)
    np.float64(0.6366)
    """
    a = _slope(slope, law)
    mu, s = _moving(a, law)
    delta = (border - mu) / s
    above = ndtr(-delta)
    return _line(a * _density(delta) / s, float(above), float(above * ndtr(delta)), law)


def hinge_gaussian(slope: npt.ArrayLike, border: float, law: Normal) -> Population:
    """The line of the hinge min(slope'x, border): coef = slope P(slope'x < border).

    The moments are those of a censored normal variable (Tobin 1958, Econometrica 26).

    Parameters
    ----------
    slope : array of shape (d,)
    border : float
    law : Normal
        It must move along the slope.

    Examples
    --------
    >>> hinge_gaussian([2.0], 0.0, Normal([0.0], [[1.0]])).coef
    array([1.])
    """
    a = _slope(slope, law)
    mu, s = _moving(a, law)
    delta = (border - mu) / s
    below, density = ndtr(delta), _density(delta)
    short = delta * below + density  # E (border - t)+ / s
    variance = s**2 * ((1.0 + delta**2) * below + delta * density - short**2)
    return _line(a * below, float(border - s * short), float(variance), law)


def _line(coef: Array, mean: float, variance: float, law: Normal) -> Population:
    explained = float(coef @ law.cov @ coef)
    return Population(
        coef=coef,
        intercept=np.asarray(mean - coef @ law.mean),
        mean=np.asarray(mean),
        r2=np.asarray(explained / variance if variance > 0 else np.nan),
    )


def _slope(slope: npt.ArrayLike, law: Normal) -> Array:
    a = np.asarray(slope, dtype=np.float64)
    if a.shape != law.mean.shape:
        raise BadInput(f"slope has shape {a.shape}; expected {law.mean.shape} as the law's mean")
    return a


def _along(a: Array, law: Normal) -> tuple[float, float]:
    """Mean and standard deviation of a'x."""
    return float(a @ law.mean), float(np.sqrt(max(0.0, float(a @ law.cov @ a))))


def _moving(a: Array, law: Normal) -> tuple[float, float]:
    mu, s = _along(a, law)
    if s == 0:
        raise BadInput(
            f"the law does not move along slope={a.tolist()}, and a function with a corner has no "
            "gradient there; give a slope and a law with Var(slope'x) > 0"
        )
    return mu, s


def _density(t: float) -> float:
    return float(np.exp(-0.5 * t * t) / np.sqrt(2.0 * np.pi))


def _logistic_moments(mu: float, s: float) -> tuple[float, float, float]:
    """E p, Var p and E p(1 - p) of p = expit(t), t normal with mean mu and sd s.

    A narrow law is integrated over its own deviations; for a wide one the logistic is the narrow
    factor, so p and p^2 are integrated by parts, against P(t > y).
    """
    if s < 1.0:
        u, h = np.linspace(-12.0, 12.0, 385, retstep=True)
        share = np.exp(-0.5 * u**2) * float(h) / np.sqrt(2.0 * np.pi)
        p = expit(mu + s * u)
        mean = float(share @ p)
        return mean, float(share @ (p - mean) ** 2), float(share @ (p * (1.0 - p)))
    y, h = np.linspace(-45.0, 45.0, 721, retstep=True)
    p = expit(y)
    rise, above = p * (1.0 - p) * float(h), ndtr((mu - y) / s)
    density = np.exp(-0.5 * ((y - mu) / s) ** 2) / (s * np.sqrt(2.0 * np.pi))
    mean = float(rise @ above)
    return mean, float((2.0 * p * rise) @ above - mean**2), float(rise @ density)
