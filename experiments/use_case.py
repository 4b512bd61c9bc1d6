"""A model knows a sepia print by its colour: can an explanation by superpixels say so.

Crops of real photographs, half of them in sepia (or with a blue, green or red cast, darker,
lighter), and models that tell which. The same pictures are explained by superpixels, filled with
their own mean colour as lime does or with grey, and by changes of the whole picture, the remedy.
Each is judged on its own terms and on the others'. As a control stand digits and faces, where a
model does look at places. Beside it: what turns the answer at all, whether the leading change is
the one that was made (and what is said where it is not among those asked about), and lime's
coefficients of superpixels against exact ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from scipy import stats

import limelab as ll
from limelab import datasets, domains, exact, metrics, models
from limelab.metrics.notes import explained, missing_explanations
from limelab.seeds import child
from limelab.statistics.bands import simultaneous_band
from limelab.study.ready import fitted, split
from limelab.types import Cloud, Design, Evidence, Interpreted, Score

GRID = (4, 5)  # rows and columns of superpixels
OWN_MEAN, GREY = 1.0, -1.0  # what a superpixel's strength says of it; 0 is there
REPEATS, SAMPLES = 12, 128
PICTURES, NAMED, ASKED = 16, 8, 64


@dataclass(frozen=True)
class Tint:
    """A cast towards one colour."""

    colour: str
    low: ClassVar[float] = 0.0

    @property
    def name(self) -> str:
        """By its colour."""
        return f"{self.colour} cast"

    def at(self, colours: Any, strength: float) -> Any:
        """Colours (H, W, 3)."""
        cast = {c: float(c == self.colour) for c in ("red", "green", "blue")}
        return domains.Cast(**cast).at(colours, strength)


@dataclass(frozen=True)
class Superpixel:
    """One superpixel of a grid goes: into its own mean colour above 0, into grey below."""

    place: int
    low: ClassVar[float] = -1.0

    @property
    def name(self) -> str:
        """Counted from 1."""
        return f"superpixel {self.place + 1}"

    def at(self, colours: Any, strength: float) -> Any:
        """Colours (H, W, 3) with that much less of the superpixel."""
        block, changed = _block(self.place, *colours.shape[:2]), colours.copy()
        fill = colours[block].mean(axis=(0, 1)) if strength > 0 else 0.5
        changed[block] += abs(strength) * (fill - colours[block])
        return changed


@cache
def _block(place: int, height: int, width: int) -> Any:
    """The slices of a rectangle of the grid."""
    where = np.argwhere(domains.Grid(*GRID).cut(np.zeros((height, width, 3))) == place)
    return tuple(slice(a, b + 1) for a, b in zip(where.min(axis=0), where.max(axis=0), strict=True))


TINTS = {name: Tint(name) for name in ("red", "green", "blue")}
WHOLE = (domains.Sepia(), *TINTS.values(), domains.Brightness(), domains.GaussianBlur())
VIEW = ll.AsImage(changes=[*WHOLE, *(Superpixel(place) for place in range(GRID[0] * GRID[1]))])
PARTS = np.array([isinstance(change, Superpixel) for change in VIEW.changes])


@dataclass(frozen=True)
class Changes:
    """The whole picture changes, each way at a strength of its own; superpixels stay."""

    size: float = 1.0  # a share of the range
    design: Design = field(default_factory=ll.Iid)
    family: ClassVar[str] = "change"

    def dims(self, view: Any) -> int:
        """One uniform a column."""
        return ll.Strengths().dims(view)

    def at(self, radius: float) -> Any:
        """The same law at another size."""
        return replace(self, size=radius)

    def cloud(self, u: Any, x: Any, view: Any) -> Cloud:
        """Strengths, 0 for what stays as it is."""
        return Cloud(x, self.strengths(u, view), np.zeros(len(PARTS), dtype=bool))

    def strengths(self, u: Any, view: Any) -> Any:
        """Even ones."""
        low, high = self.size * view.ranges
        return np.where(PARTS, 0.0, low + u * (high - low))


@dataclass(frozen=True)
class SuperpixelsInMean(Changes):
    """lime's law: each superpixel is gone by a coin of chance `size`; nothing else changes."""

    size: float = 0.5
    family: ClassVar[str] = "mask"
    gone: ClassVar[float] = OWN_MEAN

    def strengths(self, u: Any, view: Any) -> Any:
        """All or nothing."""
        return np.where(PARTS & (u < self.size), self.gone, 0.0)


@dataclass(frozen=True)
class SuperpixelsInGrey(SuperpixelsInMean):
    """As lime's, but what is gone is grey."""

    gone: ClassVar[float] = GREY


@dataclass(frozen=True)
class OfChanges:
    """What an explanation by changes can say: how strong each is."""

    mine: ClassVar[Any] = ~PARTS

    def interpret(self, cloud: Cloud, view: Any) -> Interpreted:
        """The columns of one kind."""
        all_, mine = ll.Strength().interpret(cloud, view), self.mine
        k = int(mine.sum())
        return replace(
            all_,
            z=all_.z[..., mine],
            at_x=all_.at_x[mine],
            gap=all_.gap[:, mine],
            spread=all_.spread[:, mine],
            extent=all_.extent[mine],
            names=tuple(np.array(all_.names)[mine]),
            units=all_.units[:k],
            steps=all_.steps[:k],
        )


@dataclass(frozen=True)
class OfSuperpixels(OfChanges):
    """What an explanation by superpixels can say: 1 for each that is there."""

    mine: ClassVar[Any] = PARTS

    def interpret(self, cloud: Cloud, view: Any) -> Interpreted:
        """Presences, as `Presence` has them."""
        found = super().interpret(cloud, view)
        k = len(found.names)
        there = {"z": (found.z == 0) * 1.0, "at_x": np.ones(k), "gap": np.ones((1, k))}
        there |= {"spread": np.full((1, k), 0.5), "extent": np.ones(k), "steps": (0.0,) * k}
        return replace(found, **there, units=("presence",) * k, baseline="all gone")


@dataclass(frozen=True)
class Reach:
    """How far the leading feature moves the answer: its importance over the model's spread.

    Numbers without a local model have no unit to reach in and are declined.
    """

    name: ClassVar[str] = "reach"
    better: ClassVar[str] = "higher"
    unit: ClassVar[str] = "background standard deviations of the model"
    says_not: ClassVar[str] = "A feature may reach far because its law goes far, not nearby."

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (R, I, C)."""
        reasons = {
            **missing_explanations(evidence),
            "numbers without a local model have no unit": np.array(evidence.g_at_x is None),
            "the model does not vary over the background": ~(evidence.model_sd > 0),
        }
        spread = np.where(evidence.model_sd > 0, evidence.model_sd, np.nan)
        return [explained(evidence.importance.max(axis=2) / spread, {}, reasons)]


# --- data: which of the crops was altered -------------------------------------------------------


def blue_cast() -> datasets.Images:
    """Every second crop bluish."""
    return _altered("blue_cast", TINTS["blue"])


def green_cast() -> datasets.Images:
    """Every second crop greenish."""
    return _altered("green_cast", TINTS["green"])


def red_cast() -> datasets.Images:
    """Every second crop reddish."""
    return _altered("red_cast", TINTS["red"])


def darker() -> datasets.Images:
    """Every second crop darker."""
    return _altered("darker", domains.Brightness(), sign=-1.0)


def lighter() -> datasets.Images:
    """Every second crop lighter."""
    return _altered("lighter", domains.Brightness())


def _altered(name: str, change: Any, sign: float = 1.0) -> datasets.Images:
    """Crops in true colour, every second one changed at a strength from .5 to 1, as sepia's."""
    sepia = datasets.load_images("sepia")
    X = sepia.X[::2].copy()  # the others are prints
    for i in range(1, len(X), 2):
        strength = sign * (0.5 + 0.5 * (i * 0.618034 % 1.0))
        X[i] = np.rint(255.0 * change.at(X[i] / 255.0, strength))
    y = np.where(np.arange(len(X)) % 2, name, "true colour")
    return replace(sepia, name=name, X=X, y=y, target="alteration")


MADE = {name: name.replace("_", " ") for name in ("sepia", "blue_cast", "green_cast", "red_cast")}
MADE |= {"darker": "brightness", "lighter": "brightness"}
ALTERED = {"dataset": list(MADE)}
PLACED = {"dataset": ["digits", "faces"]}


# --- what is no condition -----------------------------------------------------------------------


def what_turns_the_answer(task: ll.Task, seed: int) -> pd.DataFrame:
    """Share of pictures, among 16, whose class anything in an explanation's words turns.

    Whole changes are made at full strength, up and down. The interval is Wilson's, at 95 %.
    """
    if task.data_name not in MADE:
        return pd.DataFrame()
    box, pictures = fitted(task, seed).box, split(task, seed).held_X[:PICTURES]
    up, down = np.eye(len(PARTS)), np.diag([change.low for change in VIEW.changes])
    ways = {
        "any one superpixel, own mean": OWN_MEAN * up[PARTS],
        "all superpixels, own mean": OWN_MEAN * PARTS[None],
        "any one superpixel, grey": GREY * up[PARTS],
        "any one change": np.vstack([up[~PARTS], down[~PARTS]]),
    }
    views, rows = [view for view, _ in VIEW.over().views(pictures)], []
    for way, points in ways.items():
        told = np.array([box.ask(view.decode(points))[:, 0] for view in views])
        f = box.ask(pictures)
        row = {"way": way, **_share(((told > 0.5) != (f > 0.5)).any(axis=1), "turned")}
        move = np.abs(told - f).max(axis=1)
        rows.append({**row, "median_move_of_the_probability": float(np.median(move))})
    return pd.DataFrame(rows)


def does_it_name_what_was_made(task: ll.Task, seed: int) -> pd.DataFrame:
    """Share of pictures whose leading change is the one that made the classes.

    Then the same without that change among those asked about: whether lime's own score gives
    away that the right one is missing. The interval is Wilson's, at 95 %.
    """
    if task.data_name not in MADE:
        return pd.DataFrame()
    right, box, rows = MADE[task.data_name], fitted(task, seed).box, []
    pictures = split(task, seed).held_X[:NAMED]
    words = {"all": WHOLE, "all but it": [c for c in WHOLE if c.name != right]}
    for asked, changes in words.items():
        lime = ll.Lime(ll.Strengths(), ll.Strength(), n_samples=ASKED, draws="own")
        domain = ll.Image(changes=changes)
        found = [
            lime.unwarned(box, domain, pictures[i : i + 1], child(seed, "named", i))
            for i in range(len(pictures))
        ]
        order = [np.argsort(-one.importance[0, :, 0], kind="stable") for one in found]
        lead = [one.features[places[0]] for one, places in zip(found, order, strict=True)]
        chance = sum(change.name == right for change in changes) / len(changes)
        row = {"asked_about": asked, **_share([name == right for name in lead], "named")}
        row["named_by_chance"] = chance
        row["named_most"] = max(sorted(set(lead)), key=lead.count)
        rows.append({**row, "median_r2": float(np.median([one.r2[0, 0] for one in found]))})
    return pd.DataFrame(rows)


def _share(held: Any, name: str) -> dict[str, float]:
    """A share and its Wilson interval at 95 %."""
    ends = stats.binomtest(int(np.sum(held)), len(held)).proportion_ci(method="wilson")
    return {name: float(np.mean(held)), "low": ends.low, "high": ends.high}


def coefficient_of_each_superpixel(task: ll.Task, seed: int) -> pd.DataFrame:
    """lime's coefficients in a grid of nine against exact ones, from all 512 masks.

    Filled with its own mean colour a superpixel leaves the means of the channels as they were, so
    that next to nothing is left; filled with grey all of them say the same.
    """
    if (task.data_name, task.model.name) != ("sepia", "colour_linear"):
        return pd.DataFrame()
    box, picture, rows = fitted(task, seed).box, split(task, seed).held_X[:1], []
    lime = replace(ll.presets.lime_image(), n_samples=SAMPLES, surrogate=ll.LeastSquares())
    for fill in (domains.Mean(), domains.Colour(0.5, 0.5, 0.5)):
        domain = ll.Image(domains.Grid(3, 3), fill)
        ((view, _),) = domain.views(picture)
        truth = exact.enumerate_masks(
            lambda masks, view=view: box.ask(view.decode(masks))[:, 0], 9, weights=_limes_weight
        )
        runs = [lime.unwarned(box, domain, picture, child(seed, "run", r)) for r in range(REPEATS)]
        coef = np.array([run.coef[0, :, 0] for run in runs])
        error = coef.std(axis=0, ddof=1) / np.sqrt(REPEATS)
        said = {"fill": "own mean" if fill == domains.Mean() else "grey"}
        rows += [
            {**said, "superpixel": j + 1, "exact": t, "measured": m, "stderr": e}
            for j, (t, m, e) in enumerate(zip(truth.coef, coef.mean(axis=0), error, strict=True))
        ]
    found = pd.DataFrame(rows)
    band = simultaneous_band(found["measured"], found["stderr"], df=REPEATS - 1)
    return found.assign(low=band.low, high=band.high, unit="coefficient")


def _limes_weight(masks: Any) -> Any:
    """The exponential kernel of the cosine distance to the whole picture, width .25."""
    return np.exp(-((1.0 - np.sqrt(masks.mean(axis=1))) ** 2) / (2 * 0.25**2))


# --- the study ----------------------------------------------------------------------------------


def conditions() -> ll.Conditions:
    """Two laws of superpixels and one of changes, each in its own words."""
    lime = ll.Lime(SuperpixelsInMean(), OfSuperpixels(), n_samples=SAMPLES, draws="own")
    changes = replace(lime, perturbation=Changes(), representation=OfChanges())
    limes = [lime, replace(lime, perturbation=SuperpixelsInGrey()), changes]
    found = {type(one.perturbation).__name__: one for one in limes}
    return ll.Conditions(found, {name: {"perturbation": name} for name in found})


def tasks() -> list[ll.Task]:
    """Six alterations under two models, and the control."""
    data = ["sepia", blue_cast, green_cast, red_cast, darker, lighter]
    pixels = models.pixel_network(width=16)
    pairs = [(one, model) for one in data for model in (models.colour_linear(), pixels)]
    pairs[6:6] = [("digits", pixels)]  # among the first, so that a quick run has a control
    pairs += [("faces", pixels)]
    return [ll.Task(one, model, 5, background=600, domain=VIEW) for one, model in pairs]


STUDY = ll.Study(
    question="Can an explanation by superpixels say that a model looks at the colour of a print?",
    tasks=tasks(),
    conditions=conditions() | ll.baseline_conditions(names=["random", "constant"]),
    judge=[
        ll.Judge(SuperpixelsInMean(), radii=(0.5,), size=32),
        ll.Judge(SuperpixelsInGrey(), radii=(0.5,), size=32),
        ll.Judge(Changes(), radii=(1.0,), size=32),
    ],
    metrics=[metrics.LimeScore(), metrics.R2(), metrics.Rmse(), Reach(), metrics.TopK(1)],
    claims=[
        ll.Claim(
            "By lime's own score superpixels explain the model better than changes do.",
            metric="lime_r2",
            better={"perturbation": "SuperpixelsInMean"},
            worse={"perturbation": "Changes"},
            where=ALTERED,
            margin=0.02,
        ),
        ll.Claim(
            "Before a judge who changes the colour, superpixels err more than changes.",
            metric="rmse",
            better={"perturbation": "Changes"},
            worse={"perturbation": "SuperpixelsInMean"},
            where={"judge": "Changes", **ALTERED},
            margin=0.02,
        ),
        ll.Claim(
            "The leading change moves the answer farther than the leading superpixel.",
            metric="reach",
            better={"perturbation": "Changes"},
            worse={"perturbation": "SuperpixelsInMean"},
            where=ALTERED,
            margin=0.05,
        ),
        ll.Claim(
            "Grey superpixels are no remedy: changes still reach farther.",
            metric="reach",
            better={"perturbation": "Changes"},
            worse={"perturbation": "SuperpixelsInGrey"},
            where=ALTERED,
            margin=0.05,
        ),
        ll.Claim(
            "Where a model looks at places, the leading superpixel reaches farther than a change.",
            metric="reach",
            better={"perturbation": "SuperpixelsInGrey"},
            worse={"perturbation": "Changes"},
            where=PLACED,
            margin=0.05,
        ),
    ],
    measures=[what_turns_the_answer, does_it_name_what_was_made, coefficient_of_each_superpixel],
    repeats=4,
    remedy="Ask about changes of the whole picture too, the one that you suspect among them.",
)
