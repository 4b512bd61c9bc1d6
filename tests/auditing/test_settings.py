"""Other settings of an explainer change what they say and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

import limelab as ll
from limelab import presets
from limelab.auditing.settings import as_tree, halved, own, representation_of, resized
from limelab.types import NotApplicable


class Foreign:
    def explain(self, predict, background, rows, seed):
        raise AssertionError


def test_own_draws_and_half_the_samples():
    assert own(ll.Lime()) == ll.Lime(draws="own")
    assert halved(ll.Lime(n_samples=512)) == ll.Lime(n_samples=256)
    sure = ll.Replicated(ll.Lime(n_samples=1024), 8)
    assert halved(own(sure)) == ll.Replicated(ll.Lime(n_samples=512, draws="own"), 8)
    foreign = Foreign()
    assert own(foreign) is foreign


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (ll.Lime(ll.Gaussian(0.4)), ll.Lime(ll.Gaussian(0.8))),
        (ll.Lime(kernel=ll.Exponential(0.5)), ll.Lime(kernel=ll.Exponential(1.0))),
        (ll.Lime(ll.Neighbours(0.7)), ll.Lime(ll.Neighbours(1.0))),
        (ll.Lime(kernel=ll.Ball(1.0)), ll.Lime(kernel=ll.Ball(2.0))),
    ],
)
def test_a_width_is_the_kernels_where_it_has_one(before, after):
    assert resized(before, 2.0) == after


def test_what_cannot_be_changed_is_declined():
    with pytest.raises(NotApplicable, match="no width"):
        resized(ll.Lime(ll.Marginals()), 2.0)
    with pytest.raises(NotApplicable, match="not made of limelab's parts"):
        halved(Foreign())
    with pytest.raises(NotApplicable, match="divides"):
        halved(ll.Replicated(ll.Lime(n_samples=9), 9))
    with pytest.raises(NotApplicable, match="a tree already"):
        as_tree(ll.Lime(surrogate=ll.Tree()))


def test_how_features_are_read_comes_from_the_parts_or_the_units():
    lime = presets.lime_tabular()
    assert representation_of(lime, ()) == lime.representation
    assert representation_of(ll.ExactLime(), ("background sd",)) == ll.Standardized()
    with pytest.raises(NotApplicable, match="what a sign of it means"):
        representation_of(Foreign(), ("attribution",))
    assert as_tree(replace(lime, n_samples=99)).n_samples == 99
