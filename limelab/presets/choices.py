"""lime's choices that are the same for tables, texts and pictures; it computes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from limelab.numbers import count
from limelab.presets.instance import WithInstance, WithInstanceFromMean
from limelab.presets.ridge import LimeRidge
from limelab.surrogates import (
    AbsoluteRidge,
    Forward,
    HighestProducts,
    HighestWeights,
    LassoPath,
)
from limelab.types import BadInput, Surrogate

Selection = Literal["auto", "forward_selection", "highest_weights", "lasso_path", "none"]
Selector = Forward | HighestProducts | HighestWeights | LassoPath | None

_FEW = 6  # features up to which lime's "auto" selects forward


def selector(num_features: int, name: str, *, products: bool) -> Selector:
    """lime's rule by its name; in continuous mode it ranks by products with the instance."""
    chosen = Forward(num_features)  # proves the number at birth, for "none" too
    if name == "auto":
        name = "forward_selection" if chosen.k <= _FEW else "highest_weights"
    rules: dict[str, Selector] = {
        "forward_selection": chosen,
        "highest_weights": HighestProducts(chosen.k) if products else HighestWeights(chosen.k),
        "lasso_path": LassoPath(chosen.k),
        "none": None,
    }
    if name not in rules:
        raise BadInput(f"feature_selection={name!r}; expected one of {['auto', *rules]}")
    return rules[name]


def surrogate(select: Selector, *, standard_errors: bool) -> Surrogate:
    """lime's ridge with the instance as its first sample."""
    if not standard_errors:
        return LimeRidge(1.0, select)
    ridge, products = AbsoluteRidge(1.0, select), isinstance(select, HighestProducts)
    return WithInstanceFromMean(ridge) if products else WithInstance(ridge)


@dataclass(frozen=True)
class _Samples:
    num_samples: int

    def __post_init__(self) -> None:
        count(self, "num_samples", least=2)


def drawn(num_samples: int) -> int:
    """How many samples are drawn beside the instance."""
    return _Samples(num_samples).num_samples - 1
