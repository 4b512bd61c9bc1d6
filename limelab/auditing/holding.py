"""Does what an explanation says hold of the model in a region? Arrays in, chances out; no model."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import stdtr

from limelab.importance import Effects
from limelab.types import Array, Bools, Ints

LEAN = 0.1  # an effect below this share of its importance has no direction
_NOISE = 1e-12


class Held(NamedTuple):
    """How sure it is that an explanation holds, for each row and output (I, C).

    A chance is Student's t over the clouds in which the model was measured: near 1 the statement
    holds, near 0 it does not, and between them the measurement cannot tell.

    Attributes
    ----------
    lead, rival : int arrays
        The feature that the explanation ranks first, and the one that most disputes its place.
    lead_chance : array
        That no feature matters more to the model than `lead`, beyond ties; of the worst rival.
    lead_doubt : array
        The same, corrected for the number of rivals: small means contradicted.
    turned : int array
        The top feature whose sign is least sure.
    sign_chance, sign_doubt : arrays
        That its sign is not the opposite of the model's own; corrected for the number of signs.
    flat : bool array
        The model does not vary in the region.
    """

    lead: Ints
    rival: Ints
    lead_chance: Array
    lead_doubt: Array
    turned: Ints
    sign_chance: Array
    sign_doubt: Array
    flat: Bools


def held(importance: Array, effect: Array, model: Effects, *, tie: float, top: int) -> Held:
    """Compare an explanation with the model itself.

    Parameters
    ----------
    importance, effect : arrays of shape (I, k, C)
        What the explanation says, NaN where there is none.
    model : Effects, each of shape (P, I, k, C)
        What the model does, in P clouds of at least two.
    tie : float
        A feature within this share of the largest importance is as good as the largest; an effect
        smaller than it has no sign that could be wrong.
    top : int
        How many features must have the right sign.

    Examples
    --------
    >>> clouds = np.array([[2.0, 1.0], [2.1, 0.9], [1.9, 1.1]]).reshape(3, 1, 2, 1)
    >>> told = np.array([3.0, 1.0]).reshape(1, 2, 1)
    >>> found = held(told, told, Effects(clouds, -clouds), tie=0.05, top=1)
    >>> found.lead.item(), bool(found.lead_chance > 0.99), bool(found.sign_chance < 0.01)
    (0, True, True)
    """
    size = np.nan_to_num(importance)
    order = np.argsort(-size, axis=1, kind="stable")
    lead = order[:, :1]
    rivals = _lead_chances(lead, model.importance, tie)
    signs = _sign_chances(np.nan_to_num(effect), size, order[:, :top], model, tie)
    rival, turned = rivals.argmin(axis=1), signs.argmin(axis=1)[:, None]
    worst, least = rivals.min(axis=1), signs.min(axis=1)
    gone = np.isnan(importance).any(axis=1)
    return Held(
        lead=lead[:, 0],
        rival=rival,
        lead_chance=np.where(gone, np.nan, worst),
        lead_doubt=np.where(gone, np.nan, np.minimum(1.0, worst * max(1, rivals.shape[1] - 1))),
        turned=np.take_along_axis(order[:, :top], turned, axis=1)[:, 0],
        sign_chance=np.where(gone, np.nan, least),
        sign_doubt=np.where(gone, np.nan, np.minimum(1.0, least * signs.shape[1])),
        flat=np.asarray(model.importance.max(axis=(0, 2)) == 0),
    )


def _lead_chances(lead: Ints, importance: Array, tie: float) -> Array:
    """Chance (I, k, C) that the lead matters at least (1 - tie) as much as each feature."""
    mine = np.take_along_axis(importance, lead[None], axis=2)
    chances = _chance(mine - (1.0 - tie) * importance)
    return np.where(np.arange(importance.shape[2])[:, None] == lead, 1.0, chances)


def _sign_chances(effect: Array, size: Array, first: Ints, model: Effects, tie: float) -> Array:
    """Chance (I, top, C) that each of the first features does not pull the other way."""
    said, weight = (np.take_along_axis(array, first, axis=1) for array in (effect, size))
    theirs = np.take_along_axis(model.effect, first[None], axis=2)
    floor = tie * model.importance.mean(axis=0).max(axis=1)[:, None]
    leans = np.abs(said) >= LEAN * weight
    chances = _chance(np.sign(said) * theirs + floor)
    return np.where(leans & (weight > 0), chances, 1.0)


def _chance(clouds: Array) -> Array:
    """Chance that the mean over clouds (P, ...) is above 0, by Student's t over the clouds."""
    mean, n = clouds.mean(axis=0), len(clouds)
    error = clouds.std(axis=0, ddof=1) / np.sqrt(n)
    sure = error <= _NOISE * np.abs(clouds).max(axis=0)
    certain = np.select([mean > 0, mean < 0], [np.inf, -np.inf], 0.0)
    t = np.divide(mean, error, out=certain, where=~sure & (error > 0))
    return np.asarray(stdtr(n - 1, t))
