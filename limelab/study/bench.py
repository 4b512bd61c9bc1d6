"""The model and the rows that somebody's attributions speak of, asked once; it scores nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from limelab.blackbox import BlackBox
from limelab.domains import Table
from limelab.importance import (
    conditional_importance,
    impurity_importance,
    label_importance,
    local_importance,
    prediction_importance,
)
from limelab.lime import explain_with
from limelab.perturbations import Gaussian
from limelab.seeds import child, generator
from limelab.study import evidence as gather
from limelab.study.attributions import Asked
from limelab.study.blocks import REFERENCE_REPEATS, REFERENCE_ROWS, asked, dependence_note
from limelab.study.foreign import ANOTHER_SCALE, another_scale, said_by
from limelab.study.knowing import exact_coef
from limelab.study.moving import MOVED, moved_points
from limelab.study.needs import Needs
from limelab.study.references import LOCAL_REPEATS, LOCAL_SIZE
from limelab.types import Array, Coordinates, Evidence, Moves, NotApplicable, Reference, Truth

REGION = 0.5  # background standard deviations: where local importance looks
NO_MODEL = "attributions have no local model to judge; put the explainer into a Study"
NO_POINTS = "attributions show no points; put the explainer into a Study"
NO_MOVES = "attributions are of the rows alone, and moved rows need more; hand explainer="
NO_TRUTH = "attributions say not what they should tend to; hand explainer="
NO_TARGETS = "there are no targets; hand the background as Table(frame, target=y)"
NO_REFITS = "it refits the model, which is fitted already; put it into a Study"


@dataclass(frozen=True, eq=False)
class Bench:
    """The model and the rows; what does not depend on who explains is found once."""

    table: Table
    whole: BlackBox
    box: BlackBox
    rows: Any
    asked: Asked
    needs: Needs
    seed: int
    question: Any = NO_TRUTH  # what the attributions should tend to, or why that is not known

    def evidence(
        self, first: dict[str, Any], explainer: Any, repeats: int
    ) -> tuple[Evidence, dict[str, str]]:
        """Evidence of attributions and of who made them, if known; the reasons for what it lacks.

        The attributions are the first repeat.
        """
        repeated = range(1, 1 if explainer is None else repeats)
        further = [said_by(self.explained(explainer, r)) for r in repeated]
        found = gather.of_arrays(self._frame, [first, *further])
        lacks = {"judge": NO_MODEL, "sampled": NO_POINTS, **self._references[1]}
        if explainer is None:
            lacks |= {f"moves {one}": NO_MOVES for one in self.needs.moves}
        else:
            moved = tuple(self._at(explainer, moves) for moves in self.needs.moves)
            found = replace(found, moved=moved)
        if isinstance(self._truth, str):
            return found, {**lacks, "truth": self._truth}
        return replace(found, truth=self._truth), lacks

    def explained(self, explainer: Any, repeat: int, rows: Any = None) -> Any:
        """What an explainer says of the rows, or of moved ones, with the seed of a repeat.

        NotApplicable where it takes something else for the model's answers to the rows.
        """
        there = self.rows if rows is None else rows
        own = child(self.seed, "repeat", repeat)
        found = explain_with(explainer, self.box, self.table, there, own)
        if rows is None and another_scale(found.f, self.asked.f):
            raise NotApplicable(ANOTHER_SCALE)
        return found

    @cached_property
    def x(self) -> Array:
        """The rows as points."""
        return self.table.encode(self.rows)

    @cached_property
    def _frame(self) -> gather.Frame:
        background = self.box.ask(self.table.decode(self.table.background.copy()))
        return gather.Frame(
            features=self.asked.features,
            outputs=self.asked.outputs,
            labels=self.asked.labels,
            f=self.asked.f,
            model_sd=background.std(axis=0),
            judgements=[],
            references=self._references[0],
            rows=(0, len(self.x)),
            coordinates=self._coordinates(),
            local=self._local() if self.needs.local else None,
        )

    def _coordinates(self) -> Coordinates:
        table = self.table
        whole = (table.background == np.round(table.background)).all(axis=0)
        return Coordinates(
            x=self.x,
            background=table.background,
            held_out=table.background,
            categorical=table.categorical,
            integral=whole & ~table.categorical,
            mean=table.mean,
            scale=table.scale,
        )

    def _local(self) -> Array:
        return local_importance(
            self.box, self.table, self.x, Gaussian(REGION),
            size=LOCAL_SIZE, repeats=LOCAL_REPEATS, seed=child(self.seed, "local"),
        )  # fmt: skip

    @cached_property
    def _references(self) -> tuple[dict[str, Reference], dict[str, str]]:
        """References without a null, for which the model would be refitted; and why some lack."""
        found, reasons = {}, {}
        note = dependence_note(self.table.background, self.table.categorical)
        for name in self.needs.references:
            try:
                values = _FINDERS[name](self)
            except NotApplicable as reason:
                reasons[f"reference {name}"] = str(reason)
                continue
            found[name] = Reference(values, np.empty((0, *values.shape[1:])), note)
        return found, reasons

    def _at(self, explainer: Any, moves: Moves) -> Any:
        """What an explainer says of moved rows beside what it says of the rows, at one seed."""
        points = moved_points(self.table, self.x, moves, self.seed)
        places = [self.table.decode(points[:, p].copy()) for p in range(moves.size)]
        said = [self.explained(explainer, 1, rows) for rows in places]
        arrays = {name: np.stack([getattr(one, name) for one in said], axis=1) for name in MOVED}
        arrays["declined"] = np.stack([one.declined for one in said], axis=1)
        at = gather.AtMoves(moves, points, asked(self.box, self.table, points))
        return gather.moved_of(at, arrays, said_by(self.explained(explainer, 1)))

    @cached_property
    def _truth(self) -> Truth | str | None:
        if not self.needs.truth or isinstance(self.question, str):
            return self.question if self.needs.truth else None
        try:
            return Truth(exact_coef(self.question, self.box, self.table, self.rows))
        except NotApplicable as reason:
            return str(reason)

    @property
    def known(self) -> Array:
        """Background rows that stand for the data."""
        order = generator(self.seed, "reference rows").permutation(len(self.table.background))
        return np.asarray(self.table.background[np.sort(order[:REFERENCE_ROWS])])


def _prediction(bench: Bench) -> Array:
    rng = generator(bench.seed, "reference")
    return prediction_importance(
        bench.box, bench.table, bench.known, repeats=REFERENCE_REPEATS, rng=rng
    )


def _conditional(bench: Bench) -> Array:
    rng = generator(bench.seed, "conditional")
    return conditional_importance(
        bench.box, bench.table, bench.known, repeats=REFERENCE_REPEATS, rng=rng
    )


def _label(bench: Bench) -> Array:
    if bench.table.target is None:
        raise NotApplicable(NO_TARGETS)
    own = child(bench.seed, "reference") % 2**31
    return label_importance(
        bench.whole, bench.table, bench.table.background, bench.table.target,
        repeats=REFERENCE_REPEATS, seed=own,
    )  # fmt: skip


def _impurity(bench: Bench) -> Array:
    return impurity_importance(bench.whole.model, bench.table)


def _drop_column(bench: Bench) -> Array:
    raise NotApplicable(NO_REFITS)


_FINDERS: dict[str, Callable[[Bench], Array]] = {
    "prediction": _prediction,
    "label": _label,
    "conditional": _conditional,
    "impurity": _impurity,
    "drop_column": _drop_column,
}
