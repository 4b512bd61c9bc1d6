"""Evidence of one condition on one task: fits of all repeats, put beside the judge's answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from limelab.domains import Table
from limelab.explanation import Explanation
from limelab.lime import Lime, fit
from limelab.sampling import prefix
from limelab.study.blocks import Answers, Judgement, parts
from limelab.study.foreign import FOREIGN
from limelab.study.ready import split
from limelab.types import Array, Cloud, Evidence, Judged, Reference

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


def of_lime(
    frame: Frame, lime: Lime, asked: Sequence[tuple[Answers, Array | str]]
) -> tuple[Evidence, Arrays]:
    """Fit every repeat and judge it.

    Parameters
    ----------
    frame : Frame
    lime : Lime
    asked : sequence of (Answers, y or the reason why there are no answers), one a repeat

    Returns
    -------
    evidence : Evidence
    extra : dict
        coef and stderr (R, I, k, C) for the table of explanations.
    """
    return _joined(frame, [_one_repeat(frame, lime, r, *pair) for r, pair in enumerate(asked)])


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


def _one_repeat(frame: Frame, lime: Lime, repeat: int, asked: Answers, y: Array | str) -> Arrays:
    """All that one repeat of one condition says, over all instances."""
    if isinstance(y, str):
        return _with_reason(_blank(frame), y)
    batches, done = [], 0
    for x in parts(split(asked.task, asked.seed).x, asked.n):
        rows = slice(done, done + len(x))
        done += len(x)
        batches.append(_one_batch(frame, lime, repeat, asked, (x, rows, y)))
    return {name: np.concatenate([batch[name] for batch in batches]) for name in batches[0]}


def _one_batch(
    frame: Frame, lime: Lime, repeat: int, asked: Answers, batch: tuple[Array, slice, Array]
) -> Arrays:
    """Fit one batch of rows x, at their places, to answers y of all rows or shared by all."""
    x, rows, y = batch
    table = split(asked.task, asked.seed).table
    cloud = prefix(asked.cloud(x), lime.n_samples)
    mine = (y[rows] if len(y) > 1 else y)[:, : lime.n_samples]
    explanation = fit(
        lime, table, cloud, mine, frame.f[rows], list(frame.labels[rows]), frame.outputs
    )
    clouds = [cloud for judges, _ in frame.judgements for cloud in judges[repeat].clouds(x)]
    return _said(lime, table, explanation, clouds)


def _said(lime: Lime, table: Table, explanation: Explanation, clouds: Sequence[Cloud]) -> Arrays:
    """Arrays of one batch; the surrogate's answers at the judge's points are NaN where declined."""
    said = {name: np.asarray(getattr(explanation, name)) for name in _STACKED}
    for name in ("coef", "stderr"):
        array = getattr(explanation, name)
        said[name] = np.full(explanation.importance.shape, np.nan) if array is None else array
    return {
        **said,
        "g": explanation.g,
        "n_effective": explanation.n_effective,
        "declined": explanation.declined,
        **_predicted(lime, table, explanation, clouds),
    }


def _predicted(
    lime: Lime, table: Table, explanation: Explanation, clouds: Sequence[Cloud]
) -> Arrays:
    """The surrogates' answers (I, M, C) at the points of every judge and radius."""
    assert explanation.model is not None
    found = {}
    for n, cloud in enumerate(clouds):
        g = explanation.model.predict(lime.representation.interpret(cloud, table).z)
        g[explanation.declined != ""] = np.nan
        found[_place(n)] = g
    return found


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
