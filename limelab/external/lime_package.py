"""The lime package for tables, as it comes; nothing of it is mended here."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from limelab.external.asked import Asked, are_classes, asked, each, package
from limelab.numbers import count
from limelab.types import Array, BadInput, NotApplicable


@dataclass(frozen=True)
class LimePackage:
    """``lime.lime_tabular.LimeTabularExplainer`` of lime 0.2.0.1, with its own defaults.

    Declared categories become its categorical features. One explainer serves a call, so a row's
    answer depends on the rows before it: the package draws on where it stopped.
    ``limelab.presets.lime_tabular`` is the same method from limelab's parts, without that.

    Parameters
    ----------
    num_features : int, default 10
    num_samples : int, default 5000
    discretizer : {"quartile", "decile", "none"}, default "quartile"
        "none" explains numbers by themselves.
    around : {"data", "instance"}, default "data"
        Where numbers are drawn without a discretizer: round the background's mean or round x.

    Notes
    -----
    Attributions are the package's weights: per "in x's bin" with a discretizer, else per
    background standard deviation. Regression has one output in lime; several are declined, since
    it would drop all but the first without a word.

    Examples
    --------
    >>> rows = np.random.default_rng(0).normal(size=(200, 2))
    >>> lime = LimePackage(num_samples=500, discretizer="none", around="instance")
    >>> found = lime.explain(lambda x: 3 * x[:, 0], rows, rows[:1], seed=0)
    >>> found.shape, bool(abs(found[0, 0, 0] - 3 * rows[:, 0].std()) < 0.1)
    ((1, 2, 1), True)
    """

    num_features: int = 10
    num_samples: int = 5000
    discretizer: Literal["quartile", "decile", "none"] = "quartile"
    around: Literal["data", "instance"] = "data"
    takes_domain = True

    def __post_init__(self) -> None:
        count(self, "num_features")
        count(self, "num_samples", least=2)
        for name, known in (
            ("discretizer", ("quartile", "decile", "none")),
            ("around", ("data", "instance")),
        ):
            if getattr(self, name) not in known:
                raise BadInput(
                    f"LimePackage({name}={getattr(self, name)!r}); expected one of {known}"
                )

    def explain(self, predict: Any, background: Any, rows: Any, seed: int = 0) -> Array:
        """lime's weights, shape (I, k, C); 0 for a feature that it did not select.

        Raises
        ------
        NotApplicable
            Several outputs that are no class probabilities.
        BadInput
            lime is not installed.
        """
        given = asked(predict, background, rows)
        classes = _classes(given)
        explainer = self._explainer(given, classes, seed)
        return each(lambda row: self._one(explainer, given, row, classes), given.x)

    def _explainer(self, given: Asked, classes: int, seed: int) -> Any:
        lime_tabular = package("lime.lime_tabular", "limelab[peers]")
        codes = np.flatnonzero(given.table.categorical).tolist()
        return lime_tabular.LimeTabularExplainer(
            np.array(given.table.background),
            mode="classification" if classes else "regression",
            categorical_features=codes,
            feature_names=list(given.table.names),
            discretize_continuous=self.discretizer != "none",
            discretizer="quartile" if self.discretizer == "none" else self.discretizer,
            sample_around_instance=self.around == "instance",
            random_state=seed % 2**32,
        )

    def _one(self, explainer: Any, given: Asked, row: Array, classes: int) -> Array:
        wanted = {"labels": tuple(range(classes))} if classes else {}
        with warnings.catch_warnings():  # the package's own, of its own doing
            warnings.simplefilter("ignore")
            found = explainer.explain_instance(
                row.copy(),
                given.ask if classes else lambda z: given.ask(z)[:, 0],
                num_features=self.num_features,
                num_samples=self.num_samples,
                **wanted,
            )
        weights = np.zeros((len(row), max(classes, 1)))
        for c, label in enumerate(wanted.get("labels", (1,))):
            for feature, weight in found.local_exp[label]:
                weights[feature, c] = weight
        return weights


def _classes(given: Asked) -> int:
    """How many classes; 0 for a regression of one output."""
    answers = given.ask(given.x)
    if answers.shape[1] == 1:
        return 0
    if not are_classes(answers):
        raise NotApplicable(
            f"the lime package explains one regression output; the model has {answers.shape[1]}"
        )
    return int(answers.shape[1])
