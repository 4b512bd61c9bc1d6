"""Agreement against scipy, slow loops, and what is declined."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from limelab.metrics import (
    Agreement,
    feature_agreement,
    mean_magnitude,
    pairwise_rank_agreement,
    rank_agreement,
    rbo,
    sp_lime_importance,
    top_k_jaccard,
)
from limelab.types import BadInput, Reference


def rho(a, b):
    return stats.spearmanr(a, b).statistic


def sound(evidence, shape=(4, 3, 6, 2)):
    """Evidence with a reference whose repeats agree and stand above their null."""
    made = evidence(shape)
    order = 1 + np.random.default_rng(3).permutation(shape[2])[:, None] * np.ones(shape[3])
    jitter = 0.1 * np.random.default_rng(4).random((5, *order.shape))
    reference = Reference(order + jitter, 0.1 * jitter)
    return replace(made, references={"prediction": reference})


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
    agrees = score.columns["ceiling"].item()
    noise = f"the reference is noise: its own repeats agree by {agrees:.2f} only"
    assert set(score.note.ravel()) == {f"weak model; {noise}"}  # random numbers are noise


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


def test_missing_instances_are_told(evidence, with_hole):
    made = with_hole(sound(evidence), 1, 2)
    (score,) = Agreement().score(made)
    assert np.isfinite(score.values).all()
    assert score.note[:, 0, 0].tolist() == ["", "2 of 3 instances", "", ""]
    assert np.isnan(score.columns["stderr"][1]).all()
    for instance in range(2):
        made = with_hole(made, 1, instance)
    (score,) = Agreement().score(made)
    assert np.isnan(score.values[1]).all()
    assert set(score.note[1].ravel()) == {"no usable explanation"}


def test_constant_slopes_are_undefined(evidence):
    made = evidence(slope=np.ones((4, 3, 6, 2)))
    (score,) = Agreement().score(made)
    assert np.isnan(score.values).all()
    assert "tie" in score.note.ravel()[0]


def test_what_is_declined(evidence):
    assert "at least 3" in Agreement().score(evidence((2, 2, 2, 1)))[0].note
    assert "no prediction reference" in Agreement().score(evidence(references={}))[0].note
    assert "no conditional reference" in Agreement("conditional").score(evidence())[0].note
    odd = evidence(references=evidence((4, 3, 5, 2)).references)
    assert "5 features, not 6" in Agreement().score(odd)[0].note
    odd = evidence(references=evidence((4, 3, 6, 3)).references)
    assert "3 outputs, not 2" in Agreement().score(odd)[0].note
    assert "are all of them" in Agreement(measure="feature", k=6).score(evidence())[0].note
    assert "no coefficients" in Agreement(aggregate="sp_lime").score(evidence())[0].note


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"reference": "labels"}, "'labels' came"),
        ({"aggregate": "median"}, "'median' came"),
        ({"measure": "pearson"}, "'pearson' came"),
        ({"measure": "sign"}, "no direction"),
        ({"k": 0}, "at least 1"),
    ],
)
def test_odd_settings_are_refused(wrong, said):
    with pytest.raises(BadInput, match=said):
        Agreement(**wrong)


def test_it_says_what_it_needs():
    assert Agreement("label").needs_reference is True
    assert Agreement("impurity").needs_reference == {"impurity"}


SLOW = {
    "kendall": lambda a, b: stats.kendalltau(a, b).statistic,
    "weighted_kendall": lambda a, b: stats.weightedtau(a, b).statistic,
    "rbo": lambda a, b: float(rbo(a, b, 0.9).ext),
    "pairwise": lambda a, b: float(pairwise_rank_agreement(a, b)),
    "feature": lambda a, b: float(feature_agreement(a, b, 3)),
    "rank": lambda a, b: float(rank_agreement(a, b, 3)),
    "jaccard": lambda a, b: float(top_k_jaccard(a, b, 3)),
}


@pytest.mark.parametrize("name", SLOW)
def test_every_measure_is_its_formula_and_has_its_optimum(name, evidence):
    metric, made = Agreement(measure=name, k=3), evidence()
    (score,) = metric.score(made)
    reference = made.references["prediction"].values
    for r, c in itertools.product(range(4), range(2)):
        local = made.slope[r, :, :, c].mean(axis=0)
        wanted = [SLOW[name](local, one[:, c]) for one in reference]
        assert score.values[r, 0, c] == pytest.approx(np.mean(wanted))
    within = [SLOW[name](a[:, 1], b[:, 1]) for a, b in itertools.combinations(reference, 2)]
    assert score.columns["ceiling"][0, 0, 1] == pytest.approx(np.mean(within))
    same = replace(made, slope=np.tile(made.slope[:1, :1], (4, 3, 1, 1)))
    itself = Reference(np.tile(same.slope[0, 0], (2, 1, 1)), reference)
    same = replace(same, references={"prediction": itself})
    assert metric.score(same)[0].values == pytest.approx(1)


def test_sp_lime_reads_the_coefficients(evidence):
    coef = np.random.default_rng(5).normal(size=(4, 3, 6, 2))
    made = evidence(coef=coef)
    (score,) = Agreement(aggregate="sp_lime").score(made)
    reference = made.references["prediction"].values
    local = sp_lime_importance(coef[2, :, :, 1])
    assert local == pytest.approx(np.sqrt(np.abs(coef[2, :, :, 1]).sum(axis=0)))
    wanted = [rho(local, one[:, 1]) for one in reference]
    assert score.values[2, 0, 1] == pytest.approx(np.mean(wanted))
    assert mean_magnitude(coef[0, :, :, 0]) == pytest.approx(np.abs(coef[0, :, :, 0]).mean(axis=0))


def test_a_loss_that_falls_is_no_importance(evidence):
    made = evidence((2, 3, 6, 1))
    order = np.array([-9.0, 5, 4, 3, 2, 1])[:, None]
    floor = np.array([0.0, 5, 4, 3, 2, 1])[:, None]
    scores = [
        Agreement(measure="jaccard", k=3)
        .score(
            replace(made, references={"prediction": Reference(np.array([one]), np.array([one]))})
        )[0]
        .values
        for one in (order, floor)
    ]
    assert (scores[0] == scores[1]).all()


def test_a_reference_that_is_noise_is_told(evidence):
    made = sound(evidence)
    assert Agreement().score(made)[0].note == ""
    assert (Agreement().score(made)[0].columns["above_null"] == 1).all()
    own = made.references["prediction"]
    once = own.null + np.array([0, 0, 0, 0, 3.5])[:, None, None]  # one null of five is larger
    some = replace(made, references={"prediction": Reference(own.values, once)})
    assert Agreement().score(some)[0].columns["above_null"] == pytest.approx(0.5)
    null = replace(made, references={"prediction": Reference(own.values, 10 + own.null)})
    assert "no feature is above its null" in Agreement().score(null)[0].note[0, 0, 0]
    odd = np.array([own.values[0], own.values[0][::-1]])
    apart = replace(made, references={"prediction": Reference(odd, own.null)})
    assert "its own repeats agree by 0.03 only" in Agreement().score(apart)[0].note[0, 0, 0]
    alone = replace(made, references={"prediction": Reference(own.values[:1], own.null[:0])})
    (score,) = Agreement().score(alone)
    assert score.note == ""
    assert np.isnan(score.columns["above_null"]).all()
    assert np.isnan(score.columns["null"]).all()


def test_the_interval_covers_the_mean_over_new_instances_and_repeats(evidence):
    """Instances and repeats each with a noise of their own: at least 95 % of intervals cover."""
    truth, reference = np.arange(8.0), np.arange(8.0)[None, :, None]
    rng = np.random.default_rng(6)

    def one():
        shared = rng.normal(size=(1, 12, 8, 1))  # an instance's own
        slope = np.abs(truth[:, None] + 4 * shared + 2 * rng.normal(size=(6, 12, 8, 1)))
        made = evidence((6, 12, 8, 1), n_points=1, slope=slope)
        made = replace(made, references={"prediction": Reference(reference, reference)})
        (score,) = Agreement().score(made)
        columns = score.columns
        return score.values.mean(), columns["mean_low"].item(), columns["mean_high"].item()

    found = np.array([one() for _ in range(100)])
    middle = found[:, 0].mean()
    assert ((found[:, 1] < middle) & (middle < found[:, 2])).mean() >= 0.93
    assert found[:, 2].mean() - found[:, 1].mean() < 8 * found[:, 0].std()
