"""Intervals that cover, half-widths that are met, and queries that are counted to the row.

The whole coverage table (1500 replications; a minute or two) is `pytest -m slow FILE`; the default
run does it with fewer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import expit, ndtr
from scipy.stats import norm, t

from limelab import exact
from limelab.blackbox import blackbox
from limelab.domains import Table
from limelab.exact import Normal
from limelab.explanation import Explanation
from limelab.kernels import Exponential, Flat
from limelab.lime import Lime, explain
from limelab.metrics import TopK
from limelab.perturbations import Antithetic, Gaussian, Marginals, Neighbours, Sobol
from limelab.study import Conditions
from limelab.surrogates import Forward, LeastSquares, Tree
from limelab.types import Array, BadInput, LocalFitWarning, NotApplicable
from limelab.uncertainty import Precise, Replicated, samples_needed
from tests.parts import curve, mixed, numbers, people
from tests.study.world import IRIS, small

APART = 1000.0  # between rows whose neighbourhoods all look alike


@dataclass(frozen=True)
class Case:
    """A function of z = x' - x round every row, and its population line under N(0, t2 I)."""

    f: Callable[[Array], Any]
    truth: Callable[[float], Any]
    columns: int
    width: float | None  # nu of the kernel exp(-|z|^2 / (2 nu^2)), of unit noise

    def lime(self, n: int, **parts: Any) -> Lime:
        kernel = Flat() if self.width is None else Exponential(self.width / self.columns**0.5)
        law = parts.pop("perturbation", Gaussian(1))
        return Lime(law, kernel=kernel, n_samples=n, draws="own", **parts)

    @property
    def coef(self) -> Array:
        t2 = 1.0 if self.width is None else 1 / (1 + 1 / self.width**2)
        return np.asarray(self.truth(t2))

    def explained(self, explainer: Any, rows: int, seed: int = 4) -> Explanation:
        """As many independent explanations as rows: each has draws of its own."""
        background = np.repeat([[-1.0], [1.0]], self.columns, axis=1)
        x = np.repeat(APART * np.arange(1.0, rows + 1)[:, None], self.columns, axis=1)
        found: Explanation = explainer.explain(self._round_rows, background, x, seed=seed)
        return found

    def _round_rows(self, points: Array) -> Array:
        return np.asarray(self.f(points - APART * np.round(points / APART)), dtype=np.float64)

    def coverage(self, explainer: Any, rows: int) -> Array:
        """Share of 95 % intervals that hold the truth, for each coefficient."""
        found = self.explained(explainer, rows)
        assert found.coef is not None
        off = np.abs(found.coef[:, :, 0] - self.coef)
        return np.asarray((off <= found.half_width()[:, :, 0]).mean(axis=0), dtype=np.float64)


A = np.array([1.0, -0.5, 0.8, 0.3])
CASES = {
    "quadratic": Case(
        lambda z: z[:, 0] + z[:, 0] ** 2,
        lambda t2: exact.quadratic_gaussian([1.0], [[2.0]], Normal([0], [[t2]])).coef,
        1,
        None,
    ),
    "logistic": Case(
        lambda z: np.asarray(expit(z @ A + 0.4)),
        lambda t2: exact.logistic_gaussian(A, Normal(np.zeros(4), t2 * np.eye(4)), offset=0.4).coef,
        4,
        1.5,
    ),
    "and": Case(
        lambda z: ((z[:, 0] > 0.2) & (z[:, 1] > -0.3)) * 1.0,
        lambda t2: [  # E z_j f / t2 of a product of independent steps
            norm.pdf(0.2 / t2**0.5) / t2**0.5 * ndtr(0.3 / t2**0.5),
            norm.pdf(0.3 / t2**0.5) / t2**0.5 * ndtr(-0.2 / t2**0.5),
            0.0,
        ],
        3,
        1.3,
    ),
    "exp": Case(
        lambda z: np.asarray(np.exp(z @ A[:3])),
        lambda t2: A[:3] * np.exp(t2 * A[:3] @ A[:3] / 2),  # Stein: E grad f
        3,
        0.4,
    ),
}
LENGTHS = (100, 1000)


# Coverage


@pytest.mark.parametrize("n", LENGTHS)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_intervals_cover_the_population_coefficient(case: Case, n: int) -> None:
    found = case.coverage(case.lime(n), 400)
    assert found.mean() == pytest.approx(0.95, abs=0.03)
    assert np.abs(found - 0.95).max() < 0.045


@pytest.mark.slow
@pytest.mark.parametrize("n", LENGTHS)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_intervals_cover_within_two_points(case: Case, n: int) -> None:
    """The mean over coefficients, each within 4 of its own standard errors more."""
    found = case.coverage(case.lime(n), 3000)
    assert 0.93 <= found.mean() <= 0.97
    error = 4 * np.sqrt(0.95 * 0.05 / 3000)
    assert ((found >= 0.93 - error) & (found <= 0.97 + error)).all()


@pytest.mark.parametrize("design", [Sobol(), Antithetic()], ids=repr)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_intervals_of_replicates_cover_whatever_the_design(case: Case, design: Any) -> None:
    sure = Replicated(case.lime(1024, perturbation=Gaussian(1, design)))
    found = case.coverage(sure, 200)
    assert found.mean() == pytest.approx(0.95, abs=0.035)


@pytest.mark.slow
@pytest.mark.parametrize("n", [1024, 4096])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_intervals_of_scrambles_cover_within_two_points(case: Case, n: int) -> None:
    sure = Replicated(case.lime(n, perturbation=Gaussian(1, Sobol())))
    assert 0.93 <= case.coverage(sure, 1500).mean() <= 0.97


# Replicated


def test_replicates_ask_no_more_than_the_lime_alone() -> None:
    table = numbers()
    for lime in (Lime(n_samples=256), Lime(Marginals(), n_samples=256)):
        counts = []
        for explainer in (lime, Replicated(lime, 4)):
            box = blackbox(curve, table.decode(table.background[:4].copy()))
            before = box.queries
            explainer.explain(box, table, table.frame[:3])
            counts.append(box.queries - before)
        assert counts[0] == counts[1]


def test_replicates_are_independent_and_their_mean_is_told() -> None:
    table, lime = numbers(), Lime(Gaussian(design=Sobol()), n_samples=512)
    found = Replicated(lime, 4).explain(curve, table, table.frame[:3], seed=1)
    short = replace(lime, n_samples=128)
    other = Replicated(short, 2).explain(curve, table, table.frame[:3], seed=1)
    assert found.coef is not None
    assert found.stderr is not None
    assert other.stderr is not None
    assert found.freedom == 3
    assert (found.stderr > 0).all()
    assert found.half_width() == pytest.approx(t.ppf(0.975, 3) * found.stderr)
    assert found.importance == pytest.approx(np.abs(found.effect))
    assert (found.n_effective == 512).all()
    assert "no standard errors" not in found.notes[0]
    assert "means of 4 replicates of 128 samples" in found.notes[0]
    assert found.record.startswith("Replicated(lime=Lime(")


def test_a_sign_needs_the_wider_interval_of_few_replicates() -> None:
    table = numbers()
    found = Replicated(Lime(n_samples=64), 2).explain(curve, table, table.frame[:5])
    assert found.coef is not None
    assert found.stderr is not None
    ratio = np.abs(found.coef / found.stderr)
    assert not found.determined[ratio < t.ppf(0.975, 1)].any()
    assert ((ratio > 1.96) & ~found.determined).any()


def test_trees_are_averaged_and_say_that_they_have_no_errors() -> None:
    table = numbers()
    found = Replicated(Lime(surrogate=Tree(), n_samples=512), 4).explain(
        curve, table, table.frame[:2]
    )
    assert found.coef is None
    assert found.stderr is None
    assert (np.abs(found.effect) <= found.importance + 1e-12).all()
    with pytest.raises(NotApplicable, match="no standard errors"):
        found.half_width()


def test_a_row_is_declined_where_a_replicate_is() -> None:
    data = numbers().background
    rows = data[:2].copy()
    rows[1] += 60 * data.std(axis=0)
    lime = Lime(Marginals(), kernel=Exponential(0.4), n_samples=4096)
    with pytest.warns(LocalFitWarning, match="1 of 2 rows") as caught:
        found = explain(lambda x: x[:, 0], data, rows, explainer=Replicated(lime))
    assert len(caught) == 1
    assert (found.declined != "").tolist() == [False, True]
    assert np.isnan(found.importance[1]).all()
    assert not found.selected[1].any()
    assert np.isfinite(found.half_width()[0]).all()


def test_categories_keep_their_names_behind_a_replicated() -> None:
    table = mixed()
    lime = Lime(n_samples=512)
    found = explain(people, None, table.frame.iloc[:2], explainer=Replicated(lime), domain=table)
    alone = explain(people, None, table.frame.iloc[:2], explainer=lime, domain=table)
    assert found.outputs == alone.outputs
    assert found.units == alone.units
    assert (found.values == alone.values).all()


# How many samples


def test_the_samples_needed_are_those_that_meet_the_half_width() -> None:
    """Pilots of 400: n near 151, the half-width in median 1.02 of it, 5 to 95 % .86 to 1.23."""
    case, wanted = CASES["logistic"], 0.009
    needed = samples_needed(case.explained(case.lime(400), 100), wanted)["n"]
    achieved = [
        case.explained(case.lime(int(n)), 1, seed).half_width().max() / wanted
        for seed, n in enumerate(needed)
    ]
    assert needed.median() == pytest.approx(151, abs=15)
    assert np.median(achieved) == pytest.approx(1.02, abs=0.05)
    assert np.quantile(achieved, [0.05, 0.95]) == pytest.approx([0.86, 1.23], abs=0.06)


def test_samples_needed_is_a_tidy_frame() -> None:
    table = numbers()
    pilot = Lime(n_samples=512).explain(curve, table, table.frame[:3])
    frame = samples_needed(pilot, 0.1)
    assert list(frame) == ["instance", "output", "n", "feature", "half_width", "n_pilot", "note"]
    assert len(frame) == 6
    n = 512 * (pilot.half_width().max(axis=1) / 0.1) ** 2
    assert frame["n"].to_numpy(dtype=float) == pytest.approx(np.maximum(np.ceil(n), 6).ravel())
    looser = samples_needed(pilot, 0.1, level=0.8)["n"]
    assert (looser <= frame["n"]).all()
    assert samples_needed(pilot, 1e-200)["n"].min() > 2**61


def test_samples_needed_declines_where_there_are_no_errors() -> None:
    table = numbers()
    for lime, why in (
        (Lime(surrogate=Tree(), n_samples=128), "LeastSquares"),
        (Lime(Gaussian(design=Sobol()), n_samples=128), "draws are not independent"),
    ):
        found = lime.explain(curve, table, table.frame[:1])
        with pytest.raises(NotApplicable, match=why):
            samples_needed(found, 0.1)


@pytest.mark.parametrize("wrong", [0, -1, np.nan, np.inf, "1", None, True])
def test_a_half_width_that_cannot_be_is_refused(wrong: Any) -> None:
    table = numbers()
    pilot = Lime(n_samples=64).explain(curve, table, table.frame[:1])
    with pytest.raises(BadInput, match="half_width="):
        samples_needed(pilot, wrong)
    with pytest.raises(BadInput, match="half_width="):
        Precise(Lime(), wrong)


# Precise


@pytest.mark.parametrize("draws", ["shared", "own"])
@pytest.mark.parametrize("law", [Gaussian(), Marginals(), Neighbours()], ids=repr)
def test_only_the_further_samples_are_asked(law: Any, draws: Any) -> None:
    table = numbers()
    box = blackbox(curve, table.decode(table.background[:4].copy()))
    lime = Lime(law, draws=draws)
    precise = Precise(lime, half_width=0.08, pilot=128, most=4096)
    before = box.queries
    found = precise.explain(box, table, table.frame[:4], seed=2)
    taken = np.broadcast_to(found.n_samples, (4,))
    free = isinstance(law, Marginals) and draws == "shared"
    assert box.queries - before == 4 + (taken[0] if free else taken.sum())
    assert taken.max() > 128
    for i in range(4):
        n = int(taken[i])
        plain = replace(lime, n_samples=n).explain(curve, table, table.frame[i : i + 1], seed=2)
        assert found.coef is not None
        assert found.coef[i] == pytest.approx(plain.coef[0], rel=1e-9)  # type: ignore[index]
        assert found.stderr[i] == pytest.approx(plain.stderr[0], rel=1e-9)  # type: ignore[index]
    assert found.diagnostics()["n_samples"].tolist() == np.repeat(taken, 2).tolist()


def test_a_pilot_that_is_enough_is_all() -> None:
    table = numbers()
    box = blackbox(curve, table.decode(table.background[:4].copy()))
    before = box.queries
    found = Precise(Lime(), half_width=100, pilot=64).explain(box, table, table.frame[:3])
    assert box.queries - before == 3 + 3 * 64
    assert found.diagnostics()["n_samples"].eq(64).all()


def test_the_half_width_is_met() -> None:
    """The median of the widest intervals is the target; the others lie within a quarter."""
    case, wanted = replace(CASES["logistic"], width=None), 0.005
    found = case.explained(Precise(case.lime(1), half_width=wanted, pilot=400), 100)
    achieved = found.half_width().max(axis=(1, 2)) / wanted
    assert np.median(achieved) == pytest.approx(1, abs=0.05)
    assert np.quantile(achieved, [0.05, 0.95]) == pytest.approx([1, 1], abs=0.25)
    assert found.coef is not None
    covered = np.abs(found.coef[:, :, 0] - case.coef) <= found.half_width()[:, :, 0]
    assert covered.mean() == pytest.approx(0.95, abs=0.04)


def test_a_row_that_needs_too_many_stops_with_a_note() -> None:
    table = numbers()
    found = Precise(Lime(), half_width=1e-4, pilot=64, most=256).explain(
        curve, table, table.frame[:2]
    )
    assert np.all(found.n_samples == 256)
    assert "stopped at 256 (raise most, or widen half_width)" in found.notes[0]


def test_a_selection_keeps_its_condition() -> None:
    table = numbers()
    precise = Precise(Lime(surrogate=LeastSquares(Forward(2))), half_width=0.1, pilot=128)
    found = precise.explain(curve, table, table.frame[:2])
    assert all("conditional on the selection" in note for note in found.notes)


def test_what_has_no_errors_cannot_be_precise() -> None:
    table = numbers()
    with pytest.raises(BadInput, match="Replicated"):
        Precise(Lime(Gaussian(design=Sobol())), half_width=0.1)
    with pytest.raises(NotApplicable, match="no standard errors"):
        Precise(Lime(surrogate=Tree()), half_width=0.1).explain(curve, table, table.frame[:1])


def test_a_row_without_a_pilot_asks_no_more() -> None:
    data = numbers().background
    rows = data[:2].copy()
    rows[1] += 60 * data.std(axis=0)
    lime = Lime(Marginals(), kernel=Exponential(0.4), draws="own")
    precise = Precise(lime, half_width=0.01, pilot=1024, most=8192)
    with pytest.warns(LocalFitWarning, match="1 of 2 rows"):
        found = precise.explain(lambda x: x[:, 0] ** 2, data, rows)
    assert found.declined[1]
    assert found.n_samples[1] == 1024  # type: ignore[index]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Replicated("lime"),  # type: ignore[arg-type]
        lambda: Replicated(Lime(), 1),
        lambda: Replicated(Lime(), 3),
        lambda: Precise(Lime, 0.1),  # type: ignore[arg-type]
        lambda: Precise(Lime(), 0.1, pilot=0),
        lambda: Precise(Lime(), 0.1, pilot=512, most=256),
    ],
)
def test_a_bad_explainer_is_refused_at_birth(wrong: Any) -> None:
    with pytest.raises(BadInput, match="expected"):
        wrong()


def test_both_are_values() -> None:
    assert Replicated(Lime(), 4) == Replicated(Lime(), 4.0)  # type: ignore[arg-type]
    assert repr(Precise(Lime(), 1)) == repr(Precise(Lime(), 1.0))
    assert len({Replicated(Lime()), Replicated(Lime()), Precise(Lime(), 1)}) == 2


def test_a_batch_equals_its_rows() -> None:
    table = numbers()
    lime = Lime(draws="own")
    for explainer in (Replicated(replace(lime, n_samples=256), 4), Precise(lime, 0.1, pilot=64)):
        whole = explainer.explain(curve, table, table.frame[:3])
        for i in range(3):
            alone = explainer.explain(curve, Table(table.frame), table.frame[i : i + 1])
            assert whole.importance[i] == pytest.approx(alone.importance[0], rel=1e-9)


def test_both_stand_in_a_study(tmp_path: Path) -> None:
    lime = Lime(Gaussian(design=Sobol()), n_samples=64, draws="own")
    explainers = {
        "replicated": Replicated(lime, 4),
        "precise": Precise(Lime(draws="own"), 0.5, pilot=64, most=128),
    }
    study = small(
        conditions=Conditions(explainers), claims=(), tasks=[IRIS], metrics=[TopK(2)], judge=()
    )
    scores = study.run(tmp_path / "results").scores
    assert set(scores["condition"]) == set(explainers)
    assert scores.groupby("condition")["value"].apply(lambda v: v.notna().any()).all()
