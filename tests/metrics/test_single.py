"""Single instances against references: scipy and slow loops, and what is declined."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from limelab.metrics import Heterogeneity, LocalAgreement, feature_agreement
from limelab.types import BadInput, Reference


def rho(a, b):
    return stats.spearmanr(a, b).statistic


def test_heterogeneity_is_by_instance(evidence):
    made = evidence()
    (score,) = Heterogeneity().score(made)
    wanted = np.mean([rho(made.slope[2, 1, :, 0], one[:, 0])
                      for one in made.references["prediction"].values])  # fmt: skip
    assert score.values.shape == (4, 3, 2)
    assert score.values[2, 1, 0] == pytest.approx(wanted)
    assert Heterogeneity.better == "neither"


def test_heterogeneity_is_1_in_the_same_order(evidence):
    made = evidence((2, 3, 6, 1))
    order = np.arange(6.0)[:, None]
    reference = {"prediction": Reference(np.array([order]), np.array([order]))}
    same = replace(made, slope=np.tile(order, (2, 3, 1, 1)), references=reference)
    assert Heterogeneity().score(same)[0].values == pytest.approx(1)


def test_heterogeneity_is_missing_where_it_is_undefined(evidence, with_hole):
    (each,) = Heterogeneity().score(with_hole(evidence(), 1, 2))
    assert set(each.note[1, 2]) == {"too few samples"}
    (score,) = Heterogeneity().score(evidence(slope=np.ones((4, 3, 6, 2))))
    assert np.isnan(score.values).all()
    assert "tie" in score.note.ravel()[0]
    assert "at least 3" in Heterogeneity().score(evidence((2, 2, 2, 1)))[0].note
    assert "no impurity reference" in Heterogeneity("impurity").score(evidence())[0].note
    with pytest.raises(BadInput, match="'labels' came"):
        Heterogeneity("labels")


def with_local(evidence, shape=(4, 3, 6, 2), noise=0.02):
    """Each instance with an order of its own, in the explanations and in the reference."""
    rng = np.random.default_rng(7)
    own = np.array([rng.permutation(shape[2]) for _ in range(shape[1])])[:, :, None] + 1.0
    own = own * np.ones(shape[3])
    local = own + noise * rng.random((5, *own.shape))
    slope = own + 2 * rng.random(shape)
    return evidence(shape, local=local, slope=slope)


@pytest.mark.parametrize(
    ("metric", "formula"),
    [
        (LocalAgreement(), rho),
        (LocalAgreement("kendall"), lambda a, b: stats.kendalltau(a, b).statistic),
        (LocalAgreement("feature", 2), lambda a, b: float(feature_agreement(a, b, 2))),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_local_agreement_null_and_ceiling_are_loops(metric, formula, evidence, with_hole):
    made = with_hole(with_local(evidence, noise=3), 2, 1)
    (score,) = metric.score(made)
    assert score.values.shape == (4, 3, 2)
    for r, i, c in itertools.product(range(4), range(3), range(2)):
        if (r, i) == (2, 1):
            assert score.note[r, i, c] == "too few samples"
            continue
        mine, theirs = made.slope[r, i, :, c], made.local[:, i, :, c]
        assert score.values[r, i, c] == pytest.approx(np.mean([formula(mine, p) for p in theirs]))
        others = [made.local[:, o, :, c].mean(axis=0) for o in range(3) if o != i]
        null = np.mean([formula(mine, other) for other in others])
        assert score.columns["null"][r, i, c] == pytest.approx(null)
        pairs = [formula(a, b) for a, b in itertools.combinations(theirs, 2)]
        assert score.columns["ceiling"][0, i, c] == pytest.approx(np.mean(pairs))


def test_knowledge_of_the_instance_stands_above_the_null(evidence):
    (score,) = LocalAgreement().score(with_local(evidence, (4, 30, 8, 1)))
    assert score.values.mean() > 0.8
    assert abs(score.columns["null"].mean()) < 0.1
    assert score.note == ""


def test_a_local_reference_that_is_noise_is_told(evidence):
    made = evidence(local=np.random.default_rng(8).random((5, 3, 6, 2)))
    (score,) = LocalAgreement().score(made)
    noisy = np.broadcast_to(score.columns["ceiling"] < 0.5, score.values.shape)
    assert noisy.any()
    assert all(note.startswith("the reference is noise") for note in score.note[noisy])


def test_one_instance_has_no_null(evidence):
    (score,) = LocalAgreement().score(with_local(evidence, (2, 1, 6, 1)))
    assert np.isnan(score.columns["null"]).all()
    assert np.isfinite(score.values).all()


def test_local_agreement_is_declined(evidence):
    assert "no local permutation importance" in LocalAgreement().score(evidence())[0].note
    narrow = with_local(evidence, (2, 3, 2, 1))
    assert "at least 3" in LocalAgreement().score(narrow)[0].note
    with pytest.raises(BadInput, match="no direction"):
        LocalAgreement("signed_rank")
