"""What a key depends on: all that determines a block, in any process, and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import limelab as ll
from limelab import models
from limelab.study.plan import make_plan
from tests.study.world import DIABETES, IRIS, LIME, ROOT, small

MINE = '''
"""A perturbation of a user's own."""
from dataclasses import dataclass
import limelab as ll
from own_helper import FACTOR

@dataclass(frozen=True)
class Mine(ll.Gaussian):
    def cloud(self, u, x, view):
        return super().cloud(u, x * FACTOR, view)
'''
PRINT = """
import json, sys
sys.path.insert(0, sys.argv[1])
import limelab as ll
from limelab.study.plan import make_plan, scoring_key
from own_part import Mine
from tests.study.world import IRIS, LIME, small
laws = ll.vary(LIME, perturbation=[Mine(), ll.Gaussian()])
study = small(tasks=[IRIS], conditions=laws, claims=[])
plan = make_plan(study)
keys = {repr(sorted(block.label.items())): block.key for block in plan.asking()}
for group in plan.tasks[0].groups:
    keys["scores " + group.conditions[0].name] = scoring_key(study, group, ["k"])
print(json.dumps(keys))
"""


def keys_of(folder: Path, hash_seed: int) -> dict[str, str]:
    """Keys of a plan with a user's part, made in another process."""
    env = {**os.environ, "PYTHONHASHSEED": str(hash_seed)}
    line = [sys.executable, "-c", PRINT, str(folder)]
    done = subprocess.run(line, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    keys: dict[str, str] = json.loads(done.stdout)
    return keys


def test_an_edited_module_changes_the_keys_of_its_parts_and_no_others(tmp_path: Path) -> None:
    (tmp_path / "own_part.py").write_text(MINE)
    (tmp_path / "own_helper.py").write_text("FACTOR = 1.0\n")
    first = keys_of(tmp_path, 1)
    (tmp_path / "own_helper.py").write_text('"""Help."""\nFACTOR = 1.0  # as it was\n')
    assert keys_of(tmp_path, 2) == first
    (tmp_path / "own_helper.py").write_text("FACTOR = 1.5\n")
    second = keys_of(tmp_path, 1)
    changed = {name for name in first if first[name] != second[name]}
    assert changed == {name for name in first if "Mine" in name}
    assert len(changed) == 2 + 1


def keys(study: ll.Study) -> set[str]:
    return {block.key for block in make_plan(study).asking()}


CHANGES: dict[str, Callable[[], dict[str, Any]]] = {
    "seed": lambda: {"seed": 1},
    "instances": lambda: {"tasks": [replace(IRIS, instances=3)]},
    "background": lambda: {"tasks": [replace(IRIS, background=61)]},
    "data": lambda: {"tasks": [replace(DIABETES, model=IRIS.model)]},
    "model": lambda: {"tasks": [replace(IRIS, model=models.forest(n_estimators=5))]},
}


@pytest.mark.parametrize("axis", CHANGES)
def test_every_axis_of_a_task_changes_every_key(axis: str) -> None:
    base = small(tasks=[IRIS])
    assert not keys(base) & keys(replace(base, **CHANGES[axis]()))


@pytest.mark.parametrize(
    ("changes", "n_new"),
    [
        ({"repeats": 3}, 1 + 2),
        ({"judge": ll.Judge(ll.Gaussian(), radii=(0.25, 1.0), size=31)}, 2),
        ({"judge": ll.Judge(ll.Gaussian(), radii=(0.25, 1.1), size=30), "claims": []}, 2),
        ({"conditions": ll.vary(LIME, perturbation=[ll.Gaussian(0.7)]), "claims": []}, 2),
        ({"conditions": ll.vary(LIME, n_samples=[128]), "claims": []}, 2),
        ({"conditions": ll.vary(LIME, draws=["shared"]), "claims": []}, 2),
        ({"conditions": ll.vary(LIME, kernel=[ll.Exponential(1.0)]), "claims": []}, 0),
        ({"conditions": ll.vary(LIME, surrogate=[ll.Ridge(1.0)]), "claims": []}, 0),
        ({"metrics": small().metrics[:1], "question": "Another?"}, 0),
    ],
)
def test_a_change_asks_for_what_it_touches_and_no_more(changes: dict[str, Any], n_new: int) -> None:
    base = small(tasks=[IRIS])
    assert len(keys(replace(base, **changes)) - keys(base)) == n_new


def test_numbers_that_are_equal_give_equal_keys() -> None:
    ones = [ll.vary(LIME, perturbation={"a": ll.Gaussian(scale)}) for scale in (1, 1.0)]
    assert keys(small(conditions=ones[0], claims=[])) == keys(small(conditions=ones[1], claims=[]))
