"""Local permutation importance: a feature redrawn inside a region round x; it calls the model."""

from __future__ import annotations

import numpy as np

from limelab.blackbox import BlackBox
from limelab.importance.replacing import by_replacing
from limelab.sampling import points, sample
from limelab.seeds import child, generator
from limelab.types import Array, Perturbation, View


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
    law, size = drawn
    cloud = points(sample(law, view, row, size, "own", seed), slice(None), slice(None))
    order = generator(seed, "permuted", (row + 0.0).tobytes()).permutation(size)
    found: Array = by_replacing(box, view, cloud, [cloud[order]])[0]
    return found
