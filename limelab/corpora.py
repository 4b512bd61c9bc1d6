"""Real sentences with ratings: a sample that ships here, and all from the side folder; no fit."""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from limelab import sidefolder
from limelab.types import BadInput

_ARCHIVE: Final = "vaderSentiment-3.3.2.tar.gz"
_INNER: Final = "vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz"
_HASH: Final = "5d7c06e027fc8b99238edb0d53d970cf97066ef97654009890b83703849632f9"
_SOURCE: Final = "Hutto & Gilbert (2014), VADER, ICWSM-14; sentences first in {}"
_FIRST: Final = {
    "movie": "Pang & Lee (2004), ACL",
    "amazon": "Hu & Liu (2004), KDD",
}


@dataclass(frozen=True, eq=False)
class Texts:
    """Documents and their target.

    Attributes
    ----------
    name : str
    X : list of str
    y : ndarray of shape (n,)
        Class labels as strings, of which the second in sorted order is the event.
    ratings : ndarray of shape (n,)
        What the classes were cut from: means of human ratings, from -4 to 4.
    kind : str
        "classification".
    target, source, note : str
        What y is, where the texts come from, and what to keep in mind, or "".
    """

    name: str
    X: list[str]
    y: npt.NDArray[Any]
    ratings: npt.NDArray[np.float64]
    target: str
    source: str
    note: str = ""
    kind: str = "classification"

    @property
    def fingerprint(self) -> str:
        """SHA-256 of texts and ratings."""
        said = repr((self.kind, self.target, self.X, self.ratings.tolist()))
        return hashlib.sha256(said.encode()).hexdigest()


def text_names() -> tuple[str, ...]:
    """Names of all sets of texts, those of the side folder last.

    Examples
    --------
    >>> text_names()[:2]
    ('movie_snippets', 'amazon_snippets')
    """
    return ("movie_snippets", "amazon_snippets", "movie_snippets_all", "amazon_snippets_all")


def load_texts(name: str) -> Texts:
    """The set of texts of that name.

    Parameters
    ----------
    name : str
        One of `text_names()`; those that end in ``_all`` need the side folder.

    Returns
    -------
    texts : Texts

    Raises
    ------
    BadInput
        Another name, or no side folder; the message holds the command that brings it.

    Examples
    --------
    >>> movies = load_texts("movie_snippets")
    >>> len(movies.X), [str(label) for label in movies.y[:3]]
    (1061, ['positive', 'positive', 'positive'])
    """
    if name not in text_names():
        raise BadInput(f"Got texts {name!r}, but expected one of: {', '.join(text_names())}.")
    whole = name.endswith("_all")
    genre = name.split("_")[0]
    lines = _all_lines(genre) if whole else _sample_lines(genre)
    rows = [line.split("\t", 2) for line in sorted(lines, key=_place) if line.strip()]
    ratings = np.array([float(rating) for _, rating, _ in rows])
    return Texts(
        name=name,
        X=[text for _, _, text in rows],
        y=np.where(ratings > 0, "positive", "negative"),
        ratings=ratings,
        target="sentiment",
        source=_SOURCE.format(_FIRST[genre]),
        note="positive: the mean of about 20 ratings is above 0",
    )


@cache
def _sample_lines(genre: str) -> tuple[str, ...]:
    file = resources.files("limelab") / "data" / f"{genre}_snippets.tsv"
    return tuple(file.read_text(encoding="utf-8").split("\n"))


@cache
def _all_lines(genre: str) -> tuple[str, ...]:
    """Lines of one file of the inner archive, in memory."""
    place = sidefolder.folder() / _ARCHIVE
    if not place.is_file():
        raise BadInput(
            f"{_ARCHIVE} is not in the side folder {place.parent}; download it by: python -m pip "
            f"download --no-deps --no-binary :all: --require-hashes --dest {place.parent} "
            "-r experiments/texts.lock"
        )
    raw = place.read_bytes()
    if hashlib.sha256(raw).hexdigest() != _HASH:
        raise BadInput(f"{place} is not the file that was pinned: its SHA-256 differs; delete it")
    inner = _member(raw, _INNER)
    text = _member(inner, f"hutto_ICWSM_2014/{genre}ReviewSnippets_GroundTruth.txt")
    return tuple(_lines(text.decode("utf-8")))


def _place(line: str) -> bytes:
    """Mixes the order, which in the files is good before bad, alike everywhere."""
    return hashlib.sha256(line.encode()).digest()


def _lines(text: str) -> Iterable[str]:
    return text.replace("\r\n", "\n").split("\n")


def _member(raw: bytes, name: str) -> bytes:
    with tarfile.open(fileobj=io.BytesIO(raw), mode="r:gz") as archive:
        found = archive.extractfile(name)
        return b"" if found is None else found.read()
