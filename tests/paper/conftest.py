"""A tiny study that has run, quick and not, and the text of the paper."""

from __future__ import annotations

from pathlib import Path

import pytest

from limelab import models
from limelab.lime import Lime
from limelab.metrics import Rmse
from limelab.perturbations import Gaussian
from limelab.study import Claim, Judge, Study, Task, vary
from limelab.surrogates import LeastSquares, Tree

TEXT = Path(__file__).parents[2] / "paper"
STEM = "surrogate_choice"


def _study() -> Study:
    return Study(
        "Do lines explain diabetes?",
        (Task("diabetes", models.linear(), instances=2, background=60),),
        vary(Lime(n_samples=64, draws="own"), surrogate={"line": LeastSquares(), "tree": Tree()}),
        Judge(Gaussian(), (0.5,), size=40),
        (Rmse(),),
        claims=(
            Claim(
                "Lines err less <on> a linear model, #yes.",
                metric="rmse",
                better={"surrogate": "line"},
                worse={"surrogate": "tree"},
            ),
        ),
        measures=(),
        repeats=2,
    )


@pytest.fixture(scope="session")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of results with verdicts, of one study that the paper speaks of."""
    out = tmp_path_factory.mktemp("full")
    _study().run(out, stem=STEM)
    return out


@pytest.fixture(scope="session")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, of a quick run."""
    out = tmp_path_factory.mktemp("quick")
    _study().run(out, stem=STEM, quick=True)
    return out
