"""Writes published.csv: every row of published.py, the slow ones too, to be kept with the paper.

    python paper/compared.py [NAME ...]

Groups that are not named stay as the file has them. A group whose data are not on this machine
becomes one row without a number, which says why.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import published  # the script beside this one

from limelab.blackbox import one_thread
from limelab.types import BadInput

FILE = Path(__file__).with_name("published.csv")
GROUPS = {**published.NUMBERS, **published.SLOW}
COLUMNS = ["group", "source", "quantity", "published", "ours", "near", "agrees"]
CONTRAST = "a contrast"  # a number that is shown because it is far off


def rows_of(group: str) -> Iterator[list[str]]:
    """The rows of a group, or one that says why there are none."""
    try:
        for row in GROUPS[group]():
            told = [f"{number:.6g}" for number in (row.published, row.ours, row.near)]
            agrees = "yes" if row.agrees else "no"
            yield [
                group,
                row.source,
                row.quantity,
                *told,
                agrees if np.isfinite(row.near) else CONTRAST,
            ]
    except BadInput as error:
        yield [group, group, str(error), "", "", "", ""]


def main(names: list[str]) -> int:
    """Write the file; 2 where a name is unknown."""
    unknown = sorted(set(names) - set(GROUPS))
    if unknown:
        print(f"{unknown[0]!r} is unknown; expected some of {', '.join(GROUPS)}", file=sys.stderr)
        return 2
    held = pd.DataFrame(columns=COLUMNS)
    if FILE.is_file():
        held = pd.read_csv(FILE, dtype=str, keep_default_na=False)
    for group in names or GROUPS:
        with one_thread():
            made = pd.DataFrame(list(rows_of(group)), columns=COLUMNS)
        others = held[held["group"] != group]
        held = pd.concat([others, made]).sort_values(
            "group", key=lambda column: column.map(list(GROUPS).index), kind="stable"
        )
        held.to_csv(FILE, index=False, lineterminator="\n")
        print(f"{group}: {len(made)} rows")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
