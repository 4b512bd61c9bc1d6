"""Finished runs to report on: two that limelab made itself, and tables written by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from limelab import models
from limelab.datasets import Dataset
from limelab.lime import Lime
from limelab.metrics import R2, Agreement, Rmse, TopK, Variation
from limelab.perturbations import Gaussian, Neighbours
from limelab.study import Claim, Judge, Study, Task, vary
from limelab.surrogates import LeastSquares, Tree

HOSTILE = "<script>alert(1)</script>"
MATH = "$x_1$"
CLAIM = "Trees & lines: <b>trees</b> err less."


def hostile_data() -> Dataset:
    """A table whose columns, classes and target are written to break a page."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        rng.normal(size=(80, 4)), columns=[HOSTILE, MATH, '"quoted"', "]]>--&amp;"]
    )
    y = np.where(frame[HOSTILE] + frame[MATH] > 0, f"{HOSTILE} {MATH}", "no_$")
    return Dataset("hostile", frame, y, "classification", HOSTILE, "made up")


def _study(question: str, data: Any) -> Study:
    conditions = vary(
        Lime(n_samples=64, draws="own"),
        perturbation=[Gaussian(0.5), Neighbours(0.2)],
        surrogate={f"LeastSquares{MATH}": LeastSquares(), "Tree": Tree(None, 3)},
    )
    sides = {"better": {"surrogate": "Tree"}, "worse": {"surrogate": f"LeastSquares{MATH}"}}
    return Study(
        question,
        (Task(data, models.linear(), instances=3, background=60),),
        conditions,
        (Judge(Gaussian(), (0.25, 1.0), size=40), Judge(Neighbours(), (0.1, 0.25), size=40)),
        (Rmse(), R2(), TopK(3), Variation(), Agreement("prediction"), TopK(50)),
        claims=(Claim(CLAIM, metric="rmse", margin=0.01, **sides),),
        repeats=3,
    )


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of two finished studies: `plain`, whole, and `wild`, quick and hostile."""
    out = tmp_path_factory.mktemp("results")
    _study("Do lines explain diabetes?", "diabetes").run(out, stem="plain")
    _study(f"Is {HOSTILE} {MATH} shown as it is?", hostile_data).run(out, stem="wild", quick=True)
    return out


Write = Callable[..., Path]


@pytest.fixture
def written(tmp_path: Path) -> Write:
    """A function that writes a run by hand: scores, and what the manifest says beyond that."""

    def write(scores: pd.DataFrame, **manifest: Any) -> Path:
        folder = tmp_path / "study"
        folder.mkdir()
        scores.to_csv(folder / "scores.csv", index=False)
        (folder / "manifest.json").write_text(json.dumps({"question": "Why?", **manifest}))
        return folder

    return write


@pytest.fixture
def rows() -> Callable[..., pd.DataFrame]:
    """A function that makes scores of some conditions: rmse under one judge at two radii."""

    def make(conditions: int = 2, instances: int = 3, repeats: int = 2) -> pd.DataFrame:
        axes = (range(conditions), range(instances), range(repeats), (0.25, 1.0))
        grid = pd.MultiIndex.from_product(axes, names=["condition", "instance", "repeat", "radius"])
        made = grid.to_frame(index=False)
        made["condition"] = "condition " + made["condition"].astype(str)
        made["value"] = np.arange(len(made)) % 7 / 7
        return made.assign(task="t / m", metric="rmse", judge="Gaussian", output="yes", note="")

    return make
