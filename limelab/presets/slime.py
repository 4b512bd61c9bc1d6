"""S-LIME: samples until the lasso path's order is sure, on draws that go on; it fits by `lime`."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any, NamedTuple

import numpy as np
from scipy.special import ndtri

from limelab.blackbox import BlackBox
from limelab.explanation import Explanation, joined
from limelab.kernels import Exponential
from limelab.lime import Lime, Sampler, effective_size, fit
from limelab.numbers import count, positive
from limelab.perturbations import Gaussian
from limelab.presets.entering import Contest, Entering, contests
from limelab.sampling import Clouds, answers, prefix
from limelab.surrogates.moments import Moments, at, constant
from limelab.types import Array, BadInput, Cloud, View

_HALF = 0.5  # the largest level: a coin's
_FAR = 1e9  # times as many samples: never


def _published() -> Lime:
    return Lime(perturbation=Gaussian(1.0), kernel=Exponential(0.75), n_samples=1000)


@dataclass(frozen=True)
class SLime(Sampler):
    """An explainer that draws until it is sure which features enter its lasso path first.

    S-LIME's idea (Zhou, Hooker and Wang 2021, arXiv 2106.07875): at each of the first k steps the
    feature that enters is compared with the next, and where another draw might have swapped them
    the sample grows. Outputs are judged each by itself, and share their samples; an instance takes
    what its neediest output needs.

    Here the sample doubles, and a longer one begins with the shorter, so only the further rows are
    asked. `level` holds for all k steps and all looks together, by Bonferroni: it is the chance
    at most that an order is called sure though it is not the true one. Features already
    in are not taken for known; copies of a feature are no contest; a path that ends early is no
    error.

    Known defects of theirs that this mends: draws are thrown away at every growth; alpha is .05
    whatever is asked, for each step and each look alone, and it looks again just when a lucky draw
    would do, so that of two equal features one is called first for sure in a large part of all
    runs; a tolerance of .001 in units of the output; the wrong variance for mixed signs when the
    sample grows; an error where fewer features enter than were asked. What stays: a sure order is
    that of this path under this kernel, and says nothing of whether the line is faithful.

    Parameters
    ----------
    lime : Lime
        Its n_samples is the first sample; its surrogate has a free ``select``, its draws are iid.
        Unless said the published one: normal noise round x as wide as the background, lime's
        kernel, 1000 samples; least squares in place of a ridge.
    k : int, default 5
        How many features.
    level : float, default 0.05
        Chance, up to .5, that an order is called sure and is not the true one.
    most : int, default 10000
        Samples of an instance at most; one that needs more stops there with a note.

    Examples
    --------
    >>> rows = np.random.default_rng(0).normal(size=(50, 3))
    >>> found = SLime(k=2).explain(lambda x: x @ [3.0, 2.0, 1.0], rows, rows[:1])
    >>> found.selected[0, :, 0].tolist()
    [True, True, False]
    """

    lime: Lime = field(default_factory=_published)
    k: int = 5
    level: float = 0.05
    most: int = 10_000

    def __post_init__(self) -> None:
        if not isinstance(self.lime, Lime) or not _selects(self.lime.surrogate):
            raise BadInput(
                f"SLime(lime={self.lime!r}); expected a Lime whose surrogate has a select of None, "
                "such as LeastSquares(): SLime chooses the features"
            )
        if not self.lime.perturbation.design.independent:
            raise BadInput(
                f"SLime() of {self.lime.perturbation.design!r} draws; expected Iid() draws, whose "
                "errors it can tell"
            )
        count(self, "k")
        positive(self, "level", most=_HALF)
        count(self, "most", least=self.lime.n_samples)

    def _explain_view(
        self, box: BlackBox, view: View, x: Array, labels: list[Any], seed: int
    ) -> Explanation:
        f, lime = box.ask(view.decode(x.copy())), self.lime
        clouds = Clouds(lime.perturbation, view, x, self.most, lime.draws, seed)
        found, asked = [], None
        for i in range(len(x)):
            one = slice(i, i + 1)
            if asked is None or not clouds.free:
                asked = _Answers(box, view)
            case = _Case(view, clouds.of(one), f[one], labels[one], asked)
            found.append(self._grown(case))
        return joined(found)

    def _grown(self, case: _Case) -> Explanation:
        """One instance, with as many samples as it needs."""
        n = self.lime.n_samples
        doubt = self._doubt(case, n)
        while doubt.factor > 1 and n < self.most:
            n = min(2 * n, self.most)
            doubt = self._doubt(case, n)
        return self._told(case, n, doubt)

    def _doubt(self, case: _Case, n: int) -> _Doubt:
        """The contest that is least sure, among all steps and outputs."""
        cloud, y = case.first(n)
        seen = self.lime.representation.interpret(cloud, case.view)
        w = at(self.lime.kernel.weights(seen), 0)
        worst = _Doubt(0.0)
        if effective_size(w) <= self.k + 1:
            return worst
        moments, y = Moments(at(seen.z, 0), w), at(y, 0)
        for c in np.flatnonzero(~constant(moments.v, y)):
            for t, contest in enumerate(contests(moments, y[:, c], self.k)):
                new = _Doubt(self._factor(contest), t, contest, seen.names)
                worst = max(worst, new, key=lambda doubt: doubt.factor)
        return worst

    def _factor(self, contest: Contest) -> float:
        """How many times as many samples make the contest sure; 0 where there is none."""
        if not contest.error > 0:
            return 0.0
        share = max(contest.gap / contest.error, 1 / _FAR)
        return min((self._wanted / share) ** 2, _FAR)

    @property
    def _wanted(self) -> float:
        """Errors that a gap must have at every step and look."""
        looks = 1 + int(np.ceil(np.log2(self.most / self.lime.n_samples)))
        return -float(ndtri(self.level / (self.k * looks)))

    def _told(self, case: _Case, n: int, doubt: _Doubt) -> Explanation:
        cloud, y = case.first(n)
        surrogate: Any = self.lime.surrogate
        chosen = replace(surrogate, select=Entering(self.k))
        lime = replace(self.lime, surrogate=chosen, n_samples=n)
        found = fit(lime, case.view, cloud, y, case.f, case.labels, case.asked.box.outputs)
        said = "" if found.declined[0] else self._said(n, doubt)
        notes = ["; ".join(filter(None, [said, *found.notes]))]
        return replace(
            found,
            n_samples=np.array([n]),
            record=repr(self),
            notes=np.array(notes, dtype=object),
        )

    def _said(self, n: int, doubt: _Doubt) -> str:
        if doubt.factor <= 1:
            return f"the first {self.k} to enter are sure at level {self.level:g} with {n} samples"
        one, other = (doubt.names[j] for j in doubt.contest[:2])
        return (
            f"stopped at {n} samples: whether {one} or {other} enters at step {doubt.step + 1} is "
            f"not sure at level {self.level:g} and needs about {n * doubt.factor:.2g} (raise most, "
            "or take both for equal)"
        )


def _selects(surrogate: Any) -> bool:
    """Whether a surrogate takes a selector and has none."""
    return any(f.name == "select" for f in fields(surrogate)) and surrogate.select is None


class _Doubt(NamedTuple):
    """A contest, its step, and how many times as many samples would decide it."""

    factor: float
    step: int = 0
    contest: Contest = Contest(0, 0, 0.0, 0.0)
    names: tuple[str, ...] = ()


class _Answers:
    """The model's answers to one cloud, as many as were needed so far."""

    def __init__(self, box: BlackBox, view: View) -> None:
        self.box, self._view = box, view
        self._known = np.empty((1, 0, len(box.outputs)))

    def to(self, cloud: Cloud) -> Array:
        """Answers (1, N, C) to the first N samples; only those not known yet are asked."""
        n, done = cloud.moves.shape[1], self._known.shape[1]
        if n > done:
            rest = Cloud(cloud.x, cloud.moves[:, done:], cloud.relative)
            more = answers(self.box, self._view, rest)
            self._known = np.concatenate([self._known, more], axis=1)
        return self._known[:, :n]


@dataclass(frozen=True, eq=False)
class _Case:
    """One instance with all the samples that it may take."""

    view: View
    cloud: Cloud
    f: Array
    labels: list[Any]
    asked: _Answers

    def first(self, n: int) -> tuple[Cloud, Array]:
        """The first n samples and the model's answers to them."""
        cloud = prefix(self.cloud, n)
        return cloud, self.asked.to(cloud)
