"""What metrics need to see, read from what they say of themselves; it asks and computes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from limelab.types import BadInput, Metric, Moves

PERMUTATIONS = ("prediction", "label")
FURTHER = ("conditional", "impurity", "drop_column")


@dataclass(frozen=True)
class Needs:
    """What is gathered for some metrics, and no more.

    Attributes
    ----------
    judge, local, sampled, truth : bool
    references : tuple of str
        Names in `Evidence.references`.
    moves : tuple of Moves
    """

    judge: bool
    local: bool
    sampled: bool
    truth: bool
    references: tuple[str, ...]
    moves: tuple[Moves, ...]

    @property
    def permutations(self) -> bool:
        """Whether the two permutation importances are wanted."""
        return any(name in PERMUTATIONS for name in self.references)

    @property
    def further(self) -> tuple[str, ...]:
        """References that have a block of their own."""
        return tuple(name for name in FURTHER if name in self.references)


def needs_of(metrics: Sequence[Metric]) -> Needs:
    """What these metrics need, together.

    Examples
    --------
    >>> from limelab.metrics import Agreement, Rmse
    >>> needs_of([Rmse(), Agreement()]).references, needs_of([Rmse()]).judge
    (('label', 'prediction'), True)
    """
    references = {name for metric in metrics for name in references_of(metric)}
    moves = [moves_of(metric) for metric in metrics]
    return Needs(
        **{what: any(_says(m, what) for m in metrics) for what in _FLAGS},
        references=tuple(sorted(references)),
        moves=tuple(dict.fromkeys(m for m in moves if m is not None)),
    )


_FLAGS = ("judge", "local", "sampled", "truth")


def _says(metric: Any, what: str) -> bool:
    return bool(getattr(metric, f"needs_{what}", False))


def references_of(metric: Any) -> tuple[str, ...]:
    """Names of the references that a metric needs.

    Raises
    ------
    BadInput
        A name that no reference has.
    """
    said = getattr(metric, "needs_reference", False)
    if isinstance(said, bool):
        return PERMUTATIONS if said else ()
    names = tuple(sorted({said} if isinstance(said, str) else said))
    unknown = [name for name in names if name not in (*PERMUTATIONS, *FURTHER)]
    if unknown:
        raise BadInput(
            f"metric {metric.name!r} needs the reference {unknown[0]!r}; expected some of "
            f"{[*PERMUTATIONS, *FURTHER]}"
        )
    return names


def moves_of(metric: Any) -> Moves | None:
    """The small moves of x that a metric asks for, if any.

    Raises
    ------
    BadInput
        Something that is no `Moves`.
    """
    moves = getattr(metric, "moves", None)
    if moves is not None and not isinstance(moves, Moves):
        raise BadInput(f"metric {metric.name!r} has moves={moves!r}; expected Moves(radius, size)")
    return moves


def probes_of(metric: Any) -> bool:
    """Whether a metric asks the model itself."""
    return callable(getattr(metric, "probes", None))


def missing(metric: Any, lacks: Mapping[str, str]) -> str:
    """Why something that a metric needs is not there, "" where all of it is.

    Parameters
    ----------
    metric : Metric
    lacks : mapping of what is lacking to the reason
        By "judge", "local", "sampled", "truth", "reference <name>", "moves <Moves>",
        "probes <metric>", "other rows".

    Examples
    --------
    >>> from limelab.metrics import Rmse
    >>> missing(Rmse(), {"truth": "no trees"})
    ''
    """
    return next((lacks[what] for what in _wanted(metric) if what in lacks), "")


def _wanted(metric: Any) -> Iterator[str]:
    yield from (what for what in _FLAGS if _says(metric, what))
    yield from ("other rows",) if getattr(metric, "over_instances", False) else ()
    names = references_of(metric)
    one = getattr(metric, "reference", None)  # of several that are gathered together
    yield from (f"reference {name}" for name in ((one,) if one in names else names))
    yield f"moves {moves_of(metric)}"
    yield f"probes {metric.name}"
