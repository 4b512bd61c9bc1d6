"""Which block a process without workers is doing: a note that outlives it; it does no block."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

NOTE = "running.json"


class Running:
    """The note of one run: written before a block, gone after it.

    A note that is there when a run begins is of a run that died inside its block, since every
    other end takes it away.

    Parameters
    ----------
    folder : Path
        Of the store.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> Running(folder).begin({"task": "wine / forest", "what": "facts"})
    >>> interrupted(folder), Running(folder).end(), interrupted(folder)
    ({'task': 'wine / forest', 'what': 'facts'}, None, {})
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / NOTE

    def begin(self, label: Mapping[str, Any]) -> None:
        """Note what is being done; a disk that takes nothing is said when a block is kept."""
        with suppress(OSError):
            self._path.write_text(json.dumps(dict(label)), encoding="utf-8")

    def end(self) -> None:
        """Nothing is being done."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)


def interrupted(folder: Path) -> dict[str, Any]:
    """The label of the block in which the last run died, empty where it did not."""
    try:
        label = json.loads((folder / NOTE).read_text(encoding="utf-8"))
    except (OSError, ValueError):  # none, or torn: then nobody knows
        return {}
    return label if isinstance(label, dict) else {}


def called(label: Mapping[str, Any]) -> str:
    """A block as a person calls it.

    Examples
    --------
    >>> called({"task": "wine / forest", "what": "Gaussian()", "conditions": "a, b", "repeat": 0})
    'wine / forest, Gaussian(), of a, b, repeat 0'
    """
    said = [str(label.get(name, "")) for name in ("task", "what")]
    said += [f"{word} {label[name]}" for name, word in _FURTHER.items() if name in label]
    return ", ".join(part for part in said if part)


_FURTHER = {"conditions": "of", "repeat": "repeat", "rows": "rows"}
