"""Characters are left out alike in narrow and in wide texts, in one block and in many."""

from __future__ import annotations

import numpy as np
import pytest

from limelab.domains import writing


@pytest.mark.parametrize("block", [1, 7, 2**18])
@pytest.mark.parametrize("text", ["so it is", "sø ït is", "só ✅ \U0001d516o", "a\ud800b c"])
def test_characters_of_gone_units_are_left_out(
    text: str, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "_BLOCK", block)
    rng = np.random.default_rng(len(text))
    units = rng.integers(-1, 3, len(text))
    there = rng.random((20, 3)) < 0.5
    expected = [
        "".join(c for c, u in zip(text, units, strict=True) if u < 0 or row[u]) for row in there
    ]
    assert writing.without(text, units, there) == expected
