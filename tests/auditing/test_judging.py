"""Audits of models whose explanations are known to hold, or not to."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

import limelab as ll
from limelab.types import BadInput

DATA = np.random.default_rng(0).normal(size=(300, 4))
FEW = {"repeats": 5, "explainer": ll.Lime(n_samples=256)}


def line(rows):
    return 3 * rows[:, 0] - rows[:, 1] + 0.2 * rows[:, 2]


def verdict(model, rows=DATA[:1], **options):
    return ll.audit(model, DATA, rows, **{**FEW, **options})


def test_of_a_line_every_explanation_is_trusted_and_says_so_with_care():
    found = verdict(line, DATA[:3])
    assert found.sentence == "3 trust, 0 caution, 0 reject"
    row = found.verdicts.iloc[0]
    assert (row["lead"], row["model_lead"], row["remedy"]) == ("x0", "x0", "")
    assert row["confidence"] > 0.99
    assert "The model itself confirms it in this region" in row["reasons"]


def test_of_an_exclusive_or_no_line_is_trusted():
    found = verdict(lambda r: np.sign(r[:, 0] * r[:, 1]) + 0.2 * r[:, 2], np.zeros((1, 4)))
    (row,) = found.verdicts.to_dict("records")
    assert row["verdict"] == "reject"
    assert row["lead"] == "x2"
    assert row["model_lead"] in {"x0", "x1"}
    assert "moves the model more" in row["reasons"]
    assert "Nothing else that was tried holds here" in row["remedy"]


def test_of_an_even_function_no_line_is_trusted():
    found = verdict(lambda r: 2 * r[:, 0] ** 2 + 0.3 * r[:, 1], np.zeros((1, 4)))
    assert found.verdicts["verdict"].tolist() == ["reject"]
    assert found.verdicts["remedy"].str.contains("Take a tree").all()


def test_a_sign_that_the_model_contradicts_rejects():
    @dataclass(frozen=True)
    class Turned:
        lime: ll.Lime = ll.Lime(n_samples=256, draws="own")  # noqa: RUF009 -- a frozen value

        def explain(self, predict, background, rows, seed):
            from dataclasses import replace

            found = self.lime.explain(predict, background, rows, seed)
            effect = found.effect * np.array([1.0, -1.0, 1.0, 1.0])[:, None]
            return replace(found, effect=effect)

    (row,) = verdict(line, explainer=Turned()).verdicts.to_dict("records")
    assert row["verdict"] == "reject"
    assert "x1 raises, as it grows, the answer" in row["reasons"]


def test_too_few_samples_are_named_with_how_many_would_do():
    model = lambda r: r[:, 0] + 0.9 * r[:, 1] + 2 * np.sin(40 * r[:, 2] * r[:, 3])  # noqa: E731
    found = verdict(model, explainer=ll.Lime(n_samples=24), repeats=12)
    (row,) = found.verdicts.to_dict("records")
    assert row["verdict"] != "trust"
    assert row["same_lead"] < 0.8
    assert "of repeats name" in row["reasons"]
    assert "samples instead of 24" in row["remedy"] or "as equals" in row["remedy"]


def test_a_width_beyond_what_it_is_asked_for_is_rejected():
    model = lambda r: np.where(np.abs(r[:, 0]) < 3.0, r[:, 1], 9 * r[:, 0])  # noqa: E731
    wide = verdict(model, np.zeros((1, 4)), explainer=ll.Lime(ll.Gaussian(3.0), n_samples=512))
    near = verdict(model, np.zeros((1, 4)))
    assert wide.verdicts["verdict"].item() == "reject"
    assert near.verdicts["verdict"].item() == "trust"


def fooled(rows):
    """It reads the sensitive column where the two twins agree, as in the data, else the coin."""
    real = np.abs(rows["a"] - rows["twin"]) < 0.3
    return np.where(real, rows["sensitive"] == "yes", rows["coin"] == "yes").astype(float)


def test_a_model_that_hides_from_noise_is_seen_on_real_rows():
    rng = np.random.default_rng(1)
    a = rng.normal(size=400)
    frame = pd.DataFrame({"a": a, "twin": a + 0.01 * rng.normal(size=400)})
    frame["sensitive"], frame["coin"] = rng.choice(["no", "yes"], (2, 400))
    found = ll.audit(fooled, frame, frame[:3], repeats=5, explainer=ll.Lime(n_samples=512))
    assert (found.verdicts["lead"] == "coin").all()
    assert (found.verdicts["real_lead"] == "sensitive").all()
    assert (found.verdicts["verdict"] != "trust").all()
    assert found.verdicts["reasons"].str.contains("real rows nearest").all()


def test_an_explainer_of_another_make_is_audited_and_what_it_lacks_is_not_known():
    class Slopes:
        def explain(self, predict, background, rows, seed):
            return np.tile([3.0, -1.0, 0.2, 0.0], (len(rows), 1))

    found = verdict(line, explainer=Slopes())
    (row,) = found.verdicts.to_dict("records")
    assert row["verdict"] == "caution"
    assert "Signs cannot be compared" in row["reasons"]
    assert row["lead_chance"] > 0.99
    assert np.isnan(row["r2"])
    parts = {"fidelity", "realism", "half the samples", "half the width", "twice the width"}
    assert set(found.unknown) == parts
    assert all(reason.startswith("not known") for reason in found.unknown.values())


def test_an_explainer_that_explains_nothing_is_rejected():
    class Nothing:
        def explain(self, predict, background, rows, seed):
            return np.full((len(rows), 4), np.nan)

    (row,) = verdict(line, explainer=Nothing()).verdicts.to_dict("records")
    assert row["verdict"] == "reject"
    assert (
        row["reasons"]
        == "There is no explanation: the explainer returned a value that is not finite."
    )


def test_same_call_same_numbers_and_a_batch_is_its_rows():
    one, two = verdict(line, DATA[:2], seed=3), verdict(line, DATA[:2], seed=3)
    assert one.verdicts.equals(two.verdicts)
    assert one.to_frame().equals(two.to_frame())
    alone = verdict(line, DATA[1:2], seed=3).to_frame()
    both = one.to_frame().query("instance == 1").reset_index(drop=True)
    numbers = ["importance", "effect", "model_importance", "model_effect", "real_importance"]
    assert np.allclose(alone[numbers], both[numbers])
    assert not verdict(line, DATA[:2], seed=4).to_frame().equals(one.to_frame())


def test_every_output_has_a_verdict_and_labels_give_a_global_importance():
    frame = pd.DataFrame(DATA, columns=list("abcd"))
    y = np.where(frame["a"] + 0.3 * frame["b"] > 0, "up", "down")
    model = LogisticRegression().fit(frame, y)
    before = frame.copy()
    found = ll.audit(model, frame, frame[:2], y=y, **FEW)
    assert frame.equals(before)
    assert found.verdicts.groupby("instance")["predicted"].sum().tolist() == [1, 1]
    assert set(found.verdicts["output"]) == {"up", "down"}
    labels = found.to_frame().query("output == 'up' and instance == 0").set_index("feature")
    assert labels["label_importance"].idxmax() == "a"
    assert found.by_cause()["cause"].nunique() == 6
    assert set(found.by_radius()["radius"].dropna()) == {0.25, 0.5, 1.0}
    assert found.by_explainer()["explainer"].nunique() == 5


BAD = {
    "rules": ({"rules": {"sure": 0.9}}, r"rules=.*expected Rules\(\.\.\.\)"),
    "repeats": ({"repeats": 2}, "repeats=2; expected a whole number of at least 5"),
    "the judge": ({"judge": ll.Gaussian()}, "judge=.*expected a Judge"),
    "the explainer": ({"explainer": 7}, "explainer=7 has no explain"),
    "the labels": ({"y": [1, 2]}, r"y has shape \(2,\); expected one label for each of the 300"),
    "the seed": ({"seed": -1}, "seed=-1"),
    "the rows": ({"rows": DATA[:, :2]}, "rows have 2 columns"),
    "texts": ({"background": ["a b", "c d"], "rows": ["a"]}, "an audit reads tables"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_clear_error(case):
    options, message = BAD[case]
    given = {"background": DATA, "rows": DATA[:1], **FEW, **options}
    background, rows = given.pop("background"), given.pop("rows")
    with pytest.raises(BadInput, match=message):
        ll.audit(line, background, rows, **given)


@pytest.mark.parametrize("name", ["tie", "sure", "least_r2"])
def test_a_threshold_is_a_number_from_0_to_1(name):
    with pytest.raises(BadInput, match=rf"Rules\({name}=1.5\); expected a number from 0 to 1"):
        ll.Rules(**{name: 1.5})


@pytest.mark.slow
def test_twenty_rows_of_a_forest_on_thirty_columns_take_less_than_a_minute():
    X, y = load_breast_cancer(as_frame=True, return_X_y=True)
    model = RandomForestClassifier(100, random_state=0).fit(X[50:], y[50:])
    start = time.process_time()
    found = ll.audit(model, X[50:], X[:20])
    assert time.process_time() - start < 60
    assert len(found.predicted) == 20
