"""Any honest model answers as it would by itself; any other gets one clear refusal."""

from __future__ import annotations

import copy
import pickle
import re
import sys
import threading
from collections.abc import Callable
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from sklearn.ensemble import (
    ExtraTreesClassifier,
    RandomForestClassifier,
    RandomForestRegressor,
    RandomTreesEmbedding,
)
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC

from limelab import datasets, models
from limelab.blackbox import BlackBox, _libraries, blackbox, known, one_thread, position
from limelab.types import BadInput

WINE, FAIR, DIABETES = (datasets.load(name) for name in ("wine", "anes96", "diabetes"))
ROWS = WINE.X.to_numpy()
TASTE: Any = GaussianNB().fit(ROWS, WINE.y)
CLASSES = ("class_0", "class_1", "class_2")


def threads_made() -> int:
    """How many unnamed threads this process has made, this one included."""
    return int(re.findall(r"\d+", threading.Thread().name)[0])


# --- what is accepted ---------------------------------------------------------------------------


def test_probabilities_of_all_classes() -> None:
    box = blackbox(TASTE, ROWS[:5])
    assert box.outputs == CLASSES
    assert (box.ask(ROWS) == TASTE.predict_proba(ROWS)).all()
    assert box.ask(ROWS).dtype == np.float64
    assert box.notes == ()


@pytest.mark.parametrize("data", [WINE, FAIR, DIABETES], ids=lambda data: data.name)
@pytest.mark.parametrize("recipe", [models.forest(n_estimators=9), models.network()], ids=repr)
def test_our_own_recipes(data: datasets.Dataset, recipe: models.Recipe) -> None:
    model = models.fit(recipe, data.X, data.y, data.kind)
    box = blackbox(model, data.X[:6])
    wanted = "predict" if data.kind == "regression" else "predict_proba"
    answers = getattr(model, wanted)(data.X)
    assert (box.ask(data.X) == answers.reshape(len(data.X), -1)).all()
    assert box.notes == ()


def test_regressors_of_one_and_of_several_targets() -> None:
    one = LinearRegression().fit(ROWS[:, 1:], ROWS[:, 0])
    two = LinearRegression().fit(ROWS[:, 2:], ROWS[:, :2])
    assert blackbox(one, ROWS[:3, 1:]).outputs == ("output",)
    box = blackbox(two, ROWS[:3, 2:])
    assert box.outputs == ("output 0", "output 1")
    assert (box.ask(ROWS[:, 2:]) == two.predict(ROWS[:, 2:])).all()


def test_labels_become_indicators_with_a_note() -> None:
    model = make_pipeline(StandardScaler(), SVC()).fit(ROWS, WINE.y)
    box = blackbox(model, ROWS[:5])
    assert box.outputs == CLASSES
    assert (np.array(CLASSES)[box.ask(ROWS).argmax(axis=1)] == model.predict(ROWS)).all()
    assert (box.ask(ROWS).sum(axis=1) == 1).all()
    assert "no probabilities" in box.notes[0]


def test_numbers_from_predict_without_classes() -> None:
    model = KMeans(2, n_init=1, random_state=0).fit(ROWS)
    assert set(blackbox(model, ROWS[:3]).ask(ROWS)[:, 0]) == {0.0, 1.0}


@pytest.mark.parametrize(
    ("function", "outputs"),
    [
        (lambda rows: rows[:, 0], ("output",)),
        (lambda rows: rows[:, :1], ("output",)),
        (lambda rows: rows[:, :2], ("output 0", "output 1")),
        (lambda rows: rows[:, 0] > 13, ("output",)),
        (lambda rows: rows[:, 0].astype(np.float32), ("output",)),
        (lambda rows: list(rows[:, 0]), ("output",)),
        (lambda rows: pd.Series(rows[:, 0], dtype=object), ("output",)),
        (TASTE.predict_proba, ("output 0", "output 1", "output 2")),
    ],
)
def test_plain_callables(function: Callable[[Any], Any], outputs: tuple[str, ...]) -> None:
    box = blackbox(function, ROWS[:4])
    assert box.outputs == outputs
    answers = box.ask(ROWS)
    assert answers.shape == (len(ROWS), len(outputs))
    assert (answers == np.asarray(function(ROWS)).reshape(answers.shape)).all()


def test_lists_of_texts() -> None:
    notes = [WINE.note, FAIR.note, DIABETES.note, "four rows", "a liberal income", "the source"]
    model = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(notes, [0, 1, 0, 0, 1, 0])
    box = blackbox(model, notes[:3])
    assert box.outputs == ("0", "1")
    assert (box.ask(notes) == model.predict_proba(notes)).all()


def test_column_names_are_given_or_taken_as_the_model_was_fitted() -> None:
    with_names, without = GaussianNB().fit(WINE.X, WINE.y), TASTE
    wanted = TASTE.predict_proba(ROWS)
    for model in (with_names, without):
        for rows in (WINE.X, ROWS):  # warnings are errors in these tests
            assert (blackbox(model, rows[:4]).ask(rows) == wanted).all()


def test_columns_are_put_in_the_order_of_the_fit() -> None:
    model = GaussianNB().fit(WINE.X, WINE.y)
    turned = WINE.X[WINE.X.columns[::-1]]
    assert (blackbox(model, turned[:4]).ask(turned) == model.predict_proba(WINE.X)).all()


class OfArrays:
    """A booster of another library, fitted on an array: it takes nothing but numbers."""

    n_features_in_ = 2

    def predict(self, rows: Any) -> Any:
        assert rows.dtype == np.float64
        return rows.sum(axis=1)


def test_truth_values_among_numbers_reach_a_model_of_arrays_as_numbers() -> None:
    frame = WINE.X[["alcohol"]].assign(sweet=WINE.y == "class_0")
    answers = blackbox(OfArrays(), frame[:4]).ask(frame)[:, 0]
    assert (answers == frame["alcohol"] + frame["sweet"]).all()


@pytest.mark.parametrize("output", ["class_1", 1, np.int64(1)])
def test_one_output_can_be_kept(output: str | int) -> None:
    box = blackbox(TASTE, ROWS[:4], output=output)
    assert box.outputs == ("class_1",)
    assert (box.ask(ROWS) == TASTE.predict_proba(ROWS)[:, [1]]).all()


def test_rows_are_counted_the_first_look_included() -> None:
    box = blackbox(TASTE, ROWS[:4])
    assert box.queries == 5
    box.ask(ROWS)
    assert box.ask(ROWS[:0]).shape == (0, 3)
    assert box.queries == 5 + len(ROWS)


def test_the_model_and_the_sample_stay_as_they_were() -> None:
    model = RandomForestClassifier(5, n_jobs=2, random_state=0).fit(WINE.X, WINE.y)
    before, frame = joblib.hash(model), WINE.X[:4].copy()
    blackbox(model, frame).ask(WINE.X)
    assert joblib.hash(model) == before
    assert model.n_jobs == 2
    pd.testing.assert_frame_equal(frame, WINE.X[:4])


def test_a_box_pickles() -> None:
    box = blackbox(TASTE, ROWS[:4], output="class_2")
    again: BlackBox = pickle.loads(pickle.dumps(box))
    assert (again.ask(ROWS) == box.ask(ROWS)).all()
    assert copy.copy(box).queries == box.queries


def test_libraries_are_looked_for_anew_once_a_module_is_imported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with one_thread():
        pass
    found = _libraries(len(sys.modules))
    with one_thread():
        assert _libraries(len(sys.modules)) is found
    monkeypatch.setitem(sys.modules, "a_model_library_imported_since", object())
    with one_thread():
        assert _libraries(len(sys.modules)) is not found


def test_one_thread_holds_for_forests_that_ask_for_more() -> None:
    model = RandomForestClassifier(20, n_jobs=2, random_state=0).fit(WINE.X, WINE.y)
    box = blackbox(model, WINE.X[:4])
    with one_thread():
        before = threads_made()
        alone = box.ask(WINE.X)
        assert threads_made() == before + 1
        assert (box.ask(WINE.X) == alone).all()
    before = threads_made()
    np.testing.assert_allclose(box.ask(WINE.X), alone, rtol=1e-12)
    assert threads_made() > before + 1, "the check above would see threads"
    single = copy.deepcopy(model).set_params(n_jobs=1)
    assert (single.predict_proba(WINE.X) == alone).all()


def test_a_model_that_looks_at_the_other_rows_is_noted() -> None:
    box = blackbox(lambda rows: rows[:, 0] - rows[:, 0].mean(), ROWS[:4])
    assert "alone and among others" in box.notes[0]


# --- what is refused ----------------------------------------------------------------------------


def spoil(rows: Any) -> Any:
    rows[:, 0] = 0.0
    return rows[:, 1]


def grow(frame: pd.DataFrame) -> Any:
    frame["twice"] = 2 * frame["alcohol"]
    return frame["twice"]


def holes(rows: Any) -> Any:
    return np.where(np.arange(len(rows)) == 2, np.nan, rows[:, 0])


REFUSED: list[tuple[Any, Any, str]] = [
    (holes, ROWS[:4], r"holes gave NaN or infinity for 1 of 4 rows \(2\) of ndarray.*fills"),
    (lambda r: r[:, 0] * 1e300, ROWS[:4], r"as large as 1\.4\d*e\+301.*at most 1e\+140"),
    (lambda r: r[:, 0] / 0.0 if len(r) == 1 else r[:, 0], ROWS[:4], "NaN or infinity|divide by"),
    (lambda r: r[:-1, 0], ROWS[:4], r"shape \(3,\) for 4 rows, but expected \(4,\)"),
    (lambda r: 1.0, ROWS[:4], r"shape \(\) for 4 rows"),
    (lambda r: r[:, :2].squeeze(), ROWS[:4], r"shape \(2,\) for 1 rows"),
    (lambda r: r[:, : len(r)], ROWS[:4], "4 columns for 4 rows and 1 for one row"),
    (lambda r: r[:, :0], ROWS[:4], r"shape \(4, 0\)"),
    (TASTE.predict, ROWS[:4], r"gave <U7 such as .*class_0.*predict_proba"),
    (lambda r: ["a"] * len(r), ROWS[:4], "but expected numbers"),
    (lambda r: np.array(["1"] * len(r), dtype=object), ROWS[:4], "but expected numbers"),
    (lambda r: [[1.0], [1.0, 2.0]], ROWS[:4], "gave list, but expected numbers"),
    (lambda r: [r, r], ROWS[:4], "list of 2 arrays, one for each target"),
    (lambda r: None, ROWS[:4], r"but expected numbers|shape \(\)"),
    (spoil, ROWS[:4], r"spoil changes the rows.*rows\.copy\(\)"),
    (grow, WINE.X[:4], r"grow changes the rows"),
    (RandomForestClassifier(), ROWS[:4], "RandomForestClassifier unfitted.*call fit"),
    (make_pipeline(StandardScaler(), GaussianNB()), ROWS[:4], "unfitted.*call fit"),
    (RandomForestClassifier, ROWS[:4], "Got the class RandomForestClassifier"),
    ("model.joblib", ROWS[:4], "Got a str as the model"),
    (TASTE, ROWS[:4, :3], r"GaussianNB failed on ndarray of shape \(4, 3\).*ValueError"),
    (TASTE, ROWS[:0], "empty sample"),
]


@pytest.mark.filterwarnings("ignore:divide by zero")
@pytest.mark.filterwarnings("ignore:This Pipeline instance is not fitted:FutureWarning")
@pytest.mark.parametrize(("model", "sample", "message"), REFUSED)
def test_one_clear_refusal(model: Any, sample: Any, message: str) -> None:
    before = sample.copy()
    with pytest.raises(BadInput, match=message):
        blackbox(model, sample)
    assert (np.asarray(sample) == np.asarray(before)).all()


@pytest.mark.parametrize("output", ["class_9", 3, -1])
def test_unknown_output_lists_the_known(output: str | int) -> None:
    with pytest.raises(BadInput, match=f"Got output={output!r}.*'class_0', 'class_1'"):
        blackbox(TASTE, ROWS[:4], output=output)


def test_an_error_inside_the_model_keeps_its_origin() -> None:
    model = models.fit(models.linear(), FAIR.X, FAIR.y, FAIR.kind)
    with pytest.raises(BadInput, match=r"Pipeline\(LogisticRegression\) failed on DataFrame") as e:
        blackbox(model, FAIR.X[:4].drop(columns="PID"))
    assert isinstance(e.value.__cause__, ValueError)


def test_later_answers_are_checked_too() -> None:
    box = blackbox(lambda rows: np.log(rows[:, 0]), ROWS[:4])
    with np.errstate(divide="ignore"), pytest.raises(BadInput, match=r"1 of 3 rows \(1\)"):
        box.ask(ROWS[:3] * np.array([[1.0], [0.0], [1.0]]))
    wide = blackbox(lambda rows: rows[:, : 2 + (len(rows) > 9)], ROWS[:4])
    with pytest.raises(BadInput, match="3 columns for 178 rows, but 2 at first"):
        wide.ask(ROWS)


@pytest.mark.parametrize(
    "forest",
    [
        RandomForestClassifier(5, random_state=0),
        ExtraTreesClassifier(5, random_state=0),
        RandomForestRegressor(5, random_state=0),
        LogisticRegression(max_iter=5000),
        LinearRegression(),
        make_pipeline(StandardScaler(), LogisticRegression()),
        make_pipeline(StandardScaler(), LinearRegression()),
    ],
    ids=str,
)
def test_a_forest_or_line_of_sklearns_is_known_without_a_question(forest: Any) -> None:
    target = ROWS[:, 0] > np.median(ROWS[:, 0])
    fitted = forest.fit(ROWS, target)
    read, looked = known(fitted), blackbox(fitted, ROWS[:4])
    assert read is not None
    assert read.queries == 0
    assert (read.outputs, read.width, read.method) == (looked.outputs, looked.width, looked.method)
    assert read.call == looked.call
    np.testing.assert_array_equal(read.ask(ROWS), looked.ask(ROWS))


def test_a_line_is_asked_in_shorter_calls_than_a_forest() -> None:
    line = make_pipeline(StandardScaler(), LinearRegression()).fit(ROWS, ROWS[:, 0])
    forest = RandomForestRegressor(3).fit(ROWS, ROWS[:, 0])
    assert blackbox(line, ROWS[:4]).call < blackbox(forest, ROWS[:4]).call
    assert blackbox(forest, ROWS[:4]).call == blackbox(forest.predict, ROWS[:4]).call


def test_only_fitted_forests_and_lines_of_one_target_are_known() -> None:
    class Own(RandomForestRegressor):  # type: ignore[misc]
        pass

    two = np.column_stack([ROWS[:, 0], ROWS[:, 0]])
    several = RandomForestRegressor(5).fit(ROWS, two)
    embedding = RandomTreesEmbedding(5).fit(ROWS)
    for other in (RandomForestClassifier(), Own(5).fit(ROWS, ROWS[:, 0]), several, embedding):
        assert known(other) is None
    line = LinearRegression().fit(ROWS, ROWS[:, 0])
    writes = make_pipeline(StandardScaler(copy=False), LinearRegression()).fit(ROWS, ROWS[:, 0])
    calls = make_pipeline(FunctionTransformer(), line)
    lines = LinearRegression().fit(ROWS, two)
    for other in (LogisticRegression(), writes, calls, lines, make_pipeline(StandardScaler())):
        assert known(other) is None


def test_a_number_that_is_a_label_and_another_position_is_refused() -> None:
    assert position(1, ("0", "1")) == 1
    assert position("1", ("1", "2", "3")) == 0
    assert position(0, ("1", "2", "3")) == 0  # no label: a position alone
    with pytest.raises(BadInput, match="is the label '1' and the position of '2'"):
        position(1, ("1", "2", "3"))
