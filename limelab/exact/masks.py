"""Lines fitted to all masks of k features, by enumeration; it draws nothing, keeps no state."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from limelab.exact.population import Population
from limelab.types import Array, BadInput

_MOST = 18  # features: 2^18 masks


def enumerate_masks(
    f: Callable[[Array], npt.ArrayLike],
    k: int,
    *,
    weights: Callable[[Array], npt.ArrayLike] | None = None,
) -> Population:
    """The weighted least-squares line of f over all 2^k masks of words, superpixels or bins.

    The reference for every binary representation (Mardaoui and Garreau 2021 for texts,
    Garreau and Mardaoui 2021 for images). With weights rho^(features off) over fair
    bits the features are independent and a coefficient is the difference of two means.

    Parameters
    ----------
    f : function of masks (2^k, k) of 0.0 and 1.0 to values (2^k,) or (2^k, C)
        1 keeps a feature. Called once.
    k : int
        At most 18.
    weights : function of masks to (2^k,), optional
        Probability of a mask under the sampler times its kernel weight; any positive scale. All
        masks alike unless said.

    Returns
    -------
    line : Population
        Features that do not vary, or share one direction, get the shortest coefficients.

    Examples
    --------
    >>> line = enumerate_masks(lambda z: z[:, 0] * z[:, 1], 2)
    >>> line.coef.round(12).tolist(), line.intercept.round(12).tolist()
    ([0.5, 0.5], -0.25)
    """
    masks = _masks(k)
    values = _answers(f, masks)
    share = _shares(weights, masks)
    centre, mean = share @ masks, share @ values
    root = np.sqrt(share)
    columns = (masks - centre) * root[:, None]
    centred = ((values - mean).T * root).T
    coef = np.linalg.lstsq(columns, centred, rcond=None)[0]
    total = (centred**2).sum(axis=0)
    missed = ((centred - columns @ coef) ** 2).sum(axis=0)
    varies = total > 0
    r2 = 1.0 - np.divide(missed, total, out=np.full(total.shape, np.nan), where=varies)
    return Population(
        np.asarray(coef, np.float64),
        np.asarray(mean - centre @ coef),
        np.asarray(mean),
        np.asarray(r2),
    )


def _masks(k: int) -> Array:
    if not 1 <= k <= _MOST:
        raise BadInput(
            f"k={k!r} features have 2^k masks; expected 1 to {_MOST}; keep the largest features, "
            "or sample"
        )
    return (np.arange(2**k)[:, None] >> np.arange(k) & 1).astype(np.float64)


def _answers(f: Callable[[Array], npt.ArrayLike], masks: Array) -> Array:
    values = np.asarray(f(masks.copy()), dtype=np.float64)
    if values.shape[:1] != masks.shape[:1] or values.ndim > 2 or not np.isfinite(values).all():
        raise BadInput(
            f"f gave shape {values.shape} for {len(masks)} masks; expected finite numbers "
            f"({len(masks)},) or ({len(masks)}, outputs)"
        )
    return values


def _shares(weights: Callable[[Array], npt.ArrayLike] | None, masks: Array) -> Array:
    w = np.ones(len(masks)) if weights is None else np.asarray(weights(masks.copy()), np.float64)
    if w.shape != masks.shape[:1] or not (np.isfinite(w).all() and w.min() >= 0 and w.max() > 0):
        raise BadInput(
            f"weights gave shape {w.shape}; expected {len(masks)} finite numbers of at least 0, "
            "not all of them 0"
        )
    scaled = w / w.max()
    return np.asarray(scaled / scaled.sum())
