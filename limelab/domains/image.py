"""The domain of pictures: superpixels that are there or gone, or strengths of changes; no model."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any, TypeVar

import numpy as np

from limelab.domains.changes import Change
from limelab.domains.fills import Fill, Mean, check_fill
from limelab.domains.mixing import Mix
from limelab.domains.own import OwnColumns, apart, numbered
from limelab.domains.pixels import Picture, Raw, picture, pictures
from limelab.domains.segmenters import Segmenter, Slic
from limelab.types import Array, BadInput, Bools, Ints, Objects, Pixels

T = TypeVar("T")


class Image:
    """Pictures as superpixels or as changes, each picture in columns of its own.

    Parameters
    ----------
    segmenter : Grid, Slic, Quickshift or Felzenszwalb, default Slic()
        Which pixels are one feature. It sees every picture in colours from 0 to 1, so that the cut
        does not depend on the dtype and range in which the picture came.
    fill : Mean, Colour, Blur or Noise, default Mean()
        What stands in the place of a superpixel that is gone.
    changes : sequence of Sepia, Brightness, GaussianBlur, Cast, optional
        The features are then how strongly the whole picture is changed, and not its superpixels.
    limits : pair of float, optional
        What is black and what is white; unless said, of whole numbers 0 and 255 (65535 of uint16),
        of floats 0 and 1 where they hold all values, else 0 and 255.

    Raises
    ------
    BadInput
        Pictures of another shape or range, or with NaN; parts of the wrong kind.

    Examples
    --------
    >>> from limelab.domains import Grid
    >>> picture = np.arange(16, dtype=np.uint8).reshape(4, 4) * 16
    >>> ((view, _),) = Image(Grid(2, 2)).views([picture])
    >>> view.decode(np.array([[0.0, 1.0, 1.0, 1.0]]))[0].tolist()
    [[40, 40, 32, 48], [40, 40, 96, 112], [128, 144, 160, 176], [192, 208, 224, 240]]
    """

    def __init__(
        self,
        segmenter: Segmenter | None = None,
        fill: Fill | None = None,
        *,
        changes: Sequence[Change] | None = None,
        limits: tuple[float, float] | None = None,
    ) -> None:
        self._segmenter = Slic() if segmenter is None else segmenter
        self._fill = Mean() if fill is None else fill
        self._changes = () if changes is None else _checked_changes(changes, segmenter, fill)
        self._limits = None if limits is None else _checked_limits(limits)
        self._known: dict[Hashable, Any] = {}
        _check_segmenter(self._segmenter)
        check_fill(self._fill)

    def __repr__(self) -> str:
        if self._changes:
            return f"Image(changes={list(self._changes)!r})"
        return f"Image({self._segmenter!r}, {self._fill!r})"

    @property
    def holds(self) -> str:
        """What a column is: "presence" or "strength"."""
        return "strength" if self._changes else "presence"

    @property
    def frame(self) -> Any:
        """There is no background: None."""
        return None

    @property
    def segmenter(self) -> Segmenter:
        """Which pixels are one feature."""
        return self._segmenter

    @property
    def fill(self) -> Fill:
        """What stands in the place of a superpixel that is gone."""
        return self._fill

    @property
    def changes(self) -> tuple[Change, ...]:
        """What may happen to a whole picture; empty where superpixels are the features."""
        return self._changes

    @property
    def fingerprint(self) -> str:
        """SHA-256 of how pictures are read, cut and filled."""
        said = repr((self._segmenter, self._fill, self._changes, self._limits))
        return hashlib.sha256(said.encode()).hexdigest()

    def once(self, key: Hashable, compute: Callable[[], T]) -> T:
        """What `compute` returns, computed at the first call under this key and kept."""
        if key not in self._known:
            self._known[key] = compute()
        return self._known[key]  # type: ignore[no-any-return]  # what is kept is what came

    def encode(self, rows: Any) -> Objects:
        """Each picture as its own point, unchanged: an object array of arrays (d,)."""
        points = np.empty(len(rows), dtype=object)
        for view, (position,) in self.views(rows):
            points[position] = view.x[0]
        return points

    def labels(self, rows: Any) -> tuple[Any, ...]:
        """0, 1, ..."""
        pictures(rows)
        return numbered(rows)

    def views(self, rows: Any) -> Iterator[tuple[SegmentView | ChangeView, list[int]]]:
        """One view for each picture, made when it is its turn; all are checked first."""
        checked = [picture(raw, i, self._limits) for i, raw in enumerate(pictures(rows))]
        return ((self._view(one, i), [i]) for i, one in enumerate(checked))

    def _view(self, one: Picture, label: int) -> SegmentView | ChangeView:
        if self._changes:
            return ChangeView(one, self)
        return SegmentView(one, self, _segments(self._segmenter, one, label))


class SegmentView(OwnColumns):
    """One picture: its superpixels are its columns, 1 where there and 0 where gone."""

    def __init__(self, one: Picture, domain: Image, segments: Ints) -> None:
        super().__init__(_names(segments), _key(one, domain))
        self.domain, self.segments, self._picture = domain, segments, one
        self._shown = Pixels(one.colours, segments)
        fill = one.like_raw(domain.fill.picture(self._shown.image, segments))
        channels = one.raw.size // segments.size
        self._mix = Mix.of(one.raw, fill, np.repeat(segments.ravel(), channels))

    @property
    def baseline(self) -> str:
        """What is left where every superpixel is gone."""
        return f"all gone, {self.domain.fill!r}"

    @property
    def size(self) -> int:
        """Four times what one picture takes, so that a call's pictures stay near the processor."""
        return self._picture.raw.nbytes // 2

    @property
    def picture(self) -> Pixels:
        """The picture and its superpixels."""
        return self._shown

    def decode(self, points: Array) -> Raw:
        """Points (m, d) as a stack of pictures (m, H, W[, channels]) in the dtype that came."""
        return self._mix.pictures(points >= 1.0)

    def values(self, x: Array) -> Objects:
        """The share of the picture that each superpixel takes, object array (I, d)."""
        size = np.bincount(self.segments.ravel()) / self.segments.size
        return np.broadcast_to(size.astype(object), x.shape)


class ChangeView(OwnColumns):
    """One picture: how strongly it is changed in each way; 0 is the picture itself."""

    holds = "strength"
    remedy = "Strengths() with Strength()"

    def __init__(self, one: Picture, domain: Image) -> None:
        super().__init__(apart([change.name for change in domain.changes]), _key(one, domain))
        self.domain, self._picture, self._colours = domain, one, one.colours

    @property
    def baseline(self) -> str:
        """What contributions count from."""
        return "the picture itself"

    @property
    def categorical(self) -> Bools:
        """Strengths are numbers: all False, shape (d,)."""
        return np.zeros(len(self.names), dtype=bool)

    @property
    def ranges(self) -> Array:
        """The weakest and the strongest of each change, (2, d)."""
        return np.array([[c.low for c in self.domain.changes], [1.0] * len(self.names)])

    @property
    def x(self) -> Array:
        """No change, (1, d)."""
        return np.zeros((1, len(self.names)))

    @property
    def examples(self) -> Array:
        """No change, and all of them at half and at full strength, (3, d)."""
        return np.outer([0.0, 0.5, 1.0], np.ones(len(self.names)))

    @property
    def size(self) -> int:
        """Numbers of one picture, in colour."""
        return 3 * self._picture.raw.size

    @property
    def picture(self) -> None:
        """The whole picture changes: no place in it to mark."""
        return None

    def decode(self, points: Array) -> Raw:
        """Points (m, d) as a stack of pictures, the changes made one after the other."""
        colours = self._colours
        whole = np.empty((len(points), *colours.shape))
        for changed, strengths in zip(whole, points, strict=True):
            changed[...] = self._changed(colours, strengths)
        return self._picture.like_raw(whole)

    def values(self, x: Array) -> Objects:
        """Strengths, object array (I, d)."""
        return x.astype(object)

    def _changed(self, colours: Array, strengths: Array) -> Array:
        for change, strength in zip(self.domain.changes, strengths, strict=True):
            if strength:
                colours = change.at(colours, float(strength))
        return colours


def _segments(segmenter: Segmenter, one: Picture, label: int) -> Ints:
    """Labels 0, 1, ... without gaps, at least two."""
    labels = np.asarray(segmenter.cut(one.colours))
    if labels.shape != one.raw.shape[:2]:
        raise BadInput(
            f"{segmenter!r} gave labels of shape {labels.shape} for picture {label}; expected one "
            f"for each pixel, {one.raw.shape[:2]}"
        )
    found, segments = np.unique(labels, return_inverse=True)
    if len(found) < 2:
        raise BadInput(
            f"{segmenter!r} cuts picture {label} of shape {one.raw.shape} into one superpixel; "
            "expected at least two; take smaller ones, or Grid()"
        )
    return segments.reshape(labels.shape)


def _names(segments: Ints) -> tuple[str, ...]:
    """Superpixels by where their middle is; equal cuts have equal names."""
    flat = segments.ravel()
    size = np.bincount(flat)
    place = np.divmod(np.arange(flat.size), segments.shape[1])
    row, column = (np.rint(np.bincount(flat, p) / size).astype(int) for p in place)
    pairs = zip(row, column, strict=True)
    return tuple(f"superpixel {j} (row {r}, column {c})" for j, (r, c) in enumerate(pairs))


def _key(one: Picture, domain: Image) -> bytes:
    said = f"{domain.fingerprint} {one.raw.shape} {one.raw.dtype}".encode()
    return hashlib.sha256(said + np.ascontiguousarray(one.raw).tobytes()).digest()


def _checked_limits(limits: Any) -> tuple[float, float]:
    try:
        low, high = (float(number) for number in limits)
    except (TypeError, ValueError):
        low, high = 0.0, 0.0
    if not (np.isfinite([low, high]).all() and low < high):
        raise BadInput(f"Image(limits={limits!r}); expected (black, white), such as (-1, 1)")
    return low, high


def _check_segmenter(segmenter: Any) -> None:
    if isinstance(segmenter, type) or not isinstance(segmenter, Segmenter):
        raise BadInput(
            f"Image(segmenter={segmenter!r}); expected Grid(), Slic(), Quickshift() or "
            "Felzenszwalb()"
        )


def _checked_changes(changes: Sequence[Any], segmenter: Any, fill: Any) -> tuple[Change, ...]:
    if not len(changes):
        raise BadInput(
            "Image(changes=[]) holds no change; expected some of Sepia(), Brightness(), "
            "GaussianBlur() and Cast(), or no changes= for superpixels"
        )
    for change in changes:
        if isinstance(change, type) or not isinstance(change, Change):
            raise BadInput(
                f"Image(changes=...) holds {change!r}; expected Sepia(), Brightness(), "
                "GaussianBlur() or Cast()"
            )
    if not (segmenter is None and fill is None):
        raise BadInput(
            "Image() came with changes and with superpixels; expected one of them: changes are "
            "made to the whole picture; give Image(changes=[...])"
        )
    return tuple(changes)
