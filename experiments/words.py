"""Words or dimensions: what should an explanation of a text be written in, and how taken apart.

Models of real sentences are explained by their words, by the dimensions of a dense embedding
(latent semantic analysis of the corpus), by the same mapped back to words, the remedy, and by
lime's own preset, which removes most words of most samples. Deleting the words that each names
shows what they are worth. Beside it: how many words it takes to name a dimension, also of real word
vectors and of a transformer where they are installed; what each explanation foretells of
deletions; and what the normalisation of TF-IDF does to coefficients, which is known exactly. Two
corpora and a third set made of both are too few to say anything in general.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from scipy import stats

import limelab as ll
from limelab import datasets, embeddings, exact, metrics, models, presets
from limelab.metrics.notes import explained, missing_explanations
from limelab.seeds import child
from limelab.statistics.bands import simultaneous_band
from limelab.study.ready import fitted, split
from limelab.types import BadInput, Cloud, Evidence, NotApplicable, Score

SAMPLES, DELETED = 256, 5
FEW, MANY = 8, 50
NAMES = {FEW: "8 dimensions", MANY: "50 dimensions"}
IN_WORDS = "50 dimensions, in words"
WORDS = ll.Lime(ll.Dropout(0.5), ll.Presence(), n_samples=SAMPLES, draws="own")
DOCUMENTS, SHARE, HEAVIEST = 8, 0.8, 10
REPEATS, FEWEST, MOST = 12, 9, 11


def film_or_shop() -> datasets.Texts:
    """As many sentences of either corpus: which one a sentence comes from."""
    film, shop = (datasets.load_texts(f"{name}_snippets") for name in ("movie", "amazon"))
    n = min(len(film.X), len(shop.X))
    X = [text for pair in zip(film.X[:n], shop.X[:n], strict=True) for text in pair]
    y = np.tile(["film", "shop"], n)
    return replace(film, name="film_or_shop", X=X, y=y, ratings=np.zeros(2 * n), target="corpus")


def _without_each(view: Any, embedder: Any, domain: Any) -> Any:
    """How far the vector of a document moves when each word goes, (words, dimensions)."""
    gone = embedder.vectors(view.decode(1.0 - np.eye(len(view.names))), domain)
    return gone - embedder.vectors(view.decode(view.x), domain)


def _in_dimensions(dimensions: int) -> ll.Lime:
    return replace(WORDS, representation=ll.Embedded(embeddings.Lsa(dimensions)))


def _foretold(lime: ll.Lime, said: Any, view: Any, masks: Any) -> Any:
    """How far the answer falls without some words, by the surrogate: (m, outputs)."""
    cloud = Cloud(view.x, masks, np.zeros(len(view.names), dtype=bool))
    z = lime.representation.interpret(cloud, view).z
    return said.g[0] - said.model.predict(z.reshape(1, len(masks), -1))[0]


@dataclass(frozen=True)
class MappedBack:
    """Dimensions explained, then put into words: what the line loses with each word."""

    dimensions: int
    takes_domain: ClassVar[bool] = True

    def explain(self, predict: Any, background: Any, rows: Any, seed: int) -> Any:
        """An array (words, outputs) for each document."""
        lime, found = _in_dimensions(self.dimensions), []
        for view, _ in background.views(rows):
            said = lime.unwarned(predict, background, [view.text], seed)
            found.append(_foretold(lime, said, view, 1.0 - np.eye(len(view.names))))
        return found


@dataclass(frozen=True)
class DeletedOneByOne:
    """Of the words that are left the one whose loss moves the answer most, five times: a ceiling.

    It asks about the very deletions that it is judged by: the first is the best there is, those
    after it the best that follow it. The first word is worth 5, the last 1.
    """

    takes_domain: ClassVar[bool] = True
    deterministic: ClassVar[bool] = True

    def explain(self, predict: Any, background: Any, rows: Any, seed: int) -> Any:
        """An array (words, 1) for each document."""
        return [self._worth(predict, view)[:, None] for view, _ in background.views(rows)]

    def _worth(self, predict: Any, view: Any) -> Any:
        kept, worth = np.ones(len(view.names)), np.zeros(len(view.names))
        lead = 1.0 if predict(view.decode(view.x))[0, 0] > 0.5 else -1.0
        for value in range(DELETED, max(0, DELETED - len(kept) + 1), -1):
            there = np.flatnonzero(kept)
            less = kept - np.eye(len(kept))[there]
            best = there[(lead * predict(view.decode(less))[:, 0]).argmin()]
            kept[best], worth[best] = 0.0, lead * value
        return worth


@dataclass(frozen=True)
class DeletionDrop:
    """Drop of the answer towards the other class, mean over 1, 2, ..., 5 deleted words.

    The words that speak for the class go first, by `effect` of the first repeat; of two words, one
    stays. Explanations by dimensions name no word and are declined.
    """

    name: ClassVar[str] = "deletion_drop"
    better: ClassVar[str] = "higher"
    unit: ClassVar[str] = "background standard deviations of the model"
    says_not: ClassVar[str] = "A text without words is no text that the model has learnt from."

    def probes(self, evidence: Evidence, rng: np.random.Generator) -> Any:
        """Masks (1, I, 5, words)."""
        if evidence.names[0] == "dimension 1":
            raise NotApplicable("dimensions are no words, so there is nothing to delete")
        lead = np.where(evidence.f_at_x[:, 0] > 0.5, -1.0, 1.0)
        order = np.argsort(lead[:, None] * evidence.effect[0, :, :, 0], axis=1, kind="stable")
        return _deleted(order)[None]

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (1, I, 1)."""
        answers = evidence.probes[self.name][0, :, :, 0]
        f = evidence.f_at_x
        drop = np.where(f > 0.5, f - answers, answers - f).mean(axis=1)
        spread = np.where(evidence.model_sd > 0, evidence.model_sd, np.nan)
        reasons = {why: here[:1] for why, here in missing_explanations(evidence).items()}
        return [explained((drop[:, None] / spread)[None], {"of_repeat": 0}, reasons)]


def _deleted(order: Any) -> Any:
    """Masks (I, 5, words) with the first 1, 2, ... words of an order (I, words) gone."""
    place = np.argsort(order, axis=1)[:, None, :]
    many = np.minimum(np.arange(1, DELETED + 1), order.shape[1] - 1)
    return (place >= many[:, None]).astype(np.float64)


def words_to_name_a_dimension(task: ll.Task, seed: int) -> pd.DataFrame:
    """How many words of a sentence make up four fifths of what its words do to one dimension.

    The dimension is the one that the sentence's words move most when each is taken away. A word
    as a feature takes one. Of latent semantic analysis the same is said of all the words that the
    dimension is made of, and how many of its ten heaviest stand in the sentence. Means over
    eight sentences, with Student's 95 % interval.
    """
    if task.model.name != "counts_linear":
        return pd.DataFrame()
    domain, rows = split(task, seed).domain, []
    views = [view for view, _ in domain.views(list(split(task, seed).held_X[:DOCUMENTS]))]
    chosen = [*(embeddings.Lsa(k) for k in NAMES), embeddings.WordVectors()]
    if task.data_name == "amazon_snippets":  # once: it is slow
        chosen.append(embeddings.MiniLM())
    for embedder in chosen:
        try:
            moves = [_without_each(view, embedder, domain) for view in views]
        except BadInput as reason:  # not installed, which the row says
            rows.append({"embedding": repr(embedder), "reason": str(reason)})
            continue
        top = [int((move**2).sum(axis=0).argmax()) for move in moves]
        needed = [_needed(np.abs(m[:, j])) for m, j in zip(moves, top, strict=True)]
        row = {"embedding": repr(embedder), **_mean(needed, "words_needed")}
        row["words_of_the_sentence"] = float(np.mean([len(view.names) for view in views]))
        rows.append({**row, **_made_of(embedder, domain, views, top), "reason": ""})
    return pd.DataFrame(rows)


def _needed(size: Any) -> int:
    """How many of the largest sizes make up four fifths of their sum."""
    share = np.cumsum(np.sort(size)[::-1]) / size.sum()
    return int(np.searchsorted(share, SHARE - 1e-12)) + 1


def _made_of(embedder: Any, domain: Any, views: Any, top: Any) -> dict[str, float]:
    """The same of the vocabulary that a dimension of latent semantic analysis is made of."""
    if not isinstance(embedder, embeddings.Lsa):
        return {}
    vectorizer, svd = domain.once(("lsa", embedder), tuple)  # fitted when it was asked above
    words, made = vectorizer.get_feature_names_out(), np.abs(svd.components_[top])
    heaviest = [set(words[np.argsort(-one)[:HEAVIEST]]) for one in made]
    there = [len(one & set(vectorizer.build_analyzer()(view.text)))
             for one, view in zip(heaviest, views, strict=True)]  # fmt: skip
    return {
        "vocabulary_words_needed": float(np.mean([_needed(one) for one in made])),
        "of_its_ten_heaviest_there": float(np.mean(there)),
    }


def _mean(values: Any, name: str) -> dict[str, float]:
    error = np.std(values, ddof=1) / np.sqrt(len(values))
    reach = stats.t.isf(0.025, len(values) - 1) * error
    return {name: float(np.mean(values)), "low": np.mean(values) - reach,
            "high": np.mean(values) + reach}  # fmt: skip


def what_deletions_do_and_were_foretold(task: ll.Task, seed: int) -> pd.DataFrame:
    """The drop of the answer as the named words go, against what the explanation said it would be.

    Mean over eight sentences. The interval is that of the mean difference between drop and promise,
    laid round the drop: it leaves out the spread between sentences.
    """
    data, box, found = split(task, seed), fitted(task, seed).box, []
    texts = pd.Series(list(data.held_X[:DOCUMENTS]))
    limes = {"words": WORDS, **{NAMES[k]: _in_dimensions(k) for k in NAMES}}
    for view, (i,) in data.domain.views(texts):
        for name, lime in limes.items():
            said = lime.unwarned(box, data.domain, texts[[i]], child(seed, "deleted", i))
            up = 1.0 if said.f[0, 0] > 0.5 else -1.0
            each = up * _foretold(lime, said, view, 1.0 - np.eye(len(view.names)))[:, 0]
            masks = _deleted(np.argsort(-each, kind="stable")[None])[0]
            told = up * _foretold(lime, said, view, masks)[:, 0]
            drop = up * (said.f[0, 0] - box.ask(view.decode(masks))[:, 0])
            found += [(name, k + 1, *both) for k, both in enumerate(zip(told, drop, strict=True))]
    rows = []
    for (name, k), one in pd.DataFrame(found).groupby([0, 1], sort=False):
        error = (one[3] - one[2]).std(ddof=1) / np.sqrt(len(one))
        row = {"written_in": name, "words_deleted": k, "foretold": one[2].mean()}
        rows.append({**row, "measured": one[3].mean(), "stderr": error})
    told = pd.DataFrame(rows)
    band = simultaneous_band(told["measured"], told["stderr"], df=DOCUMENTS - 1)
    return told.assign(low=band.low, high=band.high, unit="drop of the probability")


def coefficients_under_tfidf(task: ll.Task, seed: int) -> pd.DataFrame:
    """lime's coefficients of a linear score of TF-IDF against exact ones, with and without norm.

    With vectors as long as they are the score is a line in presences: its coefficients are the own
    weights of the model times TF-IDF (Mardaoui and Garreau 2021, section 4). At length 1 a removed
    word lengthens the others: exact coefficients come from all masks, and are the model's own times
    about 1.3, up to a shift. An interval is no narrower than rounding.
    """
    if task.name != "movie_snippets / counts_linear":
        return pd.DataFrame()
    data, rows = split(task, seed), []
    text, view = next(_short(data))
    lime = replace(presets.lime_text(), surrogate=ll.LeastSquares(), n_samples=1024)
    law = exact.text_law(len(view.names))
    for name, norm in {"as long as they are": None, "at length 1": "l2"}.items():
        model, own = _scored(data, norm, view)
        truth = exact.enumerate_masks(
            lambda masks, ask=model: ask(view.decode(masks)), len(view.names), weights=_mass(law)
        ).coef
        seeds = [child(seed, "run", r) for r in range(REPEATS)]
        runs = [lime.unwarned(model, data.domain, [text], one).coef[0, :, 0] for one in seeds]
        error = np.maximum(np.std(runs, axis=0, ddof=1) / np.sqrt(REPEATS), 1e-9)
        for j, word in enumerate(view.names):
            row = {"vectors": name, "place": j + 1, "exact": truth[j]}
            row |= {"measured": np.mean(runs, axis=0)[j], "stderr": error[j]}
            rows.append({**row, "word": word, "of_the_model": own[j]})
    found = pd.DataFrame(rows)
    band = simultaneous_band(found["measured"], found["stderr"], df=REPEATS - 1)
    return found.assign(low=band.low, high=band.high, unit="coefficient")


def _short(data):
    """Held-out sentences of 9 to 11 distinct words, few enough to ask about all masks."""
    for text in data.held_X:
        ((view, _),) = data.domain.views([text])
        if FEWEST <= len(view.names) <= MOST:
            yield text, view


def _scored(data, norm, view):
    """A linear score of TF-IDF as a function of texts, and its own part of each word (words,)."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    vectorizer = TfidfVectorizer(norm=norm)
    X = vectorizer.fit_transform(data.train_X)
    model = LogisticRegression(C=10.0 if norm else 0.1, max_iter=1000).fit(X, data.train_y)
    whole = vectorizer.transform([view.text]).toarray()[0] * model.coef_[0]
    part = {word: whole[j] for word, j in vectorizer.vocabulary_.items()}
    own = np.array([part.get(word.lower(), 0.0) for word in view.names])
    return lambda texts: model.decision_function(vectorizer.transform(texts)), own


def _mass(law):
    """Of masks (m, d): how likely lime draws each, times its weight."""
    from scipy.special import comb

    d, mass = law.parts, np.array(law.mass)
    each = mass / comb(d, np.arange(d + 1))
    return lambda masks: each[(d - masks.sum(axis=1)).astype(int)]


def conditions() -> ll.Conditions:
    """Words, dimensions, dimensions in words and lime's preset.

    Any words are the floor, as are words that are all alike, which go in their order; words that
    were found by deleting are the ceiling of a deletion.
    """
    found = {"words": WORDS}
    found |= {NAMES[k]: _in_dimensions(k) for k in NAMES}
    found[IN_WORDS] = MappedBack(MANY)
    preset = presets.lime_text(num_samples=SAMPLES + 1, feature_selection="none")
    found["lime's preset"] = replace(preset, draws="own")
    ends = {"any words": ll.RandomImportance(), "constant": ll.ConstantImportance()}
    ends |= {"deleted one by one": DeletedOneByOne()}
    found |= ends
    return ll.Conditions(found, {name: {"written_in": name} for name in found}, baselines=ends)


def tasks() -> list[ll.Task]:
    """Three sets under four models, one of which reads an embedding itself."""
    recipes = (
        models.counts_linear(),
        models.tfidf_linear(),
        models.tfidf_forest(n_estimators=30),
        models.lsa_linear(dimensions=MANY),
    )
    data = ("movie_snippets", "amazon_snippets", film_or_shop)
    return [ll.Task(one, recipe, instances=6) for one in data for recipe in recipes]


STUDY = ll.Study(
    question="Should a text be explained by its words or by the dimensions of an embedding?",
    tasks=tasks(),
    conditions=conditions(),
    judge=[ll.Judge(ll.Dropout(), radii=(0.1, 0.5), size=40)],
    metrics=[metrics.Rmse(), metrics.R2(), metrics.TopK(3), DeletionDrop()],
    claims=[
        ll.Claim(
            "To models that read words, a line in words is nearer than one in eight dimensions.",
            metric="rmse",
            better={"written_in": "words"},
            worse={"written_in": NAMES[FEW]},
            where={"radius": 0.5, "model": ["counts_linear", "tfidf_linear"]},
            margin=0.02,
        ),
        ll.Claim(
            "To a model that reads fifty dimensions, a line in fifty is nearer than one in words.",
            metric="rmse",
            better={"written_in": NAMES[MANY]},
            worse={"written_in": "words"},
            where={"radius": 0.5, "model": "lsa_linear"},
            margin=0.02,
        ),
        ll.Claim(
            "From seed to seed, words keep their leading three better than fifty dimensions do.",
            metric="top_3_jaccard",
            better={"written_in": "words"},
            worse={"written_in": NAMES[MANY]},
            margin=0.02,
        ),
        ll.Claim(
            "Mapped back to words, fifty dimensions name words that matter more than any others.",
            metric="deletion_drop",
            better={"written_in": IN_WORDS},
            worse={"written_in": "any words"},
            margin=0.1,
        ),
        ll.Claim(
            "Still, words explained as such are worth more than words mapped back.",
            metric="deletion_drop",
            better={"written_in": "words"},
            worse={"written_in": IN_WORDS},
            margin=0.05,
        ),
        ll.Claim(
            "Near the text, removing half of the words errs less than lime's way of removing most.",
            metric="rmse",
            better={"written_in": "words"},
            worse={"written_in": "lime's preset"},
            where={"radius": 0.1},
            margin=0.01,
        ),
    ],
    measures=[
        words_to_name_a_dimension,
        what_deletions_do_and_were_foretold,
        coefficients_under_tfidf,
    ],
    repeats=5,
    remedy="Write explanations in words; what must come from dimensions, map back to words first.",
)
