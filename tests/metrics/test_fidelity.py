"""Fidelity against hand formulas, and what is declined."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import r2_score, root_mean_squared_error

from limelab.metrics import R2, Gap, LabelAgreement, LimeScore, Rmse, RmseArea
from limelab.types import Judged

ALL = [Rmse(), R2(), Gap(), LimeScore(), LabelAgreement()]


def test_rmse_and_r2_are_sklearns(evidence):
    made = evidence()
    (rmse,), (r2,) = Rmse().score(made), R2().score(made)
    f, g = made.judged[0].f, made.judged[0].g
    for r, i, c in ((0, 0, 0), (3, 2, 1)):
        truth, said = f[r, i, :, c], g[r, i, :, c]
        assert rmse.values[r, i, c] == pytest.approx(root_mean_squared_error(truth, said) / 2)
        assert r2.values[r, i, c] == pytest.approx(r2_score(truth, said))
    assert (rmse.columns["judge"], rmse.columns["radius"]) == ("Gaussian", 0.5)
    assert rmse.note == ""


def test_gap_and_lime_score(evidence):
    made = evidence()
    (gap,), (lime,) = Gap().score(made), LimeScore().score(made)
    assert gap.values == pytest.approx(np.abs(made.g_at_x - made.f_at_x) / 2)
    assert lime.values == pytest.approx(made.r2)
    (none,) = LimeScore().score(replace(made, r2=np.full_like(made.r2, np.nan)))
    assert {note[:37] for note in none.note.ravel()} == {"the explanation has no R2 of its fit:"}


def test_label_agreement_counts_equal_first_ranks(evidence):
    f = np.array([[[[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.3, 0.7]]]])
    g = np.array([[[[0.6, 0.1], [0.9, 0.8], [0.6, 0.5], [0.3, 1.7]]]])
    made = evidence((1, 1, 4, 2), judged=(Judged("G", 1.0, f, g),))
    (score,) = LabelAgreement().score(made)
    assert score.values.tolist() == [[[0.75]]]
    (one,) = LabelAgreement().score(evidence((2, 2, 4, 1)))
    assert "one output" in one.note


def test_r2_is_declined_where_the_model_is_flat(evidence):
    made = evidence((2, 2, 4, 1))
    f, g = made.judged[0].f.copy(), made.judged[0].g
    f[0, 0] *= 0.005
    f[1, 1] = 3.0
    made = replace(made, judged=(Judged("G", 0.1, f, g),))
    (score,) = R2().score(made)
    assert np.isnan(score.values[..., 0]).tolist() == [[True, False], [False, True]]
    assert "less than 1%" in score.note[0, 0, 0]
    assert np.isfinite(R2(floor=0.0).score(made)[0].values[0, 0, 0])
    assert "less than 1%" in score.note[1, 1, 0]


@pytest.mark.parametrize("metric", ALL, ids=lambda m: m.name)
def test_missing_explanations_keep_their_reason(metric, evidence, with_hole):
    (score,) = metric.score(with_hole(evidence(), 1, 2))
    assert np.isnan(score.values[1, 2]).all()
    assert set(score.note[1, 2]) == {"too few samples"}
    assert np.isfinite(score.values).sum() == score.values.size - score.values.shape[2]


@pytest.mark.parametrize("metric", ALL, ids=lambda m: m.name)
def test_hidden_nan_never_goes_without_a_note(metric, evidence, with_hole):
    silent = replace(with_hole(evidence(), 1, 2), declined=evidence().declined)
    (score,) = metric.score(silent)
    assert (np.isnan(score.values) == (np.asarray(score.note) != "")).all()


def test_no_local_model_and_flat_background(evidence):
    made = evidence(g_at_x=None)
    made = replace(made, judged=(replace(made.judged[0], g=None),))
    for metric in (Rmse(), R2(), Gap(), LabelAgreement()):
        (score,) = metric.score(made)
        assert np.isnan(score.values).all()
        assert "no local model" in score.note
    for metric in (Rmse(), R2(), Gap()):
        (score,) = metric.score(evidence(model_sd=np.array([2.0, 0.0])))
        assert np.isfinite(score.values[..., 0]).all()
        assert set(score.note[..., 1].ravel()) == {"the model does not vary over the background"}


def test_nothing_is_mutated(evidence):
    made, twin = evidence(), evidence()
    for metric in ALL:
        metric.score(made)
    assert (made.judged[0].g == twin.judged[0].g).all()
    assert (made.r2 == twin.r2).all()


def test_area_is_the_mean_height_of_the_curve_over_log_radius(evidence):
    made = evidence((2, 3, 4, 2))
    f = made.judged[0].f
    radii, errors = (1.0, 0.1, 0.5), (0.4, 0.1, 0.3)
    judged = tuple(Judged("G", r, f, f + e) for r, e in zip(radii, errors, strict=True))
    other = tuple(Judged("U", r, f, f) for r in (1.0, 2.0))
    scores = RmseArea().score(replace(made, judged=judged + other))
    logs = np.log([0.1, 0.5, 1.0])
    wanted = (0.2 * (logs[1] - logs[0]) + 0.35 * (logs[2] - logs[1])) / (logs[2] - logs[0])
    assert scores[0].values == pytest.approx(wanted / 2)
    assert scores[1].values == pytest.approx(0)
    assert [score.columns["judge"] for score in scores] == ["G", "U"]
    assert scores[0].columns["n_effective"].shape == (2, 3, 1)


def test_area_needs_a_curve(evidence):
    (score,) = RmseArea().score(evidence())
    assert "at least two radii" in score.note
    made = evidence()
    gone = tuple(replace(made.judged[0], radius=r, g=None) for r in (0.1, 1.0))
    (score,) = RmseArea().score(replace(made, judged=gone))
    assert "no local model" in score.note


@pytest.mark.parametrize("metric", [*ALL, RmseArea()], ids=lambda m: m.name)
def test_effective_sample_size_stands_beside(metric, evidence):
    made = evidence()
    two = (made.judged[0], replace(made.judged[0], radius=1.0))
    for score in metric.score(replace(made, judged=two)):
        assert (score.columns["n_effective"] == 100).all()
