"""Explanations: a batch as frozen arrays, with frame, diagnostics and picture; it asks no model."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.special import stdtrit
from scipy.stats import rankdata

from limelab.blackbox import position
from limelab.drawing import effect_bars, literal, own_axes
from limelab.marking import coloured_words, overlay
from limelab.types import (
    Array,
    BadInput,
    Bools,
    Ints,
    LocalModel,
    NotApplicable,
    Objects,
    Pieces,
    Pixels,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NOISE = 1e-9  # below this share of the largest importance there is only rounding
_LEAN_ALONE = 0.3  # the same where no standard error can speak: trees lean by chance
_LEAN = 0.1  # below this share of its importance an effect has no direction
_Z = 1.959963984540054  # 95 % of a normal
_NOT_FINITE = "the explainer returned a value that is not finite"
_DOCUMENTS = 5  # coloured in a notebook
_SHOWN = 12  # bars that fit a picture
_PLAIN = 1e9  # from here on a power of ten is easier to read


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
    n_samples : int, or int array of shape (I,) where instances took different numbers
    n_effective : array of shape (I,)
        Effective sample size (sum w)^2 / sum w^2.
    class_share : array of shape (I,), or None
        Weighted share of samples of the instance's own class, where outputs are classes.
    notes, declined : object arrays of shape (I,)
        What to keep in mind, and why an explanation is missing ("" where it is not).
    record : str
        The explainer and its draws.
    limits : array of shape (I, k, 2), or None
        The instance's bin (low, high] in raw units, where features are bins.
    at_x, steps : tuples of float, length k
        z of the instance itself; how far one unit of z is in the feature's own units, 0 where z
        is no such number.
    model : LocalModel or None
        The fitted surrogates.
    freedom : float, default infinity
        Degrees of freedom of the standard errors: intervals are Student's t.
    pictures : object array of shape (I,), or None
        `Pieces` of documents or `Pixels` of pictures, to show what the features are.
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
    n_samples: int | Ints
    coef: Array | None = None
    stderr: Array | None = None
    intercept: Array | None = None
    gap: Array | None = None
    g: Array | None = None
    class_share: Array | None = None
    baseline: str = ""
    at_x: tuple[float, ...] = ()
    steps: tuple[float, ...] = ()
    limits: Array | None = None
    model: LocalModel | None = None
    freedom: float = np.inf
    pictures: Objects | None = None

    @classmethod
    def from_attributions(  # noqa: PLR0913 -- attributions come without what they speak of
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
        """Attributions of another explainer, (I, k, C) or, of one output, (I, k), as they are.

        Raises
        ------
        BadInput
            Another shape, or values that are not numbers.
        """
        effect = _checked(attributions, len(instances), len(features), len(outputs))
        missing = np.asarray(~np.isfinite(effect).all(axis=(1, 2)))
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
            declined=np.where(missing, _NOT_FINITE, "").astype(object),
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
        """Where the sign of an effect can be told, shape (I, k, C).

        The effect must be at least a tenth of the importance and its 95 % interval must not hold 0;
        without standard errors it must be at least three tenths: a tree of an even function leans
        to either side by a tenth or two.
        """
        with np.errstate(invalid="ignore"):
            floor = _NOISE * np.nan_to_num(self.importance).max(axis=1, keepdims=True)
            least = _LEAN if self.stderr is not None else _LEAN_ALONE
            clear = (np.abs(self.effect) >= least * self.importance) & (self.importance > floor)
            if self.coef is not None and self.stderr is not None:
                clear &= ~(np.abs(self.coef) <= self._quantile(0.95) * self.stderr)
        return np.asarray(clear)

    def half_width(self, level: float = 0.95) -> Array:
        """Half the width (I, k, C) of the coefficients' intervals: coef - it to coef + it.

        Parameters
        ----------
        level : float, default 0.95
            Of each interval alone.

        Raises
        ------
        NotApplicable
            There are no standard errors; the note says why.
        BadInput
            A level that is not between 0 and 1.
        """
        if not 0 < level < 1:
            raise BadInput(f"level={level!r}; expected a number between 0 and 1, such as 0.95")
        if self.stderr is None:
            raise NotApplicable(
                f"{self.record} gave no standard errors ({next(iter(self.notes), '')}); take "
                "LeastSquares() with Iid() draws, or Replicated(Lime(...)) for other designs"
            )
        return np.asarray(self._quantile(level) * self.stderr)

    def _quantile(self, level: float) -> float:
        """How many standard errors an interval reaches either way."""
        return float(stdtrit(self.freedom, (1.0 + level) / 2.0))

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
        columns = {
            "instance": _spread_out(self.instances, 0, shape),
            "output": _spread_out(self.outputs, 1, shape),
            "feature": _spread_out(self.features, 2, shape),
            "value": list(np.repeat(self.values[:, None, :], shape[1], axis=1).ravel()),
            "coef": _long(self.coef, shape),
            "stderr": _long(self.stderr, shape),
            "importance": _long(self.importance, shape),
            "effect": _long(self.effect, shape),
            "contribution": _long(self.contribution, shape),
            "selected": np.swapaxes(self.selected, 1, 2).ravel(),
            "rank": _long(self._ranks(), shape),
            "unit": _spread_out(self.units, 2, shape),
            "determined": np.swapaxes(self.determined, 1, 2).ravel(),
            "note": _spread_out(self._said(), 0, shape),
        }
        return pd.DataFrame(columns)

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
        unclear = (self.selected & ~self.determined).sum(axis=1)
        return pd.DataFrame(
            {
                "instance": [label for label in self.instances for _ in self.outputs],
                "output": list(self.outputs) * shape[0],
                "n_samples": np.repeat(np.broadcast_to(self.n_samples, shape[:1]), shape[1]),
                "n_effective": np.repeat(self.n_effective, shape[1]),
                "r2": self.r2.ravel(),
                "r2_out": self.r2_out.ravel(),
                "f": self.f.ravel(),
                "g": g.ravel(),
                "gap": np.abs(g - self.f).ravel(),
                "class_share": np.repeat(shares, shape[1]),
                "undetermined": unclear.ravel(),
                "note": [note for note in self._said() for _ in self.outputs],
            }
        )

    def rules(self, instance: int = 0, output: Any = None) -> list[str]:
        """The region of a tree surrogate that holds the instance, a rule for each feature.

        Thresholds are in the features' own units, with digits enough to tell the instance's side.

        Parameters
        ----------
        instance : int
            Position of the row.
        output : str or int, optional
            Name or position; the output that is highest at the instance unless said.

        Returns
        -------
        rules : list of str
            Such as "age <= 41.3" and "job = clerk", the first split first; empty where the tree
            is one leaf.

        Raises
        ------
        BadInput
            The surrogate is not a tree, or the instance has no explanation.
        """
        path = getattr(self.model, "path", None)
        if path is None:
            raise BadInput(f"{self.record} has no rules; expected a tree surrogate such as Tree()")
        i, c = self._explained(instance), self._output(instance, output)
        regions: dict[int, tuple[float, float]] = {}
        for j, sign, threshold in path(i, c, np.array(self.at_x)):
            low, high = regions.get(j, (-np.inf, np.inf))
            within = (low, min(high, threshold)) if sign == "<=" else (max(low, threshold), high)
            regions[j] = within
        return [self._rule(i, j, low, high) for j, (low, high) in regions.items()]

    def plot(self, instance: int = 0, output: Any = None, ax: Axes | None = None) -> Axes:
        """Effects of one instance as bars, the most important on top, with 95 % intervals.

        Superpixels are shown on their picture instead.

        Parameters
        ----------
        instance : int
            Position of the row.
        output : str or int, optional
            Name or position; the output that is highest at the instance unless said.
        ax : matplotlib Axes, optional
        """
        i, c = self._explained(instance), self._output(instance, output)
        if isinstance(self._picture(i), Pixels):
            return self._overlay(i, c, ax)
        order = self._order(i, c)
        ax = own_axes(ax, height=1.8 + 0.32 * len(order))
        names = [self._bar_name(i, j) for j in order]
        error, sure = self._effect_error(i, order, c), self.determined[i, order, c]
        effect_bars(ax, names, self.effect[i, order, c], error, sure)
        ax.set_xlabel(literal(self._axis_label(i, c, len(order))), fontsize="small")
        ax.set_title(literal(self._title(i, c)), fontsize="medium", loc="left", pad=24)
        return ax

    def marked(self, instance: int = 0, output: Any = None) -> str:
        """One document as HTML whose words are coloured by their effect.

        Parameters
        ----------
        instance : int
            Position of the row.
        output : str or int, optional
            Name or position; the output that is highest at the instance unless said.

        Returns
        -------
        html : str
            Escaped, with styles of its own; words whose sign is undetermined stay uncoloured.

        Raises
        ------
        BadInput
            The features are not words, or the instance has no explanation.
        """
        i, c = self._explained(instance), self._output(instance, output)
        picture = self._picture(i)
        if not isinstance(picture, Pieces) or not self._words(i):
            raise BadInput(f"{self.record} has no words to colour; take plot() or to_frame()")
        body = coloured_words(picture, self.effect[i, :, c], self.determined[i, :, c])
        return f"<p>{html.escape(self._title(i, c))}</p>{body}"

    def _repr_html_(self) -> str:
        frame = self.to_frame()
        shown = frame.sort_values(["instance", "output", "rank"], kind="stable").head(20)
        rest = f"<p>{len(shown)} of {len(frame)} rows; to_frame() has all.</p>"
        return (
            f"<p>{html.escape(self.record)}</p>"
            + "".join(self._all_marked())
            + shown.to_html(index=False, escape=True, float_format=_number)
            + (rest if len(frame) > len(shown) else "")
        )

    def __repr__(self) -> str:
        shape = f"{len(self.instances)} instances x {len(self.features)} features"
        return f"Explanation({shape} x {len(self.outputs)} outputs, {self.record})"

    def _all_marked(self) -> Iterator[str]:
        """The first few documents as coloured words; nothing where rows are none."""
        for i, reason in enumerate(self.declined[:_DOCUMENTS]):
            if not reason and self._words(i):
                yield self.marked(i)

    def _words(self, i: int) -> bool:
        """Whether the features of an instance are pieces of its text."""
        return isinstance(self._picture(i), Pieces) and set(self.units) == {"presence"}

    def _picture(self, i: int) -> Pieces | Pixels | None:
        return None if self.pictures is None else self.pictures[i]

    def _overlay(self, i: int, c: int, ax: Axes | None) -> Axes:
        ax = own_axes(ax, height=6.0)
        shown: Any = self._picture(i)
        overlay(ax, shown, self.effect[i, :, c], self.determined[i, :, c])
        ax.set_title(literal(self._title(i, c)), fontsize="medium", loc="left")
        return ax

    def _bar_name(self, i: int, j: int) -> str:
        name = _cut(self.features[j])
        return name if self.units[j] == "presence" else f"{name} = {_short(self.values[i, j])}"

    def _said(self) -> list[str]:
        """Why an explanation is missing, or what to keep in mind."""
        return [gone or note for gone, note in zip(self.declined, self.notes, strict=True)]

    def _rule(self, i: int, j: int, low: float, high: float) -> str:
        """One feature's side of the region, z in (low, high]."""
        name, unit, value = self.features[j], self.units[j], self.values[i, j]
        if unit == "presence":
            return f"{name} is there"
        if unit == "same as x":
            return f"{name} = {_short(value)}"
        if unit == "same bin as x" and self.limits is not None:
            low, high = self.limits[i, j]
            return _interval(name, low, high, value)
        if not self.steps or not self.steps[j]:
            return _interval(f"{name} - x in {unit}", low, high, self.at_x[j])
        step = self.steps[j]
        return _interval(name, value + low * step, value + high * step, value)

    def _order(self, i: int, c: int) -> list[int]:
        """The most important features in use (any, where none is), the longest bar first."""
        order = np.argsort(-self.importance[i, :, c], kind="stable").tolist()
        shown = ([j for j in order if self.selected[i, j, c]] or order)[:_SHOWN]
        return sorted(shown, key=lambda j: -abs(self.effect[i, j, c]))

    def _axis_label(self, i: int, c: int, shown: int) -> str:
        what = f"effect on {_cut(self.outputs[c])}: its change per local sd of the feature"
        if set(self.units) == {"attribution"}:
            what = f"attribution to {_cut(self.outputs[c])}"
        unused = int((~self.selected[i, :, c]).sum())
        rest = f"{shown} of {len(self.features)} features shown"
        rest += f", {unused} not in use" if unused else ""
        return what if shown == len(self.features) else f"{what}\n{rest}"

    def _title(self, i: int, c: int) -> str:
        here = (
            f"Row {_cut(self.instances[i])}: {_cut(self.outputs[c])} = {_number(self.f[i, c], 3)}"
        )
        said = [f"surrogate says {_number(self.g[i, c], 3)}"] if self.g is not None else []
        if np.isfinite(self.r2_out[i, c]):
            said.append(f"R² out of sample {self.r2_out[i, c]:.2f}")
        if np.isfinite(self.n_effective[i]):
            said.append(f"{self.n_effective[i]:.0f} effective samples")
        return f"{here}\n{', '.join(said)}" if said else here

    def _effect_error(self, i: int, order: list[int], c: int) -> Array | None:
        """Standard errors of the effects: the coefficients' times the deviation.

        Scaled so that 1.96 of them reach as far as the interval.
        """
        if self.coef is None or self.stderr is None:
            return None
        coef, error = np.abs(self.coef[i, order, c]), self.stderr[i, order, c]
        deviation = np.divide(self.importance[i, order, c], coef, out=0 * coef, where=coef > 0)
        return np.asarray(error * deviation * (self._quantile(0.95) / _Z))

    def _ranks(self) -> Array:
        ranks = rankdata(-self.importance, method="min", axis=1, nan_policy="propagate")
        return np.asarray(ranks)

    def _position(self, instance: int) -> int:
        whole = isinstance(instance, (int, np.integer)) and not isinstance(instance, bool)
        if not whole or not 0 <= instance < len(self.instances):
            raise BadInput(
                f"instance={instance!r}; expected a position from 0 to {len(self.instances) - 1}"
            )
        return int(instance)

    def _explained(self, instance: int) -> int:
        """The position of an instance that has an explanation."""
        i = self._position(instance)
        if self.declined[i]:
            raise BadInput(f"instance {self.instances[i]!r} has no explanation: {self.declined[i]}")
        return i

    def _output(self, instance: int, output: Any) -> int:
        if output is None:
            return int(np.argmax(self.f[self._position(instance)]))
        return position(output, self.outputs)


def joined(parts: Sequence[Explanation]) -> Explanation:
    """Batches with the same features and outputs as one, their surrogates too."""
    first = parts[0]
    if len(parts) == 1:
        return first
    whole: dict[str, Any] = {}
    for entry in fields(Explanation):
        found = [getattr(part, entry.name) for part in parts]
        if any(isinstance(value, np.ndarray) for value in found):
            known = all(value is not None for value in found)  # as class_share may not be
            whole[entry.name] = np.concatenate(found) if known else None
    whole["instances"] = tuple(label for part in parts for label in part.instances)
    whole["model"] = stacked([part.model for part in parts])
    return replace(first, **whole)


def stacked(models: Sequence[Any]) -> Any:
    """Fitted stacks of one kind as one stack; instance axes of length 1 are spread out first."""
    first = models[0]
    if first is None or len(models) == 1:
        return first
    sizes = [len(model.importance) for model in models]
    arrays = {
        entry.name: [
            _grown(getattr(model, entry.name), size)
            for model, size in zip(models, sizes, strict=True)
        ]
        for entry in fields(first)
        if isinstance(getattr(first, entry.name), np.ndarray)
    }
    return replace(first, **{name: _concatenated(parts) for name, parts in arrays.items()})


def _grown(array: Array, size: int) -> Array:
    return np.broadcast_to(array, (size, *array.shape[1:])) if len(array) == 1 else array


def _concatenated(parts: list[Array]) -> Array:
    """Along the instances; the last axes, such as the nodes of trees, are padded to the longest.

    A node that is no node reads -1 where it holds a whole number (a leaf, no child), else 0.
    """
    width = max(part.shape[-1] for part in parts)
    if parts[0].ndim == 1:
        return np.concatenate(parts)
    fill = -1 if parts[0].dtype.kind == "i" else 0
    return np.concatenate(
        [
            np.pad(
                part,
                [(0, 0)] * (part.ndim - 1) + [(0, width - part.shape[-1])],
                constant_values=fill,
            )
            for part in parts
        ]
    )


def _checked(attributions: Any, instances: int, features: int, outputs: int) -> Array:
    """Attributions (I, k, C), or a refusal that names the shape that came."""
    short = f"({instances}, {features})"
    full = f"({instances}, {features}, {outputs})"
    wanted = f"numbers of shape {short} or {full}" if outputs == 1 else f"numbers of shape {full}"
    try:
        array = np.asarray(attributions, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise BadInput(
            f"the explainer returned {type(attributions).__name__}; expected an Explanation or "
            f"{wanted}"
        ) from error
    if array.shape == (instances, features) and outputs == 1:
        return array[:, :, None]
    if array.shape != (instances, features, outputs):
        raise BadInput(
            f"the explainer returned shape {array.shape}; expected {wanted}; to explain one output "
            "alone, hand a model that gives one"
        )
    return array


def _long(array: Array | None, shape: tuple[int, int, int]) -> Array:
    if array is None:
        return np.full(shape[0] * shape[1] * shape[2], np.nan)
    return np.swapaxes(array, 1, 2).ravel()


def _spread_out(values: Sequence[Any], axis: int, shape: tuple[int, int, int]) -> Objects:
    place = [1, 1, 1]
    place[axis] = -1
    column = np.array([*values, None], dtype=object)[:-1]  # the None keeps tuples whole
    return np.broadcast_to(column.reshape(place), shape).ravel()


def _interval(name: str, low: float, high: float, inside: float) -> str:
    """`low < name <= high` with digits enough that `inside` is inside what is printed."""
    above = _rounded(low, lambda printed: printed < inside)
    below = _rounded(high, lambda printed: printed >= inside)
    if np.isinf(low):
        return f"{name} <= {below}"
    return f"{name} > {above}" if np.isinf(high) else f"{above} < {name} <= {below}"


def _rounded(bound: float, holds: Callable[[float], bool]) -> str:
    texts = [f"{bound:.{digits}g}" for digits in range(4, 18)]
    return next((text for text in texts if holds(float(text))), texts[-1])


def _short(value: Any) -> str:
    return _number(value) if isinstance(value, float) else _cut(value)


def _number(value: float, digits: int = 4) -> str:
    """So many digits, whole numbers with all of theirs and thousands apart; as people write it.

    Examples
    --------
    >>> _number(29179.4), _number(2500.0), _number(0.04553742), _number(-0.0), _number(1.5e12)
    ('29,179', '2,500', '0.04554', '0', '1.5e+12')
    """
    short = f"{value:.{digits}g}"
    plain = abs(value) < _PLAIN and (abs(float(short)) >= 1000 or float(value).is_integer())
    return f"{value + 0.0:,.0f}" if plain else short


def _cut(text: Any, most: int = 28) -> str:
    """A name on one line that leaves room for the picture: what tells names apart is at its ends.

    Examples
    --------
    >>> _cut("a_rather_long_column_name_of_1"), _cut(" short  name")
    ('a_rather_long_…umn_name_of_1', 'short name')
    """
    line = " ".join(str(text).split())
    end = (most - 1) // 2
    return line if len(line) <= most else f"{line[: most - 1 - end]}…{line[-end:]}"
