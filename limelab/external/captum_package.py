"""captum's LIME and Kernel SHAP for tables, as they come; torch is imported at their first use.

captum needs torch and is in no extra. Where it is not installed, one error says what to install.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from limelab.external.asked import Asked, asked, each, package
from limelab.numbers import count
from limelab.seeds import child
from limelab.types import Array


class _Captum:
    """What both do: rows as tensors, one attribution for each row and output."""

    takes_domain = True
    n_samples: int
    name: str

    def explain(self, predict: Any, background: Any, rows: Any, seed: int = 0) -> Array:
        """captum's attributions, shape (I, k, C).

        Raises
        ------
        NotApplicable
            Rows of no table.
        BadInput
            captum or torch is not installed.
        """
        given = asked(predict, background, rows)
        captum, torch = (package(name, "captum") for name in ("captum.attr", "torch"))
        baseline = torch.as_tensor(_typical(given)[None], dtype=torch.float64)

        def one(row: Array) -> Array:
            x = torch.as_tensor(row[None].copy(), dtype=torch.float64)
            columns = []
            for c in range(len(given.box.outputs)):
                method = getattr(captum, self.name)(_forward(given, torch, c))
                with _seeded(torch, child(seed, "captum", row.tobytes())):
                    found = method.attribute(
                        x, baselines=baseline, n_samples=self.n_samples, perturbations_per_eval=64
                    )
                columns.append(found.detach().numpy().reshape(-1))
            return np.stack(columns, axis=1)

        return each(one, given.x)


@dataclass(frozen=True)
class CaptumLime(_Captum):
    """``captum.attr.Lime`` with its own kernel and lasso: features there, or at a baseline.

    The baseline is the background's mean, of a category its most frequent value. A row's draws are
    keyed by the row and the seed. torch's generator is seeded for a call and put back.

    Parameters
    ----------
    n_samples : int, default 1000
        captum's own 50 is a smoke test.
    """

    n_samples: int = 1000
    name = "Lime"

    def __post_init__(self) -> None:
        count(self, "n_samples", least=2)


@dataclass(frozen=True)
class CaptumKernelShap(_Captum):
    """``captum.attr.KernelShap``: Shapley values against one baseline, by weighted regression.

    Baseline and draws as in `CaptumLime`.

    Parameters
    ----------
    n_samples : int, default 1000
        captum's own 25 is a smoke test.
    """

    n_samples: int = 1000
    name = "KernelShap"

    def __post_init__(self) -> None:
        count(self, "n_samples", least=2)


def _typical(given: Asked) -> Array:
    """Means of numbers and the most frequent codes of the background (d,)."""
    known = given.table.background
    typical = known.mean(axis=0)
    for j in np.flatnonzero(given.table.categorical):
        values, counts = np.unique(known[:, j], return_counts=True)
        typical[j] = values[counts.argmax()]
    return np.asarray(typical, dtype=np.float64)


def _forward(given: Asked, torch: Any, output: int) -> Any:
    """One output of the model, of tensors (m, d) as a tensor (m,)."""
    return lambda points: torch.as_tensor(given.ask(points.detach().numpy())[:, output])


@contextmanager
def _seeded(torch: Any, seed: int) -> Iterator[None]:
    """torch's generator seeded and put back afterwards; captum's own warnings kept quiet."""
    with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
        warnings.simplefilter("ignore")
        torch.manual_seed(seed % 2**63)
        yield
