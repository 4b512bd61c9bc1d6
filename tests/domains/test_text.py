"""Documents are cut and written as said, and what cannot be explained is refused in one line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import limelab as ll
from limelab.domains import FromCorpus, Mask, Positions, Sentences, Text, Words, infer
from limelab.types import Array, BadInput, NotApplicable
from tests.parts import PERTURBATIONS, name_of

DOCUMENT = "Not good, not bad: NOT!  Good\nfilm"
CORPUS = ["a good film", "a bad film", "a bad film", "a long film", "not a good idea", "so it is"]


def one(domain: Text, document: str = DOCUMENT) -> Any:
    ((view, _),) = domain.views([document])
    return view


def lengths(texts: list[str]) -> Array:
    return np.array([len(text) for text in texts], float)


UNITS = {
    "words": (Words(), ("Not", "good", "not", "bad", "NOT", "Good", "film")),
    "without case": (Words("ignored"), ("not", "good", "bad", "film")),
    "positions": (Positions(), ("Not", "good", "not", "bad", "NOT", "Good", "film")),
    "sentences": (Sentences(), ("Not good, not bad: NOT!", "Good\nfilm")),
}


@pytest.mark.parametrize("case", UNITS)
def test_units_are_as_said(case: str) -> None:
    units, names = UNITS[case]
    view = one(Text(units=units))
    assert view.names == names
    assert view.decode(view.x) == [DOCUMENT]


def test_a_word_goes_wherever_it_stands() -> None:
    view = one(Text(units=Words("ignored")))
    assert view.decode(np.array([[0.0, 1, 1, 1]])) == [" good,  bad: !  Good\nfilm"]
    assert view.values(view.x).tolist() == [[3, 2, 1, 1]]


def test_a_position_goes_alone_and_is_named_by_its_place() -> None:
    view = one(Text(units=Positions()), "so, so it is")
    assert view.names == ("so [1]", "so [2]", "it [3]", "is [4]")
    assert view.decode(np.array([[1.0, 0, 1, 1]])) == ["so,  it is"]


def test_a_mask_token_stands_where_a_word_was() -> None:
    view = one(Text(fill=Mask("[MASK]")), "so it is")
    assert view.decode(np.array([[0.0, 1, 0]])) == ["[MASK] it [MASK]"]
    assert not view.draws_fill


def test_the_corpus_fills_by_what_stands_in_such_places() -> None:
    """Between "a" and "film" the corpus has bad twice and long once, beside good itself."""
    view = one(Text(CORPUS, fill=FromCorpus(least=3)), "a good film")
    assert view.draws_fill
    drawn = np.linspace(0, 0.999, 300)
    points = np.column_stack([np.ones(300), drawn, np.ones(300)])
    found = pd.Series(view.decode(points)).value_counts(normalize=True)
    assert found.to_dict() == pytest.approx({"a bad film": 2 / 3, "a long film": 1 / 3}, abs=0.01)


def test_where_a_place_is_too_rare_a_wider_one_serves() -> None:
    points = np.column_stack([np.ones(200), np.linspace(0, 0.999, 200), np.ones(200)])

    def written(least: int) -> set[str]:
        domain = Text([*CORPUS, "a long story"], fill=FromCorpus(least))
        return set(one(domain, "a good film").decode(points))

    assert written(3) == {"a bad film", "a long film"}
    assert written(4) == {"a bad film", "a long film"}  # after "a", which has them twice each
    assert "a idea film" in written(99)  # from anywhere
    assert "a good film" not in written(99)


@pytest.mark.parametrize("law", [ll.Dropout(0.4), ll.UniformCount()], ids=repr)
def test_fills_are_drawn_evenly_under_every_law(law: Any) -> None:
    view = one(Text(CORPUS, fill=FromCorpus(least=3)), "a good film")
    u = law.design.draw(6000, law.dims(view), np.random.default_rng(0))[None]
    moves = law.cloud(u, view.x, view).moves[0]
    gone = moves[:, 1] < 1
    texts = pd.Series([text.split()[1] for text in view.decode(moves[gone & (moves[:, 0] == 1)])])
    share = (texts == "bad").mean()
    assert abs(share - 2 / 3) < 4 * (2 / 9 / len(texts)) ** 0.5


@given(st.text(min_size=1, max_size=60), st.integers(0, 2**31))
def test_writing_is_joining_the_pieces_that_stay(text: str, seed: int) -> None:
    """Any characters, surrogates among them, against a join piece by piece."""
    document = f"first {text} last"
    view = one(Text(), document)
    points = (np.random.default_rng(seed).random((5, len(view.names))) < 0.5).astype(float)
    pieces = list(zip(view.document.pieces, view.document.units, strict=True))
    expected = ["".join(p for p, u in pieces if u < 0 or row[u] == 1) for row in points]
    assert view.decode(points) == expected


def test_any_tokenizer_serves() -> None:
    view = one(Text(tokenizer=str.split), "so-so, it is")
    assert view.names == ("so-so,", "it", "is")


def test_texts_are_inferred_and_a_series_keeps_its_labels() -> None:
    rows = pd.Series(["so it is", "it is so"], index=["first", "second"])
    assert isinstance(infer(None, rows), Text)
    assert infer(CORPUS, ["x"]).frame == CORPUS  # type: ignore[attr-defined]  # it is a Text
    found = ll.explain(lengths, None, rows)
    assert found.instances == ("first", "second")


def test_fingerprints_tell_domains_apart() -> None:
    domains = [
        Text(),
        Text(CORPUS),
        Text(units=Positions()),
        Text(fill=Mask()),
        Text(tokenizer=str.split),
    ]
    assert len({domain.fingerprint for domain in domains}) == len(domains)
    assert Text(CORPUS).fingerprint == Text(list(CORPUS)).fingerprint


def test_encode_gives_each_document_its_own_point() -> None:
    points = Text().encode(["so it is", "so so it"])
    assert [point.tolist() for point in points] == [[1.0] * 3, [1.0] * 2]


BAD: dict[str, tuple[Callable[[], Any], str]] = {
    "empty document": (
        lambda: ll.explain(lengths, None, ["so it is", " \n"]),
        "document 1 is empty",
    ),
    "one word": (
        lambda: ll.explain(lengths, None, ["Superb!!"]),
        r"document 0 has one word \('Superb'\).*expected at least 2",
    ),
    "no token left": (lambda: ll.explain(lengths, None, ["?! ..."]), "document 0 has no word"),
    "one sentence": (
        lambda: ll.explain(lengths, None, ["So it is."], domain=Text(units=Sentences())),
        "one sentence",
    ),
    "no string": (lambda: ll.explain(lengths, None, ["so it is", 3]), r"hold 3 \(int\) at 1"),
    "missing": (lambda: Text().labels(["so", np.nan]), r"hold nan \(float\) at 1"),
    "one string": (lambda: Text().labels("so it is"), r"one string; expected .* \[text\]"),
    "nothing": (lambda: Text().labels([]), "expected at least one string"),
    "a fill without a corpus": (lambda: Text(fill=FromCorpus()), "needs a corpus"),
    "a corpus without words": (
        lambda: ll.explain(lengths, None, ["so so it"], domain=Text(["so"], fill=FromCorpus())),
        "no word to stand for",
    ),
    "units": (lambda: Text(units=Words), "expected Words"),  # type: ignore[arg-type]
    "fill": (lambda: Text(fill="nothing"), "expected Remove"),  # type: ignore[arg-type]
    "tokenizer": (lambda: Text(tokenizer=3), "expected a function"),  # type: ignore[arg-type]
    "case": (lambda: Words("lower"), "expected 'as written' or 'ignored'"),  # type: ignore[arg-type]
    "pattern": (lambda: ll.domains.Pattern("("), "no regular expression"),
    "tokens from elsewhere": (
        lambda: one(Text(tokenizer=lambda text: ["not there"])),
        "'not there', which is not in the text",
    ),
    "tokens that are none": (lambda: one(Text(tokenizer=lambda text: [""])), "none of them empty"),
    "the model's shape": (
        lambda: ll.explain(lambda texts: np.zeros((3, 2, 2)), None, ["so it is"]),
        "expected .*one answer for each row",
    ),
    "a table's perturbation": (
        lambda: ll.explain(lengths, None, ["so it is"], explainer=ll.Lime()),
        "no background rows, mean or scale.*take Dropout",
    ),
    "a table's representation": (
        lambda: ll.explain(lengths, None, ["so it is"], explainer=ll.Lime(ll.Dropout())),
        "no background rows",
    ),
    "a foreign explainer": (
        lambda: ll.explain(lengths, None, ["so it is"], explainer=Foreign()),
        "2 entries for 1 documents or pictures; expected a list",
    ),
    "bytes": (lambda: ll.explain(lengths, None, [b"so it is"]), "came as list of bytes"),
    "no background": (
        lambda: ll.explain(lengths, None, np.eye(3)),
        "expected a table as background",
    ),
}  # fmt: skip


class Foreign:
    def explain(self, predict: Any, background: Any, rows: Any, seed: int) -> Any:
        return np.zeros((2, 3))


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_used_is_named(case: str) -> None:
    call, message = BAD[case]
    with pytest.raises(BadInput, match=f"(?s){message}") as caught:
        call()
    assert "\n" not in str(caught.value).strip()


def test_more_words_than_samples_is_said_before_the_model_is_asked_about_them() -> None:
    asked: list[int] = []

    def counting(texts: list[str]) -> Any:
        asked.append(len(texts))
        return lengths(texts)

    lime = ll.Lime(ll.Dropout(), ll.Presence(), n_samples=32)
    with pytest.raises(BadInput, match="too few samples"):
        ll.explain(counting, None, [" ".join(f"w{j}" for j in range(40))], explainer=lime)
    assert sum(asked) < 10, "a first look, and no sample"


def test_more_words_than_samples_is_an_error_with_the_remedy() -> None:
    document = " ".join(f"w{j}" for j in range(40))
    lime = ll.Lime(ll.Dropout(), ll.Presence(), n_samples=32)
    with pytest.raises(BadInput, match=r"32 for 40 features.*take more samples, at least 42"):
        ll.explain(lengths, None, [document], explainer=lime)
    chosen = ll.Lime(ll.Dropout(), ll.Presence(), surrogate=ll.LeastSquares(ll.Forward(3)),
                     n_samples=32)  # fmt: skip
    assert not ll.explain(lengths, None, [document], explainer=chosen).declined[0]


@pytest.mark.parametrize("law", [*PERTURBATIONS, ll.Strengths], ids=name_of)
def test_laws_of_tables_and_changes_decline_words(law: Any) -> None:
    with pytest.raises(NotApplicable, match=r"take|give"):
        ll.explain(
            lengths, None, ["so it is"], explainer=ll.Lime(law(), ll.Presence(), n_samples=8)
        )


def test_draws_follow_the_document_and_how_it_is_cut_and_not_the_corpus() -> None:
    keys = [one(domain).key for domain in (Text(), Text(["other texts"]), Text(fill=Mask()))]
    assert keys[0] == keys[1] != keys[2]
