"""What explanations of texts and pictures cost beside the model's answers and beside lime.

    python tests/benchmarks/modalities.py [--quick] [text] [image] [memory]

Run by hand. Texts: docstrings of scipy and scikit-learn cut to 150 words, 5000 samples. Pictures:
two photographs of 224 x 224 pixels, 1000 samples, a logistic regression on colour histograms.
"Predict only" asks the same texts or pictures, made before, in calls of the same length. "As a
function" hides the pipeline, so that every text is written and read; "as a pipeline" masks the
document's own counts. Times are of the processor; each figure is the median of rounds in which
all are timed in turn.
"""

from __future__ import annotations

import inspect
import sys
import time
import tracemalloc
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from lime.lime_image import LimeImageExplainer
from lime.lime_text import LimeTextExplainer
from lime.wrappers.scikit_image import SegmentationAlgorithm
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

import limelab as ll
from limelab.blackbox import one_thread
from limelab.domains import Image, Slic, Text
from limelab.sampling import rows_of_a_call, sample

WORDS, TEXTS, PICTURES, BATCH = 150, 5000, 1000, 10


def main(arguments: list[str]) -> None:
    """Print the tables that are asked for."""
    asked = [name for name in TABLES if name in arguments] or list(TABLES)
    with one_thread():
        for name in asked:
            TABLES[name](rounds=1 if "--quick" in arguments else 3)


def text(*, rounds: int) -> None:
    """Whole explanations of two documents."""
    documents, labels = _docstrings()
    print(f"\ntext: {WORDS} words, {TEXTS} samples (must: function 1.3 times predict only,")
    print(f"      pipeline 8 times lime's speed); ours explains {BATCH} documents in a call")
    print(f"{'':24}{'predict ms':>12}{'function':>10}{'pipeline':>10}{'lime':>8}{'gain':>8}")
    models = {
        "counts + logistic": make_pipeline(CountVectorizer(), LogisticRegression(max_iter=1000)),
        "tf-idf + forest": make_pipeline(TfidfVectorizer(), RandomForestClassifier(random_state=0)),
    }
    for name, model in models.items():
        model.fit(documents, labels)
        few = documents[: 2 * BATCH]
        races = [_text_race(model, few[i : i + BATCH]) for i in range(0, len(few), BATCH)]
        _print(name, _medians(races, rounds))


def image(*, rounds: int) -> None:
    """Whole explanations of two pictures."""
    print(f"\nimage: 224 x 224, {PICTURES} samples, slic (must: 1.5 times predict only)")
    print(f"{'':24}{'predict ms':>12}{'function':>10}{'':10}{'lime':>8}{'gain':>8}")
    for kind in ("uint8", "float64"):
        pictures = [picture.astype(kind) for picture in _photographs()]
        if kind == "float64":
            pictures = [picture / 255.0 for picture in pictures]
        model = _histogram_model(pictures)
        races = [_image_race(model, picture) for picture in pictures]
        _print(f"histograms, {kind}", _medians(races, rounds))


def memory(*, rounds: int) -> None:
    """Peak memory over samples: it must not grow with them but for the presences."""
    del rounds
    print("\npeak MiB of one picture of 224 x 224, by samples")
    picture = _photographs()[0]
    model = _histogram_model([picture, picture])
    for n in (500, 1000, 2000):
        tracemalloc.start()
        lime = ll.presets.lime_image(num_samples=n)
        ll.explain(model, None, [picture], domain=Image(Slic(36)), explainer=lime)
        print(f"{n:8}{tracemalloc.get_traced_memory()[1] / 2**20:10.0f}")
        tracemalloc.stop()


TABLES: dict[str, Callable[..., None]] = {"text": text, "image": image, "memory": memory}
Race = dict[str, Callable[[], Any]]


def _text_race(model: Any, documents: list[str]) -> Race:
    lime = ll.presets.lime_text(num_samples=TEXTS)
    texts = []
    for view, _ in Text().views(documents):
        cloud = sample(lime.perturbation, view, view.x, TEXTS, "shared", 0)
        texts.append(view.decode(cloud.moves[0]))
    theirs = LimeTextExplainer(random_state=0)
    return {
        "predict": lambda: [model.predict_proba(rows) for rows in texts],
        "function": lambda: ll.explain(
            lambda rows: model.predict_proba(rows), None, documents, explainer=lime
        ),
        "pipeline": lambda: ll.explain(model, None, documents, explainer=lime),
        "lime": lambda: [
            theirs.explain_instance(
                document, model.predict_proba, num_samples=TEXTS, num_features=10
            )
            for document in documents
        ],
    }


def _image_race(model: Callable[[Any], Any], picture: Any) -> Race:
    lime, domain = ll.presets.lime_image(num_samples=PICTURES), Image(Slic(36))
    ((view, _),) = domain.views([picture])
    cloud = sample(lime.perturbation, view, view.x, PICTURES, "shared", 0)
    call = rows_of_a_call(PICTURES, view.size, 2**15)
    stacks = [view.decode(cloud.moves[0, s : s + call]) for s in range(0, PICTURES, call)]
    theirs = LimeImageExplainer(random_state=0, verbose=False)
    slic = SegmentationAlgorithm("slic", n_segments=36, compactness=10)
    return {
        "predict": lambda: [model(stack) for stack in stacks],
        "function": lambda: ll.explain(model, None, [picture], domain=domain, explainer=lime),
        "lime": lambda: theirs.explain_instance(
            picture,
            model,
            num_samples=PICTURES,
            segmentation_fn=slic,
        ),
    }


def _medians(races: list[Race], rounds: int) -> dict[str, float]:
    times: dict[str, list[float]] = {name: [] for name in races[0]}
    for _ in range(rounds):
        for race in races:
            for name, run in race.items():
                start = time.process_time()
                run()
                times[name].append(time.process_time() - start)
    return {name: float(np.median(found)) for name, found in times.items()}


def _print(name: str, took: dict[str, float]) -> None:
    predict, best = took["predict"], took.get("pipeline", took["function"])
    print(f"{name:24}{1e3 * predict:12.1f}{took['function'] / predict:10.2f}", end="")
    print(f"{best / predict:10.2f}" if "pipeline" in took else " " * 10, end="")
    print(f"{took['lime'] / predict:8.2f}{took['lime'] / best:7.1f}x", flush=True)


@cache
def _docstrings() -> tuple[list[str], list[str]]:
    """Real prose of two packages, each cut to as many words."""
    import scipy.signal
    import scipy.stats
    import sklearn.cluster
    import sklearn.linear_model
    import sklearn.metrics

    found: dict[str, str] = {}
    for module in (
        scipy.signal,
        scipy.stats,
        sklearn.cluster,
        sklearn.linear_model,
        sklearn.metrics,
    ):
        for name in dir(module):
            words = (inspect.getdoc(getattr(module, name)) or "").split(" ")
            if len(words) >= WORDS and not name.startswith("_"):
                found[" ".join(words[:WORDS])] = module.__name__.split(".")[0]
    return list(found), list(found.values())


@cache
def _photographs() -> tuple[Any, ...]:
    astronaut, chelsea = (
        dict(zip(d.y, d.X, strict=True))[title]
        for d in [ll.datasets.load_images("photographs")]
        for title in ("astronaut", "chelsea")
    )
    return astronaut[:448:2, :448:2], chelsea[30:254, 60:284]


def _histogram_model(pictures: list[Any]) -> Callable[[Any], Any]:
    """A logistic regression on colour histograms, of parts of the pictures."""
    white = 255.0 if pictures[0].dtype == np.uint8 else 1.0

    def histograms(stack: Any) -> Any:
        bins = (np.asarray(stack) * (7.999 / white)).astype(np.uint8)
        return np.array([
            np.concatenate([np.bincount(one[..., c].ravel(), minlength=8) for c in range(3)])
            for one in bins
        ]) / bins[0, ..., 0].size  # fmt: skip

    parts = np.stack([p[i : i + 56, j : j + 56] for p in pictures
                      for i in range(0, 224, 56) for j in range(0, 224, 56)])  # fmt: skip
    model = LogisticRegression().fit(histograms(parts), np.repeat([0, 1], 16))
    return lambda stack: model.predict_proba(histograms(stack))


if __name__ == "__main__":
    main(sys.argv[1:])
