"""Representations: what the surrogate sees of a cloud; arrays and the view, no model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np

from limelab.bins import Cuts, entropy_cuts, limits, quantile_cuts, same_bin, share_between
from limelab.numbers import count
from limelab.types import (
    Array,
    BadInput,
    Bools,
    Cloud,
    Interpreted,
    NotApplicable,
    OneRow,
    View,
)

_BACKGROUND = "background mean"
_CATEGORY = "same as x"


@dataclass(frozen=True)
class Standardized:
    """Numbers in background standard deviations from x; categories as 1 where the same as x.

    A coefficient is the change of output per background standard deviation of a number, or
    between "the same category as x" and any other. A constant column is always 0.

    Examples
    --------
    >>> Standardized()
    Standardized()
    """

    def interpret(self, cloud: Cloud, view: View) -> Interpreted:
        """Features (I or 1, N, d), the instance axis 1 where all columns are relative numbers."""
        codes = view.categorical
        inverse = np.divide(1.0, view.scale, out=np.zeros(len(codes)), where=view.scale > 0)
        frequency = _same(view.background, cloud.x, codes)
        return Interpreted(
            z=_features(cloud, codes, inverse),
            at_x=codes.astype(np.float64),
            gap=np.where(codes, 1.0 - frequency, (cloud.x - view.mean) * inverse),
            baseline=_BACKGROUND,
            spread=np.where(
                codes, np.sqrt(frequency * (1.0 - frequency)), (view.scale > 0).astype(np.float64)
            ),
            names=view.names,
            units=tuple(_CATEGORY if code else "background sd" for code in codes),
            steps=tuple(view.scale.tolist()),
            extent=np.where(codes, 1.0, _ranges(view) * inverse),
        )


@dataclass(frozen=True)
class Binned:
    """Numbers as 1 where they lie in the same quantile bin as x; categories where the same as x.

    What lime 0.2.0.1 shows by default (4 bins, the quartiles; 10 are its deciles). A coefficient is
    the change of output between x's bin and any other.

    Parameters
    ----------
    bins : int, default 4
        Bins of equal share of the background; ties may leave fewer.

    Examples
    --------
    >>> Binned(10)
    Binned(bins=10)
    """

    bins: int = 4

    def __post_init__(self) -> None:
        count(self, "bins", least=2)

    def interpret(self, cloud: Cloud, view: View) -> Interpreted:
        """Features (I, N, d) of 0 and 1."""
        return _in_bins(cloud, view, quantile_cuts(view, self.bins))


@dataclass(frozen=True)
class EntropyBins:
    """As `Binned`, with edges where a small classification tree of each column splits it.

    lime 0.2.0.1's entropy discretiser; the classes are the background's target, as in
    ``Table(background, target=classes)``. A column that tells nothing about them is one bin.

    Parameters
    ----------
    max_depth : int, default 3
        Of the trees, so that a column has at most 2^max_depth bins.

    Examples
    --------
    >>> EntropyBins()
    EntropyBins(max_depth=3)
    """

    max_depth: int = 3

    def __post_init__(self) -> None:
        count(self, "max_depth")

    def interpret(self, cloud: Cloud, view: View) -> Interpreted:
        """Features (I, N, d) of 0 and 1."""
        classes = _classes(getattr(view, "target", None))
        return _in_bins(cloud, view, entropy_cuts(view, classes, self.max_depth))


@dataclass(frozen=True)
class Presence:
    """1 where a word, a sentence or a superpixel is there as in x, 0 where it is gone.

    What lime shows of texts and images. A coefficient is the change of output between there and
    gone; contributions count from "all gone". A feature's spread is that of a fair coin.

    Examples
    --------
    >>> Presence()
    Presence()
    """

    def interpret(self, cloud: Cloud, view: View) -> Interpreted:
        """Features (1, N, d) of 0 and 1."""
        one = _one_row(self, view, "presence", "Dropout() for words and superpixels")
        parts = len(view.names)
        return Interpreted(
            z=(cloud.moves >= 1.0).view(np.int8),
            at_x=np.ones(parts),
            gap=np.ones((1, parts)),
            baseline=one.baseline,
            spread=np.full((1, parts), 0.5),
            names=view.names,
            units=("presence",) * parts,
            steps=(0.0,) * parts,
            extent=np.ones(parts),
        )


@dataclass(frozen=True)
class Strength:
    """How strong each change of a picture is; x itself is 0, the unit a change at full strength.

    Examples
    --------
    >>> Strength()
    Strength()
    """

    def interpret(self, cloud: Cloud, view: View) -> Interpreted:
        """Features (1, N, d), the spread that of an even law over a change's range."""
        one = _one_row(self, view, "strength", "Strengths()")
        low, high = one.ranges
        changes = len(view.names)
        return Interpreted(
            z=cloud.moves,
            at_x=np.zeros(changes),
            gap=np.zeros((1, changes)),
            baseline=one.baseline,
            spread=((high - low) / 12**0.5)[None],
            names=view.names,
            units=("full strength",) * changes,
            steps=(1.0,) * changes,
            extent=high - low,
        )


@runtime_checkable
class Embedder(Protocol):
    """Texts as points of a space whose dimensions nobody can read."""

    def vectors(self, texts: Sequence[str], domain: Any) -> Array:
        """Vectors (m, k) of texts; `domain` offers `corpus` and `once`."""


@dataclass(frozen=True)
class Embedded:
    """The dimensions of an embedding of the text, while words are what comes and goes.

    People do this, and should not: a coefficient is the change of output per unit of a dimension
    that has no meaning, and moves with the seed and size of the embedding. It is here to be put
    beside `Presence` on the same samples, where the fit is often as good.

    Parameters
    ----------
    embedder : Embedder
        Such as ``ll.embeddings.Lsa(8)``.

    Examples
    --------
    >>> from limelab.embeddings import Lsa
    >>> Embedded(Lsa(8))
    Embedded(embedder=Lsa(dimensions=8))
    """

    embedder: Embedder

    def __post_init__(self) -> None:
        if isinstance(self.embedder, type) or not isinstance(self.embedder, Embedder):
            raise BadInput(
                f"Embedded({self.embedder!r}); expected an embedder such as ll.embeddings.Lsa(8)"
            )

    def interpret(self, cloud: Cloud, view: View) -> Interpreted:
        """Features (1, N, k), measured from x's own vector; the baseline is the corpus mean."""
        one = _one_row(self, view, "presence", "Standardized()")
        domain: Any = getattr(view, "domain", None)
        if not hasattr(domain, "corpus"):
            raise NotApplicable(f"{self!r} embeds texts, and these are none; take Presence()")
        embed = self.embedder.vectors
        moved = np.concatenate([one.x, cloud.moves.reshape(-1, len(view.names))])
        whole = embed(view.decode(moved), domain)
        known = domain.once(("embedded", self.embedder), lambda: embed(domain.corpus, domain))
        names = tuple(f"dimension {j + 1}" for j in range(whole.shape[1]))
        return Interpreted(
            z=(whole[1:] - whole[0])[None],
            at_x=np.zeros(len(names)),
            gap=whole[:1] - known.mean(axis=0),
            baseline="corpus mean",
            spread=known.std(axis=0)[None],
            names=names,
            units=("unit of the embedding",) * len(names),
            steps=(0.0,) * len(names),
            extent=np.ptp(known, axis=0),
            values=whole[:1],
        )


def _one_row(part: Any, view: Any, holds: str, other: str) -> OneRow:
    """The view as one row of parts or strengths, or a refusal."""
    if isinstance(view, OneRow) and view.holds == holds:
        return view
    came = getattr(view, "holds", "value")
    raise NotApplicable(
        f"{part!r} reads columns of {holds}, and these hold {came}; take a representation for "
        f"them ({'Standardized()' if came == 'value' else 'Presence() or Strength()'}), or {other}"
    )


def _features(cloud: Cloud, codes: Bools, inverse: Array) -> Array:
    if cloud.relative.all():
        return cloud.moves * inverse
    x = cloud.x[:, None, :]
    offset = np.where(cloud.relative, 0.0, x)
    numbers = (cloud.moves - offset) * inverse
    return np.where(codes, cloud.moves == x, numbers) if codes.any() else numbers


def _same(background: Array, x: Array, codes: Bools) -> Array:
    """Background share (I, d) of x's category; 0 for numbers."""
    share = np.zeros(x.shape)
    for j in np.flatnonzero(codes):
        share[:, j] = (background[:, j] == x[:, j, None]).mean(axis=1)
    return share


def _ranges(view: View) -> Array:
    return view.once("ranges", lambda: np.ptp(view.background, axis=0))


def _in_bins(cloud: Cloud, view: View, cuts: Cuts) -> Interpreted:
    """What is in x's bin, and how much of the background is."""
    codes, columns = view.categorical, len(view.names)
    low, high = limits(cloud.x, cuts, codes)
    share = share_between(view, low, high)
    return Interpreted(
        z=_inside(cloud, cuts, codes),
        at_x=np.ones(columns),
        gap=1.0 - share,
        baseline=_BACKGROUND,
        spread=np.sqrt(share * (1.0 - share)),
        names=view.names,
        units=tuple(_CATEGORY if code else "same bin as x" for code in codes),
        steps=(0.0,) * columns,
        extent=np.ones(columns),
        limits=np.where(codes[:, None], np.nan, np.stack([low, high], axis=2)),
    )


def _inside(cloud: Cloud, cuts: Cuts, codes: Bools) -> Any:
    """1 where a point lies in the bin of each instance, int8 (I, N, d)."""
    points = cloud.moves
    if cloud.relative.any():
        points = np.where(cloud.relative, cloud.x[:, None, :] + points, points)
    return same_bin(points, cloud.x, cuts, codes).view(np.int8)


def _classes(target: Any) -> Any:
    """The background's target, proven to hold classes."""
    if target is None:
        raise NotApplicable(
            "EntropyBins() needs the background's classes; give Table(background, target=y), or "
            "take Binned()"
        )
    values = np.asarray(target)
    if values.ndim != 1 or (values.dtype.kind == "f" and (values % 1 != 0).any()):
        raise NotApplicable(
            "EntropyBins() needs classes and the background's target holds numbers; take Binned()"
        )
    return values
