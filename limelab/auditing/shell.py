"""What `limelab audit` says and writes: lines, files, whether it fails; it opens no model file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from limelab.auditing import judging
from limelab.auditing.costing import cost, pace
from limelab.auditing.loading import MISSING, Data
from limelab.auditing.results import Audit
from limelab.auditing.rules import Rules
from limelab.auditing.subject import JUDGE, read
from limelab.auditing.watching import watched
from limelab.blackbox import one_thread
from limelab.lime import Lime
from limelab.types import BadInput

FAIL_ON = {"": (), "reject": ("reject",), "caution": ("caution", "reject")}


def check_words(fail_on: str, missing: str) -> None:
    """Refuse words that no option knows, before anything is read.

    Raises
    ------
    BadInput
        Another word.
    """
    if fail_on not in FAIL_ON:
        raise BadInput(f"--fail-on {fail_on}; expected reject or caution")
    if missing not in MISSING:
        raise BadInput(f"--missing {missing}; expected one of {', '.join(MISSING)}")


def audited(
    model: Any, data: Data, *, repeats: int, seed: int, say: Callable[[str], None]
) -> Audit:
    """The audit of a model on a table from a file; what it will cost is said before it begins."""
    with one_thread():
        subject = read(model, data.X, data.rows, Lime(), JUDGE, seed)
        asks = cost(subject, repeats, labelled=data.y is not None)
        say(asks.told(pace(subject)))
        with watched(subject, asks) as seen:
            found = judging.audited(seen, repeats, Rules(), data.y)
    return replace(found, notes=(*data.notes, *found.notes))


def lines(found: Audit) -> Iterator[str]:
    """Notes, a line a row, and how many of which verdict."""
    yield from found.notes
    for one in found.predicted:
        case = one.case
        yield f"{one.word:8s}row {case.instance}, {case.output}: {one.reasons}"
        if one.remedy:
            yield f"        what to do: {one.remedy}"
    yield f"{len(found.predicted)} rows: {found.sentence}"
    if len(found.found) > len(found.predicted):
        yield (
            "These are of the output that is highest at each row. --csv also writes those of the "
            f"others: {found.others}."
        )
    yield "A verdict speaks of the explanation in its region, not of the model being right."


def check_folders(*files: Path | None) -> None:
    """Refuse files in folders that are not there, before an audit takes its time."""
    for path in files:
        if path is not None and not path.absolute().parent.is_dir():
            raise BadInput(f"{path} cannot be written: {path.parent} is no folder; make it first")


def written(found: Audit, html: Path | None, csv: Path | None) -> Iterator[Path]:
    """Files as they are written.

    Raises
    ------
    BadInput
        One cannot be.
    """
    if html is not None:
        yield found.save(html)
    if csv is not None:
        try:
            found.verdicts.to_csv(csv, index=False)
        except OSError as error:
            raise BadInput(f"{csv} cannot be written ({error}); name another file") from error
        yield csv


def fails(found: Audit, fail_on: str) -> bool:
    """Whether any verdict of an output that is highest at its row is as bad as `fail_on`."""
    return any(one.word in FAIL_ON[fail_on] for one in found.predicted)
