"""Other settings of an explainer: own draws, half the samples, other widths, a tree; no run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from limelab.lime import Lime
from limelab.representations import Standardized
from limelab.surrogates import Tree
from limelab.types import BadInput, NotApplicable, Representation

_WIDTHS = ("width", "radius", "scale", "share")
_SHARES = ("share",)  # no more than the whole
_STANDARD = frozenset({"background sd", "same as x"})


def lime_of(explainer: Any) -> Lime:
    """The `Lime` that an explainer is or is made of.

    Raises
    ------
    NotApplicable
        There is none.

    Examples
    --------
    >>> from limelab.uncertainty import Replicated
    >>> lime_of(Replicated(Lime(n_samples=64))).n_samples
    64
    """
    for found in (explainer, getattr(explainer, "lime", None)):
        if isinstance(found, Lime):
            return found
    raise NotApplicable("this explainer is not made of limelab's parts: its settings are its own")


def changed(explainer: Any, **parts: Any) -> Any:
    """The explainer with other parts of its `Lime`.

    Raises
    ------
    NotApplicable
        It has none, or cannot do with them.
    """
    lime = replace(lime_of(explainer), **parts)
    if isinstance(explainer, Lime):
        return lime
    try:
        return replace(explainer, lime=lime)
    except BadInput as reason:
        raise NotApplicable(str(reason)) from reason


def own(explainer: Any) -> Any:
    """With draws of its own for each row, so that the errors of rows are independent."""
    try:
        return changed(explainer, draws="own")
    except NotApplicable:
        return explainer


def halved(explainer: Any) -> Any:
    """With half the samples.

    Examples
    --------
    >>> halved(Lime(n_samples=64)).n_samples
    32
    """
    return changed(explainer, n_samples=max(2, lime_of(explainer).n_samples // 2))


def resized(explainer: Any, times: float) -> Any:
    """With another width: the kernel's where it has one, else the perturbation's.

    Examples
    --------
    >>> resized(Lime(), 2.0).perturbation
    Gaussian(scale=1.0, design=Iid())
    """
    lime = lime_of(explainer)
    for name in ("kernel", "perturbation"):
        part = getattr(lime, name)
        for width in _WIDTHS:
            if isinstance(getattr(part, width, None), float):
                size = getattr(part, width) * times
                size = min(size, 1.0) if width in _SHARES else size
                return changed(explainer, **{name: replace(part, **{width: size})})
    raise NotApplicable(f"{lime!r} has no width to change")


def as_tree(explainer: Any) -> Any:
    """With a small tree as its surrogate.

    Raises
    ------
    NotApplicable
        It is one already, or is not made of our parts.
    """
    if isinstance(lime_of(explainer).surrogate, Tree):
        raise NotApplicable("the surrogate is a tree already")
    return replace(lime_of(explainer), surrogate=Tree())


def representation_of(explainer: Any, units: tuple[str, ...]) -> Representation:
    """How the explainer reads features, from its parts or from the units that it names.

    Raises
    ------
    NotApplicable
        Neither tells.

    Examples
    --------
    >>> representation_of(object(), ("background sd", "same as x"))
    Standardized()
    """
    try:
        return lime_of(explainer).representation
    except NotApplicable:
        if _STANDARD.issuperset(units):
            return Standardized()
        raise NotApplicable(
            "the explainer does not say what a sign of it means: attributions may be slopes or "
            "shares of the answer"
        ) from None
