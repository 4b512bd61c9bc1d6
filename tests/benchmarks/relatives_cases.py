"""Data, models and nouns of the tables of relatives; it compares nothing."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import Ridge
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

import limelab as ll
from limelab.domains import Table
from limelab.sampling import sample
from limelab.types import Array

MARS_X = np.array([[0.51, 0.49, 0.5, 0.5, 0.5]])
SPIRAL_X = np.array([[0.0, 8.0]])


@dataclass(frozen=True)
class Row:
    """One line of the first table."""

    relative: str
    quantity: str
    source: str
    theirs: float
    ours: float
    within: float
    why: str

    @property
    def difference(self) -> float:
        return self.ours - self.theirs

    @property
    def agrees(self) -> bool:
        return abs(self.difference) <= self.within


@dataclass(frozen=True)
class Defect:
    """One line of the second: what theirs says, what the corrected form says, what is right."""

    relative: str
    defect: str
    theirs: float
    corrected: float
    right: float

    @property
    def mended(self) -> bool:
        return abs(self.corrected - self.right) < 0.5 * abs(self.theirs - self.right)


@cache
def cancer() -> Array:
    return np.asarray(load_breast_cancer().data)


def bent(x: Array) -> Array:
    """A smooth model of ten columns of breast cancer data, far from a line."""
    z = (x - cancer()[:, :10].mean(axis=0)) / cancer()[:, :10].std(axis=0)
    return np.asarray(np.tanh(z[:, 0] - z[:, 1]) + 0.3 * z[:, 2] * z[:, 4] + 0.5 * z[:, 7])


def mars(x: Array) -> Array:
    """S-LIME's function, with the constants of its notebook."""
    curve = 10 * np.sin(np.pi * x[:, 0] * x[:, 1]) + 20 * (x[:, 2] - 0.05) ** 2
    return np.asarray(curve + 5.2 * x[:, 3] + 5 * x[:, 4])


def coef(explainer: Any, model: Any, rows: Any, at: Any, seed: int = 0) -> Array:
    """Coefficients (I, k) of the first output."""
    return np.asarray(explainer.explain(model, rows, at, seed=seed).coef)[:, :, 0]


def seen(lime: ll.Lime, rows: Array, at: Array, seed: int = 0) -> tuple[Array, Array, Array]:
    """z (N, k), weights (N,) and points (N, d) of the samples that a preset draws round a row."""
    table = Table(rows)
    cloud = sample(lime.perturbation, table, at, lime.n_samples, lime.draws, seed)
    found = lime.representation.interpret(cloud, table)
    points = np.where(cloud.relative, at + cloud.moves[0], cloud.moves[0])
    return (
        found.z[0].astype(float),
        np.broadcast_to(lime.kernel.weights(found)[0], len(points)),
        points,
    )


def furthest(theirs: Array, ours: Array) -> tuple[float, float]:
    """The two entries that differ most."""
    at = int(np.abs(theirs - ours).argmax())
    return float(theirs.ravel()[at]), float(ours.ravel()[at])


@cache
def toy() -> tuple[Array, Any]:
    """y = x sin x + 10 at 20 of 100 points, a polynomial of degree 5; unit 9 is explained."""
    x = np.linspace(0, 10, 100)
    np.random.RandomState(0).shuffle(x)
    x = np.sort(x[:20])[:, None]
    model = make_pipeline(PolynomialFeatures(5), Ridge())
    return x, model.fit(x, x[:, 0] * np.sin(x[:, 0]) + 10)


def toy_r2(width: float) -> float:
    """R squared of the population's line under unit noise and this kernel, by quadrature."""
    x, model = toy()
    nodes, weights = hermegauss(80)
    z = nodes / np.sqrt(1 + width**-2)
    y, p = model.predict((x[9, 0] + z * x.std())[:, None]), weights / weights.sum()
    centred = y - p @ y
    return float((p @ (z * centred)) ** 2 / (p @ z**2) / (p @ centred**2))


@cache
def spiral_rows() -> tuple[Array, Array]:
    """Points near a spiral (2000, 2), and their angles."""
    rng = np.random.default_rng(0)
    theta = 2 * np.pi + 2.5 * np.pi * rng.random(2000)
    x = theta[:, None] * np.column_stack([np.cos(theta), np.sin(theta)])
    return x + 0.1 * rng.normal(size=x.shape), theta


@cache
def spiral() -> tuple[Array, Any]:
    """The spiral, and a network that knows how long it is up to there."""
    x, theta = spiral_rows()
    length = 0.5 * (theta * np.sqrt(1 + theta**2) + np.arcsinh(theta))
    net = MLPRegressor(
        hidden_layer_sizes=[50] * 5, solver="lbfgs", alpha=0.01, random_state=1, max_iter=800
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it need not converge to fit to four digits
        return x, make_pipeline(StandardScaler(), net).fit(x, length)
