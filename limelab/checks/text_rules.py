"""What an explainer of documents owes its caller, and what it must say of known models of words."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from limelab.checks.blackboxes import Constant
from limelab.checks.contract import under_global_seed
from limelab.checks.evidence import RUNS, same_mean, zero_mean
from limelab.checks.kit import Kit, replay_code
from limelab.checks.results import CheckFailed
from limelab.checks.subject import Subject, close, same_bits
from limelab.checks.text_cases import (
    AllWords,
    TextCase,
    TextOutputs,
    TextScaled,
    WordWeights,
    text_cases,
)
from limelab.domains import Text
from limelab.explanation import Explanation
from limelab.ragged import Ragged
from limelab.types import Array, NotApplicable

TEXTS = Kit(code=replay_code)
_DOCUMENT = "not so good, a very dull film"
_AFTER = 1000  # seeds of a second group of runs start here: no run is used twice


@TEXTS.over("contract", text_cases(rows=2))
def check_every_word_is_named(subject: Subject, case: TextCase) -> None:
    """Every document has its own words as features, each once, in the order of the text."""
    for part, words in zip(_parts(_asked(subject, case)), case.words, strict=True):
        if part.features != words:
            raise CheckFailed(f"features {part.features}; expected {words}")
        if part.effect.shape != (1, len(words), 1):
            raise CheckFailed(f"shape {part.effect.shape}; expected {(1, len(words), 1)}")


@TEXTS.over("contract", text_cases())
def check_finite(subject: Subject, case: TextCase) -> None:
    """Every value is a finite number, or its document says why there is none."""
    (part,) = _parts(_asked(subject, case))
    reason = part.declined[0]
    if "not finite" in reason or (not reason and not np.isfinite(part.effect).all()):
        raise CheckFailed("effects hold values that are not finite, and no reason is given")


@TEXTS.over("contract", text_cases())
def check_same_seed_same_bits(subject: Subject, case: TextCase) -> None:
    """The same call gives the same bits, the second time too."""
    first, second = _one(subject, case), _one(subject, case)
    same_bits(first, second, "the second call with the same seed differs")


@TEXTS.once("contract")
def check_seed_of_texts_is_used(subject: Subject, seed: int) -> None:
    """Another seed gives another sample; an explainer without draws says `deterministic = True`."""
    runs = _runs(subject, AllWords(("not", "good")), seed, 4)
    moved = bool((runs != runs[:1]).any())
    if subject.deterministic == moved:
        said = "deterministic = True, and seeds differ" if moved else "nothing, and no seed matters"
        raise CheckFailed(f"it says {said}")


@TEXTS.over("contract", text_cases())
def check_global_state(subject: Subject, case: TextCase) -> None:
    """numpy's global generator neither matters nor changes."""
    first, second = (under_global_seed(lambda: _one(subject, case), state) for state in (1, 2))
    same_bits(first, second, "the answer depends on numpy's global generator")


@TEXTS.over("contract", text_cases(rows=2))
def check_nothing_is_changed(subject: Subject, case: TextCase) -> None:
    """The list of documents stays what it was, also where nobody hands over a copy."""
    rows = list(case.documents)
    subject.explainer.explain(case.model, Text(), rows, case.seed)
    if rows != list(case.documents):
        raise CheckFailed(f"the documents were changed by the call: {rows}")


@TEXTS.over("contract", text_cases(rows=2))
def check_batch_is_its_rows(subject: Subject, case: TextCase) -> None:
    """Documents together say what they say one by one, in any order."""
    batch = _effects(_asked(subject, case))
    alone = [_one(subject, replace(case, documents=(text,))) for text in case.documents]
    _all_close(batch, alone, "a document says something else in company")
    turned = _effects(_asked(subject, replace(case, documents=case.documents[::-1])))
    _all_close(batch, turned[::-1], "the order of the documents matters")


@TEXTS.once("contract")
def check_pickles_for_texts(subject: Subject, seed: int) -> None:
    """A pickled copy says the same: explainers travel to workers."""
    case = TextCase((_DOCUMENT,), AllWords(("not", "good")), seed)
    try:
        copied = pickle.loads(pickle.dumps(subject.explainer))
    except Exception as error:
        raise CheckFailed(f"it does not pickle: {type(error).__name__}: {error}") from error
    same_bits(_one(subject, case), _one(Subject(copied), case), "a pickled copy differs")


@TEXTS.over("contract", text_cases())
def check_constant_model(subject: Subject, case: TextCase) -> None:
    """Of a constant model no word is important."""
    found = np.abs(_one(subject, replace(case, model=Constant(2.5)))).max()
    if found > 1e-9:
        raise CheckFailed(f"an effect of {found:.3g} for a constant model")


@TEXTS.over("contract", text_cases())
def check_every_output(subject: Subject, case: TextCase) -> None:
    """Every output of a model gets its own explanation, the second as the first."""
    both = TextOutputs((case.model, TextScaled(case.model, -2.0, 1.0)))
    found = _one(subject, replace(case, model=both))
    if found.shape[1] != 2:
        raise CheckFailed(f"{found.shape[1]} outputs explained; the model has 2")
    close(found[:, 1], -2.0 * found[:, 0], "the second output is not explained by itself")


@TEXTS.over("axiom", text_cases())
def check_scale_of_the_output(subject: Subject, case: TextCase) -> None:
    """Of a multiple of the model the explanation is that multiple; a shift changes nothing."""
    scaled = _one(subject, replace(case, model=TextScaled(case.model, -3.0, 10.0)))
    close(scaled, -3.0 * _one(subject, case), "effects do not scale with the model", rtol=1e-5)


@TEXTS.once("axiom")
def check_ignored_word(subject: Subject, seed: int) -> None:
    """A word that the model does not read has no effect."""
    runs = _runs(subject, WordWeights((("good", 2.0), ("dull", -1.0))), seed, RUNS)
    words = TextCase((_DOCUMENT,), Constant(0.0)).words[0]
    unread = [j for j, word in enumerate(words) if word not in ("good", "dull")]
    size = float(np.abs(runs).mean(axis=0).max())
    if size == 0:
        raise CheckFailed("the words that the model reads have no effect either")
    zero_mean(runs[:, unread], size, "a word that the model does not read has an effect")


@TEXTS.once("axiom")
def check_word_weights(subject: Subject, seed: int) -> None:
    """Weights of words are recovered: their signs, and which of them is larger."""
    weights = {"good": 2.0, "dull": -1.0, "film": 0.5}
    runs = _runs(subject, WordWeights(tuple(weights.items())), seed, 4)
    words = TextCase((_DOCUMENT,), Constant(0.0)).words[0]
    found = runs.mean(axis=0)[[words.index(word) for word in weights]]
    right = np.sign(found) == np.sign(list(weights.values()))
    if not right.all() or (np.diff(np.abs(found)) >= 0).any():
        raise CheckFailed(f"the weights {weights} have the effects {found.round(3).tolist()}")


@TEXTS.once("axiom")
def check_symmetry_of_words(subject: Subject, seed: int) -> None:
    """Two words that the model cannot tell apart have the same effect."""
    model = AllWords(("not", "good"))
    words = TextCase((_DOCUMENT,), Constant(0.0)).words[0]
    first, second = (
        _runs(subject, model, start, RUNS)[:, words.index(word)]
        for word, start in (("not", seed), ("good", seed + _AFTER))
    )
    same_mean(first, second, "two words that cannot be told apart differ")


@TEXTS.once("axiom")
def check_and_of_words(subject: Subject, seed: int) -> None:
    """Of an AND of two words that are there, these two push upwards and come first."""
    runs = _runs(subject, AllWords(("not", "good")), seed, RUNS)
    words = TextCase((_DOCUMENT,), Constant(0.0)).words[0]
    mean = runs.mean(axis=0)
    both = {words[j] for j in np.argsort(-mean, kind="stable")[:2]}
    if both != {"not", "good"} or np.sort(mean)[-2] <= 0:
        told = dict(zip(words, mean.round(4).tolist(), strict=True))
        raise CheckFailed(f"of not AND good the effects are {told}")


def _asked(subject: Subject, case: TextCase) -> Explanation:
    return subject.of(case.model, Text(), list(case.documents), case.seed)


def _parts(found: Explanation) -> Sequence[Explanation]:
    """Explanations of one document each."""
    if isinstance(found, Ragged):
        return found.parts
    if len(found.instances) == 1:
        return [found]
    return [
        replace(found, instances=(label,), effect=found.effect[i : i + 1])
        for i, label in enumerate(found.instances)
    ]


def _effects(found: Explanation) -> list[Array]:
    """Effects (k, C) of each document; declined ones are declined here too."""
    gone = [reason for reason in found.declined if reason]
    if gone:
        raise NotApplicable(f"it declines: {gone[0]}")
    return [part.effect[0] for part in _parts(found)]


def _one(subject: Subject, case: TextCase) -> Array:
    """Effects (k, C) of the first document."""
    return _effects(_asked(subject, case))[0]


def _runs(subject: Subject, model: Any, seed: int, runs: int) -> Array:
    """Effects (R, k) of one document for several seeds."""
    cases = [TextCase((_DOCUMENT,), model, seed + r) for r in range(runs)]
    return np.stack([_one(subject, case)[:, 0] for case in cases])


def _all_close(first: list[Array], second: list[Array], what: str) -> None:
    for a, b in zip(first, second, strict=True):
        close(a, b, what)
