"""The lime package for documents, as it comes; nothing of it is mended here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from limelab.domains import Mask, Pattern, Positions, Remove, Text, Words
from limelab.external.asked import AskedApart, asked_apart, by_label, package
from limelab.numbers import count
from limelab.types import Array, NotApplicable


@dataclass(frozen=True)
class LimeText:
    """``lime.lime_text.LimeTextExplainer`` of lime 0.2.0.1, on the features of a ``Text``.

    ``Text()`` is lime's ``bow=True``: a word goes wherever it stands. ``Text(units=Positions(),
    fill=Mask())`` is its ``bow=False``. A tokenizer of the domain's is handed to lime. One
    explainer serves a call, so a document's answer depends on those before it: the package draws
    on where it stopped. ``limelab.presets.lime_text`` is the same method from limelab's parts,
    without that.

    Parameters
    ----------
    num_features : int, default 10
    num_samples : int, default 5000

    Examples
    --------
    >>> lime = LimeText(num_samples=200)
    >>> found = lime.explain(lambda texts: [t.count("good") for t in texts], None, ["so good"])
    >>> [one.shape for one in found], bool(found[0][1, 0] > 0.5 > abs(found[0][0, 0]))
    ([(2, 1)], True)
    """

    num_features: int = 10
    num_samples: int = 5000
    takes_domain = True

    def __post_init__(self) -> None:
        count(self, "num_features")
        count(self, "num_samples", least=2)

    def explain(self, predict: Any, background: Any, rows: Any, seed: int = 0) -> list[Array]:
        """lime's weights, (k, C) of each document; 0 for a feature that it did not select.

        Raises
        ------
        NotApplicable
            No documents, or units and fills that lime does not have.
        BadInput
            lime is not installed.
        """
        given = asked_apart(predict, background, rows, Text)
        options = _options(given.domain)
        lime_text = package("lime.lime_text", "limelab[peers]")
        explainer = lime_text.LimeTextExplainer(**options, random_state=seed % 2**32)
        for view in given.views:
            _check_same_words(lime_text.IndexedString(view.text, **options), view)
        return [self._one(explainer, given, view) for view in given.views]

    def _one(self, explainer: Any, given: AskedApart, view: Any) -> Array:
        labels = len(given.box.outputs)
        found = explainer.explain_instance(
            view.text,
            given.box.ask,
            labels=tuple(range(labels)),
            num_features=self.num_features,
            num_samples=self.num_samples,
        )
        return by_label(found.local_exp, len(view.names), labels)


def _options(domain: Text) -> dict[str, Any]:
    """lime's words for the units, the fill and the tokenizer."""
    cut = {} if domain.tokenizer == Pattern() else {"split_expression": domain.tokenizer}
    if domain.units == Words() and isinstance(domain.fill, Remove):
        return {"bow": True, **cut}
    if isinstance(domain.units, Positions) and isinstance(domain.fill, Mask):
        return {"bow": False, "mask_string": domain.fill.token, **cut}
    raise NotApplicable(
        f"the lime package removes words everywhere or masks them one by one; {domain!r} is "
        "neither Text() nor Text(units=Positions(), fill=Mask())"
    )


def _check_same_words(indexed: Any, view: Any) -> None:
    """Refuse a document of which lime would have other features."""
    theirs = [indexed.word(j) for j in range(indexed.num_words())]
    tokens = [
        piece
        for piece, unit in zip(view.document.pieces, view.document.units, strict=True)
        if unit >= 0
    ]
    ours = list(dict.fromkeys(tokens)) if indexed.bow else tokens
    if theirs != ours:
        raise NotApplicable(
            f"the lime package cuts {view.text[:40]!r} into {len(theirs)} features, the domain "
            f"into {len(ours)}"
        )
