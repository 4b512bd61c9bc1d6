"""Strengths are even over their share of each change's range, and decline all else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

import limelab as ll
from limelab.domains import Brightness, Sepia
from limelab.types import BadInput, NotApplicable
from tests.parts import DESIGNS, name_of, numbers


def view() -> Any:
    ((found, _),) = ll.Image(changes=[Sepia(), Brightness()]).views([np.eye(4)])
    return found


@pytest.mark.parametrize("design", DESIGNS, ids=name_of)
@pytest.mark.parametrize("share", [0.2, 1.0])
def test_strengths_are_even_over_their_share(share: float, design: Any) -> None:
    law, here = ll.Strengths(share, design=design), view()
    u = design.draw(4096, law.dims(here), np.random.default_rng(0))[None]
    cloud = law.cloud(u, here.x, here)
    assert not cloud.relative.any()
    for column, low in zip(cloud.moves[0].T, (0.0, -share), strict=True):
        assert stats.kstest(column, stats.uniform(low, share - low).cdf).pvalue > 0.001
    assert (law.cloud(u[:, :64], here.x, here).moves == cloud.moves[:, :64]).all()


def test_other_views_and_shares_are_refused() -> None:
    with pytest.raises(NotApplicable, match="needs strengths of changes"):
        ll.Strengths().dims(numbers())
    assert ll.Strengths().at(0.5) == ll.Strengths(0.5)
    with pytest.raises(BadInput, match="share"):
        ll.Strengths(2.0)
