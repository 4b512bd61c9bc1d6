"""The lime package for pictures, as it comes; nothing of it is mended here."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from typing import Any

import numpy as np

from limelab.domains import Image, Mean
from limelab.external.asked import AskedApart, asked_apart, by_label, package
from limelab.numbers import count
from limelab.types import Array, NotApplicable


@dataclass(frozen=True)
class LimeImage:
    """``lime.lime_image.LimeImageExplainer`` of lime 0.2.0.1, on the superpixels of an ``Image``.

    The domain cuts the picture. ``Mean()`` is left to lime, which cuts the means of whole numbers
    off; another fill is handed over as ``hide_color``. Grey pictures come to the model in grey,
    where lime alone would ask it in colour. One explainer serves a call, so a picture's answer
    depends on those before it: the package draws on where it stopped.
    ``limelab.presets.lime_image`` is the same method from limelab's parts, without that.

    Parameters
    ----------
    num_features : int, default 100000
    num_samples : int, default 1000

    Examples
    --------
    >>> from limelab.domains import Colour, Grid
    >>> picture = np.full((4, 4), 0.5)
    >>> def top(pictures):
    ...     return pictures[:, :2].mean(axis=(1, 2))
    >>> found = LimeImage(num_samples=200).explain(top, Image(Grid(2, 1), Colour()), [picture])
    >>> bool(found[0][0, 0] > 0.4), bool(abs(found[0][1, 0]) < 0.05)
    (True, True)
    """

    num_features: int = 100_000
    num_samples: int = 1000
    takes_domain = True

    def __post_init__(self) -> None:
        count(self, "num_features")
        count(self, "num_samples", least=2)

    def explain(self, predict: Any, background: Any, rows: Any, seed: int = 0) -> list[Array]:
        """lime's weights, (k, C) of each picture; 0 for a superpixel that it did not select.

        Raises
        ------
        NotApplicable
            No pictures, changes of whole pictures, or pictures with one or four channels.
        BadInput
            lime or scikit-image is not installed.
        """
        given = asked_apart(predict, background, rows, Image)
        if given.domain.changes:
            raise NotApplicable("the lime package explains superpixels, no changes of a picture")
        with _quiet():
            lime_image = package("lime.lime_image", "limelab[peers,image]")
            explainer = lime_image.LimeImageExplainer(random_state=seed % 2**32)
            return [self._one(explainer, given, view) for view in given.views]

    def _one(self, explainer: Any, given: AskedApart, view: Any) -> Array:
        labels = len(given.box.outputs)
        (raw,) = view.decode(view.x)
        found = explainer.explain_instance(
            raw,
            _asking(given, raw),
            labels=tuple(range(labels)),
            top_labels=None,
            hide_color=_fill(given, view),
            num_features=self.num_features,
            num_samples=self.num_samples,
            segmentation_fn=lambda image: view.segments,
        )
        return by_label(found.local_exp, len(view.names), labels)


def _asking(given: AskedApart, raw: Any) -> Callable[[Any], Array]:
    """The model, asked with pictures as they came; lime's own have three channels."""
    if raw.ndim == 2:
        return lambda pictures: given.box.ask(np.asarray(pictures)[..., 0])
    if raw.shape[2] != 3:
        raise NotApplicable(
            f"the lime package explains pictures of three channels; this has {raw.shape[2]}"
        )
    return given.box.ask


def _fill(given: AskedApart, view: Any) -> Any:
    """What stands for gone superpixels: None for lime's own means, else a whole picture."""
    if isinstance(given.domain.fill, Mean):
        return None
    (gone,) = view.decode(np.zeros_like(view.x))
    return gone[..., None] if gone.ndim == 2 else gone


@contextmanager
def _quiet() -> Iterator[None]:
    """The package's own warnings and its progress bar, kept from the caller's terminal."""
    with warnings.catch_warnings(), redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        yield
