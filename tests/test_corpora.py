"""Sentences are those of the source package, in the same order everywhere."""

from __future__ import annotations

from importlib import resources
from typing import Any

import pytest

from limelab import datasets, sidefolder
from limelab.corpora import load_texts, text_names
from limelab.types import BadInput


@pytest.mark.parametrize("name", ["movie_snippets", "amazon_snippets"])
def test_the_sample_that_ships_is_whole(name: str) -> None:
    texts = load_texts(name)
    assert len(texts.X) == len(texts.y) == len(texts.ratings) > 400
    assert all(isinstance(text, str) and text.strip() for text in texts.X)
    assert ((texts.ratings > 0) == (texts.y == "positive")).all()
    assert 0.4 < (texts.y == "positive").mean() < 0.6
    assert 0.35 < (texts.y[:200] == "positive").mean() < 0.65  # mixed, where the file is sorted
    assert abs(texts.ratings).max() <= 4
    assert texts.fingerprint == load_texts(name).fingerprint


def test_the_licence_and_the_citation_lie_beside_the_sample() -> None:
    folder = resources.files("limelab") / "data"
    assert "Hutto" in (folder / "README.md").read_text(encoding="utf-8")
    assert "MIT License" in (folder / "LICENSE-vaderSentiment.txt").read_text(encoding="utf-8")
    size = sum(len((folder / f"{g}_snippets.tsv").read_bytes()) for g in ("movie", "amazon"))
    assert size < 200_000


def test_all_of_them_come_from_the_side_folder_or_name_the_command(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from limelab import corpora

    monkeypatch.setenv(sidefolder.VARIABLE, str(tmp_path))
    corpora._all_lines.cache_clear()
    with pytest.raises(BadInput, match=r"pip download .* -r experiments/texts.lock"):
        datasets.load_texts("movie_snippets_all")
    (tmp_path / "vaderSentiment-3.3.2.tar.gz").write_bytes(b"something else")
    with pytest.raises(BadInput, match="SHA-256 differs"):
        datasets.load_texts("movie_snippets_all")


def test_the_sample_is_a_part_of_all() -> None:
    try:
        whole = load_texts("movie_snippets_all")
    except BadInput as error:
        pytest.skip(str(error))
    assert len(whole.X) == 10605
    assert set(load_texts("movie_snippets").X) <= set(whole.X)


def test_another_name_is_refused() -> None:
    with pytest.raises(BadInput, match="movie_snippets, amazon_snippets"):
        load_texts("imdb")
    assert len(text_names()) == 4
