"""What every adapter needs: the table, its rows and the model as plain arrays; it explains nothing.

Other packages see encoded columns: numbers as they are, categories as codes 0, 1, ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from limelab.blackbox import BlackBox, blackbox
from limelab.domains import Image, Table, Text, infer
from limelab.types import Array, BadInput, NotApplicable

_SUM = 1e-6


@dataclass(frozen=True, eq=False)
class Asked:
    """An explainer's arguments, encoded.

    Attributes
    ----------
    table : Table
    box : BlackBox
    x : array of shape (I, d)
    """

    table: Table
    box: BlackBox
    x: Array

    def ask(self, points: Any) -> Array:
        """The model's answers (m, C) to encoded points (m, d)."""
        rows = np.array(points, dtype=np.float64).reshape(-1, self.x.shape[1])
        return self.box.ask(self.table.decode(rows))

    @property
    def model(self) -> Any:
        """The estimator behind the black box."""
        return self.box.model

    @property
    def plain(self) -> bool:
        """Whether the model's own columns are the encoded ones."""
        return not self.table.categorical.any() and (
            tuple(map(str, getattr(self.table.frame, "columns", self.table.names)))
            == self.table.names
        )


def asked(predict: Any, background: Any, rows: Any) -> Asked:
    """Read the arguments of an explainer.

    Examples
    --------
    >>> rows = np.arange(6.0).reshape(3, 2)
    >>> asked(lambda x: x[:, 0], rows, rows[:1]).ask([[7.0, 0.0]]).tolist()
    [[7.0]]
    """
    domain = infer(background)
    if not isinstance(domain, Table):
        raise NotApplicable(f"{domain!r} is no table; this adapter explains rows of tables")
    box = _box(predict, domain.decode(domain.background[:4].copy()))
    return Asked(domain, box, domain.encode(rows))


@dataclass(frozen=True, eq=False)
class AskedApart:
    """An explainer's arguments where each row has features of its own.

    Attributes
    ----------
    domain : Text or Image
    box : BlackBox
    views : tuple of views, one for each row
    """

    domain: Any
    box: BlackBox
    views: tuple[Any, ...]


def asked_apart(
    predict: Any, background: Any, rows: Any, kind: type[Text] | type[Image]
) -> AskedApart:
    """Read the arguments of an explainer of documents or pictures.

    Examples
    --------
    >>> given = asked_apart(lambda texts: [len(t) for t in texts], None, ["not good"], Text)
    >>> given.views[0].names, given.box.ask(["so"]).tolist()
    (('not', 'good'), [[2.0]])
    """
    domain = infer(background, rows)
    if not isinstance(domain, kind):
        raise NotApplicable(f"{domain!r} is no {kind.__name__}; this adapter explains no other")
    views = tuple(view for view, _ in domain.views(rows))
    box = _box(predict, views[0].decode(views[0].examples))
    return AskedApart(domain, box, views)


def _box(predict: Any, few: Any) -> BlackBox:
    """The black box that was handed over, or one made with a few rows."""
    owner = getattr(predict, "__self__", predict)
    return owner if isinstance(owner, BlackBox) else blackbox(predict, few)


def by_label(local_exp: Any, features: int, labels: int) -> Array:
    """lime's lists of (feature, weight) by label as an array (features, labels), 0 where unsaid.

    Examples
    --------
    >>> by_label({0: [(1, 0.5)]}, 2, 1).tolist()
    [[0.0], [0.5]]
    """
    weights = np.zeros((features, labels))
    for label in range(labels):
        for feature, weight in local_exp[label]:
            weights[feature, label] = weight
    return weights


def are_classes(answers: Array) -> bool:
    """Whether answers (m, C) are probabilities of two classes or more.

    Examples
    --------
    >>> are_classes(np.array([[0.2, 0.8]])), are_classes(np.array([[0.2, 0.7]]))
    (True, False)
    """
    inside = (answers >= -_SUM).all() and np.abs(answers.sum(axis=1) - 1).max() <= _SUM
    return answers.shape[1] > 1 and bool(inside)


def package(name: str, install: str) -> Any:
    """A package, imported now; one clear word where it is not installed, and what to install.

    Examples
    --------
    >>> package("math", "limelab[peers]").pi > 3
    True
    """
    try:
        return import_module(name)
    except ImportError as error:
        root = name.partition(".")[0]
        raise BadInput(
            f"{root} cannot be imported ({error}); install it by: pip install '{install}'"
        ) from error


@contextmanager
def global_seed(seed: int) -> Iterator[None]:
    """numpy's global state seeded for a package that draws from it, and put back afterwards.

    Examples
    --------
    >>> before = np.random.get_state()[1][0]
    >>> with global_seed(3):
    ...     pass
    >>> bool(np.random.get_state()[1][0] == before)
    True
    """
    kept = np.random.get_state()  # noqa: NPY002 -- the package knows no other
    np.random.seed(seed % 2**32)  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(kept)  # noqa: NPY002


def each(explain_one: Callable[[Array], Array], x: Array) -> Array:
    """Attributions (I, k, C) from a function of one row."""
    return np.stack([explain_one(row) for row in x])
