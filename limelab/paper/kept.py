"""What is held of each study that the paper speaks of, or why nothing is; it reads tables only."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from limelab.report.found import Found, load, load_tables
from limelab.report.publishing import SUMMARY
from limelab.report.summary import Summary
from limelab.study.results import MANIFEST, SCORES

NOTHING = "no results of it are kept"
QUICK = "only a quick run of it is there, which has no verdicts"
FAILED = "some blocks of its run failed"


@dataclass(frozen=True, eq=False)
class Kept:
    """A study that the paper speaks of.

    Attributes
    ----------
    stem : str
    found : Found or None
        Its tables without its scores; None where they may not be used.
    medians : DataFrame of text
        Medians and quartiles by condition; empty where there are none.
    reason : str
        Why there is nothing, or "".
    """

    stem: str
    found: Found | None = None
    medians: pd.DataFrame = field(default_factory=pd.DataFrame)
    reason: str = ""


def read(out: Path, stems: Iterable[str], *, quick: bool) -> Mapping[str, Kept]:
    """What a folder holds of some studies, published copies or results of a run.

    Parameters
    ----------
    out : Path
        A folder with one folder a study; it need not exist.
    stems : iterable of str
    quick : bool
        Whether quick runs, which have no verdicts, are taken as well.
    """
    return {stem: _read(out / stem, quick=quick) for stem in stems}


def _read(folder: Path, *, quick: bool) -> Kept:
    if not (folder / MANIFEST).is_file():
        return Kept(folder.name, reason=NOTHING)
    found = load_tables(folder)
    if found.quick and not quick:
        return Kept(folder.name, reason=QUICK)
    if found.manifest.get("failures"):
        return Kept(folder.name, reason=FAILED)
    return Kept(folder.name, found, _medians(folder))


def _medians(folder: Path) -> pd.DataFrame:
    """As a published copy holds them; a run's own scores give the same."""
    if (folder / SCORES).is_file():
        made = Summary(load(folder)).by_condition
        text = made.to_csv(index=False, float_format="%.6g")
    elif (folder / SUMMARY).is_file():
        text = (folder / SUMMARY).read_text(encoding="utf-8")
    else:
        return pd.DataFrame()
    return _as_text(text)


def _as_text(text: str) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
