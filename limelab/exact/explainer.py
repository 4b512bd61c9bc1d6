"""An explainer that draws nothing: the limit of `Lime` on trees; it reads the model, never asks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from limelab.domains import Table, infer
from limelab.exact.boxes import boxes
from limelab.exact.ensembles import lines
from limelab.exact.fitted import Forest, read
from limelab.exact.laws import spread
from limelab.exact.population import Population
from limelab.explanation import Explanation
from limelab.kernels import Flat
from limelab.perturbations import Gaussian
from limelab.representations import Standardized
from limelab.surrogates import LinearModel
from limelab.types import (
    Array,
    BadInput,
    Cloud,
    Interpreted,
    Kernel,
    NotApplicable,
    Objects,
    Perturbation,
)


@dataclass(frozen=True)
class ExactLime:
    """`Lime` with infinitely many samples, for scikit-learn's trees on numeric columns.

    The same question as ``Lime(perturbation, kernel=kernel)`` with `Standardized` features and
    `LeastSquares`, answered by `limelab.exact.trees`: coefficients without sampling error, which
    do not depend on the seed. Boosting is explained by its raw scores, where it is additive.

    Parameters
    ----------
    perturbation : Gaussian, default Gaussian(0.5)
    kernel : Flat or Exponential, default Flat()

    Examples
    --------
    >>> from sklearn.tree import DecisionTreeRegressor
    >>> rows = np.array([[-1.0], [1.0]])
    >>> stump = DecisionTreeRegressor().fit(rows, [0.0, 1.0])
    >>> found = ExactLime(Gaussian(1)).explain(stump, rows, np.zeros((1, 1)), seed=0)
    >>> found.coef.round(4).tolist()
    [[[0.3989]]]
    """

    perturbation: Perturbation = field(default_factory=Gaussian)
    kernel: Kernel = field(default_factory=Flat)
    deterministic: ClassVar[bool] = True  # it says so to limelab.checks

    def __post_init__(self) -> None:
        for name, protocol in (("perturbation", Perturbation), ("kernel", Kernel)):
            part = getattr(self, name)
            if isinstance(part, type) or not isinstance(part, protocol):
                raise BadInput(
                    f"ExactLime({name}={part!r}); expected a {protocol.__name__} value, such as "
                    "Gaussian(0.5) or Exponential(0.75)"
                )

    def explain(self, predict: Any, background: Any, rows: Any, seed: int = 0) -> Explanation:
        """Explain each row.

        Parameters
        ----------
        predict : fitted scikit-learn estimator, its bound method, or a BlackBox of it
            Read, not called.
        background : DataFrame, 2-D array or Table
        rows : DataFrame or 2-D array with the background's columns
        seed : int
            Changes nothing: there are no draws.

        Returns
        -------
        explanation : Explanation
            Standard errors are 0; r2 is the population's, NaN where a sum of trees has no closed
            form; n_effective is NaN.

        Raises
        ------
        NotApplicable
            A model that is no sum of scikit-learn trees, categorical columns, another perturbation
            or kernel.
        BadInput
            Data or rows that cannot be used, or columns that are not the model's.
        """
        forest = read(predict)
        table = _table(background)
        _check_columns(forest, table)
        x = table.encode(rows)
        deviation = spread(self.perturbation, self.kernel, len(table.names))
        found = boxes(forest)
        line = lines(found, x, deviation, table.scale)
        return Explanation(
            instances=table.labels(rows),
            outputs=forest.outputs,
            values=table.values(x),
            f=np.stack([found.at(point) for point in x]),
            n_samples=0,
            n_effective=np.full(len(x), np.nan),
            declined=np.full(len(x), "", dtype=object),
            record=repr(self),
            notes=_notes(forest, table, line, closed=found.closed),
            **_said(table, x, line, deviation),
        )


def _table(background: Any) -> Table:
    domain = infer(background)
    if not isinstance(domain, Table):
        raise NotApplicable(f"{domain!r} is no table; trees are explained on numeric columns only")
    if domain.categorical.any():
        names = [n for n, code in zip(domain.names, domain.categorical, strict=True) if code]
        raise NotApplicable(
            f"categorical columns {names[:5]} do not move by normal noise; expected numeric "
            "columns only; sample instead: Lime()"
        )
    return domain


def _check_columns(forest: Forest, table: Table) -> None:
    if len(table.names) != forest.columns:
        raise BadInput(
            f"the background has {len(table.names)} columns but the model was fitted on "
            f"{forest.columns}; give the model's columns, in its order"
        )
    named = not isinstance(table.frame, np.ndarray) and forest.names is not None
    if named and forest.names != table.names:
        raise BadInput(
            f"the background's columns {list(table.names[:5])} are not in the order of the "
            f"model's, {list((forest.names or ())[:5])}; reorder them"
        )


def _said(table: Table, x: Array, line: Population, deviation: float) -> dict[str, Any]:
    """The fields of an Explanation that the lines decide."""
    seen = _seen(table, x)
    model = _model(line, deviation * seen.spread)
    slope = np.abs(line.coef) * seen.spread[:, :, None]
    return {
        "features": seen.names,
        "units": seen.units,
        "importance": model.importance,
        "effect": model.effect,
        "selected": model.selected,
        "slope": slope,
        "r2": line.r2,
        "r2_out": line.r2,
        "coef": line.coef,
        "stderr": model.stderr,
        "intercept": line.intercept,
        "g": line.intercept,
        "gap": np.broadcast_to(seen.gap, x.shape),
        "baseline": seen.baseline,
        "at_x": tuple(seen.at_x.tolist()),
        "steps": seen.steps,
        "model": model,
    }


def _seen(table: Table, x: Array) -> Interpreted:
    """Names, units and baselines, from the representation that says them: a cloud of x alone."""
    cloud = Cloud(x, np.zeros((1, 1, x.shape[1])), ~table.categorical)
    return Standardized().interpret(cloud, table)


def _model(line: Population, deviation: Array) -> LinearModel:
    varies = deviation > 0
    return LinearModel(
        coef=line.coef,
        intercept=line.intercept,
        stderr=np.zeros(line.coef.shape),
        selected=np.broadcast_to(varies[:, :, None], line.coef.shape),
        deviation=deviation,
        rank=varies.sum(axis=1),
        r2=line.r2,
        r2_out=line.r2,
    )


def _notes(forest: Forest, table: Table, line: Population, *, closed: bool) -> Objects:
    """What to keep in mind about each row, "; " between."""
    said = ["exact: no samples, no queries, no sampling error"]
    if forest.raw:
        said.append("raw scores, before the link: log-odds, or the log of a mean")
    if not closed:
        said.append("R2 has no closed form for a sum of trees")
    names = [n for n, scale in zip(table.names, table.scale, strict=True) if scale == 0]
    if names:
        said.append(f"did not vary here (constant in the background): {', '.join(names)}")
    flat = "the model does not vary here: R2 is undefined"
    undefined = [bool(np.isnan(row).any()) for row in line.r2]
    notes = ["; ".join([*said, flat] if closed and u else said) for u in undefined]
    return np.array(notes, dtype=np.object_)
