"""`limelab audit` from the shell: what it prints, writes and refuses, and its exit status."""

from __future__ import annotations

import sys

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression
from typer.testing import CliRunner

from limelab.cli import app

RNG = np.random.default_rng(0)
FRAME = pd.DataFrame({"a": RNG.normal(size=60), "b": RNG.normal(size=60)})
FRAME["y"] = 2 * FRAME["a"] - FRAME["b"]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    FRAME.to_csv("d.csv", index=False)
    joblib.dump(LinearRegression().fit(FRAME[["a", "b"]], FRAME["y"]), "m.joblib")
    return tmp_path


def audit(*words, rows="0:2"):
    options = ["--data", "d.csv", "--target", "y", "--rows", rows, "--repeats", "5"]
    return CliRunner().invoke(app, ["audit", *options, *words])


FILE = ("--model", "m.joblib", "--trust-model-file")


def test_a_trusted_file_is_audited_and_written():
    done = audit(*FILE, "--html", "a.html", "--csv", "v.csv", "--fail-on", "reject")
    assert done.exit_code == 0, done.output
    assert "2 rows: 2 trust, 0 caution, 0 reject" in done.output
    assert "written: a.html" in done.output
    assert pd.read_csv("v.csv")["verdict"].tolist() == ["trust", "trust"]


def test_a_file_is_not_opened_unless_it_is_trusted(folder):
    class Bomb:
        def __reduce__(self):
            return (open, (str(folder / "exploded"), "w"))

    joblib.dump(Bomb(), "m.joblib")
    done = audit("--model", "m.joblib")
    assert done.exit_code == 2
    assert "runs whatever code is in it" in done.output
    assert not (folder / "exploded").exists()


def test_an_importable_function_and_the_exit_status_of_pipelines(folder):
    (folder / "own_even_model.py").write_text(
        "def f(rows):\n    return (3 * rows['a'] ** 2 + 0.3 * rows['b']).to_numpy()\n"
    )
    row = int(FRAME["a"].abs().argmin())
    words = ("--model", "own_even_model:f")
    assert audit(*words, rows=str(row)).exit_code == 0
    failed = audit(*words, "--fail-on", "reject", rows=str(row))
    assert failed.exit_code == 1
    assert "0 trust, 0 caution, 1 reject" in failed.output
    assert "what to do:" in failed.output


def test_the_cost_is_said_before_and_apart_from_the_verdicts():
    done = audit(*FILE)
    assert "the model will be asked 149,932 to 174,508 questions" in done.stderr
    assert " a second: about " in done.stderr
    assert "asked" not in done.stdout
    assert "others" not in done.stdout


def test_verdicts_of_other_outputs_are_counted(folder):
    joblib.dump(LogisticRegression().fit(FRAME[["a", "b"]], FRAME["y"] > 0), "m.joblib")
    done = audit(*FILE, "--csv", "v.csv")
    assert done.exit_code == 0, done.output
    table = pd.read_csv("v.csv")
    counts = table[~table["predicted"]]["verdict"].value_counts()
    told = ", ".join(f"{counts.get(word, 0)} {word}" for word in ("trust", "caution", "reject"))
    assert f"--csv also writes those of the others: {told}." in done.stdout
    assert counts.sum() == 2


def test_labels_in_words_do_not_stop_the_audit_of_a_booster():
    xgboost = pytest.importorskip("xgboost")
    classes = pd.cut(FRAME["y"], 3, labels=False)
    matrix = xgboost.DMatrix(FRAME[["b", "a"]], classes)
    told = {"objective": "multi:softprob", "num_class": 3}
    joblib.dump(xgboost.train(told, matrix, 3), "m.joblib")
    FRAME.assign(y=classes.map({0: "no", 1: "maybe", 2: "yes please"})).to_csv("d.csv")
    done = audit(*FILE)
    assert done.exit_code == 0, done.output
    assert "and the model names no classes" in done.stdout
    assert "columns that the model was not fitted on are left out: Unnamed: 0" in done.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((*FILE, "--fail-on", "doubt"), "--fail-on doubt; expected reject or caution"),
        ((*FILE, "--missing", "fill"), "--missing fill; expected one of refuse, drop"),
        ((*FILE, "--html", "no/such/a.html"), "cannot be written"),
        ((*FILE, "--csv", "no/such/v.csv"), "cannot be written"),
        (("--model", "none.joblib", "--trust-model-file"), "no file none.joblib"),
        (("--model", "d.pkl", "--trust-model-file"), "cannot be opened"),
        (("--model", "mine"), "names no model"),
        ((*FILE, "--seed", "-1"), "greater than or equal to 0"),
    ],
)
def test_bad_input_is_one_line_and_status_2(folder, words, message):
    (folder / "d.pkl").write_text("no model")
    done = audit(*words)
    assert done.exit_code == 2
    assert message in done.output


def test_a_folder_that_is_not_there_is_refused_before_the_audit(monkeypatch):
    def never(*_: object, **__: object) -> None:
        raise AssertionError("it was audited")

    monkeypatch.setattr("limelab.auditing.shell.audited", never)
    done = audit(*FILE, "--html", "nowhere/a.html")
    assert done.exit_code == 2
    assert "nowhere is no folder" in done.output


def test_an_audit_that_is_stopped_keeps_nothing_and_says_so(monkeypatch):
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("limelab.auditing.shell.audited", stopped)
    done = audit(*FILE)
    assert done.exit_code == 130
    assert done.stderr == "limelab: stopped; nothing is kept of an audit that has not ended\n"
