"""The runner: does the blocks that the store does not hold, then writes the tables; no formulas."""

from __future__ import annotations

import gzip
import io
import json
import platform
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from limelab.study.blocks import Made, execute
from limelab.study.claims import judge_claims
from limelab.study.engine import Engine, Outcome, drive, from_name
from limelab.study.files import write_atomically
from limelab.study.plan import Group, Plan, Planned, TaskPlan, make_plan, scoring_key
from limelab.study.progress import Watch, watch
from limelab.study.results import CLAIMS, EXPLANATIONS, MANIFEST, SCORES, TASKS, Results
from limelab.study.scoring import Scoring, Stored, explanation_header
from limelab.study.spec import Study
from limelab.study.store import Block, Store

_PACKAGES = ("limelab", "numpy", "scipy", "scikit-learn", "statsmodels", "pandas", "joblib")


@dataclass(eq=False)
class _Run:
    """One run of a study: its store, its engine, and what it has done so far."""

    study: Study
    store: Store
    engine: Engine
    stem: str
    watch: Watch
    asked: Counter[str] = field(default_factory=Counter)
    reused: int = 0
    made: int = 0
    marked: bool = False
    failures: list[dict[str, Any]] = field(default_factory=list)

    def do(self, what: str, blocks: Sequence[Planned]) -> dict[str, Block]:
        """Make what is missing; return all blocks that there are now."""
        unique = {block.key: block for block in blocks}
        found = {key: self.store.get(key) for key in self.store.has(unique)}
        held = {key: block for key, block in found.items() if block is not None}
        todo = {key: block for key, block in unique.items() if key not in held}
        self.reused += len(held)
        self.watch.start(what, len(todo), len(held))
        try:
            drive(
                {key: block.spec for key, block in todo.items()},
                execute,
                make_executor=self.engine.make_executor,
                workers=self.engine.workers,
                on_done=lambda key, outcome: self._keep(todo[key], outcome),
            )
        finally:
            self.watch.stop()
        fresh = {key: self.store.get(key) for key in todo}
        return held | {key: block for key, block in fresh.items() if block is not None}

    def _keep(self, block: Planned, outcome: Outcome[Made]) -> None:
        """Commit one block at once; an error is kept apart and never counts as done."""
        made = outcome.value
        if made is None:
            self.store.fail(block.key, block.spec.kind, block.label, outcome.error)
            self.failures.append({**block.label, "kind": block.spec.kind, "error": outcome.error})
            self.watch.step({}, True)  # noqa: FBT003  named in Watch
            return
        self.store.put(
            block.key,
            kind=block.spec.kind,
            label=block.label,
            arrays=made.arrays,
            meta=made.meta,
            queries=made.queries,
            seconds=made.seconds,
        )
        self.made += 1
        self.asked.update(made.queries)
        if not self.marked:
            self.store.mark_data(self.stem)
            self.marked = True
        self.watch.step(made.queries, False)  # noqa: FBT003  named in Watch


def run_study(  # noqa: PLR0913  the one seam between a caller and the line
    study: Study,
    out: Path,
    *,
    n_jobs: int = 1,
    backend: str = "loky",
    stem: str = "",
    quick: bool = False,
    progress: Watch | None = None,
) -> Results:
    """Run what is missing, then write the tables beside the store; see `Study.run`."""
    began = time.time()
    small = study.quick() if quick else study
    plan = make_plan(small)
    engine = from_name("serial" if n_jobs == 1 else backend, n_jobs)
    with Store.open(out) as store:
        status = store.register_claims(stem, [claim.digest for claim in study.claims])
        run = _Run(small, store, engine, stem, progress or watch())
        asked = run.do("asking", plan.asking())
        scorings = [_scoring(run, task, group, asked) for task in plan.tasks for group in task.groups]
        ready = [planned for planned in scorings if isinstance(planned, Planned)]
        scored = run.do("scoring", ready)
        folder = out / stem
        folder.mkdir(parents=True, exist_ok=True)
        _write_scores(folder, small, plan, scorings, scored)
        _write_tasks(folder, plan, asked)
        _write_measures(folder, plan, asked)
        results = Results(folder)
        claims = judge_claims(small, results.scores, status, verdicts=not quick)
        write_atomically(folder / CLAIMS, _csv(claims))
        told = _manifest(run, plan, {**asked, **scored}, quick=quick, began=began)
        text = json.dumps(told, indent=1, sort_keys=True)
        write_atomically(folder / MANIFEST, text.encode())
        store.write_manifest(stem, told)
    return Results(folder)


def _scoring(
    run: _Run, task: TaskPlan, group: Group, asked: Mapping[str, Block]
) -> Planned | tuple[Group, str]:
    """The scoring block of a group, or the group with the reason why it cannot be scored."""
    yardsticks = [task.facts, *([task.references] if task.references else [])]
    yardsticks += [block for repeats in task.judged for block in repeats]
    gone = [block for block in yardsticks if block.key not in asked]
    if gone:
        return group, f"{gone[0].spec.kind} failed: {_error(run, gone[0])}"
    stored = {
        block.key: _stored(run, block, asked) for block in (*yardsticks, *group.asked)
    }
    facts = asked[task.facts.key].meta
    spec = Scoring(
        task=task.task,
        seed=run.study.seed,
        conditions=group.conditions,
        metrics=run.study.metrics,
        factor_names=run.study.conditions.factor_names,
        asked=tuple((block.spec, stored[block.key]) for block in group.asked),
        judged=tuple(tuple((b.spec, stored[b.key]) for b in repeats) for repeats in task.judged),
        facts=stored[task.facts.key],
        meta=(tuple(facts["features"]), tuple(facts["outputs"])),
        references=stored[task.references.key] if task.references else None,
    )
    keys = [key if not entry.reason else key + entry.reason for key, entry in stored.items()]
    label = {"task": task.task.name, "what": group.conditions[0].name}
    return Planned(scoring_key(run.study, group, keys), spec, label)


def _stored(run: _Run, block: Planned, asked: Mapping[str, Block]) -> Stored:
    held = asked.get(block.key)
    folder = str(run.store.folder)
    return Stored(folder, held.digest) if held else Stored(folder, reason=_error(run, block))


def _error(run: _Run, block: Planned) -> str:
    errors = [f.error for f in run.store.failures() if f.key == block.key]
    return errors[0] if errors else "not run"


def _write_scores(
    folder: Path,
    study: Study,
    plan: Plan,
    scorings: Sequence[Planned | tuple[Group, str]],
    scored: Mapping[str, Block],
) -> None:
    """Put the rows of all blocks together in the order of the plan, under one header."""
    blocks = [scored.get(s.key) if isinstance(s, Planned) else None for s in scorings]
    header = _header([block.meta["columns"] for block in blocks if block is not None], study)
    texts = [",".join(header).encode() + b"\n"]
    told = [gzip.compress((",".join(explanation_header(study.conditions.factor_names)) + "\n").encode(), 4, mtime=0)]  # fmt: skip
    for scoring, block in zip(scorings, blocks, strict=True):
        if block is None:
            texts.append(_failed_rows(scoring, study, header))
            continue
        rows, columns = bytes(block.arrays["scores"]), block.meta["columns"]
        texts.append(rows if columns == header else _reordered(rows, columns, header))
        told.append(bytes(block.arrays["told"]))
    write_atomically(folder / SCORES, b"".join(texts))
    write_atomically(folder / EXPLANATIONS, b"".join(told))


def _header(columns: Sequence[list[str]], study: Study) -> list[str]:
    """Columns of all blocks: those of the first, further ones before the note."""
    lead = ["task", "dataset", "model", "condition", *study.conditions.factor_names, "draws"]
    first = columns[0] if columns else [*lead, "repeat", "instance", "output", "metric", "judge", "radius", "value", "note"]  # fmt: skip
    more = sorted({name for names in columns for name in names} - set(first))
    return [*first[:-1], *more, "note"]


def _reordered(rows: bytes, columns: Sequence[str], header: Sequence[str]) -> bytes:
    frame = pd.read_csv(io.BytesIO(rows), names=list(columns), dtype=str, keep_default_na=False)
    return _csv(frame.reindex(columns=list(header), fill_value=""), header=False)


def _failed_rows(scoring: Planned | tuple[Group, str], study: Study, header: Sequence[str]) -> bytes:
    """A failed block is one row for each condition and metric, with its error."""
    if isinstance(scoring, Planned):
        task, conditions, reason = scoring.spec.task, scoring.spec.conditions, "scoring failed"
    else:
        task, conditions, reason = scoring[0].task, scoring[0].conditions, scoring[1]
    rows = [
        {"task": task.name, "dataset": task.data_name, "model": task.model.name, "note": reason}
        | {"condition": condition.name, "metric": metric.name, **dict(condition.factors)}
        for condition in conditions
        for metric in study.metrics
    ]
    return _csv(pd.DataFrame(rows).reindex(columns=list(header), fill_value=""), header=False)


def _write_tasks(folder: Path, plan: Plan, asked: Mapping[str, Block]) -> None:
    """One row a task: data, model, test scores."""
    rows = []
    for task in plan.tasks:
        block = asked.get(task.facts.key)
        row = {"task": task.task.name, "dataset": task.task.data_name, "model": repr(task.task.model)}
        if block is not None:
            meta = block.meta
            row |= {"kind": meta["kind"], "rows": meta["rows"], "held_out": meta["held_out"]}
            row |= {"features": len(meta["features"]), "outputs": " ".join(meta["outputs"])}
            row |= meta["scores"]
        rows.append(row)
    write_atomically(folder / TASKS, _csv(pd.DataFrame(rows)))


def _write_measures(folder: Path, plan: Plan, asked: Mapping[str, Block]) -> None:
    """One table a measure, all tasks in it."""
    tables: dict[str, list[pd.DataFrame]] = {}
    for block in (block for task in plan.tasks for block in task.measures):
        held = asked.get(block.key)
        if held is not None:
            frame = pd.read_csv(io.BytesIO(bytes(held.arrays["csv"])))
            tables.setdefault(block.label["what"], []).append(frame)
    for name, frames in tables.items():
        write_atomically(folder / f"measure_{name}.csv", _csv(pd.concat(frames)))


def _manifest(
    run: _Run, plan: Plan, blocks: Mapping[str, Block], *, quick: bool, began: float
) -> dict[str, Any]:
    """What was run, with what, and what it cost."""
    study = run.study
    total: Counter[str] = Counter()
    seconds: Counter[str] = Counter()
    for block in blocks.values():
        total.update(block.queries)
        seconds[block.kind] += block.seconds  # type: ignore[assignment]  # a Counter of floats
    errors = [text for block in blocks.values() for text in block.meta.get("errors", [])]
    return {
        "question": study.question,
        "quick": quick,
        "seed": study.seed,
        "repeats": study.repeats,
        "conditions": {name: repr(explainer) for name, explainer in study.conditions.items()},
        "factors": list(study.conditions.factor_names),
        "judges": [repr(judge) for judge in study.judge],
        "metrics": {m.name: _metric(m) for m in study.metrics},
        "data": plan.fingerprints,
        "versions": {name: version(name) for name in _PACKAGES}
        | {"python": platform.python_version(), "platform": platform.platform()},
        "queries": dict(sorted(total.items())),
        "queries_now": dict(sorted(run.asked.items())),
        "blocks": {"total": len(blocks), "made": run.made, "reused": run.reused},
        "seconds_by_kind": {kind: round(spent, 3) for kind, spent in sorted(seconds.items())},
        "workers": run.engine.workers,
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(began)),
        "seconds": round(time.time() - began, 3),
        "failures": run.failures,
        "metric_errors": errors,
        "damaged": [f"{d.file}: {d.reason}" for d in run.store.damaged],
    }


def _metric(metric: Any) -> dict[str, str]:
    return {name: getattr(metric, name) for name in ("better", "unit", "says_not")} | {"repr": repr(metric)}


def _csv(frame: pd.DataFrame, *, header: bool = True) -> bytes:
    text = frame.to_csv(index=False, float_format="%.9g", header=header, lineterminator="\n")
    return text.encode()


