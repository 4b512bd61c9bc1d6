"""Evidence of one condition on one task: fits of all repeats, put beside the judge's answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from limelab.domains import Table
from limelab.explanation import Explanation
from limelab.lime import Lime, fit
from limelab.sampling import prefix
from limelab.study.blocks import Answers, Judgement, parts
from limelab.study.foreign import FOREIGN
from limelab.study.ready import split
from limelab.types import Array, Cloud, Evidence, Judged, NotApplicable, Reference

Arrays = dict[str, Any]
_STACKED = ("importance", "effect", "selected", "determined", "slope", "r2")


@dataclass(frozen=True, eq=False)
class Frame:
    """What all conditions of a task share: names, the model at the rows, the yardsticks.

    Attributes
    ----------
    judgements : list of (Judgement of each repeat, answers (R, radii, I, M, C))
    """

    features: tuple[str, ...]
    outputs: tuple[str, ...]
    labels: tuple[Any, ...]
    f: Array
    model_sd: Array
    judgements: Sequence[tuple[Sequence[Judgement], Array]]
    references: dict[str, Reference]


@dataclass(frozen=True)
class Broken:
    """A condition that could not be fitted: why, and whether that is an error or a refusal."""

    reason: str
    error: bool


def of_group(
    frame: Frame, limes: Sequence[Lime], asked: Sequence[tuple[Answers, Array | str]]
) -> list[tuple[Evidence, Arrays] | Broken]:
    """Fit and judge every repeat of conditions that share a sampler; points are drawn once.

    Parameters
    ----------
    frame : Frame
    limes : sequence of Lime
    asked : sequence of (Answers, y or the reason why there are no answers), one a repeat

    Returns
    -------
    found : list, one a condition
        Evidence, and coef and stderr (R, I, k, C) for the table of explanations; or why not.
    """
    fits = [_Fits(frame, lime) for lime in limes]
    for repeat, (spec, y) in enumerate(asked):
        drawn = y if isinstance(y, str) else list(_drawn(frame, repeat, spec, y))
        for one in fits:
            one.add(drawn)
    return [one.broken or _joined(frame, one.said) for one in fits]


@dataclass(eq=False)
class _Fits:
    """What one condition has said so far, repeat by repeat, until it breaks."""

    frame: Frame
    lime: Lime
    said: list[Arrays] = field(default_factory=list)
    broken: Broken | None = None

    def add(self, drawn: list[_Drawn] | str) -> None:
        """Fit one repeat; a text is the reason why there is nothing to fit."""
        if self.broken is not None:
            return
        if isinstance(drawn, str):
            self.said.append(_with_reason(_blank(self.frame), drawn))
            return
        try:
            self.said.append(_stacked([_said(self.frame, self.lime, one) for one in drawn]))
        except NotApplicable as reason:
            self.broken = Broken(str(reason), error=False)
        except Exception as error:
            self.broken = Broken(f"{type(error).__name__}: {error}", error=True)


def of_nothing(frame: Frame, repeats: int, reason: str) -> tuple[Evidence, Arrays]:
    """Evidence of a condition of our parts that could not be fitted, with the reason."""
    return _joined(frame, [_with_reason(_blank(frame), reason)] * repeats)


def _joined(frame: Frame, repeats: Sequence[Arrays]) -> tuple[Evidence, Arrays]:
    """Repeats of a condition that has local models."""
    stacks = {name: np.stack([made[name] for made in repeats]) for name in repeats[0]}
    extra = {name: stacks.pop(name) for name in ("coef", "stderr")}
    return _evidence(frame, stacks, tuple(_judged(frame, stacks))), extra


def of_arrays(frame: Frame, found: Sequence[Arrays | str]) -> tuple[Evidence, Arrays]:
    """Evidence of an explainer without local models, from its stored arrays."""
    blank = _blank(frame)
    rows = [_with_reason(blank, one) if isinstance(one, str) else one for one in found]
    stacks = {name: np.stack([row[name] for row in rows]) for name in (*FOREIGN, "declined")}
    stacks["declined"] = stacks["declined"].astype(object)
    nothing = np.full(stacks["importance"].shape, np.nan)
    evidence = _evidence(frame, stacks, tuple(_judged(frame, None)))
    return evidence, {"coef": nothing, "stderr": nothing}


def _evidence(frame: Frame, stacks: Arrays, judged: tuple[Judged, ...]) -> Evidence:
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
        **{name: stacks[name] for name in _STACKED},
    )


def _judged(frame: Frame, stacks: Arrays | None) -> Iterator[Judged]:
    """The model's answers by judge and radius, beside the surrogates' own where there are any."""
    place = 0
    for judgements, f in frame.judgements:
        judge = judgements[0].judge
        for n, radius in enumerate(judge.radii):
            g = None if stacks is None else stacks[_place(place)]
            yield Judged(judge.name, radius, f[:, n], g)
            place += 1


def _place(n: int) -> str:
    """Where the surrogates' answers at the points of the nth judge and radius are kept."""
    return f"judged {n}"


@dataclass(frozen=True, eq=False)
class _Drawn:
    """One batch of rows in one repeat: its cloud and answers, and the judges' points."""

    table: Table
    rows: slice
    cloud: Cloud
    y: Array
    judges: list[Cloud]
    seen: dict[str, list[Array]] = field(default_factory=dict)

    def judged(self, lime: Lime) -> list[Array]:
        """What a representation sees of the judges' points, made once."""
        key = repr(lime.representation)
        if key not in self.seen:
            interpret = lime.representation.interpret
            self.seen[key] = [interpret(cloud, self.table).z for cloud in self.judges]
        return self.seen[key]


def _drawn(frame: Frame, repeat: int, asked: Answers, y: Array) -> Iterator[_Drawn]:
    """The batches of one repeat; y (I or 1, N, C) holds the answers of all rows."""
    data, done = split(asked.task, asked.seed), 0
    for x in parts(data.x, asked.n):
        rows = slice(done, done + len(x))
        done += len(x)
        judges = [cloud for specs, _ in frame.judgements for cloud in specs[repeat].clouds(x)]
        mine = y[rows] if len(y) > 1 else y
        yield _Drawn(data.table, rows, asked.cloud(x), mine, judges)


def _said(frame: Frame, lime: Lime, drawn: _Drawn) -> Arrays:
    """One condition's fit of a batch, and its answers at the judges' points."""
    n, rows = lime.n_samples, drawn.rows
    explanation = fit(
        lime,
        drawn.table,
        prefix(drawn.cloud, n),
        drawn.y[:, :n],
        frame.f[rows],
        list(frame.labels[rows]),
        frame.outputs,
    )
    said = {name: np.asarray(getattr(explanation, name)) for name in _STACKED}
    for name in ("coef", "stderr"):
        array = getattr(explanation, name)
        said[name] = np.full(explanation.importance.shape, np.nan) if array is None else array
    return {
        **said,
        "g": explanation.g,
        "n_effective": explanation.n_effective,
        "declined": explanation.declined,
        **_predicted(explanation, drawn.judged(lime)),
    }


def _predicted(explanation: Explanation, judged: Sequence[Array]) -> Arrays:
    """The surrogates' answers (I, M, C) at every judge's points, NaN where declined."""
    assert explanation.model is not None
    found = {}
    for n, z in enumerate(judged):
        g = explanation.model.predict(z)
        g[explanation.declined != ""] = np.nan
        found[_place(n)] = g
    return found


def _stacked(batches: Sequence[Arrays]) -> Arrays:
    return {name: np.concatenate([batch[name] for batch in batches]) for name in batches[0]}


def _blank(frame: Frame) -> Arrays:
    """No explanation at all, in the shapes of one."""
    instances, outputs = frame.f.shape
    cube = np.full((instances, len(frame.features), outputs), np.nan)
    square = np.full((instances, outputs), np.nan)
    sizes = [f.shape[3] for _, f in frame.judgements for _ in range(f.shape[1])]
    return {
        **dict.fromkeys(("importance", "effect", "slope", "coef", "stderr"), cube),
        **dict.fromkeys(("selected", "determined"), np.zeros(cube.shape, dtype=bool)),
        **dict.fromkeys(("r2", "g"), square),
        "n_effective": square[:, 0],
        **{_place(n): np.full((instances, m, outputs), np.nan) for n, m in enumerate(sizes)},
    }


def _with_reason(blank: Arrays, reason: str) -> Arrays:
    return {**blank, "declined": np.full(len(blank["importance"]), reason, dtype=object)}
