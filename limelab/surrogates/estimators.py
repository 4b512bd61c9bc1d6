"""Any scikit-learn regressor as a surrogate; what it is handed is cloned and never fitted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from sklearn.base import clone, is_regressor
from sklearn.utils.validation import has_fit_parameter

from limelab.surrogates.impact import impact
from limelab.surrogates.moments import Moments, at, constant, each
from limelab.types import Array, BadInput, Bools, Objects

_WITHHELD = "no standard errors: {} gives none"
_SAME = 1e-8  # a prediction this near to its line, in shares of the spread, is a line's


@dataclass(frozen=True, eq=False)
class EstimatorModel:
    """A stack of fitted estimators, one for each instance and output.

    Attributes
    ----------
    fitted : object array of shape (I, C)
    coef, intercept : arrays of shape (I, k, C) and (I, C), or None where they are not lines
    importance, effect : arrays of shape (I, k, C), output units
    selected : bool array of shape (I, k, C)
    deviation : array of shape (I, k)
    r2, r2_out : arrays of shape (I, C)
        Weighted R squared in sample, and on the odd samples when fitted to the even ones.
    withheld : str
        What is not said here and why, for the notes.
    """

    fitted: Objects
    importance: Array
    effect: Array
    selected: Bools
    deviation: Array
    r2: Array
    r2_out: Array
    coef: Array | None
    intercept: Array | None
    withheld: str
    stderr: None = None

    def predict(self, z: Array) -> Array:
        """The estimators' values (I, M, C) at z (I or 1, M, k)."""
        values = np.empty((len(self.fitted), z.shape[1], self.fitted.shape[1]))
        for i, c in np.ndindex(self.fitted.shape):
            values[i, :, c] = _predicted(self.fitted.item(i, c), _block(at(z, i)))
        return values


@dataclass(frozen=True, repr=False, eq=False)
class FromSklearn:
    """A scikit-learn regressor as the surrogate, fitted with weights scaled to a mean of 1.

    Samples of weight 0 are left out. Each output gets a clone of its own; a `random_state` of
    None is set to 0, so that the same call gives the same bits. Importance and effect come from
    `limelab.surrogates.impact`: exact for lines and for features of up to 16 values, within a few
    percent otherwise, at 8 predictions of the whole sample for each feature. `coef` is there where
    the estimator has coefficients and predicts by them. The outputs are not scaled, so penalties
    of the estimator are in output units.

    Parameters
    ----------
    estimator : scikit-learn regressor
        Whose ``fit`` takes ``sample_weight``.

    Examples
    --------
    >>> from sklearn.tree import DecisionTreeRegressor
    >>> surrogate = FromSklearn(DecisionTreeRegressor(max_depth=1))
    >>> surrogate
    FromSklearn(DecisionTreeRegressor(max_depth=1, random_state=0))
    >>> z = np.linspace(-1, 1, 64)[None, :, None]
    >>> surrogate.fit(z, np.ones((1, 64)), np.sign(z)).r2.tolist()
    [[1.0]]
    """

    estimator: Any

    def __post_init__(self) -> None:
        object.__setattr__(self, "estimator", _own(self.estimator))

    def __repr__(self) -> str:
        return f"FromSklearn({_record(self.estimator)})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FromSklearn) and _key(self) == _key(other)

    def __hash__(self) -> int:
        return hash(_key(self))

    def fit(self, z: Array, w: Array, y: Array) -> EstimatorModel:
        """Estimators for z (I or 1, N, k), w (I or 1, N), y (I or 1, N, C)."""
        cells, deviation = [], []
        for i, m in enumerate(each(z, w, y)):
            deviation.append(m.deviation)
            cells.append([self._fit_one(m, target) for target in np.ascontiguousarray(at(y, i).T)])
        return _stack(cells, deviation, _WITHHELD.format(type(self.estimator).__name__))

    def _fit_one(self, m: Moments, y: Array) -> _Cell:
        fitted = self._fitted(m.z, m.v, y)
        line = _line(fitted, m)
        if constant(m.v, y[:, None])[0]:
            nothing = np.zeros(len(m.deviation))
            line = None if line is None else (nothing, float(m.v @ y))
            return _Cell(fitted, nothing, nothing, np.nan, np.nan, line)
        importance, effect = _impact(fitted, m, line)
        missed = m.v @ (y - _predicted(fitted, m.z)) ** 2
        r2 = 1 - missed / (m.v @ (y - m.v @ y) ** 2)
        return _Cell(fitted, importance, effect, float(r2), self._r2_of_halves(m, y), line)

    def _fitted(self, z: Array, v: Array, y: Array) -> Any:
        kept = v > 0
        weights = v[kept] * (len(v) / v.sum())
        return clone(self.estimator).fit(z[kept], y[kept], sample_weight=weights)

    def _r2_of_halves(self, m: Moments, y: Array) -> float:
        """R squared, on the odd samples, of an estimator fitted to the even ones."""
        even, odd = slice(0, None, 2), slice(1, None, 2)
        if not (m.v[even].sum() > 0 and m.v[odd].sum() > 0):
            return float("nan")
        v = m.v[odd] / m.v[odd].sum()
        if constant(v, y[odd, None])[0]:
            return float("nan")
        guess = _predicted(self._fitted(m.z[even], m.v[even], y[even]), m.z[odd])
        return float(1 - v @ (y[odd] - guess) ** 2 / (v @ (y[odd] - v @ y[odd]) ** 2))


class _Cell(NamedTuple):
    """One fitted estimator and what is said of it; `line` is its coefficients and intercept."""

    fitted: Any
    importance: Array
    effect: Array
    r2: float
    r2_out: float
    line: tuple[Array, float] | None


def _own(estimator: Any) -> Any:
    """A clone of a regressor that takes weights, its randomness fixed.

    Raises
    ------
    BadInput
    """
    if isinstance(estimator, type) or not hasattr(estimator, "get_params"):
        raise BadInput(
            f"FromSklearn(estimator={estimator!r}); expected a scikit-learn regressor such as "
            "DecisionTreeRegressor(max_depth=3)"
        )
    if not is_regressor(estimator) or not has_fit_parameter(estimator, "sample_weight"):
        raise BadInput(
            f"FromSklearn(estimator={estimator!r}); expected a regressor whose fit takes "
            "sample_weight; for a class's probability take a regressor too"
        )
    own = clone(estimator)
    names = own.get_params(deep=True).items()
    unset = [n for n, value in names if n.split("__")[-1] == "random_state" and value is None]
    own.set_params(**dict.fromkeys(unset, 0))
    if " at 0x" in _record(own):
        raise BadInput(
            f"FromSklearn(estimator={estimator!r}) holds something without a lasting name; "
            "expected parameters whose repr says what they are; give numbers, text or None"
        )
    return own


def _record(estimator: Any) -> str:
    """The estimator's repr on one line and whole."""
    return " ".join(estimator.__repr__(N_CHAR_MAX=2**31).split())


def _key(surrogate: FromSklearn) -> tuple[type, str]:
    return type(surrogate.estimator), _record(surrogate.estimator)


def _block(z: Array) -> Array:
    return np.ascontiguousarray(z, dtype=np.float64)


def _predicted(estimator: Any, z: Array) -> Array:
    return np.asarray(estimator.predict(z), dtype=np.float64).reshape(len(z))


def _line(fitted: Any, m: Moments) -> tuple[Array, float] | None:
    """Coefficients and intercept of an estimator that predicts by them."""
    coef = np.ravel(getattr(fitted, "coef_", ()))
    if len(coef) != m.z.shape[1]:
        return None
    intercept = float(np.ravel(getattr(fitted, "intercept_", 0.0))[0])
    said, line = _predicted(fitted, m.z), m.z @ coef + intercept
    close = np.abs(said - line).max() <= _SAME * max(np.abs(said).max(), np.ptp(line))
    return (np.where(m.varies, coef, 0.0), intercept) if close else None


def _impact(fitted: Any, m: Moments, line: tuple[Array, float] | None) -> tuple[Array, Array]:
    if line is None:
        return impact(lambda z: _predicted(fitted, z), m.z, m.v, m.deviation)
    effect = line[0] * m.deviation
    return np.abs(effect), effect


def _stack(cells: list[list[_Cell]], deviation: list[Array], withheld: str) -> EstimatorModel:
    """Cells by instance and output as arrays."""

    def each_of(part: str) -> Array:
        whole = np.array([[getattr(cell, part) for cell in row] for row in cells])
        return np.moveaxis(whole, 1, -1)

    fitted = np.empty((len(cells), len(cells[0])), dtype=object)
    lines = [[cell.line for cell in row] for row in cells]
    for i, c in np.ndindex(fitted.shape):
        fitted[i, c] = cells[i][c].fitted
    coef, intercept = _coefficients(lines)
    importance = each_of("importance")
    return EstimatorModel(
        fitted=fitted,
        importance=importance,
        effect=each_of("effect"),
        selected=importance > 0,
        deviation=np.stack(deviation),
        r2=each_of("r2"),
        r2_out=each_of("r2_out"),
        coef=coef,
        intercept=intercept,
        withheld=withheld,
    )


def _coefficients(lines: list[list[Any]]) -> tuple[Array | None, Array | None]:
    """Coefficients (I, k, C) and intercepts (I, C), or None where not all are lines."""
    if any(line is None for row in lines for line in row):
        return None, None
    coef = np.array([[line[0] for line in row] for row in lines])
    return np.moveaxis(coef, 1, -1), np.array([[line[1] for line in row] for row in lines])
