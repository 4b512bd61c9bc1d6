"""What a test of "no difference" says, in a row and in words; it computes no p."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from limelab.types import Array, BadInput


@dataclass(frozen=True)
class Outcome:
    """The result of one test.

    Attributes
    ----------
    test : str
        Its name, as in a sentence.
    statistic : float
    p : float
        Two-sided; NaN where the test cannot be made, and then `note` says why.
    n : int
        Data sets (or other independent units) that were used.
    smallest_p : float
        The least p that this test can give with so many; 0 where there is no bound.
    note : str
        What to know before reading p, or "".

    Examples
    --------
    >>> Outcome("sign-flip test", 1.5, 0.0625, n=5, smallest_p=0.0625).sentence()
    'The sign-flip test cannot reach 0.05 with 5 data sets: its smallest p is 0.0625 (p = 0.0625).'
    """

    test: str
    statistic: float
    p: float
    n: int
    smallest_p: float = 0.0
    note: str = ""

    def sentence(self, alpha: float = 0.05) -> str:
        """What it says at this error rate, and whether it could have said more."""
        if np.isnan(self.p):
            return f"The {self.test} cannot be made: {self.note}."
        told = "; ".join(filter(None, [f"p = {self.p:.3g}", self.note]))
        if self.smallest_p > alpha:
            return (
                f"The {self.test} cannot reach {alpha:g} with {self.n} data sets: "
                f"its smallest p is {self.smallest_p:.3g} ({told})."
            )
        said = "shows a difference" if self.p <= alpha else "shows no difference"
        return f"The {self.test} over {self.n} data sets {said} ({told})."


def one_a_unit(values: Array, owner: str) -> tuple[Array, int]:
    """The values that are there, one a data set, and how many are missing.

    Raises
    ------
    BadInput
        More than one axis, or an infinite value.
    """
    values = np.asarray(values, dtype=float)
    if values.ndim != 1 or np.isinf(values).any():
        raise BadInput(
            f"{owner}: an array of shape {values.shape} came"
            f"{', with infinite values' * bool(np.isinf(values).any())}; wanted finite numbers "
            "(or NaN where there is none) of shape (n,), one a data set. Average each set first."
        )
    present = ~np.isnan(values)
    return values[present], int((~present).sum())


def missing_note(n_missing: int) -> str:
    """A note on data sets without a value, or ""."""
    return f"{n_missing} data sets without a value" if n_missing else ""


def check_level(level: float, owner: str) -> None:
    """Raise where a confidence level is not one."""
    if not 0 < level < 1:
        raise BadInput(f"{owner}(level={level!r}); expected a share between 0 and 1, such as 0.95")
