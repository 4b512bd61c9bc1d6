"""Who chooses where to look chooses the answer: perturbations picked by hand, and their bias.

Four ways to lean on an explanation, written below as parts of one's own: look farther along a
favourite column, or hardly at all; look to one side only; stay within a range; take the background
from a part of the data. The bias of the first is known exactly, from the leaves of a forest under
noise of unequal width; the others are set against the exact explanation of the neutral law. Two
remedies are tried: a judge that samples neutrally, and slopes per standard deviation.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import pandas as pd

import limelab as ll
from limelab import exact, metrics, models
from limelab.seeds import child, generator
from limelab.statistics.bands import simultaneous_band
from limelab.study.ready import fitted, split
from limelab.types import Cloud, Design, Evidence, NotApplicable, Score

DATA = ("iris", "wine", "diabetes", "star98", "anes96", "modechoice", "breast_cancer")
MODELS = (models.forest(), models.network())
WIDTH = 0.5  # of the neutral law, in background standard deviations
FACTORS = (0.1, 0.5, 1.0, 2.0, 4.0, 8.0)
REPEATS, SAMPLES = 12, 2048
STILL = ll.Lasso(1e12)  # no column is worth its penalty: a surrogate that stands still


def _favourite(view: Any) -> int:
    """The first numeric column: chosen without a look at the model."""
    return int(np.flatnonzero(~view.categorical)[0])


@dataclass(frozen=True)
class _Leaning:
    """Neutral noise round x that a subclass leans on."""

    design: Design = field(default_factory=ll.Iid)
    family: ClassVar[str] = "noise"

    def dims(self, view: Any) -> int:
        """As the neutral law."""
        return ll.Gaussian(WIDTH).dims(view)

    def at(self, radius: float) -> Any:
        """No judge should ask it."""
        raise NotApplicable(f"{self!r} is for steering and not for judging")

    def cloud(self, u: Any, x: Any, view: Any) -> Cloud:
        """The neutral cloud, leaned on."""
        neutral = ll.Gaussian(WIDTH).cloud(u, x, view)
        moves = np.broadcast_to(neutral.moves, (len(x), *neutral.moves.shape[1:]))
        return Cloud(x, self.lean(moves.copy(), x, view), neutral.relative)

    def lean(self, moves: Any, x: Any, view: Any) -> Any:
        """Other moves (I, N, d)."""
        raise NotImplementedError


@dataclass(frozen=True)
class Stretched(_Leaning):
    """The favourite column moves `factor` times as far as the others."""

    factor: float = 4.0

    def lean(self, moves: Any, x: Any, view: Any) -> Any:
        """One column times the factor."""
        moves[:, :, _favourite(view)] *= self.factor
        return moves


@dataclass(frozen=True)
class OneSided(_Leaning):
    """Numbers only rise."""

    def lean(self, moves: Any, x: Any, view: Any) -> Any:
        """Absolute values of the numbers' moves."""
        return np.where(view.categorical, moves, np.abs(moves))


@dataclass(frozen=True)
class InRange(_Leaning):
    """Numbers stay within the middle half of the background: what lies beyond is never asked."""

    def lean(self, moves: Any, x: Any, view: Any) -> Any:
        """Moves that end at the quartiles."""
        low, high = np.quantile(view.background, (0.25, 0.75), axis=0)
        kept = np.clip(x[:, None, :] + moves, low, high) - x[:, None, :]
        return np.where(view.categorical, moves, kept)


@dataclass(frozen=True)
class FromPart(_Leaning):
    """As wide as the rows whose favourite column is in its lowest third, not as all rows."""

    def lean(self, moves: Any, x: Any, view: Any) -> Any:
        """Moves in the standard deviations of that part."""
        chosen = view.background[:, _favourite(view)]
        part = view.background[chosen <= np.quantile(chosen, 1 / 3)]
        scale = np.where(view.scale > 0, view.scale, 1.0)
        return moves * np.where(view.categorical, 1.0, part.std(axis=0) / scale)


LEANING = {
    "neutral": ll.Gaussian(WIDTH),
    "favoured": Stretched(factor=4.0),
    "hidden": Stretched(factor=0.1),
    "one-sided": OneSided(),
    "in range": InRange(),
    "from a part": FromPart(),
}


@dataclass(frozen=True)
class FavouriteShare:
    """Share of the first numeric column in the sum over columns, of importances or of slopes.

    Slopes are per background standard deviation, so they do not depend on how far the law looks,
    but for what the model is there.
    """

    of: str = "importance"
    better: ClassVar[str] = "lower"
    unit: ClassVar[str] = "share of the sum over columns, 0 to 1"
    says_not: ClassVar[str] = "A share says nothing of right or wrong; set it against neutral's."

    @property
    def name(self) -> str:
        """What stands in the `metric` column."""
        return f"favourite_{self.of}"

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (R, I, C)."""
        values = np.abs(getattr(evidence, self.of))
        total = values.sum(axis=2)
        where = evidence.coordinates
        column = 0 if where is None else int(np.flatnonzero(~where.categorical)[0])
        share = np.divide(
            values[:, :, column], total, out=np.full(total.shape, np.nan), where=total > 0
        )
        why = np.where(total == 0, "no column has any importance", evidence.declined[..., None])
        return [Score(share, note=why)]


def effect_of_a_favourite_column(task: ll.Task, seed: int) -> pd.DataFrame:
    """What a favourite column seems to do as the law looks farther along it, against the leaves.

    `effect` is a coefficient times how far its column moves, in output units: the favourite's, and
    that of the column that leads under the neutral law. Factor 1 is neutral.
    """
    data = split(task, seed)
    if data.table.categorical.any() or task.model.name != "forest":
        return pd.DataFrame()
    box, scale, row = fitted(task, seed).box, data.table.scale, data.held_X.iloc[:1]
    lead = int(np.argmax(np.abs(_exact(box, data, scale)[1:]))) + 1
    rows = []
    for factor in FACTORS:
        wide = np.where(np.arange(len(scale)) == 0, factor, 1.0)
        lime = ll.Lime(Stretched(factor=factor), n_samples=SAMPLES)
        runs = [lime.unwarned(box, data.table, row, child(seed, "run", r)) for r in range(REPEATS)]
        effect = np.array([run.coef[0, :, 0] for run in runs]) * WIDTH * wide
        truth = _exact(box, data, scale * wide) * WIDTH
        for name, j in {"favourite": 0, "leading": lead}.items():
            said = {"column": name, "factor": factor, "exact": truth[j]}
            error = effect[:, j].std(ddof=1) / np.sqrt(REPEATS)
            rows.append({**said, "measured": effect[:, j].mean(), "stderr": error})
    found = pd.DataFrame(rows)
    band = simultaneous_band(found["measured"], found["stderr"], df=REPEATS - 1)
    return found.assign(low=band.low, high=band.high, unit="effect, in output units")


def turned_from_the_exact_slopes(task: ll.Task, seed: int) -> pd.DataFrame:
    """How far each leaning turns the slopes away from the exact neutral ones.

    `cosine` is that between the mean slopes of 12 runs and the exact slopes of the neutral law: 1
    where there is no bias, up to what is left of the noise, which the neutral row shows. "random"
    is chance, a mean over as many draws.
    """
    data = split(task, seed)
    if data.table.categorical.any() or task.model.name != "forest":
        return pd.DataFrame()
    box, row = fitted(task, seed).box, data.held_X.iloc[:1]
    truth, rows = _exact(box, data, data.table.scale), []
    for name, law in LEANING.items():
        lime = ll.Lime(law, n_samples=SAMPLES)
        runs = [lime.unwarned(box, data.table, row, child(seed, "run", r)) for r in range(REPEATS)]
        slopes = np.array([run.coef[0, :, 0] for run in runs])
        turned = metrics.top_k_jaccard(np.abs(slopes.mean(axis=0)), np.abs(truth), 3)
        own = {"leaning": name, "cosine": _cosine(slopes.mean(axis=0), truth)}
        rows.append({**own, "top_3_jaccard": float(turned)})
    return pd.DataFrame([*rows, _by_chance(truth, seed)])


def _by_chance(truth, seed):
    """What slopes that are drawn at random come to."""
    drawn = generator(seed, "by chance").normal(size=(REPEATS, len(truth)))
    first = metrics.top_k_jaccard(np.abs(drawn), np.abs(truth)[None], 3).mean()
    turned = np.mean([_cosine(one, truth) for one in drawn])
    return {"leaning": "random", "cosine": turned, "top_3_jaccard": first}


def _exact(box, data, scale):
    """Exact coefficients (d,) per `scale` of the first row and output."""
    law = ll.Gaussian(WIDTH)
    return exact.trees(box, data.x[:1], law, ll.Flat(), scale=scale).coef[0, :, 0]


def _cosine(a, b):
    length = np.linalg.norm(a) * np.linalg.norm(b)
    return float(a @ b / length) if length > 0 else np.nan


def baselines() -> ll.Conditions:
    """Who knows nothing, the exact line of neutral noise, and a surrogate that stands still."""
    law = LEANING["neutral"]
    flat = {"flat": ll.Lime(law, surrogate=STILL, n_samples=1024, draws="own")}
    return ll.baseline_conditions(ll.ExactLime(law)) | ll.Conditions(flat, baselines=flat)


STUDY = ll.Study(
    question="Can hand-picked perturbations steer an explanation, and does anybody notice?",
    tasks=[ll.Task(data, model, instances=6) for model in MODELS for data in DATA],
    conditions=ll.vary(ll.Lime(n_samples=1024, draws="own"), perturbation=LEANING) | baselines(),
    judge=[ll.Judge(ll.Gaussian(), radii=(0.25, 0.5, 1.0), size=300)],
    metrics=[
        FavouriteShare(),
        FavouriteShare("slope"),
        metrics.Rmse(),
        metrics.Gap(),
        metrics.TopK(3),
    ],
    claims=[
        ll.Claim(
            "Looking four times as far along a column raises its share of the importance.",
            metric="favourite_importance",
            better={"perturbation": "neutral"},
            worse={"perturbation": "favoured"},
            margin=0.02,
        ),
        ll.Claim(
            "Hardly looking along a column hides it: its share of the importance falls.",
            metric="favourite_importance",
            better={"perturbation": "hidden"},
            worse={"perturbation": "neutral"},
            margin=0.02,
        ),
        ll.Claim(
            "Slopes per standard deviation can be raised in the same way.",
            metric="favourite_slope",
            better={"perturbation": "neutral"},
            worse={"perturbation": "favoured"},
            margin=0.02,
        ),
        ll.Claim(
            "A neutral judge notices: looking to one side only errs more than looking all round.",
            metric="rmse",
            better={"perturbation": "neutral"},
            worse={"perturbation": "one-sided"},
            where={"radius": 0.5},
            margin=0.01,
        ),
    ],
    measures=[effect_of_a_favourite_column, turned_from_the_exact_slopes],
    repeats=5,
    remedy="Put a neutral judge beside every perturbation that somebody chose.",
)
