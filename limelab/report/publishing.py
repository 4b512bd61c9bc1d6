"""Small copies of finished runs, to be kept with the code; it writes into the folder it is given.

A study's verdicts, medians, measures and manifest go along, its scores and explanations stay: they
can be made again from what the manifest says.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from limelab.report.found import find, load
from limelab.report.summary import Summary
from limelab.study.files import write_atomically
from limelab.study.results import CLAIMS, MANIFEST, MEASURE, RANKING, SCORES, TASKS, VARIANCE
from limelab.types import BadInput

MOST_BYTES = 200_000  # of a study
SUMMARY = "summary.csv"
UNFINISHED = "its run ended before its tables were whole: run it again"
_LEFT_OUT = "left_out"


@dataclass(frozen=True)
class Published:
    """What became of a study.

    Attributes
    ----------
    stem : str
    size : int
        Bytes that were written; 0 where it was passed over.
    left_out : tuple of str
        Tables that found no room, with their sizes.
    reason : str
        Why it was passed over, or "".
    """

    stem: str
    size: int = 0
    left_out: tuple[str, ...] = ()
    reason: str = ""

    @property
    def sentence(self) -> str:
        """One line.

        Examples
        --------
        >>> Published("one", 1200, ("summary.csv (300 kB)",)).sentence
        'one: 1 kB; no room for summary.csv (300 kB)'
        """
        if self.reason:
            return f"{self.stem}: passed over, {self.reason}"
        more = f"; no room for {', '.join(self.left_out)}" if self.left_out else ""
        return f"{self.stem}: {_kilobytes(self.size)}{more}"


def publish(out: Path, to: Path) -> list[Published]:
    """Copy what is small of every finished study.

    Quick runs, failed ones and unfinished ones are passed over, each with its reason.

    Parameters
    ----------
    out : Path
        Folder of results.
    to : Path
        Folder of the copies; one folder a study in it, whose tables are replaced.

    Raises
    ------
    BadInput
        No results, or none that could be copied.
    """
    found = [_publish(place, to) for place in find(Path(out))]
    found += [Published(place.name, reason=UNFINISHED) for place in unfinished(Path(out))]
    if all(one.reason for one in found):
        raise BadInput(f"{out}: nothing to publish; {'; '.join(one.sentence for one in found)}")
    return found


def unfinished(out: Path) -> list[Path]:
    """Folders in which a run ended, or is, between its tables: they hold some and no manifest."""
    folders = [out, *sorted(path for path in out.iterdir() if path.is_dir())]
    return [
        folder
        for folder in folders
        if (folder / SCORES).is_file() and not (folder / MANIFEST).is_file()
    ]


def _publish(place: Path, to: Path) -> Published:
    told = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
    if told.get("quick"):
        return Published(place.name, reason="a quick run has no verdicts")
    if told.get("failures"):
        return Published(place.name, reason="some of its blocks failed: run it again")
    kept, left_out = _that_fit(_tables(place), MOST_BYTES - len(_json(told)) - 1000)
    kept[MANIFEST] = _json({**told, _LEFT_OUT: left_out})
    try:
        _write(to / place.name, kept)
    except OSError as error:
        raise BadInput(f"{to} cannot be written: {error}; give a folder that can") from error
    return Published(place.name, sum(map(len, kept.values())), tuple(left_out))


def _write(folder: Path, kept: Mapping[str, bytes]) -> None:
    """These files, and no table of an earlier run beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in kept.items():
        write_atomically(folder / name, content)
    for old in folder.glob("*.csv"):
        if old.name not in kept:
            old.unlink()


def _tables(place: Path) -> Iterator[tuple[str, bytes]]:
    """Tables of a study, those that are missed most first."""
    for name in (CLAIMS, TASKS, RANKING, VARIANCE):
        if (place / name).is_file():
            yield name, (place / name).read_bytes()
    for path in sorted(place.glob(f"{MEASURE}*.csv")):
        yield path.name, path.read_bytes()
    medians = Summary(load(place)).by_condition
    if not medians.empty:
        yield SUMMARY, medians.to_csv(index=False, float_format="%.6g").encode()


def _that_fit(tables: Iterator[tuple[str, bytes]], room: int) -> tuple[dict[str, bytes], list[str]]:
    """Tables that find room, and the names and sizes of the others."""
    kept: dict[str, bytes] = {}
    left_out = []
    for name, content in tables:
        if sum(map(len, kept.values())) + len(content) <= room:
            kept[name] = content
        else:
            left_out.append(f"{name} ({_kilobytes(len(content))})")
    return kept, left_out


def _json(told: dict[str, Any]) -> bytes:
    return json.dumps(told, indent=1, sort_keys=True).encode()


def _kilobytes(size: int) -> str:
    return f"{max(1, round(size / 1000)):,} kB"
