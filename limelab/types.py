"""The nouns of the laboratory and the shapes of its parts: it computes nothing, imports no room.

Axes carry the same letters everywhere: R repeats, I instances, N samples, M judge points,
C outputs (classes or targets), d columns of a point, k interpretable features.
An instance axis of length 1 means "shared by all instances" and broadcasts.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Protocol, TypeVar, runtime_checkable

import numpy as np
import numpy.typing as npt

T = TypeVar("T")
Array = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.intp]
Objects = npt.NDArray[np.object_]


class BadInput(ValueError):
    """Input that cannot be used; the message says what came, what was wanted and what to do."""


class NotApplicable(BadInput):
    """A part declines these data or this task; the message is the reason that reaches the table."""


class EngineError(RuntimeError):
    """The machinery has failed, not a task: what is done was handed on, the rest has not run."""


class LocalFitWarning(UserWarning):
    """Some explanations of a batch are missing or weak; the message names the remedy."""


class View(Protocol):
    """Rows that share coordinates, as the parts see them: d columns, categories held as codes.

    Attributes
    ----------
    names : tuple of str, length d
    categorical : bool array of shape (d,)
    background : array of shape (n, d)
        Encoded rows: numbers as they are, categories as codes 0, 1, ...
    mean, scale : arrays of shape (d,)
        Background mean and population standard deviation; both 0 for categories,
        scale 0 for a constant column.
    """

    @property
    def names(self) -> tuple[str, ...]: ...
    @property
    def categorical(self) -> Bools: ...
    @property
    def background(self) -> Array: ...
    @property
    def mean(self) -> Array: ...
    @property
    def scale(self) -> Array: ...

    def once(self, key: Hashable, compute: Callable[[], T]) -> T:
        """What `compute` returns, computed at the first call under this key and kept."""

    def decode(self, points: Array) -> Any:
        """Points (m, d) as the model wants to see them: a frame or an array of m rows."""

    def values(self, x: Array) -> Objects:
        """Encoded rows (I, d) as a reader knows them: numbers and category labels, (I, d)."""


@runtime_checkable
class OneRow(Protocol):
    """What a view of one document or one picture offers beside the verbs of a `View`.

    Its columns are its own: parts that are there or gone, or strengths of changes. It has no
    background rows, mean or scale: asking for them declines with the reason.

    Attributes
    ----------
    holds : {"presence", "strength"}
        What a column is. A presence is 1 where the part is there, and below 1 where it is gone;
        what stands in its place may be drawn, and then the number from 0 to 1 says which.
    x : array of shape (1, d)
        The row itself as a point.
    examples : array of shape (m, d)
        A few points to try a model with.
    ranges : array of shape (2, d)
        The lowest and the highest value of each column.
    draws_fill : bool
        Whether what stands in a gone part's place is drawn.
    baseline : str
        What is left where every part is gone.
    size : int
        About how many numbers one decoded row takes in memory.
    key : bytes
        A hash of the row: equal points of two views have draws of their own.
    picture : Pieces, Pixels or None
        How the row is shown.
    """

    @property
    def holds(self) -> str: ...
    @property
    def x(self) -> Array: ...
    @property
    def examples(self) -> Array: ...
    @property
    def ranges(self) -> Array: ...
    @property
    def draws_fill(self) -> bool: ...
    @property
    def baseline(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def key(self) -> bytes: ...
    @property
    def picture(self) -> Pieces | Pixels | None: ...


@dataclass(frozen=True)
class Pieces:
    """A document to be shown: its text in pieces, and the feature that each belongs to (-1: none).

    Attributes
    ----------
    texts : tuple of str
    features : tuple of int, as long
    """

    texts: tuple[str, ...]
    features: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Pixels:
    """A picture to be shown, and the feature that each pixel belongs to.

    Attributes
    ----------
    image : array of shape (H, W, 3), from 0 to 1
    features : int array of shape (H, W)
    """

    image: Array
    features: Ints


class Domain(Protocol):
    """The data's own room: holds the background, encodes rows, gives views."""

    @property
    def frame(self) -> Any:
        """The background as the user handed it."""

    @property
    def fingerprint(self) -> str:
        """A hash of everything that the domain holds."""

    def encode(self, rows: Any) -> Any:
        """Raw rows as points (I, d); an object array of points where each has its own columns."""

    def labels(self, rows: Any) -> tuple[Any, ...]:
        """The names of the rows, for the `instance` column."""

    def views(self, rows: Any) -> Iterable[tuple[View, Sequence[int]]]:
        """Views with the positions of the rows that share each."""


@dataclass(frozen=True, eq=False)
class Cloud:
    """A sample that is not yet points: x and moves, so that moves can be shared by all instances.

    Attributes
    ----------
    x : array of shape (I, d)
    moves : array of shape (I or 1, N, d)
    relative : bool array of shape (d,)
        True where point = x + move; False where point = move.
    """

    x: Array
    moves: Array
    relative: Bools


@dataclass(frozen=True, eq=False)
class Interpreted:
    """What the surrogate sees of a cloud.

    Attributes
    ----------
    z : array of shape (I or 1, N, k)
        Measured from x: a number is 0 at x, a category is 1 where it is the same as x. It may hold
        small integers where all features are 0 or 1.
    at_x : array of shape (k,)
        z of x itself.
    gap : array of shape (I or 1, k)
        z of x less z of the baseline; NaN where there is no baseline.
    baseline : str
        What the contributions are measured from ("background mean"), or "" for none.
    spread : array of shape (I or 1, k)
        Standard deviation of each feature over the background, in units of z.
    names, units : tuples of str, length k
    steps : tuple of float, length k, or ()
        How far one unit of z is in the feature's own units, for rules that a reader can apply;
        0 where z is no such number, () where none is.
    extent : array of shape (k,), or None
        Range of each feature over the background, in units of z; None where there is none.
    limits : array of shape (I, k, 2), or None
        Ends of x's bin, (low, high], in the feature's own units, infinite where it is open; NaN
        for a feature without bins, None where none has any.
    values : array of shape (I, k), or None
        What x itself is, feature by feature; None where the features are the view's columns.
    """

    z: Array
    at_x: Array
    gap: Array
    baseline: str
    spread: Array
    names: tuple[str, ...]
    units: tuple[str, ...]
    steps: tuple[float, ...] = ()
    extent: Array | None = None
    limits: Array | None = None
    values: Array | None = None


@runtime_checkable
class Design(Protocol):
    """Which uniforms drive a perturbation. `independent` says whether the draws are iid."""

    independent: ClassVar[bool]

    def draw(self, n: int, dims: int, rng: np.random.Generator) -> Array:
        """Uniforms in (0, 1) of shape (n, dims); the first m rows are the draw of m."""


@runtime_checkable
class Perturbation(Protocol):
    """Where to look. Maps uniforms to a cloud; `family` is noise, data-driven, manifold or mask.

    `at(radius)` is the same law at another size, for judges; it declines with NotApplicable.
    """

    family: ClassVar[str]

    @property
    def design(self) -> Design: ...

    def dims(self, view: View) -> int:
        """How many uniforms one sample needs."""

    def cloud(self, u: Array, x: Array, view: View) -> Cloud:
        """The cloud of uniforms u (I or 1, N, dims) round x (I, d)."""

    def at(self, radius: float) -> Perturbation: ...


@runtime_checkable
class Representation(Protocol):
    """What the surrogate sees."""

    def interpret(self, cloud: Cloud, view: View) -> Interpreted: ...


@runtime_checkable
class Kernel(Protocol):
    """How near is near: weights (I or 1, N) in (0, 1]."""

    def weights(self, interpreted: Interpreted) -> Array: ...


class LocalModel(Protocol):
    """A fitted stack of surrogates: frozen arrays.

    Attributes
    ----------
    importance, effect : arrays of shape (I, k, C), output units
    selected : bool array of shape (I, k, C)
    coef, stderr : arrays of shape (I, k, C) or None
    intercept : array of shape (I, C) or None
        The surrogate's value at z = 0.
    deviation : array of shape (I or 1, k)
        Weighted standard deviation of each feature in the neighbourhood; 0 where it stands still.
    r2, r2_out : arrays of shape (I, C)
        Weighted R squared on the fit's own samples, and out of sample; NaN where undefined.
    """

    @property
    def importance(self) -> Array: ...
    @property
    def effect(self) -> Array: ...
    @property
    def selected(self) -> Bools: ...
    @property
    def coef(self) -> Array | None: ...
    @property
    def stderr(self) -> Array | None: ...
    @property
    def intercept(self) -> Array | None: ...
    @property
    def deviation(self) -> Array: ...
    @property
    def r2(self) -> Array: ...
    @property
    def r2_out(self) -> Array: ...

    def predict(self, z: Array) -> Array:
        """Surrogate values (I, M, C) at z (I or 1, M, k)."""


@runtime_checkable
class Surrogate(Protocol):
    """What to fit: z (I or 1, N, k), w (I or 1, N), y (I or 1, N, C)."""

    def fit(self, z: Array, w: Array, y: Array) -> LocalModel: ...


@runtime_checkable
class Explainer(Protocol):
    """Anything that explains: returns an Explanation or an array (rows, features[, outputs])."""

    def explain(
        self, predict: Callable[[Any], Any], background: Any, rows: Any, seed: int
    ) -> Any: ...


@dataclass(frozen=True, eq=False)
class Judged:
    """The yardstick's answers under one law and radius.

    Attributes
    ----------
    judge : str
        Name of the judging law.
    radius : float
        In the units of the law.
    f : array of shape (R, I, M, C)
        The model's answers at the judge's points.
    g : array of shape (R, I, M, C), or None
        The surrogates' answers there; None where the explainer has no local model.
    """

    judge: str
    radius: float
    f: Array
    g: Array | None


@dataclass(frozen=True, eq=False)
class Reference:
    """A global importance to compare with.

    Attributes
    ----------
    values : array of shape (P, k, C)
        P repeats of the reference itself, square-root scale (output units).
    null : array of shape (Q, k, C)
        The same reference of Q models refitted on shuffled targets.
    note : str
        A caution that goes into the table, or "".
    """

    values: Array
    null: Array
    note: str = ""


@dataclass(frozen=True)
class Moves:
    """Small moves of x that a metric asks for: how far, and how many.

    Each number moves evenly within `radius` background standard deviations either way, each
    category changes with the same chance as under ``Uniform(radius)``.
    """

    radius: float
    size: int


@dataclass(frozen=True, eq=False)
class Moved:
    """One repeat of the same explainer at small moves of x, drawn from its own seeds.

    Attributes
    ----------
    moves : Moves
    points : array of shape (I, P, d)
        The moved rows, encoded: numbers as they are, categories as codes.
    f : array of shape (I, P, C)
        The model's answers there.
    at_x, importance, effect : arrays of shape (I, k, C), (I, P, k, C), (I, P, k, C)
        `at_x` is the importance, `effect_at_x` the effect of the same repeat at x itself.
    effect_at_x : array of shape (I, k, C)
    declined : object array of shape (I, P)
    """

    moves: Moves
    points: Array
    f: Array
    at_x: Array
    effect_at_x: Array
    importance: Array
    effect: Array
    declined: Objects


@dataclass(frozen=True, eq=False)
class Coordinates:
    """The rows of a task and its data, as the parts see them.

    Attributes
    ----------
    x : array of shape (I, d)
    background, held_out : arrays of shape (n, d) and (m, d)
    categorical : bool array of shape (d,)
    integral : bool array of shape (d,)
        Numbers that are whole in every background row.
    mean, scale : arrays of shape (d,)
        As in `View`.
    """

    x: Array
    background: Array
    held_out: Array
    categorical: Bools
    integral: Bools
    mean: Array
    scale: Array


@dataclass(frozen=True, eq=False)
class Sampled:
    """The first points that a condition asked about in its first repeat.

    Attributes
    ----------
    points : array of shape (I, S, d), encoded
    weights : array of shape (I, S)
        The kernel's; not negative.
    """

    points: Array
    weights: Array


@dataclass(frozen=True, eq=False)
class Truth:
    """What the condition would say with no sampling error, where `exact` knows it.

    Attributes
    ----------
    coef : array of shape (I, k, C)
        In the units of the condition's own `coef`.
    gradient : array of shape (I, k, C), or None
        What the judge holds for true round x: the mean slope of the model itself there, per unit
        of the feature; None where it is not known.
    """

    coef: Array
    gradient: Array | None = None


@dataclass(frozen=True, eq=False)
class Evidence:
    """All that a metric may see of one condition on one task.

    Attributes
    ----------
    names, outputs : tuples of str, lengths k and C
    importance, effect : arrays of shape (R, I, k, C)
        NaN in rows that were declined.
    selected, determined : bool arrays of shape (R, I, k, C)
        Used by the surrogate; sign determined.
    slope : array of shape (R, I, k, C)
        Importance per neighbourhood sd times background sd: |coef| x background sd for lines.
    g_at_x : array of shape (R, I, C) or None
    f_at_x : array of shape (I, C)
    model_sd : array of shape (C,)
        Standard deviation of the model over the background.
    n_effective : array of shape (R, I)
    r2 : array of shape (R, I, C)
        lime's own in-sample score.
    judged : tuple of Judged
    references : mapping of str to Reference
        Global importances by name: "prediction" and "label" permutation importance,
        "conditional", "impurity", "drop_column".
    declined : object array of shape (R, I)
        The reason why an explanation is missing, "" where it is not.
    coef, stderr, contribution : arrays of shape (R, I, k, C), or None
        NaN where there is none; None where the explainer gives none at all.
    local : array of shape (P, I, k, C), or None
        P repeats of the local permutation importance, square-root scale: features redrawn inside
        the judge's region.
    moved : tuple of Moved
        One for each `Moves` that a metric of the study asks for.
    coordinates : Coordinates, or None
        None where rows do not share their columns.
    sampled : Sampled, or None
        None where the explainer shows no points.
    truth : Truth, or None
    probes : mapping of str to array (R or 1, I, M, C)
        By metric name: the model's answers to what `metric.probes(evidence, rng)` asked about,
        points of shape (R or 1, I, M, d).
    """

    names: tuple[str, ...]
    outputs: tuple[str, ...]
    importance: Array
    effect: Array
    selected: Bools
    determined: Bools
    slope: Array
    g_at_x: Array | None
    f_at_x: Array
    model_sd: Array
    n_effective: Array
    r2: Array
    judged: tuple[Judged, ...]
    references: Mapping[str, Reference]
    declined: Objects
    coef: Array | None = None
    stderr: Array | None = None
    contribution: Array | None = None
    local: Array | None = None
    moved: tuple[Moved, ...] = ()
    coordinates: Coordinates | None = None
    sampled: Sampled | None = None
    truth: Truth | None = None
    probes: Mapping[str, Array] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Score:
    """Values of one metric.

    Attributes
    ----------
    values : array of shape (R or 1, I or 1, C or 1)
        An axis of length 1 means "over all of them"; NaN needs a note.
    columns : mapping
        Further tidy columns of these rows: judge, radius, ceiling, null, ...; scalars, or arrays
        that broadcast against `values`.
    note : str or object array that broadcasts against `values`
        Why a value is missing or to be read with care.
    """

    values: Array
    columns: Mapping[str, Any] = field(default_factory=dict)
    note: Any = ""


class Metric(Protocol):
    """How to judge: arrays in, arrays out.

    Attributes
    ----------
    name : str
        What stands in the `metric` column.
    better : {"lower", "higher", "neither"}
    unit : str
    says_not : str
        One sentence: what this number does not say.

    Those of `limelab.metrics` also say ``reads`` (which reading of an explanation: importance,
    effect, coef, contribution, slope, ..., or its local model or points), ``bounds`` (least and
    largest value), ``source``, and ``declines``: what gets a reason in place of a value. Such rows
    are NaN in the table and are counted there.

    What it needs it says by further attributes: ``needs_judge = True``, ``needs_reference`` (True
    for the two permutation importances, or the set of names in `Evidence.references`),
    ``needs_local = True``, ``needs_sampled = True``, ``needs_truth = True``, ``moves`` (a `Moves`),
    and a method ``probes(evidence, rng)`` that returns points to ask the model about. The study
    layer gathers no more than what its metrics need.
    """

    @property
    def name(self) -> str: ...

    @property
    def unit(self) -> str: ...

    better: ClassVar[Literal["lower", "higher", "neither"]]
    says_not: ClassVar[str]

    def score(self, evidence: Evidence) -> Sequence[Score]: ...
