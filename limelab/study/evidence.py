"""Evidence of one condition on one task: fits of all repeats, put beside the judge's answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from limelab.lime import Lime
from limelab.study.blocks import Answers, Judgement
from limelab.study.fitting import (
    MAYBE,
    STACKED,
    Arrays,
    Drawn,
    batches,
    place,
    said,
    said_of_moves,
    sampled,
)
from limelab.study.foreign import FOREIGN, OPTIONAL
from limelab.study.memory import Rows
from limelab.study.moving import MOVED, MovedAnswers
from limelab.study.ready import split
from limelab.types import (
    Array,
    Coordinates,
    Evidence,
    Judged,
    Moved,
    Moves,
    NotApplicable,
    Reference,
    Sampled,
)


@dataclass(frozen=True, eq=False)
class AtMoves:
    """Moved rows (I, P, d) with the model's answers there (I, P, C)."""

    moves: Moves
    points: Array
    f: Array


@dataclass(frozen=True, eq=False)
class Frame:
    """What all conditions of a task share: names, the model at the rows, the yardsticks.

    Attributes
    ----------
    judgements : list of (Judgement of each repeat, answers (R, radii, I, M, C))
    rows : (start, stop)
        Which rows of the task these are.
    local : array of shape (P, I, k, C), or None
    sampled : bool
        Whether a metric looks at the points of the first repeat.
    """

    features: tuple[str, ...]
    outputs: tuple[str, ...]
    labels: tuple[Any, ...]
    f: Array
    model_sd: Array
    judgements: Sequence[tuple[Sequence[Judgement], Array]]
    references: dict[str, Reference]
    rows: Rows
    coordinates: Coordinates | None = None
    local: Array | None = None
    sampled: bool = False


@dataclass(frozen=True)
class Broken:
    """A condition that could not be fitted: why, and whether that is an error or a refusal."""

    reason: str
    error: bool


def of_group(
    frame: Frame,
    limes: Sequence[Lime],
    asked: Sequence[tuple[Answers, Array | str]],
    moved: Sequence[tuple[AtMoves, MovedAnswers, Array]] = (),
) -> list[Evidence | Broken]:
    """Fit and judge every repeat of conditions that share a sampler; points are drawn once.

    Parameters
    ----------
    frame : Frame
    limes : sequence of Lime
    asked : sequence of (Answers, y or the reason why there are no answers), one a repeat
    moved : sequence of (AtMoves, MovedAnswers, y (I, P or 1, N, C))

    Returns
    -------
    found : list, one a condition
        Evidence, or why there is none.
    """
    fits = [_Fits(frame, lime) for lime in limes]
    for repeat, (spec, y) in enumerate(asked):
        judging = [specs[repeat] for specs, _ in frame.judgements]
        drawn = y if isinstance(y, str) else list(batches(spec, y, frame.f, frame.rows, judging))
        for one in fits:
            one.attempt(one.add, drawn)
    for rows, move, y in moved:
        round_moves = list(_round_moves(rows, move, y))
        for one in fits:
            one.attempt(one.move, rows, round_moves)
    return [one.found() for one in fits]


@dataclass(eq=False)
class _Fits:
    """What one condition has said so far, repeat by repeat, until it breaks."""

    frame: Frame
    lime: Lime
    said: list[Arrays | str] = field(default_factory=list)
    features: tuple[str, ...] | None = None
    sampled: Sampled | None = None
    moved: list[Moved] = field(default_factory=list)
    broken: Broken | None = None

    def attempt(self, step: Any, *given: Any) -> None:
        """One step, unless an earlier one broke; what breaks is kept as the reason."""
        if self.broken is not None:
            return
        try:
            step(*given)
        except NotApplicable as reason:
            self.broken = Broken(str(reason), error=False)
        except Exception as error:
            self.broken = Broken(f"{type(error).__name__}: {error}", error=True)

    def add(self, drawn: list[Drawn] | str) -> None:
        """Fit one repeat; a text is the reason why there is nothing to fit."""
        if isinstance(drawn, str):
            self.said.append(drawn)
            return
        if self.frame.sampled and not self.said:
            self.sampled = _sampled([sampled(self.lime, one) for one in drawn])
        found = [said(self.lime, self.frame.outputs, one) for one in drawn]
        self.features = found[0][0]
        self.said.append(_stacked([arrays for _, arrays in found]))

    def move(self, rows: AtMoves, drawn: Sequence[Drawn]) -> None:
        """Fit round the moves of every row, on the draws of the first repeat."""
        found = [said_of_moves(self.lime, self.frame.outputs, one) for one in drawn]
        self.moved.append(moved_of(rows, _piled(found), self._arrays()[0]))

    def found(self) -> Evidence | Broken:
        """All that the condition has said."""
        if self.broken is not None:
            return self.broken
        return _joined(self._seen, self._arrays(), self.sampled, tuple(self.moved))

    @property
    def _seen(self) -> Frame:
        """The frame by the features that the condition has shown."""
        return _by_features(self.frame, self.features or self.frame.features)

    def _arrays(self) -> list[Arrays]:
        """What was said in each repeat, NaN with the reason where nothing was."""
        blank = _blank(self._seen)
        return [_with_reason(blank, one) if isinstance(one, str) else one for one in self.said]


def _by_features(frame: Frame, features: tuple[str, ...]) -> Frame:
    """What is known of the columns is not known of features that are others."""
    if features == frame.features:
        return frame
    return replace(frame, features=features, local=None)


def of_nothing(frame: Frame, repeats: int, reason: str) -> Evidence:
    """Evidence of a condition of our parts that could not be fitted, with the reason."""
    return _joined(frame, [_with_reason(_blank(frame), reason)] * repeats)


def of_arrays(
    frame: Frame,
    found: Sequence[Arrays | str],
    moved: Sequence[tuple[AtMoves, Arrays]] = (),
) -> Evidence:
    """Evidence of an explainer without local models, from its stored arrays."""
    blank = _blank(frame)
    rows: list[Arrays]
    rows = [_with_reason(blank, one) if isinstance(one, str) else one for one in found]
    told = [one for one in found if not isinstance(one, str)]
    given = [name for name in OPTIONAL if any(name in one for one in told)]
    stacks = {name: np.stack([row[name] for row in rows]) for name in (*FOREIGN, "declined")}
    stacks |= {n: np.stack([row[n] if n in row else blank[n] for row in rows]) for n in given}
    stacks["declined"] = stacks["declined"].astype(object)
    pairs = tuple(moved_of(where, arrays, rows[0]) for where, arrays in moved)
    return _evidence(frame, stacks, tuple(_judged(frame, None)), None, pairs)


def _joined(
    frame: Frame,
    repeats: Sequence[Arrays],
    sampled: Sampled | None = None,
    moved: tuple[Moved, ...] = (),
) -> Evidence:
    """Repeats of a condition that has local models."""
    stacks = {name: np.stack([made[name] for made in repeats]) for name in repeats[0]}
    return _evidence(frame, stacks, tuple(_judged(frame, stacks)), sampled, moved)


def _evidence(
    frame: Frame,
    stacks: Arrays,
    judged: tuple[Judged, ...],
    sampled: Sampled | None,
    moved: tuple[Moved, ...],
) -> Evidence:
    return Evidence(
        names=frame.features,
        outputs=frame.outputs,
        g_at_x=stacks.get("g"),
        f_at_x=frame.f,
        model_sd=frame.model_sd,
        n_effective=stacks["n_effective"],
        judged=judged,
        references=frame.references,
        declined=stacks["declined"],
        local=frame.local,
        moved=moved,
        coordinates=frame.coordinates,
        sampled=sampled,
        **{name: stacks[name] for name in STACKED},
        **_maybe(stacks),
    )


def _maybe(stacks: Arrays) -> dict[str, Any]:
    """What an explainer may give, None where it gives none."""
    found = {name: stacks.get(name) for name in MAYBE}
    return {n: None if a is None or np.isnan(a).all() else a for n, a in found.items()}


def _round_moves(rows: AtMoves, asked: MovedAnswers, y: Array) -> Iterator[Drawn]:
    """One batch a row: its P moves, with their answers y[i] (P or 1, N, C)."""
    (view, _), names = split(asked.task, asked.seed).at(asked.rows), range(rows.moves.size)
    for i, cloud in enumerate(asked.clouds()):
        yield Drawn(view, names, rows.f[i], cloud, y[i])


def moved_of(rows: AtMoves, arrays: Arrays, first: Arrays) -> Moved:
    """What was said of the moved rows beside what the first repeat says of the rows."""
    return Moved(
        rows.moves,
        rows.points,
        rows.f,
        at_x=first["importance"],
        effect_at_x=first["effect"],
        declined=arrays["declined"].astype(object),
        **{name: arrays[name] for name in MOVED},
    )


def _judged(frame: Frame, stacks: Arrays | None) -> Iterator[Judged]:
    """The model's answers by judge and radius, beside the surrogates' own where there are any."""
    at = 0
    for judgements, f in frame.judgements:
        judge = judgements[0].judge
        for n, radius in enumerate(judge.radii):
            g = None if stacks is None else stacks[place(at)]
            yield Judged(judge.name, radius, f[:, n], g)
            at += 1


def _sampled(found: Sequence[Sampled]) -> Sampled:
    return Sampled(
        np.concatenate([one.points for one in found]),
        np.concatenate([one.weights for one in found]),
    )


def _stacked(batches: Sequence[Arrays]) -> Arrays:
    return {name: np.concatenate([batch[name] for batch in batches]) for name in batches[0]}


def _piled(rows: Sequence[Arrays]) -> Arrays:
    return {name: np.stack([row[name] for row in rows]) for name in rows[0]}


def _blank(frame: Frame) -> Arrays:
    """No explanation at all, in the shapes of one."""
    instances, outputs = frame.f.shape
    cube = np.full((instances, len(frame.features), outputs), np.nan)
    square = np.full((instances, outputs), np.nan)
    sizes = [f.shape[3] for _, f in frame.judgements for _ in range(f.shape[1])]
    numbers = ("importance", "effect", "slope", *MAYBE)
    return {
        **dict.fromkeys(numbers, cube),
        **dict.fromkeys(("selected", "determined"), np.zeros(cube.shape, dtype=bool)),
        **dict.fromkeys(("r2", "g"), square),
        "n_effective": square[:, 0],
        **{place(n): np.full((instances, m, outputs), np.nan) for n, m in enumerate(sizes)},
    }


def _with_reason(blank: Arrays, reason: str) -> Arrays:
    return {**blank, "declined": np.full(len(blank["importance"]), reason, dtype=object)}
