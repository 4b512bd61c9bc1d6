"""The Bayesian signed-rank test with a region of practical equivalence; it draws what it is handed.

The prior is a Dirichlet process with weight `prior` at 0, within the region.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from limelab.statistics.outcomes import missing_note, one_a_unit
from limelab.types import Array, BadInput


@dataclass(frozen=True)
class Posterior:
    """Which of three is the most probable for the next data sets, and how sure that is.

    Attributes
    ----------
    below, equivalent, above : float
        Posterior probabilities that the difference lies mostly below -rope, within, above rope;
        they sum to 1.
    error : float
        Monte Carlo standard error of the largest of the three.
    rope : float
    n : int
    note : str
    """

    below: float
    equivalent: float
    above: float
    error: float
    rope: float
    n: int
    note: str = ""

    def sentence(self, sure: float = 0.95) -> str:
        """What is at least so probable, if anything is."""
        words = {
            "a is lower than b in practice": self.below,
            f"the difference lies within {self.rope:g}": self.equivalent,
            "a is higher than b in practice": self.above,
        }
        best = max(words, key=words.__getitem__)
        told = f"probability {words[best]:.3g}, {self.n} data sets"
        told = "; ".join(filter(None, [told, self.note]))
        if words[best] >= sure:
            return f"It is probable that {best} ({told})."
        return f"Nothing is {sure:g} probable; most of all that {best} ({told})."


def bayesian_signed_rank(
    differences: Array,
    *,
    rope: float,
    rng: np.random.Generator,
    prior: float = 0.5,
    n_draws: int = 50_000,
) -> Posterior:
    """Posterior of the Dirichlet-process signed-rank test.

    With Dirichlet weights w over the prior's 0 and the n differences z, the mass below is the sum
    of w_i w_j over pairs with (z_i + z_j) / 2 < -rope, and so on; each draw votes for the largest
    of the three masses.

    Parameters
    ----------
    differences : array of shape (n,)
        One a data set; NaN is left out and counted.
    rope : float
        Half-width of the region of practical equivalence, above 0 and fixed beforehand.
    rng : Generator
    prior : float
        Weight of the prior, in data sets.
    n_draws : int

    Notes
    -----
    Benavoli, Mangili, Corani, Zaffalon and Ruggeri 2014; Benavoli, Corani, Demsar and Zaffalon
    2017, section 4.

    Examples
    --------
    >>> found = bayesian_signed_rank(np.full(9, 0.3), rope=0.1, rng=np.random.default_rng(0))
    >>> found.above > 0.99
    True
    """
    if not (math.isfinite(rope) and rope > 0 and prior > 0 and n_draws >= 1):
        raise BadInput(
            f"bayesian_signed_rank(rope={rope!r}, prior={prior!r}, n_draws={n_draws!r}); "
            "expected numbers above 0: a margin in the units of the metric, fixed beforehand"
        )
    values, n_missing = one_a_unit(differences, "bayesian_signed_rank")
    if values.size == 0:
        nothing = math.nan
        return Posterior(nothing, nothing, nothing, nothing, rope, 0, "no values came")
    votes = _votes(posterior_masses(values, rope, prior, rng, n_draws))
    best = float(votes.max())
    error = math.sqrt(best * (1 - best) / n_draws)
    below, within, above = votes.tolist()
    return Posterior(below, within, above, error, rope, values.size, missing_note(n_missing))


def posterior_masses(
    values: Array, rope: float, prior: float, rng: np.random.Generator, n_draws: int
) -> Array:
    """Draws (B, 3) of the masses below, within and above the region; each row sums to 1."""
    z = np.concatenate([[0.0], values])
    middle = (z[:, None] + z) / 2
    # A tie with the border, to rounding, is within.
    slack = 1e-12 * max(rope, float(np.abs(z).max()))
    weights = rng.dirichlet(np.concatenate([[prior], np.ones(values.size)]), size=n_draws)
    below = np.einsum("bi,bi->b", weights @ (middle < -rope - slack), weights)
    above = np.einsum("bi,bi->b", weights @ (middle > rope + slack), weights)
    return np.stack([below, 1 - below - above, above], axis=1)


def _votes(masses: Array) -> Array:
    """Share of draws in which each mass is the largest; equal ones share the vote."""
    leads = masses >= masses.max(axis=1, keepdims=True) - 1e-12
    shares: Array = (leads / leads.sum(axis=1, keepdims=True)).mean(axis=0)
    return shares
