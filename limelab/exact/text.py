"""What explanations of texts converge to, by formula; it draws nothing, asks no model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from limelab.exact.population import Population
from limelab.exact.presence import MaskLaw, cosine_weight


def text_law(parts: int, *, width: float = 0.25) -> MaskLaw:
    """`UniformCount` under the exponential kernel of the cosine distance: lime's law for texts.

    Mardaoui and Garreau (2021), "An analysis of LIME for text data", section 3.1.

    Parameters
    ----------
    parts : int
        Distinct words.
    width : float, default 0.25
        lime's own 25 hundredths.

    Returns
    -------
    law : MaskLaw

    Examples
    --------
    >>> law = text_law(10)
    >>> law.conjunction(3).coef[[0, 9]].round(5).tolist()
    [0.44292, -0.01956]
    """
    weight = cosine_weight(parts, width) / parts
    weight[0] = 0.0  # at least one word is gone
    return MaskLaw(tuple(weight.tolist()))


def linear_words(
    weights: Mapping[str, float], counts: Mapping[str, int], words: Sequence[str]
) -> Population:
    """The line of a linear model of word counts: each word's weight times how often it stands.

    Exact for every kernel and every law under which the words vary: the model is its own line.

    Parameters
    ----------
    weights : mapping of word to float
        Of the model; times the inverse document frequency where it has one.
    counts : mapping of word to int
        Of the document.
    words : sequence of str
        In the order of the features.

    Returns
    -------
    line : Population
        The intercept is 0: what the model says of the empty text is to be added.

    Examples
    --------
    >>> linear_words({"good": 2.0}, {"good": 3, "film": 1}, ["film", "good"]).coef.tolist()
    [0.0, 6.0]
    """
    coef = np.array([weights.get(word, 0.0) * counts[word] for word in words])
    nothing = np.asarray(np.nan)
    return Population(coef, np.zeros(()), nothing, np.ones(()))
