"""How far an explanation moves when x moves a little: formulas on plain arrays; no rng, no model.

``e`` (..., k) is the explanation at x, ``moved_e`` (..., P, k) those at P moves of x. A maximum
over P sampled moves is a lower bound of the maximum over the neighbourhood and grows with P: it
means nothing without P. Moves whose explanation holds NaN are left out; NaN comes out where none
is left. Lower is better for all of them, 0 the optimum, reached by an explanation that never moves.
"""

from __future__ import annotations

import numpy as np

from limelab.types import Array

EPSILON = 1e-6


def local_lipschitz(x: Array, moved_x: Array, e: Array, moved_e: Array) -> Array:
    """Largest ||e(x) - e(x')|| / ||x - x'|| (Alvarez-Melis and Jaakkola 2018, arXiv 1806.08049).

    Moves of no length are left out.

    Parameters
    ----------
    x, moved_x : arrays of shape (..., d) and (..., P, d)
        In units in which the columns can be compared.
    e, moved_e : arrays of shape (..., k) and (..., P, k)

    Returns
    -------
    array of shape (...), units of e per unit of x

    Examples
    --------
    >>> x = np.zeros(1)
    >>> float(local_lipschitz(x, np.array([[0.5], [1.0]]), x, np.array([[1.0], [1.5]])))
    2.0
    """
    return largest(_ratio(moved_norms(e, moved_e), moved_norms(x, moved_x)))


def max_sensitivity(e: Array, moved_e: Array) -> Array:
    """Largest ||e(x') - e(x)||, as in the paper (Yeh et al. 2019, arXiv 1901.09392).

    Parameters
    ----------
    e, moved_e : arrays of shape (..., k) and (..., P, k)

    Returns
    -------
    array of shape (...), units of e

    Examples
    --------
    >>> float(max_sensitivity(np.array([3.0, 4.0]), np.array([[3.0, 4.0], [0.0, 0.0]])))
    5.0
    """
    return largest(moved_norms(e, moved_e))


def max_sensitivity_relative(e: Array, moved_e: Array) -> Array:
    """Largest ||e(x') - e(x)|| / ||e(x)||, as in the code of the paper's authors.

    NaN where e is 0.

    Examples
    --------
    >>> float(max_sensitivity_relative(np.array([3.0, 4.0]), np.array([[0.0, 0.0]])))
    1.0
    """
    return max_sensitivity(e, moved_e) / _or_nan(_norm(e))


def max_sensitivity_captum(e: Array, moved_e: Array) -> Array:
    """Largest ||e(x') - e(x)|| / ||e(x)|| as in captum, where a norm of 0 counts as 1.

    Examples
    --------
    >>> float(max_sensitivity_captum(np.zeros(2), np.array([[3.0, 4.0]])))
    5.0
    """
    size = _norm(e)
    found: Array = max_sensitivity(e, moved_e) / np.where(size == 0, 1.0, size)
    return found


def avg_sensitivity(e: Array, moved_e: Array) -> Array:
    """Mean ||e(x') - e(x)|| over the moves: the mean in place of the paper's maximum.

    Examples
    --------
    >>> float(avg_sensitivity(np.array([3.0, 4.0]), np.array([[3.0, 4.0], [0.0, 0.0]])))
    2.5
    """
    return average(moved_norms(e, moved_e))


def avg_sensitivity_relative(e: Array, moved_e: Array) -> Array:
    """Mean ||e(x') - e(x)|| / ||e(x)|| over the moves; NaN where e is 0.

    Examples
    --------
    >>> float(avg_sensitivity_relative(np.array([3.0, 4.0]), np.array([[0.0, 0.0]])))
    1.0
    """
    return avg_sensitivity(e, moved_e) / _or_nan(_norm(e))


def relative_input_stability(
    x: Array, moved_x: Array, e: Array, moved_e: Array, *, eps: float = EPSILON
) -> Array:
    """Largest ||(e - e') / e|| / max(||(x - x') / x||, eps), as in the paper: element by element.

    Agarwal et al. 2022 (arXiv 2203.06877). A divisor nearer to 0 than eps counts as
    eps, so an attribution near 0 makes it explode; `relative_input_stability_norm` does not.
    Hand the moves on which the model predicts what it predicts at x, as the paper asks.

    Parameters
    ----------
    x, moved_x : arrays of shape (..., d) and (..., P, d)
    e, moved_e : arrays of shape (..., k) and (..., P, k)
    eps : float

    Returns
    -------
    array of shape (...), no unit

    Examples
    --------
    >>> x, e = np.array([2.0]), np.array([1.0])
    >>> float(relative_input_stability(x, np.array([[3.0]]), e, np.array([[2.0]])))
    2.0
    """
    below = np.maximum(_relative(x, moved_x, eps), eps)
    return largest(_relative(e, moved_e, eps) / below)


def relative_input_stability_norm(x: Array, moved_x: Array, e: Array, moved_e: Array) -> Array:
    """Largest (||e - e'|| / ||e||) / (||x - x'|| / ||x||), as in the code of OpenXAI.

    Moves of no length are left out; NaN where e is 0.

    Examples
    --------
    >>> x, e = np.array([2.0]), np.array([1.0])
    >>> float(relative_input_stability_norm(x, np.array([[3.0]]), e, np.array([[2.0]])))
    2.0
    """
    return largest(_ratio(_relative_norm(e, moved_e), _relative_norm(x, moved_x)))


def relative_output_stability(
    h: Array, moved_h: Array, e: Array, moved_e: Array, *, eps: float = EPSILON
) -> Array:
    """Largest ||(e - e') / e|| / max(||h(x) - h(x')||, eps) (Agarwal et al. 2022).

    Parameters
    ----------
    h, moved_h : arrays of shape (..., C) and (..., P, C)
        The model's answers; the paper takes logits.
    e, moved_e : arrays of shape (..., k) and (..., P, k)
    eps : float

    Returns
    -------
    array of shape (...), per unit of h

    Examples
    --------
    >>> h, e = np.array([0.0]), np.array([1.0])
    >>> float(relative_output_stability(h, np.array([[0.5]]), e, np.array([[2.0]])))
    2.0
    """
    return largest(_relative(e, moved_e, eps) / np.maximum(moved_norms(h, moved_h), eps))


def relative_output_stability_norm(h: Array, moved_h: Array, e: Array, moved_e: Array) -> Array:
    """Largest (||e - e'|| / ||e||) / (||h - h'|| / ||h||), as in the code of OpenXAI.

    Moves on which the model answers the same are left out; NaN where e is 0.

    Examples
    --------
    >>> h, e = np.array([1.0]), np.array([1.0])
    >>> float(relative_output_stability_norm(h, np.array([[1.5]]), e, np.array([[2.0]])))
    2.0
    """
    return largest(_ratio(_relative_norm(e, moved_e), _relative_norm(h, moved_h)))


def relative_representation_stability(
    hidden: Array, moved_hidden: Array, e: Array, moved_e: Array, *, eps: float = EPSILON
) -> Array:
    """Largest ||(e - e') / e|| / max(||(L - L') / L||, eps) (Agarwal et al. 2022).

    `hidden` is a hidden layer L (..., m) of the model at x, `moved_hidden` (..., P, m) at its
    moves: only the owner of a network has them, so no metric of a study reads it.

    Examples
    --------
    >>> hidden, e = np.array([4.0]), np.array([1.0])
    >>> float(relative_representation_stability(hidden, np.array([[5.0]]), e, np.array([[2.0]])))
    4.0
    """
    return relative_input_stability(hidden, moved_hidden, e, moved_e, eps=eps)


def relative_representation_stability_norm(
    hidden: Array, moved_hidden: Array, e: Array, moved_e: Array
) -> Array:
    """Largest (||e - e'|| / ||e||) / (||L - L'|| / ||L||), as in the code of OpenXAI.

    Examples
    --------
    >>> hidden, e = np.array([4.0]), np.array([1.0])
    >>> moves = np.array([[5.0]]), np.array([[2.0]])
    >>> float(relative_representation_stability_norm(hidden, moves[0], e, moves[1]))
    4.0
    """
    return relative_input_stability_norm(hidden, moved_hidden, e, moved_e)


def moved_norms(value: Array, moved: Array) -> Array:
    """Euclidean distances (..., P) of moved values (..., P, k) from the value (..., k)."""
    return _norm(np.asarray(moved, dtype=float) - np.asarray(value, dtype=float)[..., None, :])


def largest(values: Array) -> Array:
    """Maximum along the last axis of what is a number; NaN where nothing is."""
    known = ~np.isnan(values)
    found: Array = np.where(known, values, -np.inf).max(axis=-1, initial=-np.inf)
    return np.where(known.any(axis=-1), found, np.nan)


def average(values: Array) -> Array:
    """Mean along the last axis of what is a number; NaN where nothing is."""
    known = ~np.isnan(values)
    n, total = known.sum(axis=-1), np.where(known, values, 0.0).sum(axis=-1)
    mean: Array = np.divide(total, n, out=np.full(np.shape(total), np.nan), where=n > 0)
    return mean


def expected_at_half(values: Array) -> Array:
    """Expected maximum over a random half of the values along the last axis (NaN left out).

    Where it is much below the maximum over all, more moves would still find more. With x_(1) <=
    ... <= x_(n) and halves of m, x_(i) is the largest with chance C(i - 1, m - 1) / C(n, m).

    Examples
    --------
    >>> round(float(expected_at_half(np.array([1.0, 2.0, 3.0, 4.0]))), 4)
    3.3333
    """
    ordered = np.sort(values, axis=-1)  # NaN last
    n = (~np.isnan(values)).sum(axis=-1)[..., None]
    m = np.maximum(n // 2, 1)
    total = np.zeros(n.shape[:-1])
    chance = np.divide(m, n, out=np.zeros(n.shape), where=n > 0)[..., 0]  # of the largest of all
    for step in range(values.shape[-1]):
        i = n[..., 0] - step  # from the largest down
        inside = (i >= m[..., 0]) & (i > 0)
        at = np.take_along_axis(ordered, np.maximum(i - 1, 0)[..., None], axis=-1)[..., 0]
        total += np.where(inside, chance * np.where(inside, at, 0.0), 0.0)
        chance = chance * (i - m[..., 0]) / np.maximum(i - 1, 1)
    found: Array = np.where(n[..., 0] > 0, total, np.nan)
    return found


def _norm(values: Array) -> Array:
    norm: Array = np.sqrt((np.asarray(values, dtype=float) ** 2).sum(axis=-1))
    return norm


def _relative(value: Array, moved: Array, eps: float) -> Array:
    """Norms (..., P) of relative changes, element by element."""
    value = np.asarray(value, dtype=float)
    below = np.where(np.abs(value) < eps, eps, value)[..., None, :]
    return _norm((np.asarray(moved, dtype=float) - value[..., None, :]) / below)


def _relative_norm(value: Array, moved: Array) -> Array:
    """Norms (..., P) of changes over the norm of the value; NaN where that is 0."""
    return moved_norms(value, moved) / _or_nan(_norm(value))[..., None]


def _ratio(above: Array, below: Array) -> Array:
    """A ratio, NaN where the divisor is 0 or missing."""
    above, below = np.broadcast_arrays(above, below)
    ratio: Array = np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0)
    return ratio


def _or_nan(size: Array) -> Array:
    return np.where(size == 0, np.nan, size)
