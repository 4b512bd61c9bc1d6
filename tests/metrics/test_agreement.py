"""Agreement against scipy, slow loops, and what is declined."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from limelab.metrics import Agreement, Heterogeneity
from limelab.types import BadInput, Reference


def rho(a, b):
    return stats.spearmanr(a, b).statistic


def test_agreement_is_the_mean_spearman_over_reference_repeats(evidence):
    made = evidence()
    (score,) = Agreement().score(made)
    reference = made.references["prediction"]
    assert score.values.shape == (4, 1, 2)
    for r, c in itertools.product(range(4), range(2)):
        local = made.slope[r, :, :, c].mean(axis=0)
        wanted = [rho(local, one[:, c]) for one in reference.values]
        null = [rho(local, one[:, c]) for one in reference.null]
        left = [np.mean([rho(np.delete(made.slope[r, :, :, c], i, 0).mean(0), one[:, c])
                         for one in reference.values]) for i in range(3)]  # fmt: skip
        assert score.values[r, 0, c] == pytest.approx(np.mean(wanted))
        assert score.columns["null"][r, 0, c] == pytest.approx(np.mean(null))
        assert score.columns["stderr"][r, 0, c] == pytest.approx(np.sqrt(2 * np.var(left)))


def test_ceiling_is_the_reference_against_itself(evidence):
    made = evidence()
    (score,) = Agreement().score(made)
    runs = made.references["prediction"].values
    for c in range(2):
        pairs = itertools.combinations(runs[:, :, c], 2)
        assert score.columns["ceiling"][0, 0, c] == pytest.approx(
            np.mean([rho(a, b) for a, b in pairs])
        )
    alone = replace(made, references={"prediction": Reference(runs[:1], runs[:1])})
    assert np.isnan(Agreement().score(alone)[0].columns["ceiling"]).all()


def test_label_takes_the_mean_over_outputs_and_keeps_the_caution(evidence):
    made = evidence()
    (score,) = Agreement("label").score(made)
    assert score.values.shape == (4, 1, 1)
    local = made.slope[1].mean(axis=(0, 2))
    wanted = np.mean([rho(local, one[:, 0]) for one in made.references["label"].values])
    assert score.values[1, 0, 0] == pytest.approx(wanted)
    assert set(score.note.ravel()) == {"weak model"}


def test_the_same_order_agrees_fully(evidence):
    made = evidence((2, 3, 6, 1))
    order = np.arange(6.0)[:, None]
    reference = Reference(np.array([order, order]), np.array([order[::-1]]))
    same = replace(made, slope=np.tile(order, (2, 3, 1, 1)), references={"prediction": reference})
    (score,) = Agreement().score(same)
    assert score.values == pytest.approx(1)
    assert score.columns["null"] == pytest.approx(-1)
    assert score.columns["ceiling"] == pytest.approx(1)
    assert score.columns["stderr"] == pytest.approx(0)
    assert Heterogeneity().score(same)[0].values == pytest.approx(1)


def test_heterogeneity_is_by_instance(evidence):
    made = evidence()
    (score,) = Heterogeneity().score(made)
    wanted = np.mean([rho(made.slope[2, 1, :, 0], one[:, 0])
                      for one in made.references["prediction"].values])  # fmt: skip
    assert score.values.shape == (4, 3, 2)
    assert score.values[2, 1, 0] == pytest.approx(wanted)
    assert Heterogeneity.better == "neither"


def test_missing_instances_are_told(evidence, with_hole):
    made = with_hole(evidence(), 1, 2)
    (score,) = Agreement().score(made)
    assert np.isfinite(score.values).all()
    assert score.note[:, 0, 0].tolist() == ["", "2 of 3 instances", "", ""]
    assert np.isnan(score.columns["stderr"][1]).all()
    (each,) = Heterogeneity().score(made)
    assert set(each.note[1, 2]) == {"too few samples"}
    for instance in range(2):
        made = with_hole(made, 1, instance)
    (score,) = Agreement().score(made)
    assert np.isnan(score.values[1]).all()
    assert set(score.note[1].ravel()) == {"no usable explanation"}


def test_constant_slopes_are_undefined(evidence):
    made = evidence(slope=np.ones((4, 3, 6, 2)))
    for metric in (Agreement(), Heterogeneity()):
        (score,) = metric.score(made)
        assert np.isnan(score.values).all()
        assert "tie" in score.note.ravel()[0]


def test_what_is_declined(evidence):
    for metric in (Agreement(), Heterogeneity()):
        assert "at least 3" in metric.score(evidence((2, 2, 2, 1)))[0].note
        assert "no prediction reference" in metric.score(evidence(references={}))[0].note
        odd = evidence(references=evidence((4, 3, 5, 2)).references)
        assert "5 features, not 6" in metric.score(odd)[0].note
        odd = evidence(references=evidence((4, 3, 6, 3)).references)
        assert "3 outputs, not 2" in metric.score(odd)[0].note


def test_a_reference_has_a_known_name():
    with pytest.raises(BadInput, match="'labels' came"):
        Agreement("labels")  # type: ignore[arg-type]
