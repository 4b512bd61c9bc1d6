"""Explanations of rows that do not share their features, side by side; it asks no model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from limelab.explanation import Explanation, joined
from limelab.types import BadInput

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class _Refused:
    """An array by feature, which rows with features of their own do not have in common."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: Ragged | None, owner: type) -> Any:
        if instance is None:
            return self
        counts = sorted({len(part.features) for part in instance.parts})
        raise BadInput(
            f"{self.name} was asked of {len(instance.instances)} rows with features of their own "
            f"({counts[0]} to {counts[-1]} each); expected rows that share them; take [i] for one "
            "row, to_frame(), or by_feature() to join by feature name"
        )


class Ragged(Explanation):
    """What the surrogates say of several documents or pictures, each with features of its own.

    Frames, diagnostics and pictures as of an `Explanation`; arrays by feature raise, as the rows
    have no features in common. ``ragged[i]`` is the explanation of one row.

    Parameters
    ----------
    parts : sequence of Explanation
        Each of one row, with the same outputs.
    """

    parts: tuple[Explanation, ...]
    features: Any = _Refused()
    units: Any = _Refused()
    values: Any = _Refused()
    importance: Any = _Refused()
    effect: Any = _Refused()
    selected: Any = _Refused()
    slope: Any = _Refused()
    coef: Any = _Refused()
    stderr: Any = _Refused()
    gap: Any = _Refused()
    at_x: Any = _Refused()
    steps: Any = _Refused()
    limits: Any = _Refused()
    model: Any = _Refused()

    def __init__(self, parts: Sequence[Explanation]) -> None:
        first = parts[0]
        whole: dict[str, Any] = {"parts": tuple(parts)}
        for name in ("f", "g", "intercept", "r2", "r2_out", "n_effective", "notes", "declined",
                     "class_share", "pictures"):  # fmt: skip
            found = [getattr(part, name) for part in parts]
            known = all(value is not None for value in found)
            whole[name] = np.concatenate(found) if known else None
        whole["instances"] = tuple(label for part in parts for label in part.instances)
        for name in ("outputs", "record", "n_samples", "baseline", "freedom"):
            whole[name] = getattr(first, name)
        for name, value in whole.items():
            object.__setattr__(self, name, value)

    def __len__(self) -> int:
        return len(self.instances)

    def __getitem__(self, instance: int) -> Explanation:
        """The explanation of one row, by its position."""
        return self.parts[self._position(instance)]

    def to_frame(self) -> pd.DataFrame:
        """Tidy rows of all, as of an `Explanation`; a feature stands only where its row has it."""
        return pd.concat([part.to_frame() for part in self.parts], ignore_index=True)

    def by_feature(self, column: str = "effect", output: Any = None) -> pd.DataFrame:
        """One column of `to_frame`, joined by feature name: a row an instance, a column a feature.

        Parameters
        ----------
        column : str, default "effect"
        output : str or int, optional
            The last of the outputs unless said: of two classes, the second.

        Returns
        -------
        frame : DataFrame
            NaN where the row does not have the feature.
        """
        c = len(self.outputs) - 1 if output is None else self._output(0, output)
        frame = self.to_frame()
        if column not in frame:
            raise BadInput(f"column={column!r}; expected one of {list(frame.columns)}")
        chosen = frame[frame["output"] == self.outputs[c]]
        return chosen.pivot(index="instance", columns="feature", values=column)

    def diagnostics(self) -> pd.DataFrame:
        """One row for each instance and output, as of an `Explanation`."""
        return pd.concat([part.diagnostics() for part in self.parts], ignore_index=True)

    def rules(self, instance: int = 0, output: Any = None) -> list[str]:
        """The region of a tree surrogate that holds the instance, as of an `Explanation`."""
        return self[instance].rules(0, output)

    def plot(self, instance: int = 0, output: Any = None, ax: Axes | None = None) -> Axes:
        """One row as bars or as an overlay, as of an `Explanation`."""
        return self[instance].plot(0, output, ax)

    def marked(self, instance: int = 0, output: Any = None) -> str:
        """One document as coloured words, as of an `Explanation`."""
        return self[instance].marked(0, output)

    def _words(self, i: int) -> bool:
        return self.parts[i]._words(0)

    def __repr__(self) -> str:
        return (
            f"Ragged({len(self)} instances with features of their own x {len(self.outputs)} "
            f"outputs, {self.record})"
        )


def gathered(parts: Sequence[Explanation]) -> Explanation:
    """Explanations of several views as one; a `Ragged` where their features differ."""
    if len({part.features for part in parts}) > 1:
        return Ragged(parts)
    return joined(parts)
