"""Makers of unfitted models of texts and pictures, for recipes; they read no file of their own."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, TransformerMixin

from limelab.embeddings import WordVectors
from limelab.types import Array, BadInput


def tfidf_linear(kind: str, rows: Any, seed: int) -> Any:
    """TF-IDF of words, logistic regression."""
    from sklearn.linear_model import LogisticRegression

    return _classifier(kind, _tfidf(), LogisticRegression(C=10.0, max_iter=1000))


def counts_linear(kind: str, rows: Any, seed: int) -> Any:
    """Counts of words, logistic regression: what an explanation by words should get right."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression

    return _classifier(kind, CountVectorizer(), LogisticRegression(max_iter=1000))


def tfidf_forest(kind: str, rows: Any, seed: int, n_estimators: int) -> Any:
    """TF-IDF of words, random forest: words matter in company."""
    from sklearn.ensemble import RandomForestClassifier

    forest = RandomForestClassifier(n_estimators, random_state=seed, n_jobs=1)
    return _classifier(kind, _tfidf(), forest)


def lsa_linear(kind: str, rows: Any, seed: int, dimensions: int) -> Any:
    """TF-IDF cut by its SVD (latent semantic analysis), logistic regression."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.linear_model import LogisticRegression

    svd = TruncatedSVD(dimensions, random_state=seed)
    return _classifier(kind, _tfidf(), svd, LogisticRegression(C=10.0, max_iter=1000))


def vectors_linear(kind: str, rows: Any, seed: int) -> Any:
    """Mean word2vec vector, logistic regression; the vectors come from the side folder."""
    from sklearn.linear_model import LogisticRegression

    return _classifier(kind, MeanVectors(), LogisticRegression(C=10.0, max_iter=1000))


def pixel_network(kind: str, rows: Any, seed: int, width: int) -> Any:
    """Pixels from 0 to 1, one hidden layer of rectifiers."""
    from sklearn.neural_network import MLPClassifier

    model = MLPClassifier(
        (width,), alpha=0.1, learning_rate_init=0.003, max_iter=2000, random_state=seed, tol=1e-3
    )
    return _classifier(kind, Flattened(), model)


def colour_linear(kind: str, rows: Any, seed: int) -> Any:
    """Means, deviations and relations of the colour channels, logistic regression: sees casts."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    return _classifier(kind, Colours(), StandardScaler(), LogisticRegression(max_iter=1000))


class MeanVectors(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # sklearn has no types
    """Texts as the mean of their words' vectors."""

    def fit(self, X: Any, y: Any = None) -> MeanVectors:
        """Nothing to learn."""
        self.n_features_out_ = WordVectors().vectors(["word"]).shape[1]
        return self

    def transform(self, X: Any) -> Array:
        """Vectors (m, 300)."""
        return WordVectors().vectors(list(X))


class _Pictures(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # sklearn has no types
    """Stacks of pictures from 0 to 1; what is white is learnt from dtype and largest value."""

    def fit(self, X: Any, y: Any = None) -> _Pictures:
        """Learn the range."""
        stack = np.asarray(X)
        whole = stack.dtype.kind in "iu" or stack.max() > 1.0
        self.white_ = 255.0 if whole else 1.0
        return self

    def _scaled(self, X: Any) -> npt.NDArray[np.float64]:
        return np.asarray(X, dtype=np.float64) / self.white_


class Flattened(_Pictures):
    """Pictures as rows of numbers from 0 to 1."""

    def transform(self, X: Any) -> Array:
        """Rows (m, H W channels)."""
        stack = self._scaled(X)
        return stack.reshape(len(stack), -1)


class Colours(_Pictures):
    """What a colour picture's channels do: means, deviations, differences, how far from grey."""

    def transform(self, X: Any) -> Array:
        """Features (m, 12)."""
        stack = self._scaled(X)
        if stack.ndim != 4 or stack.shape[3] != 3:
            raise BadInput(f"got pictures of shape {stack.shape[1:]}; expected (H, W, 3)")
        red, green, blue = np.moveaxis(stack, 3, 0)
        pairs = (red - green, green - blue, red - blue)
        of_channels = [stack.mean(axis=(1, 2)), stack.std(axis=(1, 2))]
        of_pairs = [getattr(pair, how)(axis=(1, 2)) for pair in pairs for how in ("mean", "std")]
        return np.column_stack([*of_channels, *of_pairs])


def _tfidf() -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer()


def _classifier(kind: str, *steps: Any) -> Any:
    from sklearn.pipeline import make_pipeline

    if kind != "classification":
        raise BadInput(
            f"Got kind={kind!r}, but this recipe classifies; expected 'classification'; for "
            "numbers hand a maker of your own: Recipe(make)"
        )
    return make_pipeline(*steps)
