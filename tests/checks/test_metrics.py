"""check_metric: sound metrics pass, and defects seen in other toolkits are each named.

The broken metrics are written anew after what was seen in the toolkits that their names tell.
"""

from __future__ import annotations

import contextlib
import warnings

import numpy as np
import pytest

from limelab import metrics
from limelab.checks import CheckFailed, MetricCase, check_metric
from limelab.checks.metric_bench import FEATURES, bench
from limelab.types import BadInput

EXAMPLES = 2


def failed(metric, **claims):
    """Names of the checks that a metric fails."""
    report = check_metric(metric, n_examples=EXAMPLES, on_fail=None, **claims)
    return {result.check for result in report.failed}


# What is sound passes

METRICS = [
    metrics.TopK(3) if one is metrics.TopK else one()
    for one in vars(metrics).values()
    if isinstance(one, type) and hasattr(one, "better")
]
WHY = {
    "identity": {"check_every_feature": "all or nothing: unequal repeats stay unequal"},
    "separability": {
        "check_every_feature": "all or nothing: rows told apart stay told apart",
        "check_batch": "it compares a row with the others",
    },
}


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_every_metric_of_ours_passes(metric):
    report = check_metric(
        metric, n_examples=1, expected_failed_checks=WHY.get(metric.name), on_fail=None
    )
    assert report.ok, str(report)
    assert len([r for r in report if r.status == "passed"]) >= 9


PAIRS = {
    "feature_agreement": (lambda f: lambda a, b, k=3: f(a, b, k), {"best": 1, "bounds": (0, 1)}),
    "rank_agreement": (lambda f: lambda a, b, k=3: f(a, b, k), {"best": 1, "bounds": (0, 1)}),
    "sign_agreement": (lambda f: lambda a, b, k=3: f(a, b, k), {"best": 1, "bounds": (0, 1)}),
    "signed_rank_agreement": (
        lambda f: lambda a, b, k=3: f(a, b, k),
        {"best": 1, "bounds": (0, 1)},
    ),
    "pairwise_rank_agreement": (lambda f: lambda a, b: f(a, b), {"best": 1, "bounds": (0, 1)}),
    "spearman": (lambda f: lambda a, b: f(a, b), {"best": 1, "bounds": (-1, 1)}),
    "kendall": (lambda f: lambda a, b: f(a, b), {"best": 1, "bounds": (-1, 1)}),
    "top_k_jaccard": (lambda f: lambda a, b, k=3: f(a, b, k), {"best": 1, "bounds": (0, 1)}),
}


@pytest.mark.parametrize("name", PAIRS)
def test_formulas_of_pairs_pass(name):
    wrap, claims = PAIRS[name]
    report = check_metric(
        wrap(getattr(metrics, name)), n_examples=2, scale_free=True, better="higher", **claims
    )
    assert report["check_exact_attributions"].status == "passed"
    assert report["check_scale"].status == "passed"


@pytest.mark.parametrize(
    ("formula", "high", "better"),
    [
        (metrics.sparseness, 1 - 1 / len(FEATURES), "higher"),
        (metrics.complexity, np.log(len(FEATURES)), "lower"),
    ],
)
def test_formulas_of_one_attribution_pass(formula, high, better):
    report = check_metric(formula, n_examples=2, bounds=(0, high), scale_free=True, better=better)
    assert report.ok


def slopes_case(formula, **claims):
    """A formula of slopes, moves and drops, its moves being rows of the background."""

    def call(made):
        moves = made.x[:, None] - made.background[:20]
        answers = made.model(made.background[:20])
        return formula(made.attributions, moves / made.scale, made.model(made.x)[:, None] - answers)

    reads = frozenset({"attributions", "model"})
    return MetricCase(formula.__name__, call, reads, "lower", kind="slope", best=0.0, **claims)


def drops_case(formula, best=1.0):
    """A formula of contributions and what the model loses with each feature."""

    def call(made):
        one = np.eye(len(made.names), dtype=bool)
        points = np.where(one, made.baseline, made.x[:, None])
        drops = made.model(made.x)[:, None] - made.model(
            points.reshape(-1, len(made.names))
        ).reshape(len(made.x), -1)
        return formula(made.attributions, drops)

    return MetricCase("drops", call, frozenset({"attributions", "model"}), "higher", best=best)


@pytest.mark.parametrize(
    "case",
    [
        slopes_case(metrics.infidelity),
        slopes_case(metrics.normalized_infidelity, scale_free=True),
        drops_case(metrics.faithfulness_estimate),
        drops_case(
            lambda e, drops: metrics.faithfulness_correlation(
                e, np.eye(e.shape[1], dtype=bool)[None], drops
            )
        ),
        drops_case(lambda e, drops: metrics.monotonicity_correlation(e, drops[:, None])),
    ],
    ids=lambda case: case.name,
)
def test_formulas_that_meet_a_model_pass(case):
    assert check_metric(case, n_examples=2).ok


# The defects


def _erased(model, x, baseline, columns):
    """Drop of the model with some columns of each row at the baseline."""
    gone = x.copy()
    np.put_along_axis(gone, columns, np.broadcast_to(baseline, x.shape)[:, : columns.shape[1]], 1)
    for j in range(columns.shape[1]):
        gone[np.arange(len(x)), columns[:, j]] = baseline[columns[:, j]]
    return model(x) - model(gone)


def sorted_table_as_columns(attributions, model, x, baseline):
    """xai_evals: a table sorted by size is taken for one in the order of columns."""
    table = -np.sort(-np.abs(attributions), axis=1)
    return _erased(model, x, baseline, np.argsort(-table, axis=1, kind="stable")[:, :2])


def largest_attribution_alone(attributions, model, x, background):
    """xai_evals infidelity: one attribution meets one column of the noise."""
    noise = x[:, None] - background[:10]
    size = -np.sort(-np.abs(attributions), axis=1)
    drops = model(x)[:, None] - model(background[:10])
    return ((size[:, :1] * noise[:, :, 0] - drops) ** 2).mean(axis=1)


def monotonicity_without_a_model(attributions, model, x):
    """xai_evals monotonicity: asks whether sorted attributions are sorted."""
    return (np.diff(np.sort(attributions, axis=1), axis=1) >= 0).mean(axis=1) + attributions[:, 0]


def baseline_aliased(attributions, model, x, background):
    """xai-bench faithfulness: the baseline is overwritten, row after row."""
    average = background.mean(axis=0)
    drops = np.empty_like(x)
    for i, row in enumerate(x):
        for j in range(len(row)):
            conditioned = average
            conditioned[j] = row[j]
            drops[i, j] = model(conditioned[None])[0]
    return _correlation(attributions, drops)


def steps_by_column(attributions, model, x, baseline):
    """xai-bench monotonicity: answers are filed by column and compared in that order."""
    share = np.empty(len(x))
    for i, row in enumerate(x):
        point, filed = baseline.copy(), np.zeros(len(row) + 1)
        filed[0] = model(point[None])[0]
        for j in np.argsort(attributions[i], kind="stable"):
            point[j] = row[j]
            filed[j + 1] = model(point[None])[0]
        share[i] = (np.diff(filed) >= 0).mean()
    return share


def nan_becomes_zero(attributions, model, x, baseline):
    """xai-bench faithfulness: an undefined correlation passes for none."""
    return np.nan_to_num(_correlation(attributions, _single_drops(model, x, baseline)))


def norm_of_the_whole_batch(explain, x, rng):
    """BEExAI sensitivity: every row is divided by the noise of all."""
    noise = rng.normal(0, 0.1, x.shape)
    return np.linalg.norm(explain(x + noise) - explain(x), axis=1) / np.linalg.norm(noise)


def inverse_of_some_predictions(attributions, model, x, baseline):
    """Quantus monotonicity correlation: the mask and the values have two lengths."""
    answers = model(x)
    inverse = np.zeros(len(x))
    mask = np.abs(answers) < 1e-5
    if mask.any():
        inverse[mask] = 1 / np.abs(np.append(answers, 1.0))
    drops = _single_drops(model, x, baseline) ** 2
    return _correlation(np.abs(attributions), drops)


def exact_equality_after_normalising(attributions, model, x, baseline):
    """Quantus completeness: attributions over their largest, then compared by ==."""
    normal = attributions / np.abs(attributions).max(axis=1, keepdims=True)
    total = model(x) - model(baseline[None])
    return (normal.sum(axis=1) == total).astype(float) + 0 * attributions.sum(axis=1)


def complexity_in_place(attributions):
    """Quantus complexity: shares are made in the caller's own array."""
    attributions /= np.abs(attributions).sum(axis=1, keepdims=True)
    share = np.abs(attributions)
    return -(share * np.log(np.where(share > 0, share, 1))).sum(axis=1)


def entropy_of_signed_values(attributions):
    """Quantus complexity with abs=False: logarithms of what is below 0."""
    share = attributions / np.abs(attributions).sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        return -(share * np.log(share)).sum(axis=1)


def wants_pictures(attributions, model, x):
    """Quantus infidelity: only arrays of four axes."""
    batch, _channels, _height, _width = x.shape
    return np.zeros(batch)


def changes_pile_up(attributions, model, x, baseline):
    """Quantus infidelity: every patch is erased on top of those before."""
    point, errors = x.copy(), np.zeros(x.shape)
    for j in range(x.shape[1]):
        point[:, j] = baseline[j]
        errors[:, j] = (attributions[:, j] - (model(x) - model(point))) ** 2
    return errors.mean(axis=1)


def errors_are_swallowed(attributions, model, x, baseline):
    """Quantus evaluate: an exception is printed and the cell left empty."""
    try:
        return _correlation(attributions, _single_drops(model, x, baseline))
    except Exception as error:
        print(f"skipped: {error}")  # noqa: T201 -- the defect
        return np.full(len(x), np.nan)


_LEAKED: dict[str, int] = {}


def arguments_leak(attributions, other, k=None):
    """Quantus evaluate: what one method is given is there for the next."""
    if k is not None:
        _LEAKED["k"] = int(k)
    return metrics.feature_agreement(attributions, other, _LEAKED.get("k", 2))


def explained_again(attributions, model, x, explain, baseline):
    """Quantus evaluate: attributions that were handed over are computed anew."""
    return _correlation(explain(x), _single_drops(model, x, baseline))


def no_whole_k(attributions, other, k=0.5):
    """OpenXAI convert_k_to_int: a share becomes a number, a number becomes None."""
    number = int(k * attributions.shape[1]) if isinstance(k, float) else None
    return metrics.feature_agreement(attributions, other, number)


_PARAMETERS = {"k": 2}


class SharedEvaluator:
    """OpenXAI Evaluator: parameters live in the module, for all evaluators at once."""

    def __init__(self, k):
        _PARAMETERS["k"] = k

    def __call__(self, made):
        return metrics.feature_agreement(made.attributions, made.other, _PARAMETERS["k"])


def shared_by_all_evaluators():
    """The two-feature evaluator, beside which somebody makes one of three."""
    first = SharedEvaluator(2)
    return MetricCase(
        "evaluator",
        first,
        frozenset({"attributions", "pair"}),
        variant=MetricCase("another", lambda made: SharedEvaluator(3)(made)),
    )


def nan_is_printed_and_dropped(attributions, other):
    """OpenXAI stability: ratios that are NaN are printed and left out."""
    ratios = np.abs(attributions - other)
    if np.isnan(ratios).any():
        print("nan in ratios")  # noqa: T201 -- the defect
    return np.nanmean(ratios, axis=1)


def silences_everything(attributions):
    """OpenXAI: warnings are off for whoever imports it."""
    warnings.filterwarnings("ignore")
    return np.abs(attributions).sum(axis=1)


def cosine_for_output_stability(explain, x, rng):
    """Explainiverse ROS: a similarity, where the paper's ratio is better when low."""
    a, b = explain(x), explain(x + rng.normal(0, 0.01, x.shape))
    return (a * b).sum(axis=1) / (np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1))


def _moves(made):
    return made.x[:, None] + 0.1 * made.steps * made.scale


def _ratios(made):
    points = _moves(made)
    told = made.explain(points.reshape(-1, points.shape[-1])).reshape(points.shape)
    base = made.explain(made.x)[:, None]
    change = np.linalg.norm((base - told) / base, axis=-1)
    moved = np.linalg.norm((made.x[:, None] - points) / made.x[:, None], axis=-1)
    return change / np.maximum(moved, 1e-9), np.linalg.norm(base - told, axis=-1), points


def relative_input_stability(made):
    """The definition: the largest ratio of relative changes (Agarwal et al. 2022)."""
    return _ratios(made)[0].max(axis=1)


def mean_lipschitz_for_input_stability(made):
    """Explainiverse RIS: a mean of absolute ratios."""
    _, change, points = _ratios(made)
    return (change / np.linalg.norm(made.x[:, None] - points, axis=-1)).mean(axis=1)


def skips_what_fails(explain, x, rng):
    """Explainiverse stability: exceptions go on to the next point."""
    found = []
    for _ in range(3):
        with contextlib.suppress(Exception):
            found.append(np.linalg.norm(explain(x + rng.normal(0, 0.01, x.shape)), axis=1))
    return np.mean(found, axis=0) if found else np.zeros(len(x))


def one_sided_noise(explain, x, rng):
    """Xplique average stability: noise from 0 up."""
    return _average_stability(explain, x, rng.uniform(0, 0.1, (8, *x.shape)))


def one_mask_for_all(explain, x, rng):
    """Xplique average stability: every input meets the same masks."""
    return _average_stability(explain, x, rng.normal(0, 0.1, (8, 1, x.shape[1])))


def _average_stability(explain, x, noise):
    told = np.stack([explain(x + each) for each in np.broadcast_to(noise, (8, *x.shape))])
    return np.linalg.norm(told - explain(x), axis=-1).mean(axis=0)


def _single_drops(model, x, baseline):
    drops = np.empty_like(x)
    for j in range(x.shape[1]):
        point = x.copy()
        point[:, j] = baseline[j]
        drops[:, j] = model(x) - model(point)
    return drops


def _correlation(a, b):
    a, b = (side - side.mean(axis=1, keepdims=True) for side in (a, b))
    with np.errstate(invalid="ignore", divide="ignore"):
        return (a * b).sum(axis=1) / np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1))


def _stability_case(call, **claims):
    return MetricCase("stability", call, frozenset({"explainer"}), "lower", **claims)


# The number is that of the defect among the sixteen; those with several parts have several rows.
DEFECTS = [
    (1, sorted_table_as_columns, {}, {"check_every_feature"}),
    (2, largest_attribution_alone, {"best": 0, "kind": "slope"}, {"check_exact_attributions"}),
    (2, largest_attribution_alone, {}, {"check_order_of_features"}),
    (3, monotonicity_without_a_model, {}, {"check_model"}),
    (4, baseline_aliased, {}, {"check_batch"}),
    (5, steps_by_column, {}, {"check_order_of_features"}),
    (6, nan_becomes_zero, {}, {"check_nan"}),
    (7, norm_of_the_whole_batch, {}, {"check_batch"}),
    (8, inverse_of_some_predictions, {}, {"check_constant_model"}),
    (9, exact_equality_after_normalising, {"best": 1}, {"check_exact_attributions"}),
    (10, complexity_in_place, {}, {"check_mutates_nothing"}),
    (10, entropy_of_signed_values, {}, {"check_runs", "check_ties"}),
    (11, wants_pictures, {}, {"check_runs"}),
    (11, changes_pile_up, {"best": 0}, {"check_exact_attributions"}),
    (12, errors_are_swallowed, {}, {"check_errors_are_told"}),
    (12, arguments_leak, {}, {"check_repeats_itself"}),
    (12, explained_again, {}, {"check_every_feature"}),
    (13, no_whole_k, {}, {"check_k"}),
    (14, shared_by_all_evaluators(), {}, {"check_repeats_itself"}),
    (14, nan_is_printed_and_dropped, {}, {"check_nan"}),
    (14, silences_everything, {}, {"check_leaves_the_process_alone"}),
    (15, cosine_for_output_stability, {"better": "lower"}, {"check_direction"}),
    (
        15,
        _stability_case(mean_lipschitz_for_input_stability, expected=relative_input_stability),
        {},
        {"check_definition"},
    ),
    (15, skips_what_fails, {}, {"check_errors_are_told"}),
    (16, one_sided_noise, {}, {"check_noise"}),
    (16, one_mask_for_all, {}, {"check_noise"}),
]


@pytest.fixture(autouse=True)
def _as_before():
    _LEAKED.clear()
    _PARAMETERS["k"] = 2


@pytest.mark.parametrize(
    ("number", "broken", "claims", "named"),
    DEFECTS,
    ids=lambda v: getattr(v, "__name__", None) or getattr(v, "name", None),
)
def test_each_defect_is_named(number, broken, claims, named):
    assert 1 <= number <= 16
    assert named <= failed(broken, **claims)


def test_all_sixteen_are_here():
    assert {number for number, *_ in DEFECTS} == set(range(1, 17))


# Their sound counterparts pass, so that it is the defect which is named


def sound_erasure(attributions, model, x, baseline):
    columns = np.argsort(-np.abs(attributions), axis=1, kind="stable")[:, :2]
    return _where_known(attributions, _erased(model, x, baseline, columns))


def sound_monotonicity(attributions, model, x, baseline):
    place = np.argsort(np.argsort(attributions, axis=1), axis=1)
    steps = [np.where(place < s, x, baseline) for s in range(x.shape[1] + 1)]
    filed = np.stack([model(points) for points in steps], axis=1)
    return _where_known(attributions, (np.diff(filed, axis=1) >= 0).mean(axis=1))


def sound_estimate(attributions, model, x, baseline):
    return _correlation(attributions, _single_drops(model, x, baseline))


def sound_completeness(attributions, model, x, baseline):
    gap = np.abs(attributions.sum(axis=1) - (model(x) - model(baseline[None])))
    return _where_known(attributions, (gap <= 1e-9).astype(float))


def sound_agreement(attributions, other, k=2):
    return metrics.feature_agreement(attributions, other, int(k))


def sound_stability(explain, x, rng):
    return _average_stability(explain, x, rng.normal(0, 0.1, (8, *x.shape)))


# their equals go by column, which is all that a plain array has
BY_COLUMN = {sound_erasure: {"check_ties"}, sound_monotonicity: {"check_ties"}}


def _where_known(attributions, values):
    return np.where(np.isnan(attributions).any(axis=1), np.nan, values)


@pytest.mark.parametrize(
    ("sound", "claims"),
    [
        (sound_erasure, {}),
        (sound_monotonicity, {}),
        (sound_estimate, {"best": 1, "better": "higher", "bounds": (-1, 1), "scale_free": True}),
        (sound_agreement, {"best": 1, "better": "higher", "bounds": (0, 1)}),
        (sound_stability, {"better": "lower"}),
        (_stability_case(relative_input_stability, expected=relative_input_stability), {}),
    ],
    ids=lambda v: getattr(v, "__name__", None) or getattr(v, "name", None),
)
def test_sound_counterparts_pass(sound, claims):
    assert failed(sound, **claims) <= BY_COLUMN.get(sound, set())


def test_completeness_with_a_tolerance_reaches_its_optimum():
    assert "check_exact_attributions" not in failed(sound_completeness, best=1)


# The front


def test_a_failure_is_raised_with_what_was_seen():
    with pytest.raises(CheckFailed, match="check_mutates_nothing: it changed attributions"):
        check_metric(complexity_in_place, n_examples=1)


def test_the_report_is_a_table_with_an_example():
    report = check_metric(nan_becomes_zero, n_examples=2, seed=3, on_fail=None)
    frame = report.to_frame()
    assert {"check", "level", "status", "reason", "example"} <= set(frame)
    row = frame.set_index("check").loc["check_nan"]
    assert row["status"] == "failed"
    scope: dict[str, object] = {}
    exec(row["example"], scope)  # it replays
    assert scope["made"].x.shape == bench(0, 0).x.shape


def test_what_is_expected_to_fail_goes_stale():
    why = {"check_every_feature": "it reads the model alone"}
    report = check_metric(
        sorted_table_as_columns, n_examples=1, expected_failed_checks=why, on_fail=None
    )
    assert report["check_every_feature"].status == "xfail"
    report = check_metric(sound_estimate, n_examples=1, expected_failed_checks=why, on_fail=None)
    assert report["check_every_feature"].status == "failed"


def test_what_cannot_be_called_is_refused():
    with pytest.raises(BadInput, match="parameter 'picture'"):
        check_metric(lambda picture: picture)
    with pytest.raises(BadInput, match="expected a metric"):
        check_metric(3)
