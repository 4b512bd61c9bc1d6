"""Contexts count what stands between, after and before, without the edges of documents."""

from __future__ import annotations

from limelab.domains.replacing import Contexts


def test_contexts_count_places() -> None:
    contexts = Contexts.of([["A", "good", "film"], ["a", "bad", "film"], ["good"]])
    assert contexts.around("a", "good", "film", 1) == {"bad": 1}
    assert contexts.around("a", "nothing", "film", 2) == {"good": 1, "bad": 1}
    assert contexts.around("never", "x", "film", 2) == {"good": 1, "bad": 1}  # before film
    assert contexts.around("never", "good", "seen", 1) == {"a": 2, "bad": 1, "film": 2}
