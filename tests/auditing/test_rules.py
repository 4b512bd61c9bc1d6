"""Every rule breaks where it should, one at a time, and thresholds move verdicts as they say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import limelab as ll
from limelab.auditing.rules import Rules, verdicts
from limelab.auditing.runs import Runs

STRICT = {
    "sure": 1.0,
    "same_lead": 1.0,
    "same_signs": 1.0,
    "steady_lead": 1.0,
    "least_r2": 1.0,
}


def words(told, **rules):
    return [one.word for one in verdicts(told.measured, Rules(**rules))]


def rules_broken(told, **rules):
    found = verdicts(told.measured, Rules(**rules))
    return {finding.rule for one in found for finding in one.findings}


def held(told, **arrays):
    """What was measured, with other chances."""
    shape = told.measured.subject.f.shape
    made = {name: np.broadcast_to(value, shape) for name, value in arrays.items()}
    return replace(told, measured=replace(told.measured, held=told.measured.held._replace(**made)))


def test_what_is_confirmed_and_stable_is_trusted(told):
    assert words(told) == ["trust"] * 3
    assert not rules_broken(told)


@pytest.mark.parametrize("name", STRICT)
def test_a_stricter_threshold_only_ever_takes_trust_away(told, name):
    assert set(words(told, **{name: STRICT[name]})) <= {"trust", "caution"}


@pytest.mark.parametrize(
    ("chance", "said"),
    [
        (0.5, "is within the error of the measurement"),
        (0.02, "probably moves the model more: the chance that"),
    ],
)
def test_a_lead_that_is_open_is_told_as_likely_as_it_is(told, chance, said):
    measured = held(told, lead_chance=chance, lead_doubt=chance).measured
    assert all(said in one.reasons for one in verdicts(measured, Rules()))


def test_the_model_itself_decides_first(told):
    assert rules_broken(held(told, lead_chance=0.001, lead_doubt=0.002)) == {"lead"}
    assert words(held(told, lead_chance=0.001, lead_doubt=0.002)) == ["reject"] * 3
    assert rules_broken(held(told, lead_chance=0.5, lead_doubt=0.5)) == {"lead open"}
    assert words(held(told, lead_chance=0.5, lead_doubt=0.5)) == ["caution"] * 3
    assert rules_broken(held(told, sign_chance=0.001, sign_doubt=0.002)) == {"sign"}
    assert words(held(told, sign_chance=0.001, sign_doubt=0.002)) == ["reject"] * 3
    assert rules_broken(held(told, sign_chance=0.5, sign_doubt=0.9)) == {"sign open"}
    assert rules_broken(held(told, flat=True)) == {"flat"}


def test_four_of_five_are_no_less_than_four_fifths(told):
    causes = dict(told.measured.causes)
    share = np.full(told.measured.subject.f.shape, 4 * 0.2 - 1e-16)
    causes["seed"] = replace(causes["seed"], lead=share, signs=share)
    found = replace(told, measured=replace(told.measured, causes=causes))
    assert words(found, same_lead=0.8, same_signs=0.8) == ["trust"] * 3


def test_confidence_is_the_weakest_support(told):
    found = verdicts(held(told, lead_chance=0.7, lead_doubt=1.0).measured, Rules())
    assert [one.confidence for one in found] == [0.7] * 3
    assert [one.confidence for one in verdicts(held(told, flat=True).measured, Rules())] == [0] * 3


def test_whom_real_rows_contradict_loses_confidence_and_nobody_else_does(told):
    sure, rules = held(told, lead_chance=0.97, lead_doubt=1.0), Rules(real_size=0.0)
    shape = told.measured.subject.f.shape
    for doubt, word in ((0.5, "trust"), (0.001, "caution")):
        told_there = {"lead_chance": np.full(shape, 1e-4), "lead_doubt": np.full(shape, doubt)}
        real = told.measured.held_real._replace(**told_there)
        for one in verdicts(replace(sure.measured, held_real=real), rules):
            assert (one.word == "trust") == (word == "trust")
            assert (one.confidence < 0.01) == (word != "trust")


def test_fidelity_and_repeats(told):
    assert "fidelity" in rules_broken(told, least_r2=1.0)
    causes = dict(told.measured.causes)
    lead = np.full(told.measured.subject.f.shape, 0.4)
    causes["seed"] = replace(causes["seed"], lead=lead)
    causes["another background"] = replace(causes["another background"], lead=lead)
    shaky = replace(told, measured=replace(told.measured, causes=causes))
    assert rules_broken(shaky) == {"repeats", "another background"}
    assert not rules_broken(shaky, same_lead=0.4, steady_lead=0.4)


def test_real_rows_count_where_the_model_moves_among_them(told):
    shape = told.measured.subject.f.shape
    other = told.measured.held_real._replace(lead_doubt=np.full(shape, 1e-6))
    found = replace(told, measured=replace(told.measured, held_real=other))
    assert rules_broken(found) == {"real rows"}
    assert words(found, off_data=1.0) == ["caution"] * 3
    assert words(found, off_data=0.0) == ["reject"] * 3
    still = found.measured.real._replace(importance=found.measured.real.importance / 20)
    assert not rules_broken(replace(found, measured=replace(found.measured, real=still)))


def test_what_the_global_importance_says_moves_nothing(told):
    whole = {"prediction": -told.measured.whole["prediction"]}
    other = replace(told.measured, whole=whole, like_whole=-told.measured.like_whole)
    assert words(replace(told, measured=other)) == words(told)


def test_rows_without_an_explanation_are_rejected_with_the_reason(told):
    one = told.measured.runs.found[0]
    gone = replace(
        one,
        importance=np.full(one.importance.shape, np.nan),
        effect=np.full(one.effect.shape, np.nan),
        declined=np.full(3, "no samples", dtype=object),
    )
    found = verdicts(replace(told.measured, runs=Runs((gone,))), ll.Rules())
    assert [one.reasons for one in found] == ["There is no explanation: no samples."] * 3
    assert [one.word for one in found] == ["reject"] * 3
