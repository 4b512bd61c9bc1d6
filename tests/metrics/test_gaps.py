"""PGI and PGU: closed forms of a linear model under Gaussian noise, and loops by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from limelab.metrics import PGI, PGU, PGIArea, PGUArea, area_over_k, prediction_gap
from limelab.types import BadInput, NotApplicable
from tests.metrics.asking import WEIGHTS, attributed, coordinates, linear

E = np.broadcast_to(np.array([4.0, 3.0, 2.0, 1.0])[:, None], (2, 3, 4, 2)).copy()


def expected(moving, sigma, where):
    """E |w . I| = sqrt(2 / pi) sd over moving features, in background sds of the model."""
    sd = sigma * np.sqrt(((WEIGHTS * where.scale[:, None])[moving] ** 2).sum(axis=0))
    return np.sqrt(2 / np.pi) * sd / linear(where.background).std(axis=0)


@pytest.mark.parametrize(("cls", "moving"), [(PGI, [0, 1]), (PGU, [2, 3])])
def test_linear_model_has_a_closed_form(cls, moving):
    metric, where = cls(2, size=6000), coordinates()
    (score,) = metric.score(attributed(metric, E, where=where))
    wanted = expected(moving, 0.1, where)
    gap = score.values[0] - wanted
    assert (np.abs(gap) < 4.5 * score.columns["stderr"][0]).all()
    assert score.columns["stderr"].max() < 0.02 * wanted.max()


@pytest.mark.parametrize(("area", "single"), [(PGIArea, PGI), (PGUArea, PGU)])
def test_area_is_the_trapezoid_of_single_ones(area, single):
    e = np.random.default_rng(0).normal(size=(2, 3, 4, 2))
    metric = area(share=0.75, size=9)
    (score,) = metric.score(attributed(metric, e))
    each = []
    for k in (1, 2, 3):
        one = single(k, size=9)
        each.append(one.score(attributed(one, e))[0].values[0])
    assert score.values[0] == pytest.approx((each[0] + 2 * each[1] + each[2]) / 4)
    assert score.columns["k"] == 3


def test_rows_law_takes_features_from_one_background_row():
    metric = PGI(2, size=30, law="rows")
    made = attributed(metric, E)
    points = metric.probes(made, np.random.default_rng(0))[0].reshape(3, 2, 30, 4)
    where = made.coordinates
    assert (points[..., 2:] == where.x[:, None, None, 2:]).all()
    pairs = {tuple(row) for row in where.background[:, :2].tolist()}
    assert {tuple(row) for row in points[..., :2].reshape(-1, 2).tolist()} <= pairs


def test_pgi_prefers_the_features_that_matter():
    right, wrong = E, E[:, :, ::-1]
    for cls, sign in ((PGI, 1), (PGU, -1)):
        metric = cls(1, size=200)
        values = [
            metric.score(attributed(metric, e))[0].values[..., 0].mean() for e in (right, wrong)
        ]
        assert sign * (values[0] - values[1]) > 0


def test_only_the_first_repeat_is_asked():
    e = E.copy()
    e[1] = np.nan
    metric = PGI(1)
    made = attributed(metric, e)
    made = replace(made, declined=np.array([[""] * 3, ["gone"] * 3], dtype=object))
    (score,) = metric.score(made)
    assert np.isfinite(score.values).all()
    assert score.columns["of_repeat"] == 0
    gone = replace(made, declined=made.declined[::-1])
    assert set(metric.score(gone)[0].note.ravel()) == {"gone"}


def test_it_declines_what_cannot_be():
    for metric in (PGI(4), PGU(5)):
        (score,) = metric.score(attributed(metric, E))
        assert "are all of them" in score.note
        with pytest.raises(NotApplicable, match="are all of them"):
            metric.probes(attributed(metric, E), np.random.default_rng(0))
    (score,) = PGI(1).score(replace(attributed(PGI(1), E), model_sd=np.array([1.0, 0.0])))
    assert set(score.note[..., 1].ravel()) == {"the model does not vary over the background"}
    for broken in ({"k": 0}, {"size": 1}, {"sigma": 0}, {"law": "odd"}):
        with pytest.raises(BadInput):
            PGI(**broken)
    with pytest.raises(BadInput):
        PGIArea(share=0)


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=6), st.floats(-10, 10))
def test_prediction_gap_is_a_mean_distance(answers, f):
    y = np.array(answers)
    gap = float(prediction_gap(np.array(f), y))
    assert gap == pytest.approx(np.mean([abs(one - f) for one in answers]))
    assert float(prediction_gap(np.array(f), np.full(3, f))) == 0
    assert min(answers) - 1e-9 <= float(area_over_k(y)) <= max(answers) + 1e-9
