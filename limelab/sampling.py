"""Drawing a cloud and asking the model about it; it knows nothing of kernels and surrogates."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from limelab.blackbox import BlackBox
from limelab.seeds import generator
from limelab.types import Array, Cloud, Design, OneRow, Perturbation, View

_TIMES = 128  # how often x is written out to be added to as many moves
_ROOM = 2**22 - 2**12  # numbers of memory for them, a page or so short of 32 MiB
_NUMBERS = 2**22  # that these rows hold at most, 32 MiB


def sample(
    perturbation: Perturbation, view: View, x: Array, n: int, draws: str, seed: int
) -> Cloud:
    """The cloud of n samples round x (I, d); `draws` is "shared" or "own"."""
    keys = None if draws == "shared" else x
    mark = getattr(view, "key", b"")
    u = uniforms(perturbation.design, perturbation.dims(view), n, keys, seed, mark=mark)
    return drawn(perturbation, view, x, u)


def drawn(perturbation: Perturbation, view: View, x: Array, u: Array) -> Cloud:
    """The cloud round x (I, d) that uniforms u (I or 1, N, dims) drive."""
    return _held(perturbation.cloud(u, x, view), view)


@dataclass(frozen=True, eq=False)
class Clouds:
    """The clouds of n samples round instances x (I, d), some of them at a time.

    Moves that all share are made once.

    Examples
    --------
    >>> from limelab.domains import Table
    >>> from limelab.perturbations import Gaussian
    >>> x = np.arange(6.0).reshape(3, 2)
    >>> clouds = Clouds(Gaussian(), Table(x), x, 8, "shared", seed=0)
    >>> clouds.of(slice(0, 2)).moves is clouds.of(slice(2, 3)).moves
    True
    """

    perturbation: Perturbation
    view: View
    x: Array
    n: int
    draws: str
    seed: int

    def of(self, rows: slice) -> Cloud:
        """The cloud of some instances."""
        if self.whole is None:
            return self._sample(self.x[rows], self.n)
        return Cloud(self.x[rows], self.whole.moves, self.whole.relative)

    @cached_property
    def whole(self) -> Cloud | None:
        """The cloud of all instances where they share their moves."""
        if len(self._sample(self.x[:2], 2).moves) > 1:
            return None
        return self._sample(self.x, self.n)

    @property
    def free(self) -> bool:
        """Whether one query set serves all."""
        return self.whole is not None and free(self.whole)

    def _sample(self, x: Array, n: int) -> Cloud:
        return sample(self.perturbation, self.view, x, n, self.draws, self.seed)


def _held(cloud: Cloud, view: View) -> Cloud:
    """The cloud with constant numbers at x's own value, where x lies off the background's.

    No law knows how far such a number may move. A cloud that needs no mending stays as it is, and
    what it shares stays shared.
    """
    if isinstance(view, OneRow):
        return cloud
    still = ~view.categorical & (view.scale == 0)
    off = still & (cloud.x != view.background[:1]).any(axis=0)
    if not off.any():
        return cloud
    return Cloud(cloud.x, np.where(off, 0.0, cloud.moves), cloud.relative | off)


def uniforms(
    design: Design, dims: int, n: int, own: Array | None, seed: int, *, mark: bytes = b""
) -> Array:
    """Uniforms (1, n, dims) shared by all, or (I, n, dims) keyed by the encoded rows `own`.

    A mark tells equal points of two views apart: every document is all ones.
    """
    if own is None:
        return design.draw(n, dims, generator(seed, "draws"))[None]
    keys = (mark + row.tobytes() for row in own + 0.0)  # -0.0 and 0.0 are one value
    u = np.empty((len(own), n, dims))
    for block, key in zip(u, keys, strict=True):
        block[:] = design.draw(n, dims, generator(seed, "draws", key))
    return u


def prefix(cloud: Cloud, n: int) -> Cloud:
    """The first n samples of a cloud: what a draw of n would have been."""
    return Cloud(cloud.x, cloud.moves[:, :n], cloud.relative)


def spread_out(cloud: Cloud) -> Array:
    """All points (I, N, d) of a small cloud."""
    whole = np.where(cloud.relative, cloud.x[:, None, :] + cloud.moves, cloud.moves)
    return np.broadcast_to(whole, (len(cloud.x), *whole.shape[1:]))


def free(cloud: Cloud) -> bool:
    """Whether the points are the same for every x, so that one query set serves all."""
    return len(cloud.moves) == 1 and not cloud.relative.any()


def answers(box: BlackBox, view: View, cloud: Cloud) -> Array:
    """The model's answers (I or 1, N, C) to a cloud, asked in calls of bounded length."""
    return answers_with(box, view, cloud, cloud.x[:0])[0]


def answers_with(box: BlackBox, view: View, cloud: Cloud, others: Array) -> tuple[Array, Array]:
    """Answers to a cloud, and those (m, C) to other points (m, d), which go with the last call.

    A call of its own costs a forest as much as thousands of rows.
    """
    n, d = cloud.moves.shape[1:]
    instances = 1 if free(cloud) else len(cloud.x)
    y = np.empty((instances, n, len(box.outputs)))
    rows = rows_of_a_call(n, max(d, width_of(view)), box.call)
    step, span, room = max(1, rows // n), min(n, rows), _Room()
    for i in range(0, instances, step):
        for s in range(0, n, span):
            block = y[i : i + step, s : s + span]
            asked = points(cloud, slice(i, i + step), slice(s, s + span), room.take)
            if i + step >= instances and s + span >= n and len(others):
                asked = np.concatenate([asked, others])
            said = box.ask(view.decode(asked))
            block[:] = said[: block.shape[0] * block.shape[1]].reshape(block.shape)
            del asked  # or the room would look taken
    return y, said[len(said) - len(others) :].copy()


def width_of(view: View) -> int:
    """How many numbers a row of the model's input holds: the columns, or a document or picture."""
    return view.size if isinstance(view, OneRow) else len(view.names)


def rows_of_a_call(n: int, d: int, most: int) -> int:
    """How many rows, `most` at most, one call of a model takes: whole instances, or part of one.

    Examples
    --------
    >>> rows_of_a_call(1000, 30, 2**15), rows_of_a_call(10**6, 30, 2**15)
    (32000, 32768)
    """
    most = max(1, min(most, _NUMBERS // d))
    return most // n * n or most


class _Room:
    """Memory for the points of one call, taken again where nobody has kept those of the last.

    New memory costs more than the sums that are written into it. A view of an array holds a
    reference to it, so a model that keeps its rows, or a part of them, keeps them for good.

    A room is at least `_ROOM` wide. What is never written to costs nothing, and an allocator that
    has been given back a block of some size (as that of the GNU C library) keeps smaller ones for
    the next arrays, of the fit and of the model too, where it would return each to the system.
    """

    def __init__(self) -> None:
        self._held = np.empty(_ROOM)

    def take(self, size: int) -> Array:
        """`size` numbers of any value."""
        ours = 2  # references: this object's, and that of the count itself
        if len(self._held) < size or sys.getrefcount(self._held) > ours:
            self._held = np.empty(max(size, _ROOM))
        return self._held[:size]


def points(
    cloud: Cloud, instances: slice, samples: slice, take: Callable[[int], Array] = np.empty
) -> Array:
    """Points (m, d) of some instances and samples, instance by instance; `take` gives memory."""
    moves = cloud.moves[instances if len(cloud.moves) > 1 else slice(None), samples]
    if not cloud.relative.any():
        return moves.reshape(-1, moves.shape[2]).copy()
    x = cloud.x[instances]
    if cloud.relative.all():
        return _added(x, moves, take)
    whole = np.where(cloud.relative, x[:, None, :] + moves, moves)
    return np.asarray(whole.reshape(-1, whole.shape[2]))


def _added(x: Array, moves: Array, take: Callable[[int], Array]) -> Array:
    """x (I, d) + moves (I or 1, N, d) as (I * N, d), many samples to one row of the sum.

    A row of d numbers is too short for numpy to be fast, so x is written out a few times.
    """
    n, d = moves.shape[1:]
    times = min(n & -n, _TIMES)  # a power of two that divides n
    found = take(len(x) * n * d).reshape(len(x), n // times, times * d)
    row = np.tile(x, times)[:, None, :]
    np.add(row, moves.reshape(len(moves), n // times, times * d), out=found)
    return found.reshape(-1, d)
