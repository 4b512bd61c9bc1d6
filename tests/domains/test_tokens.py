"""Pieces joined are the text, whatever it holds and however it is cut."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limelab.domains import Pattern, Positions, Sentences, Words

UNITS = (Words(), Words("ignored"), Positions(), Sentences())


@pytest.mark.parametrize("units", UNITS, ids=repr)
@given(st.text(max_size=80))
def test_pieces_are_the_text_and_every_unit_has_one(units: Any, text: str) -> None:
    document = units.cut(text, Pattern())
    assert "".join(document.pieces) == text
    assert len(document.pieces) == len(document.units)
    assert all(document.pieces)
    assert sorted(set(document.units) - {-1}) == list(range(len(document.names)))
    assert len(set(document.names)) == len(document.names)


def test_sentences_end_where_they_end() -> None:
    document = Sentences().cut('He said "Stop!" I left. At 3.5 p it rained', Pattern())
    assert document.names == ('He said "Stop!"', "I left.", "At 3.5 p it rained")
