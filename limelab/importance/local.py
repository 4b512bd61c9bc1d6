"""What a feature redrawn inside a region round x does to the model itself; it calls the model."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from limelab.blackbox import BlackBox
from limelab.importance.replacing import by_replacing, changes, size_of
from limelab.representations import Standardized
from limelab.sampling import points, sample
from limelab.seeds import child, generator
from limelab.types import Array, Cloud, Ints, NotApplicable, Perturbation, Representation, View


class Region(NamedTuple):
    """The points round x: a law, how many, and how a feature is read there.

    Attributes
    ----------
    law : Perturbation
    size : int
    representation : Representation, default Standardized()
        Gives each feature its number z, from its own column alone.
    """

    law: Perturbation
    size: int
    representation: Representation = Standardized()


class Effects(NamedTuple):
    """What each feature does to the model in a region, in output units.

    Attributes
    ----------
    importance, effect : arrays of shape (repeats, I, d, C)
        At least 0; and signed, never larger.
    """

    importance: Array
    effect: Array


def local_effects(
    box: BlackBox, view: View, x: Array, region: Region, *, repeats: int, seed: int
) -> Effects:
    """`local_importance`, and from the same queries in which direction the model moves.

    With feature j exchanged between the points of a cloud, df the change of the model and dz that
    of the feature, importance = sqrt(E df^2 / 2) and effect = (E df dz / 2) / sqrt(E dz^2 / 2):
    what an `Explanation` says of its surrogate, measured on the model. Of independent features the
    effect is the mean slope of the model in the region times the feature's deviation there; it is
    0 where the model is even in the feature, however much that matters.

    Parameters
    ----------
    box : BlackBox
    view : View
    x : array of shape (I, d)
        Encoded rows.
    region : Region
    repeats : int
        Clouds, each with its own points and its own permutation.
    seed : int

    Raises
    ------
    NotApplicable
        The representation's features are not the columns.

    Examples
    --------
    >>> from limelab.blackbox import blackbox
    >>> from limelab.domains import Table
    >>> from limelab.perturbations import Gaussian
    >>> data = np.random.default_rng(0).normal(size=(500, 2))
    >>> box = blackbox(lambda rows: rows[:, 0] ** 2 - rows[:, 1], data[:4])
    >>> region = Region(Gaussian(1.0), 4000)
    >>> found = local_effects(box, Table(data), np.zeros((1, 2)), region, repeats=1, seed=0)
    >>> found.importance[0, 0, :, 0].round(1).tolist(), found.effect[0, 0, :, 0].round(1).tolist()
    ([1.4, 1.0], [-0.0, -1.0])
    """
    found = [
        [_effects(box, view, row[None], region, child(seed, "repeat", repeat)) for row in x]
        for repeat in range(repeats)
    ]
    return Effects(*np.moveaxis(np.array(found), 2, 0))


def _effects(box: BlackBox, view: View, row: Array, region: Region, seed: int) -> Array:
    """Importance and effect (2, d, C) round one row (1, d)."""
    drawn, order = _drawn(view, row, region, seed)
    z = region.representation.interpret(drawn, view).z[0]
    if z.shape[1] != row.shape[1]:
        raise NotApplicable(
            f"{region.representation!r} makes {z.shape[1]} features of {row.shape[1]} columns: "
            "redrawing a column is not redrawing a feature"
        )
    cloud = points(drawn, slice(None), slice(None))
    f = box.ask(view.decode(cloud.copy()))
    dz = np.subtract(z[order], z, dtype=np.float64).T
    found = np.zeros((2, row.shape[1], f.shape[1]))
    for columns, change in changes(box, view, cloud, f, cloud[order]):
        found[0, columns] = size_of(change)
        found[1, columns] = _directed(change, dz[columns])
    return found


def _directed(change: Array, dz: Array) -> Array:
    """Effects (m, C) of changes (m, n, C) as features move by dz (m, n); 0 where they stay."""
    spread = np.sqrt((dz**2).mean(axis=1) / 2)
    half = np.einsum("mnc,mn->mc", change, dz) / (2 * dz.shape[1])
    moves = np.broadcast_to(spread[:, None], half.shape)
    return np.asarray(np.divide(half, moves, out=np.zeros_like(half), where=moves > 0))


def _drawn(view: View, row: Array, region: Region, seed: int) -> tuple[Cloud, Ints]:
    """Points round one row (1, d), and the order in which a feature is exchanged."""
    drawn = sample(region.law, view, row, region.size, "own", seed)
    order = generator(seed, "permuted", (row + 0.0).tobytes()).permutation(region.size)
    return drawn, order


def local_importance(  # noqa: PLR0913  # the question (four), and how well it is answered (three)
    box: BlackBox,
    view: View,
    x: Array,
    law: Perturbation,
    *,
    size: int,
    repeats: int,
    seed: int,
) -> Array:
    """Square root of E (f - f with the feature permuted)^2 / 2 among points of a law round x.

    Which feature matters here, to the model itself: each feature is exchanged between the points
    of one cloud. For a linear model it is |b| times the feature's standard deviation in the
    cloud; in a cloud of independent features it is the square root of the total Sobol variance.

    Parameters
    ----------
    box : BlackBox
    view : View
    x : array of shape (I, d)
        Encoded rows.
    law : Perturbation
    size : int
        Points round each row.
    repeats : int
        Clouds, each with its own points and its own permutation.
    seed : int

    Returns
    -------
    importance : array of shape (repeats, I, d, C), output units

    Examples
    --------
    >>> from limelab.blackbox import blackbox
    >>> from limelab.domains import Table
    >>> from limelab.perturbations import Gaussian
    >>> data = np.random.default_rng(0).normal(size=(500, 2))
    >>> box = blackbox(lambda rows: rows[:, 0] ** 2, data[:4])
    >>> rows, law = np.array([[0.0, 0.0], [5.0, 0.0]]), Gaussian(0.1)
    >>> found = local_importance(box, Table(data), rows, law, size=400, repeats=1, seed=0)
    >>> found[0, :, :, 0].round(1).tolist()
    [[0.0, 0.0], [1.1, 0.0]]
    """
    clouds = [
        [_round(box, view, row[None], (law, size), child(seed, "repeat", repeat)) for row in x]
        for repeat in range(repeats)
    ]
    return np.array(clouds)


def _round(
    box: BlackBox, view: View, row: Array, drawn: tuple[Perturbation, int], seed: int
) -> Array:
    """The importance (d, C) round one row (1, d)."""
    cloud, order = _drawn(view, row, Region(*drawn), seed)
    flat = points(cloud, slice(None), slice(None))
    found: Array = by_replacing(box, view, flat, [flat[order]])[0]
    return found
