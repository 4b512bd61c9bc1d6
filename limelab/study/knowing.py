"""The block of what explanations tend to, where that is known exactly; it asks no model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from limelab.blackbox import BlackBox
from limelab.distances import Euclidean
from limelab.domains import Table
from limelab.exact import ExactLime
from limelab.exact.fitted import read
from limelab.kernels import Exponential, Flat
from limelab.lime import Lime
from limelab.perturbations import Gaussian
from limelab.representations import Standardized
from limelab.study.blocks import Made
from limelab.study.ready import fitted, split
from limelab.surrogates import LeastSquares
from limelab.types import Array, NotApplicable

if TYPE_CHECKING:
    from limelab.study.spec import Judge, Task

_UNKNOWN = "the exact coefficients are not known:"


@dataclass(frozen=True)
class Exact:
    """The coefficients (I, k, C), per background sd, that samples without end would give."""

    task: Task
    seed: int
    question: ExactLime
    kind = "truth"

    def run(self) -> Made:
        """Read the trees of the fitted model."""
        data, model = split(self.task, self.seed), fitted(self.task, self.seed)
        try:
            return Made({"coef": exact_coef(self.question, model.box, data.table, data.rows)})
        except NotApplicable as reason:
            return Made({}, {"declined": str(reason)})

    def forecast(self) -> dict[str, int]:
        """Nothing: trees are read."""
        return {}


def exact_coef(question: ExactLime, box: BlackBox, table: Table, rows: Any) -> Array:
    """The coefficients (I, k, C) of a model on the scale that it answers; NotApplicable if none."""
    try:
        if read(box).raw:
            raise NotApplicable("trees add up to raw scores and the model answers another scale")
        found = question.explain(box, table, rows)
    except NotApplicable as reason:
        raise NotApplicable(f"{_UNKNOWN} {reason}") from reason
    assert found.coef is not None
    return found.coef


def question_of(explainer: Any) -> ExactLime | str:
    """What `exact` would have to know of an explainer, or why it never does.

    Examples
    --------
    >>> question_of(Lime())
    ExactLime(perturbation=Gaussian(scale=0.5, design=Iid()), kernel=Flat())
    """
    if type(explainer) is ExactLime:
        return explainer
    if type(explainer) is not Lime:
        return f"{_UNKNOWN} the explainer is not made of our parts"
    for what, fine in _conditions(explainer).items():
        if not fine:
            return f"{_UNKNOWN} {what}={getattr(explainer, what)!r} has no closed form"
    law = Gaussian(explainer.perturbation.scale)  # type: ignore[attr-defined]  # proven above
    return ExactLime(law, explainer.kernel)


def _conditions(lime: Lime) -> dict[str, bool]:
    kernel = lime.kernel
    return {
        "perturbation": type(lime.perturbation) is Gaussian,
        "representation": lime.representation == Standardized(),
        "kernel": kernel == Flat()
        or (type(kernel) is Exponential and kernel.distance == Euclidean()),
        "surrogate": lime.surrogate == LeastSquares(),
    }


def gradient_of(judge: Judge) -> ExactLime | None:
    """The mean slope of the model in a judge's middle region: by Stein's lemma the exact line."""
    if type(judge.law) is not Gaussian:
        return None
    return ExactLime(Gaussian(judge.law.at(middle(judge)).scale), Flat())


def middle(judge: Judge) -> float:
    """The middle one of a judge's radii, the lower of two."""
    radii = sorted(judge.radii)
    return radii[(len(radii) - 1) // 2]
