"""What others read cannot be written to, however deep, and what it is a view of stays as it was."""

from __future__ import annotations

import numpy as np
import pytest

from limelab.study.readonly import read_only
from limelab.types import Evidence, Judged, Reference


def evidence() -> Evidence:
    """With arrays in dataclasses, tuples and mappings."""
    ones = np.ones((2, 3, 4, 1))
    return Evidence(
        names=("a", "b", "c", "d"),
        outputs=("y",),
        importance=ones.copy(),
        effect=ones.copy(),
        selected=ones > 0,
        determined=ones > 0,
        slope=ones.copy(),
        g_at_x=None,
        f_at_x=np.ones((3, 1)),
        model_sd=np.ones(1),
        n_effective=np.ones((2, 3)),
        r2=np.ones((2, 3, 1)),
        judged=(Judged("Gaussian()", 0.5, ones.copy(), None),),
        references={"label": Reference(np.ones((2, 4, 1)), np.ones((2, 4, 1)))},
        declined=np.full((2, 3), "", dtype=object),
        probes={"pgi": ones.copy()},
    )


def test_no_array_can_be_written_to_and_none_is_copied() -> None:
    mine = evidence()
    seen = read_only(mine)
    arrays = [
        (seen.importance, mine.importance),
        (seen.declined, mine.declined),
        (seen.judged[0].f, mine.judged[0].f),
        (seen.references["label"].null, mine.references["label"].null),
        (seen.probes["pgi"], mine.probes["pgi"]),
    ]
    for theirs, ours in arrays:
        with pytest.raises(ValueError, match="read-only"):
            theirs[...] = 0
        assert np.shares_memory(theirs, ours)
        assert ours.flags.writeable


def test_what_holds_arrays_is_another_and_all_else_the_same() -> None:
    mine = evidence()
    seen = read_only(mine)
    assert isinstance(seen, Evidence)
    assert seen.names is not None
    assert seen.names == mine.names
    assert seen.g_at_x is None
    seen.references.clear()  # type: ignore[attr-defined]  # a mapping that is a dict
    assert list(mine.references) == ["label"]
    assert mine.judged[0].f.flags.writeable
