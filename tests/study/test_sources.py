"""What counts as the code behind a value."""

from __future__ import annotations

from pathlib import Path

import pytest

import limelab.lime
import limelab.study.blocks
from limelab.kernels import Flat
from limelab.study import sources
from limelab.study.sources import code_hash, record
from limelab.surrogates import Forward, LeastSquares
from limelab.types import BadInput
from tests.study.world import Addressed, spread


def rooms(module: str) -> set[str]:
    """Rooms of limelab whose code a module runs with."""
    parts = [Path(path).parts for path in sources._closure(module)]
    found = {part[part.index("limelab") + 1] for part in parts if "limelab" in part}
    return {name.removesuffix(".py") for name in found}


def test_what_asks_does_not_depend_on_what_fits_or_judges() -> None:
    asking = rooms("limelab.study.blocks")
    assert {"sampling", "blackbox", "seeds", "domains", "models"} <= asking
    assert not {"lime", "surrogates", "kernels", "metrics", "explanation", "cli"} & asking
    assert {"surrogates", "kernels", "lime"} <= rooms("limelab.lime")


def test_parts_count_with_the_parts_that_they_hold() -> None:
    plain, chosen = LeastSquares(), LeastSquares(select=Forward(2))
    assert {sources._module_of(owner) for owner in sources._owners(chosen)} > {
        sources._module_of(owner) for owner in sources._owners(plain)
    }


@pytest.mark.parametrize("values", [[Flat()], [limelab.lime], [spread], [(Flat(), spread)]])
def test_a_hash_is_the_same_again(values: list[object]) -> None:
    assert code_hash(values) == code_hash(values) != code_hash([])


def test_a_record_is_the_same_in_every_process() -> None:
    assert record(spread) == "tests.study.world.spread"
    assert record(Flat()) == "Flat()"
    with pytest.raises(BadInput, match="prints a memory address; expected a repr"):
        record(Addressed())
