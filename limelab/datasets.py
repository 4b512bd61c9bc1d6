"""Real data that ships with installed packages: reads their files, no network, fits nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import is_numeric_dtype

from limelab.corpora import Texts as Texts
from limelab.corpora import load_texts as load_texts
from limelab.corpora import text_names as text_names
from limelab.galleries import Images as Images
from limelab.galleries import image_names as image_names
from limelab.galleries import load_images as load_images
from limelab.types import BadInput

Kind = Literal["classification", "regression"]


@dataclass(frozen=True, eq=False)
class Dataset:
    """One table and its target.

    Attributes
    ----------
    name : str
    X : DataFrame
        Numbers as float64, categories as pandas categories of readable strings, in the order in
        which the data set documents them.
    y : ndarray of shape (n,)
        Class labels as strings, of which the second in sorted order is the event where there are
        two; or floats.
    kind : {"classification", "regression"}
    target : str
        What y is.
    source : str
        Where the data come from, in one line.
    note : str
        What to keep in mind when reading results on these data, or "".
    """

    name: str
    X: pd.DataFrame
    y: npt.NDArray[Any]
    kind: Kind
    target: str
    source: str
    note: str = ""

    @property
    def categorical(self) -> tuple[str, ...]:
        """Names of the columns that hold categories."""
        return tuple(str(c) for c in self.X.columns if not is_numeric_dtype(self.X[c]))

    @property
    def fingerprint(self) -> str:
        """SHA-256 of column names, dtypes and values, the same in every process and pandas."""
        digest = hashlib.sha256(json.dumps([self.kind, self.target, len(self.X)]).encode())
        for name in self.X.columns:
            _feed(digest, str(name), self.X[name])
        _feed(digest, self.target, pd.Series(self.y))
        return digest.hexdigest()


def names() -> tuple[str, ...]:
    """Names of all data sets, those of the extra `data` last.

    Examples
    --------
    >>> names()[:3]
    ('breast_cancer', 'wine', 'iris')
    """
    return tuple(_SETS)


def load(name: str) -> Dataset:
    """The data set of that name; each call returns its own copy of the values.

    Parameters
    ----------
    name : str
        One of `names()`.

    Returns
    -------
    dataset : Dataset

    Examples
    --------
    >>> grunfeld = load("grunfeld")
    >>> grunfeld.X.shape, grunfeld.categorical, grunfeld.kind
    ((220, 4), ('firm',), 'regression')
    """
    if name not in _SETS:
        known = ", ".join(names())
        raise BadInput(f"Got data set {name!r}, but expected one of: {known}.")
    kept = _load(name)
    return replace(kept, X=kept.X.copy(), y=kept.y.copy())


@cache
def _load(name: str) -> Dataset:
    return _SETS[name](name)


def _feed(digest: hashlib._Hash, name: str, values: pd.Series[Any]) -> None:
    """Feed one column to the digest in a form that no pandas version changes."""
    if is_numeric_dtype(values):
        kind, content = str(values.dtype), np.ascontiguousarray(values.to_numpy("<f8")).tobytes()
    else:
        kind, content = "text", json.dumps([str(value) for value in values]).encode()
    levels = _levels(values)
    digest.update(json.dumps([name, kind, levels, len(content)]).encode())
    digest.update(content)


def _levels(values: pd.Series[Any]) -> list[str]:
    if isinstance(values.dtype, pd.CategoricalDtype):
        return [str(level) for level in values.dtype.categories]
    return []


# --- tidying: raw frames to numbers and readable categories --------------------------------------


def _tidy(raw: pd.DataFrame, labels: Mapping[str, Mapping[Any, str]]) -> pd.DataFrame:
    """Numbers as float64, coded columns as labelled categories, text as sorted categories."""
    return pd.DataFrame({str(c): _column(raw[c], labels.get(str(c))) for c in raw.columns})


def _column(values: pd.Series[Any], labels: Mapping[Any, str] | None) -> pd.Series[Any]:
    if labels is not None:
        return _labelled(values, labels)
    if is_numeric_dtype(values):
        return pd.Series(_as_printed(values.to_numpy("float64")), index=values.index)
    return _labelled(values, {level: str(level) for level in sorted(values.unique())})


def _as_printed(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The decimals of the file: pandas 2 and 3 read some of them one last bit apart."""
    found, place = np.unique(values, return_inverse=True)
    return np.array([float(f"{value:.12g}") for value in found])[place]


def _labelled(values: pd.Series[Any], labels: Mapping[Any, str]) -> pd.Series[Any]:
    """Categories in the order of `labels`; a code without a label stays visible as "code 7"."""
    strange = {code: f"code {code}" for code in sorted(set(values) - set(labels), key=str)}
    every = {**labels, **strange}
    present = [label for code, label in every.items() if (values == code).any()]
    text = [every[code] for code in values]
    return pd.Series(pd.Categorical(text, categories=present), index=values.index)


def _classes(values: pd.Series[Any], labels: Mapping[Any, str]) -> npt.NDArray[Any]:
    return np.array([labels[value] for value in values])


_NO_YES: Final = {0: "no", 1: "yes"}


# --- scikit-learn ---------------------------------------------------------------------------------


def _sklearn_classes(name: str, source: str) -> Dataset:
    from sklearn import datasets

    raw = getattr(datasets, f"load_{name}")(as_frame=True)
    y = np.array([str(label) for label in raw.target_names])[raw.target.to_numpy()]
    target = {"breast_cancer": "diagnosis", "wine": "cultivar", "iris": "species"}[name]
    return Dataset(name, _tidy(raw.data, {}), y, "classification", target, source)


def _breast_cancer(name: str) -> Dataset:
    source = "Wolberg, Mangasarian, Street & Street (1993), Breast Cancer Wisconsin, UCI"
    made = _sklearn_classes(name, source)
    return replace(made, note="columns come in near copies: radius, perimeter and area")


def _wine(name: str) -> Dataset:
    return _sklearn_classes(name, "Aeberhard & Forina (1992), Wine, UCI")


def _iris(name: str) -> Dataset:
    return _sklearn_classes(name, "Fisher (1936), Annals of Eugenics 7, 179-188")


def _diabetes(name: str) -> Dataset:
    from sklearn.datasets import load_diabetes

    raw = load_diabetes(as_frame=True, scaled=False)
    serum = {"s1": "tc", "s2": "ldl", "s3": "hdl", "s4": "tch", "s5": "ltg", "s6": "glu"}
    X = _tidy(raw.data, {"sex": {1.0: "1", 2.0: "2"}}).rename(columns=serum)
    source = "Efron, Hastie, Johnstone & Tibshirani (2004), Annals of Statistics 32, 407-499"
    note = "the source does not say which sex is 1 and which is 2"
    y = raw.target.to_numpy("float64")
    return Dataset(name, X, y, "regression", "progression after one year", source, note)


# --- statsmodels ----------------------------------------------------------------------------------


def _statsmodels(name: str) -> pd.DataFrame:
    from importlib import import_module

    frame: pd.DataFrame = import_module(f"statsmodels.datasets.{name}").load_pandas().data
    return frame


_OCCUPATION: Final = {
    1: "student",
    2: "farming, semi-skilled or unskilled",
    3: "white-collar",
    4: "teacher, nurse, artist, technician or skilled",
    5: "managerial, administrative or business",
    6: "professional with advanced degree",
}
_FAIR: Final = {
    "rate_marriage": {1: "very poor", 2: "poor", 3: "fair", 4: "good", 5: "very good"},
    "religious": {1: "not", 2: "mildly", 3: "fairly", 4: "strongly"},
    "occupation": _OCCUPATION,
    "occupation_husb": _OCCUPATION,
}
_PARTY: Final = {
    0: "strong Democrat",
    1: "weak Democrat",
    2: "independent Democrat",
    3: "independent",
    4: "independent Republican",
    5: "weak Republican",
    6: "strong Republican",
}
_EDUCATION: Final = {
    1: "grades 1 to 8",
    2: "some high school",
    3: "high school graduate",
    4: "some college",
    5: "college degree",
    6: "master's degree",
    7: "PhD",
}


def _fair(name: str) -> Dataset:
    raw = _statsmodels(name)
    X = _tidy(raw.drop(columns="affairs"), _FAIR)
    y = _classes((raw["affairs"] > 0).astype(int), _NO_YES)
    source = "Fair (1978), Journal of Political Economy 86, 45-61"
    note = "age, years married and children are midpoints of intervals"
    return Dataset(name, X, y, "classification", "any affair", source, note)


def _anes96(name: str) -> Dataset:
    raw = _statsmodels(name)
    # popul and logpopul are one column twice; its logarithm is the one with a usable scale
    X = _tidy(raw.drop(columns=["vote", "popul"]), {"PID": _PARTY, "educ": _EDUCATION})
    y = _classes(raw["vote"], {0: "Clinton", 1: "Dole"})
    source = "American National Election Study 1996, subset in statsmodels"
    note = "selfLR, ClinLR, DoleLR run from 1 (liberal) to 7; income is a bracket, 1 to 24"
    return Dataset(name, X, y, "classification", "expected vote", source, note)


def _modechoice(name: str) -> Dataset:
    raw = _statsmodels(name)
    modes = {1: "air", 2: "train", 3: "bus", 4: "car"}
    X = _tidy(raw.drop(columns=["individual", "choice"]), {"mode": modes})
    y = _classes(raw["choice"], _NO_YES)
    source = "Greene & Hensher (1997), travel mode choice, Greene (2011) table F18-2"
    note = "four rows, one a mode, for each of 210 travellers: rows are not independent"
    return Dataset(name, X, y, "classification", "mode chosen", source, note)


def _randhie(name: str) -> Dataset:
    raw = _statsmodels(name)
    health = ["hlthg", "hlthf", "hlthp"]
    rated = raw[health].to_numpy() @ np.array([1, 2, 3])
    raw = raw.assign(health=rated).drop(columns=["mdvis", *health])
    ratings = {0: "excellent", 1: "good", 2: "fair", 3: "poor"}
    X = _tidy(raw, {"idp": _NO_YES, "health": ratings})
    y = _statsmodels(name)["mdvis"].to_numpy("float64")
    source = "RAND Health Insurance Experiment, in Cameron & Trivedi (2005)"
    note = "a control: the signal is weak, and persons come several times (one row a year)"
    return Dataset(name, X, y, "regression", "visits to a doctor", source, note)


def _star98(name: str) -> Dataset:
    raw = _statsmodels(name)
    columns = ["LOWINC", "PERASIAN", "PERBLACK", "PERHISP", "PERMINTE", "AVYRSEXP"]
    columns += ["AVSALK", "PERSPENK", "PTRATIO", "PCTAF", "PCTCHRT", "PCTYRRND"]
    y = (100 * raw["NABOVE"] / (raw["NABOVE"] + raw["NBELOW"])).to_numpy("float64")
    source = "California STAR 1998, in Gill, Generalized Linear Models: A Unified Approach"
    note = "the source's products of columns are left out; districts differ in size"
    target = "percent above the national median"
    return Dataset(name, _tidy(raw[columns], {}), y, "regression", target, source, note)


def _grunfeld(name: str) -> Dataset:
    raw = _statsmodels(name)
    X = _tidy(raw.drop(columns="invest"), {})
    y = raw["invest"].to_numpy("float64")
    source = "Grunfeld (1958), as restored by Kleiber & Zeileis (2010)"
    note = "a panel: 20 years of each of 11 firms, so rows are not independent"
    return Dataset(name, X, y, "regression", "gross investment", source, note)


# --- scikit-lego, extra `data` --------------------------------------------------------------------


def _sklego(name: str) -> pd.DataFrame:
    try:
        from sklego import datasets
    except ImportError as error:
        raise BadInput(
            f"Data set {name!r} comes with scikit-lego, which is not installed: "
            "pip install limelab[data]"
        ) from error
    frame: pd.DataFrame = getattr(datasets, f"load_{name}")(as_frame=True)
    return frame


def _arrests(name: str) -> Dataset:
    raw = _sklego(name)
    y = _classes(raw["released"], {"No": "no", "Yes": "yes"})
    source = "Friendly, arrests for possession of marijuana in Toronto, R package carData"
    note = "colour and sex are sensitive"
    X = _tidy(raw.drop(columns="released"), {})
    return Dataset(name, X, y, "classification", "released", source, note)


def _abalone(name: str) -> Dataset:
    raw = _sklego(name)
    X = _tidy(raw.drop(columns="rings"), {"sex": {"F": "female", "I": "infant", "M": "male"}})
    y = raw["rings"].to_numpy("float64")
    source = "Nash, Sellers, Talbot, Cawthorn & Ford (1994), abalone of Tasmania, UCI"
    note = "sizes and weights are near copies; two rows have height 0"
    return Dataset(name, X, y, "regression", "rings", source, note)


_HEARTS: Final[Mapping[str, Mapping[Any, str]]] = {
    "sex": {0: "female", 1: "male"},
    "cp": {1: "typical angina", 2: "atypical angina", 3: "other pain", 4: "no symptoms"},
    "fbs": _NO_YES,
    "restecg": {0: "normal", 1: "ST-T abnormality", 2: "hypertrophy"},
    "exang": _NO_YES,
    "slope": {1: "up", 2: "flat", 3: "down"},
    "thal": {"normal": "normal", "fixed": "fixed defect", "reversible": "reversible defect"},
}


def _hearts(name: str) -> Dataset:
    raw = _sklego(name)
    X = _tidy(raw.drop(columns="target"), _HEARTS)
    y = _classes(raw["target"], _NO_YES)
    source = "Detrano et al. (1989), Cleveland heart disease, UCI, copy in scikit-lego"
    note = "83 cases where Cleveland's file has 139, and some codes that it does not document"
    return Dataset(name, X, y, "classification", "heart disease", source, note)


_SETS: Final[Mapping[str, Callable[[str], Dataset]]] = {
    "breast_cancer": _breast_cancer,
    "wine": _wine,
    "iris": _iris,
    "diabetes": _diabetes,
    "fair": _fair,
    "anes96": _anes96,
    "modechoice": _modechoice,
    "randhie": _randhie,
    "star98": _star98,
    "grunfeld": _grunfeld,
    "arrests": _arrests,
    "abalone": _abalone,
    "hearts": _hearts,
}
