"""Evidence of one condition on one task: fits of all repeats, put beside the judge's answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from limelab.explanation import Explanation
from limelab.lime import Lime, fit
from limelab.sampling import prefix
from limelab.study.blocks import FOREIGN, Answers, Judgement, parts
from limelab.study.ready import split
from limelab.types import Array, Cloud, Evidence, Judged, Objects, Reference

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


@dataclass(eq=False)
class Gathered:
    """What a condition's fits have said so far, repeat by repeat."""

    arrays: dict[str, list[Array]]
    coef: list[Array]
    stderr: list[Array]


def of_lime(
    frame: Frame, lime: Lime, asked: Sequence[tuple[Answers, Array | str]]
) -> tuple[Evidence, dict[str, Array]]:
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
    repeats = [_one_repeat(frame, lime, r, *pair) for r, pair in enumerate(asked)]
    stacks = {name: np.stack([made[name] for made in repeats]) for name in repeats[0]}
    extra = {name: stacks.pop(name) for name in ("coef", "stderr")}
    g = stacks.pop("judged")
    judged = tuple(_judged(frame, g))
    return _evidence(frame, stacks, judged), extra


def of_arrays(frame: Frame, found: Sequence[dict[str, Array] | str]) -> tuple[Evidence, dict[str, Array]]:
    """Evidence of an explainer without local models, from its stored arrays."""
    blank = _blank(frame, len(frame.features))
    rows = [_with_reason(blank, one) if isinstance(one, str) else one for one in found]
    stacks = {name: np.stack([row[name] for row in rows]) for name in (*FOREIGN, "declined")}
    stacks["declined"] = stacks["declined"].astype(object)
    nothing = np.full(stacks["importance"].shape, np.nan)
    return _evidence(frame, stacks, tuple(_judged(frame, None))), {"coef": nothing, "stderr": nothing}


def _evidence(frame: Frame, stacks: dict[str, Array], judged: tuple[Judged, ...]) -> Evidence:
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


def _judged(frame: Frame, g: Array | None) -> Iterator[Judged]:
    """Answers by judge and radius; g holds all of them on one axis (R, J, I, M, C)."""
    place = 0
    for judgements, f in frame.judgements:
        judge = judgements[0].judge
        for n, radius in enumerate(judge.radii):
            said = None if g is None else g[:, place]
            yield Judged(judge.name, radius, f[:, n], said)
            place += 1


def _one_repeat(
    frame: Frame, lime: Lime, repeat: int, asked: Answers, y: Array | str
) -> dict[str, Array]:
    """All that one repeat of one condition says, over all instances."""
    data = split(asked.task, asked.seed)
    batches = []
    done = 0
    for x in parts(data.x, asked.n):
        rows = slice(done, done + len(x))
        done += len(x)
        if isinstance(y, str):
            batches.append(_with_reason(_blank(_rows(frame, rows), len(frame.features)), y))
            continue
        cloud = prefix(asked.cloud(x), lime.n_samples)
        block = (y[rows] if len(y) > 1 else y)[:, : lime.n_samples]
        labels = list(frame.labels[rows])
        explanation = fit(lime, data.table, cloud, block, frame.f[rows], labels, frame.outputs)
        judges = [js[repeat].clouds(x) for js, _ in frame.judgements]
        batches.append(_said(lime, data.table, explanation, [c for clouds in judges for c in clouds]))
    axis = {"judged": 1}
    return {
        name: np.concatenate([batch[name] for batch in batches], axis=axis.get(name, 0))
        for name in batches[0]
    }


def _said(lime: Lime, table: Any, explanation: Explanation, clouds: Sequence[Cloud]) -> dict[str, Array]:
    """Arrays of one batch; the surrogate's answers at the judge's points are NaN where declined."""
    shape = explanation.importance.shape
    gone = explanation.declined != ""
    said = {name: np.asarray(getattr(explanation, name)) for name in _STACKED}
    for name in ("coef", "stderr"):
        array = getattr(explanation, name)
        said[name] = np.full(shape, np.nan) if array is None else array
    assert explanation.g is not None
    assert explanation.model is not None
    judged = [
        explanation.model.predict(lime.representation.interpret(cloud, table).z) for cloud in clouds
    ]
    whole = np.stack(judged) if judged else np.empty((0, shape[0], 0, shape[2]))
    whole[:, gone] = np.nan
    return {
        **said,
        "g": explanation.g,
        "n_effective": explanation.n_effective,
        "declined": explanation.declined,
        "judged": whole,
    }


def _rows(frame: Frame, rows: slice) -> Frame:
    return Frame(frame.features, frame.outputs, frame.labels[rows], frame.f[rows], frame.model_sd,
                 frame.judgements, frame.references)  # fmt: skip


def _blank(frame: Frame, k: int) -> dict[str, Array]:
    """No explanation at all, in the shapes of one."""
    instances, outputs = frame.f.shape
    cube, square = np.full((instances, k, outputs), np.nan), np.full((instances, outputs), np.nan)
    points = max([f.shape[3] for _, f in frame.judgements], default=0)
    radii = sum(f.shape[1] for _, f in frame.judgements)
    return {
        "importance": cube,
        "effect": cube,
        "slope": cube,
        "selected": np.zeros(cube.shape, dtype=bool),
        "determined": np.zeros(cube.shape, dtype=bool),
        "r2": square,
        "coef": cube,
        "stderr": cube,
        "g": square,
        "n_effective": square[:, 0],
        "judged": np.full((radii, instances, points, outputs), np.nan),
    }


def _with_reason(blank: dict[str, Array], reason: str) -> dict[str, Any]:
    declined: Objects = np.full(len(blank["importance"]), reason, dtype=object)
    return {**blank, "declined": declined}
