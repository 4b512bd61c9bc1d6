"""Whether an explanation stays: by seed, by small moves, by a refit; fixed draws, stated rates."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import stats

from limelab.checks import strategies
from limelab.checks.blackboxes import Wave
from limelab.checks.evidence import STATISTICAL, rarely
from limelab.checks.kit import ALPHA, Kit, replay_code
from limelab.checks.results import CheckFailed
from limelab.checks.subject import Subject, effects
from limelab.seeds import generator
from limelab.types import Array, NotApplicable

STABILITY = Kit(code=replay_code)
TRIES = 24
CHANCE = 0.1  # how often a stable explainer may answer otherwise


@STABILITY.once("stability")
def check_repeats_agree(subject: Subject, seed: int) -> None:
    """From seed to seed the leading feature stays, where it leads by half.

    A changed leader in more than 10 % of 24 pairs of seeds is refused where chance explains it
    with less than the kit's rate.
    """
    case = strategies.leading(seed)
    runs = np.abs(subject.runs(case, 2 * TRIES)[:, 0, :, 0])
    leaders = runs.argmax(axis=1).reshape(TRIES, 2)
    rarely(
        int((leaders[:, 0] != leaders[:, 1]).sum()), TRIES, CHANCE, "the leading feature changed"
    )


@STABILITY.once("stability")
def check_repeats_are_close(subject: Subject, seed: int) -> None:
    """From seed to seed the explanation moves by less than a third of its own size."""
    runs = subject.runs(strategies.leading(seed), 2 * TRIES)[:, 0, :, 0]
    pairs = runs.reshape(TRIES, 2, -1)
    size = np.linalg.norm(pairs, axis=2).mean(axis=1)
    apart = np.linalg.norm(pairs[:, 0] - pairs[:, 1], axis=1)
    rarely(
        int((apart > size / 3).sum()), TRIES, CHANCE, "two seeds lie a third of their size apart"
    )


@STABILITY.once("stability")
def check_small_moves(subject: Subject, seed: int) -> None:
    """A row that moves by a thousandth of a deviation keeps its explanation."""
    case = strategies.leading(seed)
    background = case.frame
    moves = 1e-3 * generator(seed, "moves").normal(size=(TRIES, len(case.columns)))
    moved = background.iloc[[0] * TRIES].to_numpy() + moves * background.std().to_numpy()
    rows = background.iloc[[0] * TRIES].reset_index(drop=True)
    near = rows.assign(**{name: moved[:, j] for j, name in enumerate(case.names)})
    first = effects(subject.of(case.model, background, rows, case.seed))[:, :, 0]
    second = effects(subject.of(case.model, background, near, case.seed + 1))[:, :, 0]
    apart = np.linalg.norm(first - second, axis=1)
    far = int((apart > np.linalg.norm(first, axis=1) / 3).sum())
    rarely(far, TRIES, CHANCE, "a move of a thousandth changed a third of the explanation")


@STABILITY.once("stability")
def check_refit(subject: Subject, seed: int) -> None:
    """Two models that differ by a hundredth have explanations that are close."""
    case = strategies.leading(seed)
    rng = generator(seed, "refit")
    apart = []
    for r in range(TRIES):
        assert isinstance(case.model, Wave)
        noise = 1 + 0.01 * rng.normal(size=len(case.model.weights))
        near = Wave(tuple(float(w) for w in np.array(case.model.weights) * noise))
        first = subject.effects(replace(case, seed=seed + r))[0, :, 0]
        second = subject.effects(replace(case, seed=seed + TRIES + r, model=near))[0, :, 0]
        apart.append(np.linalg.norm(first - second) > np.linalg.norm(first) / 3)
    rarely(int(np.sum(apart)), TRIES, CHANCE, "a refit changed a third of the explanation")


@STABILITY.once("stability")
def check_standard_errors(subject: Subject, seed: int) -> None:
    """Standard errors foretell how far seeds differ, where there are any."""
    case = strategies.curved(seed)
    found = [subject.explain(replace(case, seed=seed + r)) for r in range(TRIES)]
    if any(one.coef is None or one.stderr is None for one in found):
        raise NotApplicable("it gives no standard errors")
    coef, claimed = (
        np.stack([getattr(one, n)[0, :, 0] for one in found]) for n in ("coef", "stderr")
    )
    if not np.isfinite(claimed).all() or not (claimed > 0).all():
        raise NotApplicable("it gives no standard errors for this case")
    ratio = coef.var(axis=0, ddof=1) / (claimed**2).mean(axis=0)
    _refuse_ratio(ratio, TRIES - 1)


def _refuse_ratio(ratio: Array, freedom: int) -> None:
    """Variance over what was claimed: chi squared over its degrees of freedom, either side.

    Errors that are themselves estimated and a little heavy in the tails widen it: half the
    degrees of freedom are counted.
    """
    level = ALPHA / STATISTICAL / ratio.size
    law = stats.chi2(freedom / 2)
    low, high = float(law.ppf(level / 2)) / law.mean(), float(law.isf(level / 2)) / law.mean()
    if (ratio < low).any() or (ratio > high).any():
        worst = ratio[np.abs(np.log(ratio)).argmax()]
        raise CheckFailed(
            f"coefficients vary {np.sqrt(worst):.3g} times as much as their standard errors say"
        )
