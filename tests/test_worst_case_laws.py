"""The study of worst rows: its measures of instability against the search's own, and known laws."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import limelab as ll
from limelab.checks.search import Ask, MoveRatio, SeedSpread
from limelab.checks.subject import Subject
from limelab.domains import Table
from limelab.seeds import generator
from tests.metrics.conftest import decline, make_evidence
from tests.test_experiments import module_of

RNG = np.random.default_rng(0)
ROWS = RNG.normal(size=(120, 3)) * [1.0, 5.0, 0.2]
TABLE = Table(ROWS)


def wavy(rows: Any) -> Any:
    """A model that no line follows."""
    return np.sin(3 * np.asarray(rows)[:, 0]) + np.asarray(rows)[:, 1] ** 2 / 25


def an_ask(n: int = 128) -> Ask:
    """Few samples of a wavy model."""
    return Ask(Subject(ll.Lime(n_samples=n)), wavy, TABLE, 0)


def test_spread_over_repeats_is_the_spread_of_the_search() -> None:
    parts, ask = module_of("worst_case"), an_ask()
    runs = np.stack([ask(ROWS[:4], seed) for seed in range(6)])
    found = parts.spread_of(runs[..., None], [ask.spread])[:, 0]
    own = [SeedSpread(6)(ask, row) for row in ROWS[:4]]
    np.testing.assert_allclose(found, own)
    np.testing.assert_allclose([parts._jackknifed(runs[:, i], ask)[0] for i in range(4)], own)
    assert min(own) > 0.01


def test_a_flat_explanation_is_measured_by_the_spread_of_the_model() -> None:
    runs = np.array([1e-3, -1e-3]).reshape(2, 1, 1, 1)
    found = module_of("worst_case").spread_of(runs, [2.0])
    np.testing.assert_allclose(found, np.sqrt(2e-6) / (0.05 * 2.0))


def test_change_under_moves_is_that_of_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    parts, ask = module_of("worst_case"), an_ask()
    monkeypatch.setattr(parts, "generator", lambda *_: generator(0, "moves"))
    monkeypatch.setattr(parts, "_seeds", lambda _: [0] * parts.AGAIN)
    way = parts.WAYS["moves"]
    own = [MoveRatio(way.radius, way.moves)(ask, row) for row in ROWS[:3]]
    found = np.array(parts._by_moves(ask, ROWS[:3], 0))
    np.testing.assert_allclose(found, np.repeat(np.array(own)[:, None], 3, axis=1))


def test_the_jackknife_holds_the_spread_of_normal_runs() -> None:
    """95 % intervals of 200 samples of 10 runs: at least 90 % hold the spread that is known."""
    parts, ask = module_of("worst_case"), an_ask()
    centre, sd = np.full(8, 5.0), 0.5
    true = sd * np.sqrt(8) / np.linalg.norm(centre)
    held = 0
    for draw in np.random.default_rng(1).normal(size=(200, 10, 8)):
        _, low, high = parts._jackknifed(centre + sd * draw, ask)
        held += low <= true <= high
    assert held >= 180
    assert parts._jackknifed(np.ones((10, 8)), ask) == (0.0, 0.0, 0.0)


def test_errors_of_a_run_foretell_the_spread_over_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    parts, lime = module_of("worst_case"), ll.Lime(n_samples=512)
    monkeypatch.setitem(parts.EXPLAINERS, "one", lime)
    ask = Ask(Subject(lime), wavy, TABLE, 0)
    own, of_mean = parts._told("one", ask, ROWS[0], 0)
    assert SeedSpread(60)(ask, ROWS[0]) == pytest.approx(of_mean, rel=0.25)
    assert own == pytest.approx(of_mean, rel=0.1), "a long explanation is no longer for its noise"


def test_a_found_row_is_the_same_point_again() -> None:
    frame = pd.DataFrame({"a": [1.5, 2.0, 3.0], "job": ["x", "y", "x"], "yes": [True, False, True]})
    table = Table(frame)
    encoded = table.encode(frame)
    for i, values in enumerate(table.values(encoded)):
        np.testing.assert_array_equal(module_of("worst_case")._encoded(table, values), encoded[i])


def test_the_worst_of_a_task_is_the_largest_of_its_rows() -> None:
    parts, evidence = module_of("worst_case"), make_evidence()
    (rows,), (worst,) = parts.Spread().score(evidence), parts.WorstSpread().score(evidence)
    assert rows.values.shape == (1, 3, 2)
    np.testing.assert_allclose(worst.values, rows.values.max(axis=1, keepdims=True))
    gone = decline(evidence, repeat=1, instance=2)
    (rows,), (worst,) = parts.Spread().score(gone), parts.WorstSpread().score(gone)
    assert np.isnan(rows.values[0, 2]).all()
    assert np.isfinite(rows.values[0, :2]).all()
    assert np.isnan(worst.values).all()
    assert (worst.note == rows.note[0, 2, 0]).all()
    assert worst.note.ravel()[0]
