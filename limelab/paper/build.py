"""The PDF, from paper/*.typ and what studies have left; it writes the one file that it is told.

Everything is put together in a folder of its own, which is gone afterwards: numbers.json and the
pictures are made from tables, the text is taken as it stands. Equal tables give equal bytes.
"""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

from limelab.paper import beside
from limelab.paper.figures import drawn
from limelab.paper.kept import Kept, read
from limelab.paper.numbers import numbers
from limelab.study.files import write_atomically
from limelab.types import BadInput

MAIN = "paper.typ"
EPOCH = 0  # a PDF holds the time when it was made; ours is made when its numbers are
_STUDY = re.compile(r'#study\("(\w+)"')


def write_paper(text: Path, out: Path, pdf: Path, *, quick: bool = False) -> Mapping[str, Kept]:
    """Build the paper.

    Parameters
    ----------
    text : Path
        Folder of paper.typ and of what it reads beside results.
    out : Path
        Folder of results, or of their published copies.
    pdf : Path
        The file to write.
    quick : bool
        Whether quick runs are taken as well; every page then says so.

    Returns
    -------
    held : mapping of stem to Kept
        What was held of each study that the text speaks of.

    Raises
    ------
    BadInput
        No text, no typst, or a file that cannot be written.
    """
    held = read(out, stems(text), quick=quick)
    with tempfile.TemporaryDirectory(prefix="limelab-paper-") as place:
        folder = Path(place)
        lay_out(text, held, folder)
        made = compiled(folder)
    try:
        pdf.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(pdf, made)
    except OSError as error:
        raise BadInput(f"{pdf} cannot be written: {error}; give a file that can") from error
    return held


def stems(text: Path) -> Sequence[str]:
    """The studies that the text speaks of, in its order."""
    main = text / MAIN
    if not main.is_file():
        raise BadInput(f"{main} is not there; run it in the folder of limelab's repository")
    return list(dict.fromkeys(_STUDY.findall(main.read_text(encoding="utf-8"))))


def lay_out(text: Path, held: Mapping[str, Kept], folder: Path) -> None:
    """Put the text, the numbers and the pictures into a folder, from which typst reads."""
    for path in [*text.glob("*.typ"), *text.glob("*.bib"), *text.glob("*.png")]:
        shutil.copyfile(path, folder / path.name)
    told: dict[str, Any] = numbers(held)
    told["checks"], told["published"] = beside.checks(text), beside.published(text)
    told["figures"] = {stem: _pictures(kept, folder) for stem, kept in held.items()}
    (folder / "numbers.json").write_text(json.dumps(told, sort_keys=True), encoding="utf-8")


def _pictures(kept: Kept, folder: Path) -> list[dict[str, Any]]:
    """Write a study's pictures, and say which there are."""
    listed = []
    for one in drawn(kept):
        (folder / f"{one.name}.svg").write_text(one.svg, encoding="utf-8")
        listed.append(
            {"file": f"{one.name}.svg", "title": one.title, "caption": one.caption, "key": one.key}
        )
    return listed


def compiled(folder: Path, **options: Any) -> bytes:
    """What typst makes of the folder, with fonts that come along and none of the machine's."""
    if importlib.util.find_spec("typst") is None:
        raise BadInput("the package typst is not installed; install limelab[paper]")
    import typst

    fonts = Path(mpl.get_data_path()) / "fonts" / "ttf"
    said: dict[str, Any] = {"format": "pdf", "timestamp": EPOCH, **options}
    try:
        return typst.compile(  # type: ignore[no-any-return]
            folder / MAIN, root=folder, font_paths=[fonts], ignore_system_fonts=True, **said
        )
    except typst.TypstError as error:
        raise BadInput(f"{MAIN} cannot be set: {error.diagnostic}") from error
