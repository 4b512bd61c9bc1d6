"""Explanations: frozen arrays of a batch, with their frame, diagnostics and picture; no model is asked."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from limelab.drawing import effect_bars, own_axes
from limelab.types import Array, BadInput, Bools, LocalModel, Objects

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LEAN = 0.1  # below this share of its importance an effect has no direction
_Z = 1.959963984540054  # 95 % of a normal


@dataclass(frozen=True, eq=False)
class Explanation:
    """What the surrogates of a batch say; axes I instances, k features, C outputs.

    Attributes
    ----------
    instances : tuple, length I
        Row labels.
    features, units : tuples of str, length k
        Names, and what one unit of a coefficient's feature is.
    outputs : tuple of str, length C
    values : object array of shape (I, k)
        The instance's own values.
    importance, effect : arrays of shape (I, k, C), output units
        How much the surrogate moves when the feature is redrawn in the neighbourhood, at least
        0; and in which direction, signed, never larger. The same for every surrogate.
    coef, stderr : arrays of shape (I, k, C), or None
        The surrogate's own coefficients per unit of z (linear surrogates only), and their HC3
        standard errors (independent draws only).
    intercept : array of shape (I, C), or None
    selected : bool array of shape (I, k, C)
        Used by the surrogate; not selected is not unimportant.
    gap : array of shape (I, k), or None
        z of the instance less z of the baseline.
    baseline : str
        What contributions are measured from.
    slope : array of shape (I, k, C)
        Importance over the feature's deviation in the neighbourhood, times its deviation over
        the background: |coef| x background sd for lines.
    f, g : arrays of shape (I, C)
        The model and the surrogate at the instance.
    r2, r2_out : arrays of shape (I, C)
        Weighted R squared in and out of sample; NaN where the model does not vary.
    n_samples : int
    n_effective : array of shape (I,)
        Effective sample size (sum w)^2 / sum w^2.
    class_share : array of shape (I,), or None
        Weighted share of samples of the instance's own class, where outputs are classes.
    notes, declined : object arrays of shape (I,)
        What to keep in mind, and why an explanation is missing ("" where it is not).
    record : str
        The explainer and its draws.
    model : LocalModel or None
        The fitted surrogates.
    """

    instances: tuple[Any, ...]
    features: tuple[str, ...]
    units: tuple[str, ...]
    outputs: tuple[str, ...]
    values: Objects
    importance: Array
    effect: Array
    selected: Bools
    slope: Array
    f: Array
    n_effective: Array
    r2: Array
    r2_out: Array
    notes: Objects
    declined: Objects
    record: str
    n_samples: int
    coef: Array | None = None
    stderr: Array | None = None
    intercept: Array | None = None
    gap: Array | None = None
    g: Array | None = None
    class_share: Array | None = None
    baseline: str = ""
    model: LocalModel | None = None

    @classmethod
    def from_attributions(
        cls,
        attributions: Any,
        *,
        instances: Sequence[Any],
        features: Sequence[str],
        outputs: Sequence[str],
        values: Objects,
        f: Array,
        record: str,
    ) -> Explanation:
        """Attributions of another explainer, (I, k) or (I, k, C), as they are.

        Raises
        ------
        BadInput
            Another shape, or values that are not numbers.
        """
        effect = _checked(attributions, len(instances), len(features), len(outputs))
        missing = ~np.isfinite(effect).all(axis=(1, 2))
        effect = np.where(missing[:, None, None], np.nan, effect)
        blank = np.full(f.shape, np.nan)
        return cls(
            instances=tuple(instances),
            features=tuple(features),
            units=("attribution",) * len(features),
            outputs=tuple(outputs),
            values=values,
            importance=np.abs(effect),
            effect=effect,
            selected=np.nan_to_num(effect) != 0,
            slope=np.abs(effect),
            f=f,
            n_effective=np.full(len(f), np.nan),
            r2=blank,
            r2_out=blank,
            notes=np.full(len(f), "attributions of another explainer: no local model", object),
            declined=np.where(missing, "the explainer returned a value that is not finite", "").astype(
                object
            ),
            record=record,
            n_samples=0,
        )

    @property
    def contribution(self) -> Array | None:
        """coef (z(x) - z(baseline)), shape (I, k, C); None without coefficients or baseline."""
        if self.coef is None or self.gap is None:
            return None
        return self.coef * self.gap[:, :, None]

    @property
    def determined(self) -> Bools:
        """Where the sign of an effect can be told, shape (I, k, C)."""
        with np.errstate(invalid="ignore"):
            clear = (np.abs(self.effect) >= _LEAN * self.importance) & (self.importance > 0)
            if self.coef is not None and self.stderr is not None:
                clear &= ~(np.abs(self.coef) <= _Z * self.stderr)
        return clear

    def to_frame(self) -> pd.DataFrame:
        """Tidy rows: one for each instance, output and feature.

        Returns
        -------
        frame : DataFrame
            instance, output, feature, value, coef, stderr, importance, effect, contribution,
            selected, rank (1 is the most important, ties share the lower rank), unit,
            determined (can the sign be told), note.
        """
        shape = (len(self.instances), len(self.outputs), len(self.features))
        notes = [self.declined[i] or self.notes[i] for i in range(shape[0])]
        columns = {
            "instance": _spread_out(np.array([*self.instances, None], dtype=object)[:-1], 0, shape),
            "output": _spread_out(np.array(self.outputs, dtype=object), 1, shape),
            "feature": _spread_out(np.array(self.features, dtype=object), 2, shape),
            "value": np.repeat(self.values[:, None, :], shape[1], axis=1).ravel(),
            "coef": _long(self.coef, shape),
            "stderr": _long(self.stderr, shape),
            "importance": _long(self.importance, shape),
            "effect": _long(self.effect, shape),
            "contribution": _long(self.contribution, shape),
            "selected": np.swapaxes(self.selected, 1, 2).ravel(),
            "rank": _long(self._ranks(), shape),
            "unit": _spread_out(np.array(self.units, dtype=object), 2, shape),
            "determined": np.swapaxes(self.determined, 1, 2).ravel(),
            "note": _spread_out(np.array(notes, dtype=object), 0, shape),
        }
        return pd.DataFrame({name: list(c) if name == "value" else c for name, c in columns.items()})

    def diagnostics(self) -> pd.DataFrame:
        """One row for each instance and output: how far the explanation can be leant on.

        Returns
        -------
        frame : DataFrame
            instance, output, n_samples, n_effective, r2, r2_out, f, g, gap = |g - f|,
            class_share, undetermined (features in use whose sign cannot be told), note.
        """
        shape = (len(self.instances), len(self.outputs))
        g = np.full(shape, np.nan) if self.g is None else self.g
        shares = np.full(shape[0], np.nan) if self.class_share is None else self.class_share
        notes = [self.declined[i] or self.notes[i] for i in range(shape[0])]
        unclear = (self.selected & ~self.determined).sum(axis=1)
        return pd.DataFrame(
            {
                "instance": [label for label in self.instances for _ in self.outputs],
                "output": list(self.outputs) * shape[0],
                "n_samples": self.n_samples,
                "n_effective": np.repeat(self.n_effective, shape[1]),
                "r2": self.r2.ravel(),
                "r2_out": self.r2_out.ravel(),
                "f": self.f.ravel(),
                "g": g.ravel(),
                "gap": np.abs(g - self.f).ravel(),
                "class_share": np.repeat(shares, shape[1]),
                "undetermined": unclear.ravel(),
                "note": np.repeat(np.array(notes, dtype=object), shape[1]),
            }
        )

    def rules(self, instance: int = 0, output: Any = None) -> list[str]:
        """The path of a tree surrogate at an instance, as readable rules.

        Raises
        ------
        BadInput
            The surrogate is not a tree.
        """
        path = getattr(self.model, "path", None)
        if path is None:
            raise BadInput(f"{self.record} has no rules; expected a tree surrogate such as Tree()")
        i, c = self._position(instance), self._output(instance, output)
        at = np.array([1.0 if unit == "same as x" else 0.0 for unit in self.units])
        return [
            f"{self.features[j]} - x {sign} {threshold:.4g} {self.units[j]}"
            if self.units[j] != "same as x"
            else f"{self.features[j]} {'same as' if sign == '>' else 'other than'} x"
            for j, sign, threshold in path(i, c, at)
        ]

    def plot(self, instance: int = 0, output: Any = None, ax: Axes | None = None) -> Axes:
        """Effects of one instance as bars, the most important on top, with 95 % intervals.

        Parameters
        ----------
        instance : int
            Position of the row.
        output : str or int, optional
            Name or position; the output that is highest at the instance unless said.
        ax : matplotlib Axes, optional
        """
        i, c = self._position(instance), self._output(instance, output)
        if self.declined[i]:
            raise BadInput(f"instance {self.instances[i]!r} has no explanation: {self.declined[i]}")
        order = np.argsort(-self.importance[i, :, c], kind="stable")[:12]
        ax = own_axes(ax, height=1.4 + 0.3 * len(order))
        names = [f"{self.features[j]} = {_short(self.values[i, j])}" for j in order]
        effect_bars(ax, names, self.effect[i, order, c], self._effect_error(i, order, c),
                    self.determined[i, order, c])  # fmt: skip
        ax.set_xlabel(f"effect on {self.outputs[c]} per neighbourhood sd (grey: sign undetermined)")
        reliability = f"effective samples {self.n_effective[i]:.0f}, R² {self.r2[i, c]:.2f}"
        ax.set_title(f"{self.instances[i]}: f(x) = {self.f[i, c]:.3g}; {reliability}", fontsize=10)
        return ax

    def _repr_html_(self) -> str:
        frame = self.to_frame()
        shown = frame.sort_values(["instance", "output", "rank"], kind="stable").head(20)
        cut = f"<p>20 of {len(frame)} rows; to_frame() has all.</p>" if len(frame) > len(shown) else ""
        return (
            f"<p>{html.escape(self.record)}</p>"
            + shown.to_html(index=False, escape=True, float_format=lambda v: f"{v:.4g}")
            + cut
        )

    def __repr__(self) -> str:
        shape = f"{len(self.instances)} instances x {len(self.features)} features"
        return f"Explanation({shape} x {len(self.outputs)} outputs, {self.record})"

    def _effect_error(self, i: int, order: Array, c: int) -> Array | None:
        """Standard errors of the effects: the coefficients' times the deviation."""
        if self.coef is None or self.stderr is None:
            return None
        coef, error = np.abs(self.coef[i, order, c]), self.stderr[i, order, c]
        deviation = np.divide(self.importance[i, order, c], coef, out=0 * coef, where=coef > 0)
        return np.asarray(error * deviation)

    def _ranks(self) -> Array:
        with np.errstate(invalid="ignore"):
            return np.asarray(rankdata(-self.importance, method="min", axis=1, nan_policy="propagate"))

    def _position(self, instance: int) -> int:
        if not 0 <= instance < len(self.instances):
            raise BadInput(f"instance={instance!r}; expected a position below {len(self.instances)}")
        return instance

    def _output(self, instance: int, output: Any) -> int:
        if output is None:
            return int(np.argmax(self.f[self._position(instance)]))
        if output in self.outputs:
            return self.outputs.index(output)
        if isinstance(output, (int, np.integer)) and 0 <= output < len(self.outputs):
            return int(output)
        raise BadInput(f"output={output!r}; expected one of {list(self.outputs)} or a position")


def joined(parts: Sequence[Explanation]) -> Explanation:
    """Batches with the same features and outputs as one; the surrogates stay with their batch."""
    if len(parts) == 1:
        return parts[0]
    whole: dict[str, Any] = {}
    for entry in fields(Explanation):
        found = [getattr(part, entry.name) for part in parts]
        if entry.name == "instances":
            whole[entry.name] = tuple(label for part in found for label in part)
        elif isinstance(found[0], np.ndarray):
            whole[entry.name] = np.concatenate(found)
        else:
            whole[entry.name] = found[0]
    whole["model"] = stacked([part.model for part in parts])
    return Explanation(**whole)


def stacked(models: Sequence[Any]) -> Any:
    """Fitted stacks of one kind as one stack; instance axes of length 1 are spread out first."""
    first = models[0]
    if first is None or len(models) == 1:
        return first
    sizes = [len(model.importance) for model in models]
    widths = {
        entry.name: max(np.shape(getattr(model, entry.name))[-1:] or (0,) for model in models)[0]
        for entry in fields(first)
        if isinstance(getattr(first, entry.name), np.ndarray)
    }
    parts = {
        name: np.concatenate(
            [
                _padded(_grown(getattr(model, name), size), width)
                for model, size in zip(models, sizes, strict=True)
            ]
        )
        for name, width in widths.items()
    }
    return type(first)(**{**{e.name: getattr(first, e.name) for e in fields(first)}, **parts})


def _grown(array: Array, size: int) -> Array:
    return np.broadcast_to(array, (size, *array.shape[1:])) if len(array) == 1 else array


def _padded(array: Array, width: int) -> Array:
    """Node axes of trees differ in length; -1 marks a leaf, and 0 is a value nobody reaches."""
    short = width - array.shape[-1] if array.ndim > 1 else 0
    if short <= 0:
        return array
    fill = -1 if array.dtype.kind == "i" else 0
    return np.pad(array, [(0, 0)] * (array.ndim - 1) + [(0, short)], constant_values=fill)


def _checked(attributions: Any, instances: int, features: int, outputs: int) -> Array:
    try:
        array = np.asarray(attributions, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise BadInput(
            f"the explainer returned {type(attributions).__name__}; expected an Explanation or numbers "
            f"of shape ({instances}, {features}) or ({instances}, {features}, {outputs})"
        ) from error
    if array.ndim == 2:
        array = np.repeat(array[:, :, None], outputs, axis=2) if outputs > 1 else array[:, :, None]
    if array.shape != (instances, features, outputs):
        raise BadInput(
            f"the explainer returned shape {np.shape(attributions)}; expected "
            f"({instances}, {features}) or ({instances}, {features}, {outputs})"
        )
    return array


def _long(array: Array | None, shape: tuple[int, int, int]) -> Array:
    if array is None:
        return np.full(shape[0] * shape[1] * shape[2], np.nan)
    return np.swapaxes(array, 1, 2).ravel()


def _spread_out(values: Objects, axis: int, shape: tuple[int, int, int]) -> Objects:
    place = [1, 1, 1]
    place[axis] = -1
    return np.broadcast_to(values.reshape(place), shape).ravel()


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
