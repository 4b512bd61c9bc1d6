"""Explainers that know nothing of the row: the floor of every metric; the model is asked, not fit.

What they score is what a metric gives for no local knowledge at all. They have no local model, so
metrics of fidelity decline them with that reason. Chance and constants take documents and pictures
as well, each with features of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from limelab.blackbox import BlackBox, blackbox
from limelab.domains import Table, infer
from limelab.importance import prediction_importance
from limelab.lime import checked_seed
from limelab.numbers import count
from limelab.seeds import generator
from limelab.types import Array, Domain, NotApplicable

Predict = Callable[[Any], Any]


@dataclass(frozen=True)
class RandomImportance:
    """Standard normal numbers, each row's keyed by the row and the seed: pure chance.

    They carry no unit. Same row, same seed, same numbers, whatever rows stand beside it, also for
    documents and pictures.

    Examples
    --------
    >>> rows = np.arange(6.0).reshape(3, 2)
    >>> found = RandomImportance().explain(lambda x: x[:, 0], rows, rows, seed=0)
    >>> alone = RandomImportance().explain(lambda x: x[:, 0], rows, rows[1:2], seed=0)
    >>> found.shape, bool((found[1] == alone[0]).all())
    ((3, 2, 1), True)
    """

    takes_domain: ClassVar[bool] = True

    def explain(
        self, predict: Predict, background: Any, rows: Any, seed: int = 0
    ) -> Array | list[Array]:
        """Attributions (I, k, C); a list of (k, C) where each row has features of its own."""
        seed, domain = checked_seed(seed), infer(background, rows)
        each = _each(predict, domain, rows)
        found = [generator(seed, "random", key).normal(size=shape) for key, shape in each]
        return _joined(domain, found)


@dataclass(frozen=True)
class ConstantImportance:
    """1 for every feature, words and superpixels too: perfectly stable, and it says nothing.

    Examples
    --------
    >>> rows = np.arange(6.0).reshape(3, 2)
    >>> ConstantImportance().explain(lambda x: x[:, 0], rows, rows[:1], seed=0).tolist()
    [[[1.0], [1.0]]]
    >>> texts = ["not good", "so very good"]
    >>> said = ConstantImportance().explain(lambda x: [len(t) for t in x], None, texts, seed=0)
    >>> [len(words) for words in said]
    [2, 3]
    """

    takes_domain: ClassVar[bool] = True
    deterministic: ClassVar[bool] = True

    def explain(
        self, predict: Predict, background: Any, rows: Any, seed: int = 0
    ) -> Array | list[Array]:
        """Attributions (I, k, C); a list of (k, C) where each row has features of its own."""
        checked_seed(seed)
        domain = infer(background, rows)
        return _joined(domain, [np.ones(shape) for _, shape in _each(predict, domain, rows)])


@dataclass(frozen=True)
class GlobalPermutation:
    """Permutation importance of the model over the background, the same for every row.

    Never negative, so it gives no sign: its effects are importances. Documents and pictures, which
    share no columns to permute, are declined.

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
        table, seed = _table(background), checked_seed(seed)
        rng, known = generator(seed, "permutation"), table.background
        chosen = known[np.sort(rng.permutation(len(known))[: self.size])]
        box = _box(predict, table)
        found = prediction_importance(box, table, chosen, repeats=self.repeats, rng=rng)
        return np.repeat(found.mean(axis=0)[None], len(table.encode(rows)), axis=0)


def _each(predict: Predict, domain: Domain, rows: Any) -> list[tuple[bytes, tuple[int, int]]]:
    """Of each row a key, equal where rows are, and how many features and outputs it has."""
    if hasattr(domain, "holds"):
        views: list[Any] = [view for view, _ in domain.views(rows)]  # each is a OneRow
        box = blackbox(predict, views[0].decode(views[0].examples))
        return [(view.key, (len(view.names), len(box.outputs))) for view in views]
    table = _table(domain)
    x = table.encode(rows) + 0.0  # -0.0 and 0.0 are one
    shape = x.shape[1], len(_box(predict, table).outputs)
    return [(row.tobytes(), shape) for row in x]


def _joined(domain: Domain, found: list[Array]) -> Array | list[Array]:
    """One array where rows share their features."""
    return found if hasattr(domain, "holds") else np.stack(found)


def _table(background: Any) -> Table:
    domain = infer(background)
    if not isinstance(domain, Table):
        raise NotApplicable(f"{domain!r} is no table, whose rows share columns to permute")
    return domain


def _box(predict: Predict, table: Table) -> BlackBox:
    return blackbox(predict, table.decode(table.background[:4].copy()))
