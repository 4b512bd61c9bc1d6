"""Explainers that know nothing of the row: the floor of every metric; the model is asked, not fit.

What they score is what a metric gives for no local knowledge at all. They have no local model, so
metrics of fidelity decline them with that reason.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from limelab.blackbox import BlackBox, blackbox
from limelab.domains import Table, infer
from limelab.importance import prediction_importance
from limelab.numbers import count
from limelab.seeds import generator
from limelab.types import Array, NotApplicable

Predict = Callable[[Any], Any]


@dataclass(frozen=True)
class RandomImportance:
    """Standard normal numbers, each row's keyed by the row and the seed: pure chance.

    They carry no unit. Same row, same seed, same numbers, whatever rows stand beside it.

    Examples
    --------
    >>> rows = np.arange(6.0).reshape(3, 2)
    >>> found = RandomImportance().explain(lambda x: x[:, 0], rows, rows, seed=0)
    >>> alone = RandomImportance().explain(lambda x: x[:, 0], rows, rows[1:2], seed=0)
    >>> found.shape, bool((found[1] == alone[0]).all())
    ((3, 2, 1), True)
    """

    takes_domain: ClassVar[bool] = True

    def explain(self, predict: Predict, background: Any, rows: Any, seed: int = 0) -> Array:
        """Attributions (I, k, C)."""
        table = _table(background)
        x, outputs = table.encode(rows) + 0.0, _outputs(predict, table)  # -0.0 and 0.0 are one
        shape = (x.shape[1], outputs)
        return np.stack([generator(seed, "random", row.tobytes()).normal(size=shape) for row in x])


@dataclass(frozen=True)
class ConstantImportance:
    """1 for every feature: perfectly stable, and it says nothing.

    Examples
    --------
    >>> rows = np.arange(6.0).reshape(3, 2)
    >>> ConstantImportance().explain(lambda x: x[:, 0], rows, rows[:1], seed=0).tolist()
    [[[1.0], [1.0]]]
    """

    takes_domain: ClassVar[bool] = True
    deterministic: ClassVar[bool] = True

    def explain(self, predict: Predict, background: Any, rows: Any, seed: int = 0) -> Array:
        """Attributions (I, k, C)."""
        table = _table(background)
        return np.ones((len(table.encode(rows)), len(table.names), _outputs(predict, table)))


@dataclass(frozen=True)
class GlobalPermutation:
    """Permutation importance of the model over the background, the same for every row.

    Never negative, so it gives no sign: its effects are importances.

    Parameters
    ----------
    repeats : int, default 5
        Permutations of each feature.
    size : int, default 300
        Background rows at most, drawn anew by the seed.

    Examples
    --------
    >>> rows = np.random.default_rng(0).normal(size=(100, 2))
    >>> found = GlobalPermutation().explain(lambda x: 3 * x[:, 0], rows, rows[:2], seed=0)
    >>> found[:, 1, 0].tolist(), bool(found[0, 0, 0] == found[1, 0, 0] > 2)
    ([0.0, 0.0], True)
    """

    repeats: int = 5
    size: int = 300
    takes_domain: ClassVar[bool] = True

    def __post_init__(self) -> None:
        count(self, "repeats")
        count(self, "size", least=2)

    def explain(self, predict: Predict, background: Any, rows: Any, seed: int = 0) -> Array:
        """Attributions (I, k, C)."""
        table = _table(background)
        rng, known = generator(seed, "permutation"), table.background
        chosen = known[np.sort(rng.permutation(len(known))[: self.size])]
        box = _box(predict, table)
        found = prediction_importance(box, table, chosen, repeats=self.repeats, rng=rng)
        return np.repeat(found.mean(axis=0)[None], len(table.encode(rows)), axis=0)


def _table(background: Any) -> Table:
    domain = infer(background)
    if not isinstance(domain, Table):
        raise NotApplicable(f"{domain!r} is no table; baselines are made for tables only")
    return domain


def _box(predict: Predict, table: Table) -> BlackBox:
    return blackbox(predict, table.decode(table.background[:4].copy()))


def _outputs(predict: Predict, table: Table) -> int:
    return len(_box(predict, table).outputs)
