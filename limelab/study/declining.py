"""How many scores of a run have no value, and why, read from its table; it judges none."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd

from limelab.study.results import SCORES

_PART = 200_000


def declined(folder: Path) -> Counter[str]:
    r"""Scores without a value by their reason; the table is read a part at a time.

    Parameters
    ----------
    folder : Path
        Of the tables of a study.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / SCORES).write_text("value,note\n1.5,\n,few\n,few\n,no judge\n")
    >>> declined(folder).most_common(1)
    [('few', 2)]
    """
    found: Counter[str] = Counter()
    options: dict[str, Any] = {
        "usecols": ["value", "note"],
        "dtype": {"note": str},
        "keep_default_na": False,
    }
    with pd.read_csv(
        folder / SCORES, chunksize=_PART, na_values={"value": [""]}, **options
    ) as parts:
        for part in parts:
            found.update(part.loc[part["value"].isna(), "note"])
    return found


def sentences(found: Counter[str], folder: Path, most: int = 3) -> list[str]:
    r"""How many scores were declined and the most frequent reasons, a line each; none for none.

    Examples
    --------
    >>> print(*sentences(Counter({"too few": 1200, "no judge": 1}), Path("out"), most=1), sep="\n")
    declined: 1,201 scores have no value but a reason (column note of out/scores.csv)
      1,200: too few
      1: for one other reason
    """
    if not found:
        return []
    kept = found.most_common(most)
    rest = found.total() - sum(count for _, count in kept)
    others = len(found) - len(kept)
    where = f"column note of {(folder / SCORES).as_posix()}"
    told = [f"declined: {found.total():,} scores have no value but a reason ({where})"]
    told += [f"  {count:,}: {reason}" for reason, count in kept]
    what = "for one other reason" if others == 1 else f"for {others} other reasons"
    return [*told, f"  {rest:,}: {what}"] if rest else told
