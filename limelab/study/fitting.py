"""One condition's fits of a drawn batch, at the rows and at their moves; it asks no model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from limelab.explanation import Explanation
from limelab.lime import Lime, fit
from limelab.sampling import prefix, spread_out
from limelab.study.blocks import Answers, Judgement, parts
from limelab.study.memory import Rows
from limelab.study.moving import MOVED
from limelab.study.ready import split
from limelab.types import Array, Cloud, Sampled, View

SAMPLED = 256  # points of the first repeat that metrics of realism see
STACKED = ("importance", "effect", "selected", "determined", "slope", "r2")
MAYBE = ("coef", "stderr", "contribution")
Arrays = dict[str, Any]


def place(n: int) -> str:
    """Where the surrogates' answers at the points of the nth judge and radius are kept."""
    return f"judged {n}"


@dataclass(frozen=True, eq=False)
class Drawn:
    """One batch of rows in one repeat: its cloud and answers, and the judges' points.

    Attributes
    ----------
    labels : names of the batch's rows
    f : array of shape (I, C)
        The model at the rows.
    """

    view: View
    labels: Sequence[Any]
    f: Array
    cloud: Cloud
    y: Array
    judges: Sequence[Cloud] = ()
    seen: dict[str, list[Array]] = field(default_factory=dict)

    def judged(self, lime: Lime) -> list[Array]:
        """What a representation sees of the judges' points, made once."""
        key = repr(lime.representation)
        if key not in self.seen:
            interpret = lime.representation.interpret
            self.seen[key] = [interpret(cloud, self.view).z for cloud in self.judges]
        return self.seen[key]

    def explained(self, lime: Lime, outputs: tuple[str, ...]) -> Explanation:
        """One condition's fit of the batch."""
        n = lime.n_samples
        cloud, y = prefix(self.cloud, n), self.y[:, :n]
        return fit(lime, self.view, cloud, y, self.f, list(self.labels), outputs)


def batches(
    asked: Answers, y: Array, f: Array, rows: Rows, judgements: Sequence[Judgement]
) -> Iterator[Drawn]:
    """The batches of some rows in one repeat, with their answers y (I or 1, N, C) and f (I, C)."""
    data, done = split(asked.task, asked.seed), 0
    labels = data.labels[slice(*rows)]
    view, points = data.at(rows)
    for x in parts(points, asked.n):
        some = slice(done, done + len(x))
        done += len(x)
        judges = [cloud for judgement in judgements for cloud in judgement.clouds(view, x)]
        mine = y[some] if len(y) > 1 else y
        yield Drawn(view, labels[some], f[some], asked.cloud(view, x), mine, judges)


def said(lime: Lime, outputs: tuple[str, ...], drawn: Drawn) -> tuple[tuple[str, ...], Arrays]:
    """The features of one condition's fit of a batch, the fit, and its answers at judges' points.

    Features are the representation's own: words under one condition, dimensions under another.
    """
    explanation = drawn.explained(lime, outputs)
    found = {name: np.asarray(getattr(explanation, name)) for name in STACKED}
    for name in MAYBE:
        array = getattr(explanation, name)
        found[name] = np.full(explanation.importance.shape, np.nan) if array is None else array
    return explanation.features, {
        **found,
        "g": explanation.g,
        "n_effective": explanation.n_effective,
        "declined": explanation.declined,
        **_predicted(explanation, drawn.judged(lime)),
    }


def said_of_moves(lime: Lime, outputs: tuple[str, ...], drawn: Drawn) -> Arrays:
    """One condition's fit at the P moves of one row: importance and effect (P, k, C)."""
    explanation = drawn.explained(lime, outputs)
    found = {name: getattr(explanation, name) for name in MOVED}
    return {**found, "declined": explanation.declined}


def sampled(lime: Lime, drawn: Drawn) -> Sampled:
    """The first points (I, S, d), and the weights (I, S) that they have among all."""
    cloud = prefix(drawn.cloud, lime.n_samples)
    w = lime.kernel.weights(lime.representation.interpret(cloud, drawn.view))[:, :SAMPLED]
    points = spread_out(prefix(cloud, SAMPLED))
    return Sampled(points, np.broadcast_to(w, points.shape[:2]))


def _predicted(explanation: Explanation, judged: Sequence[Array]) -> Arrays:
    """The surrogates' answers (I, M, C) at every judge's points, NaN where declined."""
    assert explanation.model is not None
    found = {}
    for n, z in enumerate(judged):
        g = explanation.model.predict(z)
        g[explanation.declined != ""] = np.nan
        found[place(n)] = g
    return found
