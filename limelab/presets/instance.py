"""The instance as lime's first sample of weight 1, round any surrogate; arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from limelab.explanation import stacked
from limelab.types import Array, BadInput, Interpreted, LocalModel, Surrogate


@dataclass(frozen=True)
class WithInstance:
    """A surrogate whose first sample is the instance itself, with weight 1, as in lime.

    The model's answer there is asked for every explanation in any case, so it costs no query.
    One sample among thousands: leave it out unless lime's numbers are to be met.

    Parameters
    ----------
    surrogate : Surrogate

    Examples
    --------
    >>> from limelab.surrogates import PlainRidge
    >>> WithInstance(PlainRidge(1))
    WithInstance(surrogate=PlainRidge(alpha=1.0, select=None))
    """

    surrogate: Surrogate

    def __post_init__(self) -> None:
        if isinstance(self.surrogate, type) or not isinstance(self.surrogate, Surrogate):
            raise BadInput(
                f"{type(self).__name__}(surrogate={self.surrogate!r}); expected a Surrogate value "
                "such as PlainRidge()"
            )

    @property
    def select(self) -> Any:
        """The surrogate's own selector, for the notes."""
        return getattr(self.surrogate, "select", None)

    def fit(self, z: Array, w: Array, y: Array) -> LocalModel:
        """The surrogate alone, where nobody says what the model answers at the instance."""
        return self.surrogate.fit(z, w, y)

    def fit_at(self, seen: Interpreted, w: Array, y: Array, f: Array) -> LocalModel:
        """Surrogates of what is seen (I or 1, N, k), w and y (I or 1, N, ...), and f (I, C)."""
        return self._fitted(seen.at_x[None, None, :], seen.z, w, y, f)

    def _fitted(self, first: Array, z: Array, w: Array, y: Array, f: Array) -> LocalModel:
        """With z(x) (1, 1, k), 1 and f(x) on top of the stacks."""
        first = np.broadcast_to(first, (len(z), 1, z.shape[2]))
        y = np.broadcast_to(y, (len(f), *y.shape[1:]))
        return self.surrogate.fit(
            np.concatenate([first.astype(z.dtype), z], axis=1),
            np.concatenate([np.ones((len(w), 1)), w], axis=1),
            np.concatenate([f[:, None, :], y], axis=1),
        )


@dataclass(frozen=True)
class WithInstanceFromMean(WithInstance):
    """As `WithInstance`, with features chosen as if numbers counted from the mean.

    lime's continuous mode does so, and its highest-weights rule multiplies each coefficient by the
    instance's own value in these coordinates: a feature at its mean ranks last however strong it
    is. The lines are the same; their intercept is put back to the instance.

    Parameters
    ----------
    surrogate : Surrogate
        With lines, such as ``PlainRidge(1, HighestProducts(10))``.

    Examples
    --------
    >>> from limelab.surrogates import HighestProducts, PlainRidge
    >>> WithInstanceFromMean(PlainRidge(1, HighestProducts(5))).select
    HighestProducts(k=5, alpha=0.01)
    """

    def fit_at(self, seen: Interpreted, w: Array, y: Array, f: Array) -> LocalModel:
        """Surrogates of what is seen (I or 1, N, k), w and y (I or 1, N, ...), and f (I, C)."""
        offset = np.where(seen.at_x == 0, seen.gap, 0.0)  # of numbers; a category is 0 or 1
        models = []
        for i in range(len(f)):
            z, here, *rest = (_one(part, i) for part in (seen.z, offset, w, y, f))
            moved = self._fitted((seen.at_x + here)[:, None, :], z + here[:, None, :], *rest)
            models.append(_put_back(moved, here))
        return stacked(models)  # type: ignore[no-any-return]  # models of one kind, as they came


def _put_back(model: Any, offset: Array) -> Any:
    """The same lines, their intercept where z is offset (1, k)."""
    there = model.intercept + np.einsum("ikc,ik->ic", model.coef, offset)
    return replace(model, intercept=there)


def _one(part: Array, i: int) -> Array:
    """The block of instance i, or the one that all share, as a stack of one."""
    return part[i : i + 1] if len(part) > 1 else part
