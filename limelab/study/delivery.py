"""How blocks go to a worker and come back: by the shared folder where there is one, or whole."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from limelab.study.blocks import Made, execute
from limelab.study.files import TEMPORARY
from limelab.study.filing import Filed, file_arrays
from limelab.study.gathering import Stored
from limelab.study.plan import Planned


@dataclass(frozen=True, eq=False)
class Delivered:
    """What a block made; its arrays lie in the folder where `filed` says so.

    Attributes
    ----------
    made : Made
        Without arrays where they are filed.
    filed : Filed or None
    seconds : float
        Spent on the file.
    """

    made: Made
    filed: Filed | None = None
    seconds: float = 0.0


@dataclass(frozen=True)
class Deliver:
    """Run a block in a worker and leave its arrays in the folder, if it is the driver's.

    Parameters
    ----------
    folder : str
        Of the store.
    mark : str
        Name of a file in it that this run has written.
    run : function from spec to Made
    """

    folder: str
    mark: str
    run: Callable[[Any], Made] = execute

    def __call__(self, spec: Any) -> Delivered:
        """Made, and kept where it can be; a disk that takes nothing is the driver's to report."""
        made = self.run(spec)
        started = time.perf_counter()
        if (Path(self.folder) / self.mark).is_file():
            with suppress(OSError):
                filed = file_arrays(Path(self.folder), spec.kind, made.arrays)
                return Delivered(replace(made, arrays={}), filed, time.perf_counter() - started)
        return Delivered(made)


@contextmanager
def marked(folder: Path) -> Iterator[str]:
    """A file that nobody else can have written: who sees it sees this very folder."""
    mark = folder / "blocks" / "00" / f"{TEMPORARY}{secrets.token_hex(16)}.tmp"
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch()
    try:
        yield mark.relative_to(folder).as_posix()
    finally:
        with suppress(OSError):
            mark.unlink()


class Whole(Mapping[str, Any]):
    """Specs with all arrays that they read inside, loaded as each is sent to a worker elsewhere."""

    def __init__(self, blocks: Mapping[str, Planned]) -> None:
        self._blocks = blocks

    def __getitem__(self, key: str) -> Any:
        return with_arrays(self._blocks[key].spec)

    def __iter__(self) -> Iterator[str]:
        return iter(self._blocks)

    def __len__(self) -> int:
        return len(self._blocks)


def with_arrays(value: Any) -> Any:
    """The value with the arrays of everything stored in it."""
    if isinstance(value, Stored):
        return replace(value, arrays=value.load()) if value.digest else value
    if isinstance(value, tuple) and type(value) is tuple:
        return tuple(map(with_arrays, value))
    if is_dataclass(value) and not isinstance(value, type) and _holds_stored(value):
        named = {entry.name: with_arrays(getattr(value, entry.name)) for entry in fields(value)}
        return replace(value, **named)
    return value


def _holds_stored(value: Any) -> bool:
    """Whether somewhere in it there is something stored; all else is left as it is."""
    if isinstance(value, Stored):
        return True
    if type(value) is tuple:
        return any(map(_holds_stored, value))
    if is_dataclass(value) and not isinstance(value, type):
        return any(_holds_stored(getattr(value, entry.name)) for entry in fields(value))
    return False
