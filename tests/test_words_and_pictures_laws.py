"""The studies on pictures and texts: their own parts against the house's, and exact curves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from limelab import embeddings, sidefolder
from limelab.datasets import load_images, load_texts
from limelab.domains import Colour, Grid, Image, Mean, Text
from limelab.representations import Presence
from limelab.types import Interpreted, NotApplicable
from tests.metrics.conftest import decline, make_evidence
from tests.test_experiments import _assert_in_band as assert_in_band
from tests.test_experiments import measured, module_of

CURVES = (
    (
        "use_case",
        "coefficient_of_each_superpixel",
        "sepia / colour_linear / 26 changes, sepia to superpixel 20",
    ),
    ("words", "coefficients_under_tfidf", "movie_snippets / counts_linear"),
)


@pytest.mark.parametrize(("stem", "measure", "task"), CURVES)
def test_exact_curves_lie_in_the_measured_band(stem: str, measure: str, task: str) -> None:
    assert_in_band(measured(stem, measure, task))


def test_superpixels_as_changes_are_those_of_the_domain_of_pictures() -> None:
    parts = module_of("use_case")
    picture = load_images("sepia").X[:1]
    ((changes, _),) = parts.VIEW.over().views(picture)
    u = np.random.default_rng(0).random((1, 2000, len(changes.names)))
    fills = {parts.SuperpixelsInMean: Mean(), parts.SuperpixelsInGrey: Colour(0.5, 0.5, 0.5)}
    for law, fill in fills.items():
        cloud = law().cloud(u, changes.x, changes)
        seen = parts.OfSuperpixels().interpret(cloud, changes)
        assert seen.z.mean() == pytest.approx(0.5, abs=0.01)
        ((superpixels, _),) = Image(Grid(*parts.GRID), fill).views(picture)
        found = changes.decode(cloud.moves[0, :50]).astype(float)
        wanted = superpixels.decode(seen.z[0, :50]).astype(float)
        assert np.abs(found - wanted).max() <= 1.0, "but for rounding"
        presences = replace(cloud, x=superpixels.x, moves=seen.z)
        assert_same_parts(seen, Presence().interpret(presences, superpixels))
    whole = parts.Changes(0.5).cloud(u, changes.x, changes)
    told = parts.OfChanges().interpret(whole, changes)
    assert not whole.moves[..., parts.PARTS].any()
    assert len(told.names) == len(parts.WHOLE) == told.z.shape[2]
    np.testing.assert_allclose(told.z.max(axis=(0, 1)), 0.5, atol=0.01)


def assert_same_parts(mine: Interpreted, wanted: Interpreted) -> None:
    """All but the names."""
    for name in ("z", "at_x", "gap", "spread", "extent", "steps", "units"):
        np.testing.assert_array_equal(getattr(mine, name), getattr(wanted, name), err_msg=name)


def test_every_second_crop_is_altered() -> None:
    parts = module_of("use_case")
    plain = load_images("sepia").X[::2].astype(float)
    brighter = {
        name: (getattr(parts, name)().X - plain).mean(axis=(1, 2))
        for name in ("blue_cast", "green_cast", "red_cast", "darker", "lighter")
    }
    for name, step in brighter.items():
        assert not step[::2].any()
        assert step[1::2].any(axis=1).mean() > 0.98, name  # black stays black
    for place, colour in enumerate(("red_cast", "green_cast", "blue_cast")):
        lead = brighter[colour][1::2].argmax(axis=1)
        assert (lead == place).mean() > 0.98  # what is red already turns no redder
    assert (brighter["darker"][1::2].max(axis=1) <= 0).all()
    assert (brighter["lighter"][1::2].min(axis=1) >= 0).all()


def test_without_a_norm_coefficients_are_the_model_s_own_and_with_one_about_1_3_times() -> None:
    """Mardaoui and Garreau (2021): exactly the weights; then, up to a shift, a factor near 1.3."""
    told = measured("words", "coefficients_under_tfidf", "movie_snippets / counts_linear")
    plain, normed = (rows for _, rows in told.groupby("vectors", sort=False))
    np.testing.assert_allclose(plain["exact"], plain["of_the_model"], atol=1e-9)
    factor = np.polyfit(normed["of_the_model"], normed["exact"], 1)[0]
    assert 1.1 < factor < 1.6
    assert not np.allclose(normed["exact"], normed["of_the_model"], atol=0.05)


def test_dimensions_mapped_back_to_words_are_what_each_word_is_worth() -> None:
    """To a model that is a line in the dimensions they are exact: the answer lost with the word."""
    parts = module_of("words")
    films = load_texts("movie_snippets").X
    text, weights = Text(films[:200]), np.linspace(-1.0, 1.0, 3)

    def model(texts: Any) -> Any:
        return embeddings.Lsa(3).vectors(list(texts), text) @ weights

    rows = pd.Series(films[300:302])
    found = parts.MappedBack(3).explain(model, text, rows, 0)
    for worth, (view, _) in zip(found, text.views(rows), strict=True):
        lost = model([view.text]) - model(view.decode(1.0 - np.eye(len(view.names))))
        np.testing.assert_allclose(worth[:, 0], lost, atol=1e-9)
        assert np.abs(lost).max() > 0.01


def test_words_go_in_the_order_that_was_named() -> None:
    deleted = module_of("words")._deleted
    masks = deleted(np.array([[2, 0, 1, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1, 0]]))
    assert masks.shape == (2, 5, 7)
    np.testing.assert_array_equal(masks[0, :3, :4], [[1, 1, 0, 1], [0, 1, 0, 1], [0, 0, 0, 1]])
    np.testing.assert_array_equal(masks[1, 4], [1, 1, 0, 0, 0, 0, 0])
    np.testing.assert_array_equal(deleted(np.array([[1, 0]]))[0], [[1, 0]] * 5)


def test_how_many_words_make_up_four_fifths() -> None:
    needed = module_of("words")._needed
    assert [needed(np.array(one)) for one in ([1.0], [4.0, 1.0], [1.0] * 10)] == [1, 1, 8]


def test_an_embedding_that_is_not_installed_is_a_row_with_its_reason(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(sidefolder.VARIABLE, str(tmp_path))
    embeddings._word_vectors.cache_clear()
    told = measured("words", "words_to_name_a_dimension", "movie_snippets / counts_linear")
    lacking = told[told["embedding"] == "WordVectors()"].iloc[0]
    assert "is not in the side folder" in lacking["reason"]
    assert np.isnan(lacking["words_needed"])
    known = told[told["embedding"] != "WordVectors()"]
    assert len(known) == 2
    assert (known["reason"] == "").all()
    assert (known["words_needed"] > 1).all()
    assert (known["vocabulary_words_needed"] > known["words_of_the_sentence"]).all()


def test_reach_is_the_leading_importance_in_spreads_of_the_model() -> None:
    parts, evidence = module_of("use_case"), make_evidence()
    (found,) = parts.Reach().score(evidence)
    np.testing.assert_allclose(found.values, evidence.importance.max(axis=2) / 2.0)
    (gone,) = parts.Reach().score(decline(evidence, repeat=1, instance=2))
    assert np.isnan(gone.values[1, 2]).all()
    assert np.isnan(gone.values).sum() == 2
    (flat,) = parts.Reach().score(replace(evidence, model_sd=np.array([2.0, 0.0])))
    assert np.isnan(flat.values[..., 1]).all()
    assert np.isfinite(flat.values[..., 0]).all()


def test_deleted_words_are_those_that_speak_for_the_class_and_their_drop_is_towards_the_other() -> (
    None
):
    metric, evidence = module_of("words").DeletionDrop(), make_evidence((3, 2, 7, 1))
    evidence = replace(evidence, f_at_x=np.array([[0.9], [0.2]]))
    masks = metric.probes(evidence, np.random.default_rng(0))
    assert masks.shape == (1, 2, 5, 7)
    first = evidence.effect[0, :, :, 0]
    assert masks[0, 0, 0].argmin() == first[0].argmax()
    assert masks[0, 1, 0].argmin() == first[1].argmin()
    answers = np.array([[0.8, 0.7, 0.6, 0.5, 0.4], [0.3, 0.4, 0.5, 0.6, 0.7]])[None, :, :, None]
    (found,) = metric.score(replace(evidence, probes={metric.name: answers}))
    np.testing.assert_allclose(found.values, [[[0.3 / 2.0], [0.3 / 2.0]]])
    with pytest.raises(NotApplicable, match="dimensions are no words"):
        metric.probes(replace(evidence, names=("dimension 1", *"abcdef")), np.random.default_rng(0))
