"""Which pages are still those of their tables; it reads and writes one small file of its own."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, Self

from limelab.report.index import Card
from limelab.study.files import write_atomically
from limelab.study.sources import code_hash

NOTES = "pages.json"
_HERE = Path(__file__).parent


def stamp_of(study: Path, maker: ModuleType) -> str:
    """What a page follows from: the files of its study as they lie there, and the code."""
    files = [(p.name, p.stat().st_size, p.stat().st_mtime_ns) for p in sorted(study.glob("*.*"))]
    looks = [path.read_bytes() for path in [*sorted(_HERE.glob("*.html")), _HERE / "style.css"]]
    said = repr((str(study.absolute()), files, looks, code_hash([maker])))
    return hashlib.sha256(said.encode()).hexdigest()


@dataclass
class Kept:
    """Pages by name, with the stamp under which each was made and its card.

    Attributes
    ----------
    folder : Path
    before : mapping of page to {"stamp", "card"}
        As the run before left them.
    now : mapping of page to {"stamp", "card"}
    """

    folder: Path
    before: dict[str, Any] = field(default_factory=dict)
    now: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> Self:
        """What the folder says; nothing where its note cannot be read."""
        try:
            told = json.loads((folder / NOTES).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            told = {}
        return cls(folder, told if isinstance(told, dict) else {})

    def card(self, page: str, stamp: str) -> Card | None:
        """The card of a page that need not be made again."""
        told = self.before.get(page, {})
        if told.get("stamp") != stamp or not (self.folder / page).is_file():
            return None
        return Card(**told["card"])

    def keep(self, page: str, stamp: str, card: Card) -> None:
        """Note a page that is there now."""
        self.now[page] = {"stamp": stamp, "card": asdict(card)}

    def write(self, folder: Path) -> None:
        """Leave the note, and take away pages of studies that are gone."""
        for page in set(self.before) - set(self.now):
            (folder / Path(page).name).unlink(missing_ok=True)
        write_atomically(folder / NOTES, json.dumps(self.now, indent=1).encode())
