"""Other explainers beside the one under audit, and whether the model confirms them."""

from __future__ import annotations

import numpy as np

import limelab as ll

DATA = np.random.default_rng(0).normal(size=(200, 3))
FEW = ll.Lime(n_samples=256)


def table(model, explainer=FEW):
    found = ll.audit(model, DATA, np.zeros((1, 3)), repeats=5, explainer=explainer)
    return found.by_explainer().set_index("explainer")


def test_of_a_line_all_agree():
    found = table(lambda x: x @ [3.0, -1.0, 0.3])
    assert (found["lead"] == "x0").all()
    assert (found["lead_chance"] > 0.99).all()
    lines = found.drop(index="a tree")
    assert (lines["same_top"] == 1).all()
    assert np.allclose(lines["r2"], 1.0)
    assert 0.5 < found["r2"]["a tree"] < 0.99


def test_of_an_even_function_the_tree_alone_is_confirmed():
    found = table(lambda x: 3 * x[:, 0] ** 2 + 0.3 * x[:, 1])
    assert found["lead"]["a tree"] == "x0"
    assert found["lead_chance"]["a tree"] > 0.99
    assert found["lead_chance"]["half the width"] < 0.5
    assert found["r2"]["a tree"] > found["r2"]["half the width"]


def test_records_can_be_typed_and_what_is_not_known_says_why():
    found = table(lambda x: x[:, 0], ll.Lime(ll.Marginals(), surrogate=ll.Tree(), n_samples=128))
    assert found["record"]["real neighbours"].startswith("Lime(perturbation=Neighbours(share=0.1")
    assert "no width to change" in found["record"]["half the width"]
    assert found["record"]["a tree"].startswith("Lime(")
    assert np.isnan(found["r2"]["half the width"])
