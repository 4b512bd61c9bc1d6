"""Closed forms against weighted least squares on a fine grid, and against sampled explanations."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.special import expit, ndtr

from limelab.domains import Table
from limelab.exact import (
    Normal,
    Population,
    hinge_gaussian,
    linear_gaussian,
    logistic_gaussian,
    neighbourhood,
    probit_gaussian,
    quadratic_gaussian,
    sine_gaussian,
    step_gaussian,
)
from limelab.kernels import Exponential, Flat
from limelab.lime import Lime, explain
from limelab.perturbations import Gaussian
from limelab.types import Array, BadInput

A, H = np.array([1.2, -0.7]), np.array([[0.6, 0.3], [0.3, -0.9]])
NOISE = Normal([0.4, -0.3], [[1.0, 0.4], [0.4, 0.5]])
CENTRE, PRECISION = np.array([0.9, 0.2]), np.array([[0.5, 0.1], [0.1, 0.4]])

Case = tuple[Callable[[Array], Array], Callable[[Normal], Population]]
SMOOTH: dict[str, Case] = {
    "linear": (lambda x: x @ A + 2, lambda law: linear_gaussian(A, law, offset=2)),
    "quadratic": (
        lambda x: x @ A + np.einsum("mi,ij,mj->m", x, H, x) / 2 - 1,
        lambda law: quadratic_gaussian(A, H, law, offset=-1),
    ),
    "logistic": (lambda x: expit(x @ A + 0.3), lambda law: logistic_gaussian(A, law, offset=0.3)),
    "steep logistic": (
        lambda x: expit(x @ (8 * A) - 2),
        lambda law: logistic_gaussian(8 * A, law, offset=-2),
    ),
    "probit": (lambda x: ndtr(x @ A - 0.5), lambda law: probit_gaussian(A, law, offset=-0.5)),
    "sine": (lambda x: np.sin(x @ A + 0.7), lambda law: sine_gaussian(A, law, offset=0.7)),
}
CORNERS: dict[str, Case] = {
    "step": (lambda x: (x @ A > 0.6) * 1.0, lambda law: step_gaussian(A, 0.6, law)),
    "hinge": (lambda x: np.minimum(x @ A, 0.6), lambda law: hinge_gaussian(A, 0.6, law)),
}


def by_grid(f: Callable[[Array], Array], law: Normal) -> Population:
    """The weighted least-squares line of NOISE's density times the kernel, on a grid."""
    side = np.linspace(-9, 9, 901)
    x = (law.mean + np.stack(np.meshgrid(side, side), axis=-1)).reshape(-1, 2)
    off, away = x - NOISE.mean, x - CENTRE
    squared = np.einsum("mi,ij,mj->m", off, np.linalg.inv(NOISE.cov), off)
    share = np.exp(-0.5 * (squared + np.einsum("mi,ij,mj->m", away, PRECISION, away)))
    share /= share.sum()
    y, zc = f(x), x - share @ x
    mean = share @ y
    coef = np.linalg.solve((zc.T * share) @ zc, (zc.T * share) @ (y - mean))
    variance = share @ (y - mean) ** 2
    missed = share @ (y - mean - zc @ coef) ** 2
    return Population(coef, mean - coef @ (share @ x), mean, 1 - missed / variance)


def agree(found: Population, expected: Population, atol: float) -> bool:
    return all(
        np.allclose(getattr(found, name), getattr(expected, name), rtol=0, atol=atol)
        for name in ("coef", "intercept", "mean", "r2")
    )


@pytest.mark.parametrize("name", SMOOTH)
def test_smooth_functions_equal_the_grid(name: str) -> None:
    f, exact = SMOOTH[name]
    law = NOISE.tilted(CENTRE, PRECISION)
    assert agree(exact(law), by_grid(f, law), atol=1e-9)


@pytest.mark.parametrize("name", CORNERS)
def test_functions_with_a_corner_equal_the_grid(name: str) -> None:
    f, exact = CORNERS[name]
    law = NOISE.tilted(CENTRE, PRECISION)
    assert agree(exact(law), by_grid(f, law), atol=1e-3)


@pytest.mark.parametrize("kernel", [Flat(), Exponential(0.6)])
@pytest.mark.parametrize("name", [*SMOOTH, *CORNERS])
def test_a_sampled_explanation_is_within_four_standard_errors(
    name: str, kernel: Flat | Exponential
) -> None:
    f, exact = (SMOOTH | CORNERS)[name]
    table = Table(np.random.default_rng(3).normal(size=(300, 2)) * [1.0, 2.0])
    row = np.array([[0.3, -0.4]])
    sampled = explain(f, table, row, explainer=Lime(Gaussian(0.8), kernel=kernel), seed=1)
    line = exact(neighbourhood(row[0], Gaussian(0.8), kernel, scale=table.scale))
    assert sampled.coef is not None
    assert sampled.stderr is not None
    error = 4 * sampled.stderr[0, :, 0] + 1e-12
    assert (np.abs(sampled.coef[0, :, 0] - line.coef * table.scale) <= error).all()
    assert abs(sampled.r2[0, 0] - line.r2) < 0.03


@pytest.mark.parametrize("s", [0.01, 0.5, 0.999, 1.0, 3.0, 1e3, 1e6])
def test_the_logistic_integrals_agree_on_both_sides_of_their_seam(s: float) -> None:
    found = logistic_gaussian([s], Normal([0.7 / s], [[1.0]]), offset=0.1)
    u = np.linspace(-12, 12, 2_000_001)
    share = np.exp(-u * u / 2) / np.exp(-u * u / 2).sum()
    p = expit(0.8 + s * u)
    mean = share @ p
    slope = share @ (p * u)
    assert found.mean == pytest.approx(mean, abs=1e-5 if s > 1e4 else 1e-10)
    assert found.coef[0] == pytest.approx(slope, rel=1e-5)
    assert found.r2 == pytest.approx(slope**2 / (share @ (p - mean) ** 2), rel=1e-5)


@pytest.mark.parametrize("width", [1e-3, 0.3, 1.0, 30.0])
def test_a_step_is_never_explained_better_than_two_over_pi(width: float) -> None:
    at = [step_gaussian([1.0], c * width, Normal([0.0], [[width**2]])).r2 for c in (-2, -0.5, 0, 1)]
    assert max(at) == at[2] == pytest.approx(2 / np.pi)


def test_known_values_of_r2() -> None:
    for s, r2 in ((0.1, 0.995), (0.5, 0.889), (1.0, 0.667), (2.0, 0.333), (4.0, 0.111)):
        found = quadratic_gaussian([1.0], [[1.0]], Normal([0.0], [[s * s]])).r2
        assert found == pytest.approx(r2, abs=5e-4)
    for t, r2 in ((0.25, 0.98966), (1.0, 0.85092), (4.0, 0.14657)):
        assert sine_gaussian([1.0], Normal([0.0], [[t]])).r2 == pytest.approx(r2, abs=5e-6)


@pytest.mark.parametrize("name", [*SMOOTH, *CORNERS])
def test_units_of_a_column_do_not_matter(name: str) -> None:
    """A column in other units: f(x) = g(x / c) has coefficients coef / c and the same R2."""
    c = np.array([1e3, 1e-2])
    plain = NOISE.tilted(CENTRE, PRECISION)
    other = Normal(plain.mean * c, plain.cov * np.outer(c, c))
    scaled: dict[str, Callable[[], Population]] = {
        "linear": lambda: linear_gaussian(A / c, other, offset=2),
        "quadratic": lambda: quadratic_gaussian(A / c, H / np.outer(c, c), other, offset=-1),
        "logistic": lambda: logistic_gaussian(A / c, other, offset=0.3),
        "steep logistic": lambda: logistic_gaussian(8 * A / c, other, offset=-2),
        "probit": lambda: probit_gaussian(A / c, other, offset=-0.5),
        "sine": lambda: sine_gaussian(A / c, other, offset=0.7),
        "step": lambda: step_gaussian(A / c, 0.6, other),
        "hinge": lambda: hinge_gaussian(A / c, 0.6, other),
    }
    found, expected = scaled[name](), (SMOOTH | CORNERS)[name][1](plain)
    assert np.allclose(found.coef * c, expected.coef, rtol=1e-10)
    assert found.r2 == pytest.approx(expected.r2, rel=1e-9)


def test_a_function_that_does_not_vary_has_no_r2() -> None:
    law = Normal([1.0, 2.0], np.diag([1.0, 0.0]))
    assert np.isnan(linear_gaussian([0.0, 3.0], law).r2)
    for function in (logistic_gaussian, probit_gaussian, sine_gaussian):
        assert np.isnan(function([0.0, 3.0], law).r2)


def test_bad_input_says_what_came() -> None:
    law = Normal([0.0, 0.0], np.eye(2))
    with pytest.raises(BadInput, match=r"slope has shape \(3,\)"):
        linear_gaussian([1, 2, 3], law)
    with pytest.raises(BadInput, match="curvature has shape"):
        quadratic_gaussian([1, 2], [1, 2], law)
    with pytest.raises(BadInput, match="does not move along"):
        step_gaussian([0, 0], 1.0, law)
