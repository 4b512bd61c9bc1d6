"""A small study on real data, and parts that count, decline, break and stop; no test in it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.naive_bayes import GaussianNB

import limelab as ll
from limelab import metrics, models
from limelab.datasets import Dataset, load
from limelab.study import ready, tables
from limelab.types import Cloud, Evidence, NotApplicable, Score, View

ROOT = Path(__file__).parents[2]
TABLES = ("scores.csv", "explanations.csv.gz", "claims.csv", "tasks.csv")
IRIS = ll.Task("iris", models.linear(), instances=2, background=60)
DIABETES = ll.Task("diabetes", models.forest(n_estimators=5), instances=2, background=80)
LIME = ll.Lime(n_samples=64, draws="own")
TREES = ll.Claim(
    "trees are closer",
    "rmse",
    {"surrogate": "Tree"},
    {"surrogate": "LeastSquares"},
    where={"radius": 1.0},
)


def small(**changes: Any) -> ll.Study:
    """Two tasks, two samplers, two surrogates, one judge, two repeats."""
    said: dict[str, Any] = {
        "question": "Is a small study whole?",
        "tasks": [IRIS, DIABETES],
        "conditions": ll.vary(
            LIME,
            perturbation={"noise": ll.Gaussian(), "margins": ll.Marginals()},
            surrogate=[ll.LeastSquares(), ll.Tree(max_depth=2)],
        ),
        "judge": ll.Judge(ll.Gaussian(), radii=(0.25, 1.0), size=30),
        "metrics": [metrics.Rmse(), metrics.Gap(), metrics.TopK(2)],
        "claims": [TREES],
        "repeats": 2,
    }
    return ll.Study(**{**said, **changes})


def content(folder: Path) -> dict[str, bytes]:
    """The bytes of the tables."""
    return {name: (folder / name).read_bytes() for name in TABLES}


# Models that count


def _note(log: str, rows: Any) -> None:
    with Path(log).open("a") as file:
        file.write(f"{len(rows)}\n")


class CountedClasses(GaussianNB):  # type: ignore[misc]  # scikit-learn has no types
    """Writes down how many rows it is asked."""

    log = ""

    def predict_proba(self, X: Any) -> Any:
        _note(self.log, X)
        return super().predict_proba(X)


class CountedNumbers(Ridge):  # type: ignore[misc]  # scikit-learn has no types
    """Writes down how many rows it is asked."""

    log = ""

    def predict(self, X: Any) -> Any:
        _note(self.log, X)
        return super().predict(X)


def counted(kind: str, frame: pd.DataFrame, seed: int, log: str) -> Any:
    model = CountedClasses() if kind == "classification" else CountedNumbers()
    model.log = log
    return model


def broken(kind: str, frame: pd.DataFrame, seed: int) -> Any:
    raise RuntimeError("no such luck")


def rows_asked(log: Path) -> int:
    return sum(int(line) for line in log.read_text().split())


# Data, measures and parts


def two_irises() -> Dataset:
    """Iris without one species: two classes."""
    iris = load("iris")
    kept = iris.y != "setosa"
    X = iris.X[kept].set_index(np.array([f"flower {n:03d}" for n in range(kept.sum())]))
    return Dataset("two_irises", X, iris.y[kept], iris.kind, iris.target, iris.source)


def spread(task: ll.Task, seed: int) -> pd.DataFrame:
    """A measure: the spread of the model over ten rows, and a label that looks like a number."""
    data, model = ready.split(task, seed), ready.fitted(task, seed)
    f = model.box.ask(data.table.decode(data.table.background[:10].copy()))
    return pd.DataFrame({"label": ["007"], "spread": [float(f.std())]})


@dataclass(frozen=True)
class Declining:
    """A perturbation that declines data with few columns."""

    design: ll.Iid = field(default_factory=ll.Iid)
    family: ClassVar[str] = "noise"

    def dims(self, view: View) -> int:
        return ll.Gaussian().dims(view)

    def cloud(self, u: Any, x: Any, view: View) -> Cloud:
        if len(view.names) < 5:
            raise NotApplicable("four columns (or fewer) are too few")
        return ll.Gaussian().cloud(u, x, view)

    def at(self, radius: float) -> Declining:
        return self


@dataclass(frozen=True)
class PickyKernel:
    """A kernel that declines, or breaks, where there are few features."""

    error: str

    def weights(self, interpreted: Any) -> Any:
        if interpreted.z.shape[2] < 5:
            raise NotApplicable("too few") if self.error == "declines" else ZeroDivisionError("oh")
        return ll.Flat().weights(interpreted)


@dataclass(frozen=True)
class Breaking:
    """A metric that raises."""

    name: ClassVar[str] = "breaking"
    better: ClassVar[Literal["lower", "higher", "neither"]] = "lower"
    unit: ClassVar[str] = "none"
    says_not: ClassVar[str] = "Anything."

    def score(self, evidence: Evidence) -> Sequence[Score]:
        raise ZeroDivisionError("a metric fell over")


@dataclass(frozen=True)
class Neither:
    """A metric without a better side, whose column looks like numbers and is text."""

    name: ClassVar[str] = "neither"
    better: ClassVar[Literal["lower", "higher", "neither"]] = "neither"
    unit: ClassVar[str] = "none"
    says_not: ClassVar[str] = "Anything."

    def score(self, evidence: Evidence) -> Sequence[Score]:
        return [Score(np.ones((1, 1, 1)), {"code": "007"})]


@dataclass(frozen=True)
class Attributing:
    """An explainer from elsewhere: differences of the model when a feature moves."""

    step: float = 0.1

    def explain(self, predict: Any, background: Any, rows: Any, seed: int) -> Any:
        frame = rows.select_dtypes("number")
        found = np.zeros((len(rows), rows.shape[1], predict(rows).shape[1]))
        for name in frame:
            moved = rows.copy()
            moved[name] = moved[name] + self.step * (1 + seed % 3)
            found[:, list(rows).index(name)] = predict(moved) - predict(rows)
        return found


@dataclass(frozen=True)
class Wrapping:
    """An explainer from elsewhere that returns an Explanation."""

    def explain(self, predict: Any, background: Any, rows: Any, seed: int) -> Any:
        return ll.Lime(n_samples=32).explain(predict, background, rows, seed)


class Addressed:
    """An explainer whose repr is Python's own."""

    def explain(self, predict: Any, background: Any, rows: Any, seed: int) -> Any:
        raise AssertionError("never asked")


# Runs that stop


class StopAt:
    """A watch that stops the run after so many blocks, by an exception or by a kill."""

    def __init__(self, steps: int, error: type[BaseException] | None = None) -> None:
        self.left, self.error = steps, error

    def start(self, what: str, total: int, reused: int) -> None:
        pass

    def step(self, queries: Mapping[str, int], *, failed: bool) -> None:
        self.left -= 1
        if self.left == 0:
            stop(self.error)

    def stop(self) -> None:
        pass


def stop(error: type[BaseException] | None = None) -> None:
    if error is not None:
        raise error
    os.kill(os.getpid(), signal.SIGKILL)


def killed(out: str, n_jobs: str, moment: str, n: str) -> None:
    """Run the small study and die at a moment: after n blocks, or in the nth table."""
    if moment == "table":
        home: Any = tables
        write, left = home.write_atomically, [int(n)]

        def dying(path: str | os.PathLike[str], content: bytes | Iterable[bytes]) -> None:
            left[0] -= 1
            if left[0] == 0:
                whole = content if isinstance(content, bytes) else b"".join(content)
                Path(path).with_name(".limelab-half.tmp").write_bytes(whole[: len(whole) // 2])
                stop()
            write(path, content)

        home.write_atomically = dying
    watch = StopAt(int(n)) if moment == "block" else None
    small().run(out, n_jobs=int(n_jobs), progress=watch)


if __name__ == "__main__":
    killed(*sys.argv[1:])
