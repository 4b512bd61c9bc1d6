"""OptiLIME: an explainer that chooses its kernel's width, on one query set; it fits by `lime`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from limelab.blackbox import BlackBox, one_thread
from limelab.domains import infer
from limelab.explanation import Explanation, joined
from limelab.kernels import Exponential
from limelab.lime import Lime, Sampler, as_blackbox, checked_seed, fit
from limelab.numbers import positive
from limelab.perturbations import Gaussian
from limelab.sampling import Clouds, answers
from limelab.types import Array, BadInput, Cloud, View

_GRID = 33  # widths that are tried first, evenly spaced on the log scale
_STEPS = 24  # of the golden section between the best one's neighbours
_GOLDEN = (5**0.5 - 1) / 2
_NEAR = 0.01  # R squared this near to the target has reached it


def _published() -> Lime:
    return Lime(perturbation=Gaussian(1.0), kernel=Exponential())


@dataclass(frozen=True)
class OptiLime(Sampler):
    """An explainer whose kernel is, for each instance, as wide as a wanted R squared allows.

    OptiLIME's rule (Visani et al. 2020, arXiv 2006.05714): maximise R2 where R2 <= target, else
    2 target - R2. Wide kernels are stable, narrow ones adhere; the target says how much adherence
    is wanted. The rule is theirs; the search is a grid and a golden section in place of a Gaussian
    process, on the same queries for all widths, so it asks no more than one explanation and gives
    the same width every time. R2 is that of the output that is highest at the instance.

    Known defect, which is the rule's: R2 is in sample, and where a kernel leaves few samples it
    rises by overfitting, so a model that no line follows meets the target there. The note on few
    samples tells it.

    Parameters
    ----------
    lime : Lime
        With a kernel that has a width. Unless said the published one: normal noise round x as
        wide as the background, standardised features, least squares without a penalty.
    target : float, default 0.9
        The wanted R2, up to 1.
    narrowest, widest : float, default 0.01 and 10
        Ends of the search, in the kernel's units.

    Examples
    --------
    >>> rows = np.random.default_rng(0).normal(size=(50, 1))
    >>> opti = OptiLime(target=0.9)
    >>> opti.explain(lambda x: x[:, 0] ** 3, rows, rows[:1]).r2.round(3).tolist()
    [[0.9]]
    """

    lime: Lime = field(default_factory=_published)
    target: float = 0.9
    narrowest: float = 0.01
    widest: float = 10.0

    def __post_init__(self) -> None:
        if not isinstance(self.lime, Lime) or not hasattr(self.lime.kernel, "width"):
            raise BadInput(
                f"OptiLime(lime={self.lime!r}); expected a Lime whose kernel has a width, such as "
                "Lime(Gaussian(1), kernel=Exponential())"
            )
        positive(self, "target", most=1.0)
        positive(self, "narrowest")
        positive(self, "widest")
        if not self.narrowest < self.widest:
            raise BadInput(
                f"OptiLime(narrowest={self.narrowest!r}, widest={self.widest!r}); expected the "
                "narrowest width to be below the widest"
            )

    def widths(self, predict: Any, background: Any, rows: Any, seed: int = 0) -> Array:
        """The chosen kernel width of each row, shape (I,).

        Parameters
        ----------
        predict, background, rows, seed
            As in `explain`.
        """
        domain = infer(background)
        x, labels, found = domain.encode(rows), domain.labels(rows), np.empty(len(rows))
        with one_thread():
            for view, positions in domain.views(rows):
                box, named = as_blackbox(predict, view), [labels[p] for p in positions]
                chosen = self._chosen(box, view, x[positions], named, checked_seed(seed))
                found[np.asarray(positions)] = [width for width, _ in chosen]
        return found

    def _explain_view(
        self, box: BlackBox, view: View, x: Array, labels: list[Any], seed: int
    ) -> Explanation:
        found = self._chosen(box, view, x, labels, seed)
        return joined([self._told(width, one) for width, one in found])

    def _chosen(
        self, box: BlackBox, view: View, x: Array, labels: list[Any], seed: int
    ) -> Iterator[tuple[float, Explanation]]:
        lime, f = self.lime, box.ask(view.decode(x.copy()))
        clouds = Clouds(lime.perturbation, view, x, lime.n_samples, lime.draws, seed)
        common = answers(box, view, clouds.of(slice(None))) if clouds.free else None
        for i in range(len(x)):
            one = slice(i, i + 1)
            cloud = clouds.of(one)
            y = answers(box, view, cloud) if common is None else common
            yield self._search(_Asked(lime, view, cloud, y, f[one], labels[one], box.outputs))

    def _search(self, asked: _Asked) -> tuple[float, Explanation]:
        def reward(log_width: float) -> float:
            return self._reward(asked.at(float(np.exp(log_width))))

        grid = np.linspace(np.log(self.narrowest), np.log(self.widest), _GRID)
        rewards = [reward(width) for width in grid]
        best = _GRID - 1 if np.isneginf(rewards).all() else int(np.argmax(rewards))
        low, high = grid[max(best - 1, 0)], grid[min(best + 1, _GRID - 1)]
        fine = _golden(reward, low, high)
        chosen = fine if reward(fine) > rewards[best] else grid[best]
        width = float(np.exp(chosen))
        return width, asked.at(width)

    def _reward(self, found: Explanation) -> float:
        """OptiLIME's objective; nothing is worse than no explanation."""
        r2 = _r2(found)
        return -np.inf if np.isnan(r2) else min(r2, 2 * self.target - r2)

    def _told(self, width: float, found: Explanation) -> Explanation:
        r2 = _r2(found)
        said = f"kernel width {width:.4g} chosen for R2 {self.target:g}: it is {r2:.3g}"
        if not abs(r2 - self.target) <= _NEAR:
            said += (
                f", and no width from {self.narrowest:g} to {self.widest:g} comes nearer; take "
                "another perturbation or surrogate"
            )
        notes = ["; ".join(filter(None, [said, *found.notes]))]
        return replace(found, record=repr(self), notes=np.array(notes, dtype=object))


@dataclass(frozen=True, eq=False)
class _Asked:
    """One instance with its queries answered, to be fitted at any width."""

    lime: Lime
    view: View
    cloud: Cloud
    y: Array
    f: Array
    labels: list[Any]
    outputs: tuple[str, ...]

    def at(self, width: float) -> Explanation:
        """The explanation under a kernel of this width."""
        kernel: Any = self.lime.kernel
        lime = replace(self.lime, kernel=replace(kernel, width=width))
        return fit(lime, self.view, self.cloud, self.y, self.f, self.labels, self.outputs)


def _r2(found: Explanation) -> float:
    """R squared of the output that is highest at the instance."""
    return float(found.r2[0, np.argmax(found.f[0])])


def _golden(reward: Callable[[float], float], low: float, high: float) -> float:
    """Where a function with one peak between low and high is highest (Kiefer 1953)."""
    inner = [high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)]
    values = [reward(inner[0]), reward(inner[1])]
    for _ in range(_STEPS):
        if values[0] < values[1]:
            low = inner[0]
            inner = [inner[1], low + _GOLDEN * (high - low)]
            values = [values[1], reward(inner[1])]
        else:
            high = inner[1]
            inner = [high - _GOLDEN * (high - low), inner[0]]
            values = [reward(inner[0]), values[0]]
    return float((low + high) / 2)
