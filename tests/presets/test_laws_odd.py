"""Every preset and every explainer in front bears odd tables, or declines them with a reason."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import limelab as ll
from limelab import presets
from tests.test_bad_input import ODD_DATA, of_frame, proven, wave

ONE = ll.Lime(n_samples=64)
NARROW = ll.Lime(ll.Gaussian(1), kernel=ll.Exponential(), n_samples=3)
EXPLAINERS: tuple[Any, ...] = (
    presets.lime_tabular(2, num_samples=64),
    presets.lime_tabular(1, num_samples=2),
    presets.lime_tabular_continuous(2, num_samples=64),
    presets.lime_tabular_around(9, num_samples=64),
    presets.bayeslime(num_samples=64),
    presets.baylime(num_samples=64),
    presets.glime_gaussian(n_samples=64),
    presets.melime_kde(n_samples=64, tree=True),
    presets.blimey_tree(n_samples=64),
    ll.Maple(5),
    ll.Maple(3, min_leaf=100),
    ll.Dlime(),
    ll.OptiLime(NARROW),
    ll.SLime(ONE, k=2, most=256),
    ll.SLime(ll.Lime(ll.Rows(), ll.Binned(), n_samples=8), k=9, most=64),
    ll.Replicated(ONE),
    ll.Precise(ONE, half_width=0.1, pilot=8, most=64),
)


@pytest.mark.filterwarnings("ignore::limelab.LocalFitWarning")
@pytest.mark.parametrize("explainer", EXPLAINERS, ids=repr)
def test_odd_tables(explainer: Any) -> None:
    for data in ODD_DATA.values():
        framed = isinstance(data, pd.DataFrame)

        def model(rows: Any, *, framed: bool = framed, first: Any = data) -> Any:
            return of_frame(rows) if framed else wave(rows / first[0])

        proven(ll.explain(model, data, data[:1], explainer=explainer))
