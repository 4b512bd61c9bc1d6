"""Linear bags of words are their own line, and the limits of a wide kernel are known."""

from __future__ import annotations

import numpy as np
import pytest

import limelab as ll
from limelab.exact import linear_words, text_law

DOCUMENT = "good film, good acting; a film of good taste"


@pytest.mark.parametrize("law", [ll.Dropout(0.3), ll.UniformCount()], ids=repr)
def test_a_linear_bag_of_words_is_found_exactly(law: ll.Dropout | ll.UniformCount) -> None:
    weights = {"good": 2.0, "film": -0.5, "taste": 1.25, "absent": 9.0}
    found = ll.explain(
        lambda texts: [sum(weights.get(word, 0.0) for word in ll.domains.Pattern()(text))
                       for text in texts],
        None, [DOCUMENT], explainer=ll.Lime(law, ll.Presence(), n_samples=256),
    )  # fmt: skip
    counts = {word: ll.domains.Pattern()(DOCUMENT).count(word) for word in found.features}
    expected = linear_words(weights, counts, found.features)
    assert found.coef is not None
    assert found.intercept is not None
    assert found.coef[0, :, 0] == pytest.approx(expected.coef, abs=1e-10)
    assert found.intercept[0, 0] == pytest.approx(expected.intercept, abs=1e-10)


def test_a_wide_kernel_has_the_published_limits() -> None:
    """Mardaoui and Garreau 2021: as the width grows, the weights tend to simple fractions."""
    d, law = 9, text_law(9, width=1e6)
    unit = law.line(0.0, np.eye(d)[0]).coef
    assert unit[0] == pytest.approx(6 * (d * d - 2 * d + 3) / (d * d - 1), rel=1e-6)
    assert unit[1] == pytest.approx(-6 * (d - 3) / (d * d - 1), rel=1e-6)
    assert law.line(1.0, np.zeros(d)).coef == pytest.approx(-6 / (d + 1), rel=1e-6)
    assert law.line(1.0, np.zeros(d)).intercept == pytest.approx(
        2 * (2 * d - 1) / (d + 1), rel=1e-6
    )
