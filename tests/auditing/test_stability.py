"""Agreement of runs, cause by cause, on runs made by hand and on models where a cause must show."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

import limelab as ll
from limelab.auditing.runs import Runs, runs
from limelab.auditing.stability import Steady, by_cause, steady
from limelab.auditing.subject import JUDGE, read

DATA = np.random.default_rng(0).normal(size=(200, 3))


def of(*effects):
    """Runs of one row and output that say these effects."""
    made = [np.array(effect, dtype=float).reshape(1, -1, 1) for effect in effects]
    said = [
        SimpleNamespace(importance=np.abs(one), effect=one, declined=np.array([""], dtype=object))
        for one in made
    ]
    return Runs(tuple(said))


def test_runs_are_held_against_the_mean_of_the_repeats():
    base = of([3.0, -2.0, 1.0, 0.1])
    found = steady(of([3, -2, 0.1, 1], [-3, -2, 1, 0.1]), base, top=2, tie=0.05)
    assert found.overlap.item() == 1.0
    assert found.signs.item() == 0.75
    assert found.lead.item() == 1.0
    other = steady(of([1.0, -2, 3, 0], [2.9, -3, 0, 0]), base, top=2, tie=0.05)
    assert other.overlap.item() == pytest.approx((1 / 3 + 1) / 2)
    assert other.lead.item() == 0.5  # 2.9 ties with 3


def test_what_is_smaller_than_a_tie_has_no_sign_to_keep():
    found = steady(of([3.0, 0.001]), of([3.0, -0.001]), top=2, tie=0.05)
    assert found.signs.item() == 1.0


def test_runs_without_an_explanation_are_left_out():
    found = steady(of([np.nan, np.nan], [1.0, 2.0]), of([1.0, 2.0]), top=1, tie=0.0)
    assert (found.lead.item(), found.overlap.item()) == (1.0, 1.0)


def causes(model, explainer, row=(0.0, 0.0, 0.0)):
    subject = read(model, DATA, np.array([row]), explainer, JUDGE, 0)
    base = runs(subject, subject.explainer, range(6))
    return by_cause(subject, base, top=1, tie=0.05)


def test_of_a_line_nothing_matters():
    found = causes(lambda x: x @ [2.0, -1.0, 0.5], ll.Lime(n_samples=128))
    assert all(one.lead.item() == 1.0 for one in found.values())


def test_width_shows_where_another_feature_leads_farther_out():
    model = lambda x: np.where(np.abs(x[:, 0]) > 1.6, 20.0 * x[:, 0], x[:, 1])  # noqa: E731
    found = causes(model, ll.Lime(ll.Gaussian(0.4), n_samples=512))
    assert found["half the width"].lead.item() == 1.0
    assert found["twice the width"].lead.item() == 0.0


def test_the_background_shows_where_the_explainer_reads_it():
    """Two features matter alike per deviation, and the deviations are the background's."""
    line = lambda x: x / DATA.std(axis=0) @ [1.0, 0.999, 0.0]  # noqa: E731
    found = causes(line, ll.Lime(n_samples=2048))
    assert isinstance(found["another background"], Steady)
    told = found["another background"].runs.importance
    assert told[:, 0, 0, 0].std() > 3 * found["seed"].runs.importance[:, 0, 0, 0].std()


def test_small_moves_show_at_a_border():
    border = lambda x: np.where(x[:, 2] > 0, 5 * x[:, 0], 5 * x[:, 1])  # noqa: E731
    noisy = causes(border, ll.Lime(ll.Gaussian(0.02), n_samples=2048), (0.0, 0.0, 0.005))
    assert noisy["small moves of the row"].overlap.item() < 1.0


def test_what_cannot_be_changed_is_not_known_and_says_why():
    found = causes(lambda x: x[:, 0], ll.Lime(ll.Marginals(), n_samples=128))
    assert "has no width" in found["half the width"]
    assert found["half the width"].startswith("not known: ")
