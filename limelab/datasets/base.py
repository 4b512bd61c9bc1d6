"""Tables that come with scikit-learn and statsmodels: reads their files, no network."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from limelab.datasets.dataset import Dataset
from limelab.datasets.tidying import NO_YES, classes, tidy


def _sklearn_classes(name: str, source: str) -> Dataset:
    from sklearn import datasets

    raw = getattr(datasets, f"load_{name}")(as_frame=True)
    y = np.array([str(label) for label in raw.target_names])[raw.target.to_numpy()]
    target = {"breast_cancer": "diagnosis", "wine": "cultivar", "iris": "species"}[name]
    return Dataset(name, tidy(raw.data, {}), y, "classification", target, source)


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
    X = tidy(raw.data, {"sex": {1.0: "1", 2.0: "2"}}).rename(columns=serum)
    source = "Efron, Hastie, Johnstone & Tibshirani (2004), Annals of Statistics 32, 407-499"
    note = "the source does not say which sex is 1 and which is 2"
    y = raw.target.to_numpy("float64")
    return Dataset(name, X, y, "regression", "progression after one year", source, note)


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
    X = tidy(raw.drop(columns="affairs"), _FAIR)
    y = classes((raw["affairs"] > 0).astype(int), NO_YES)
    source = "Fair (1978), Journal of Political Economy 86, 45-61"
    note = "age, years married and children are midpoints of intervals"
    return Dataset(name, X, y, "classification", "any affair", source, note)


def _anes96(name: str) -> Dataset:
    raw = _statsmodels(name)
    # popul and logpopul are one column twice; its logarithm is the one with a usable scale
    X = tidy(raw.drop(columns=["vote", "popul"]), {"PID": _PARTY, "educ": _EDUCATION})
    y = classes(raw["vote"], {0: "Clinton", 1: "Dole"})
    source = "American National Election Study 1996, subset in statsmodels"
    note = "selfLR, ClinLR, DoleLR run from 1 (liberal) to 7; income is a bracket, 1 to 24"
    return Dataset(name, X, y, "classification", "expected vote", source, note)


def _modechoice(name: str) -> Dataset:
    raw = _statsmodels(name)
    modes = {1: "air", 2: "train", 3: "bus", 4: "car"}
    X = tidy(raw.drop(columns=["individual", "choice"]), {"mode": modes})
    y = classes(raw["choice"], NO_YES)
    source = "Greene & Hensher (1997), travel mode choice, Greene (2011) table F18-2"
    note = "four rows, one a mode, for each of 210 travellers: rows are not independent"
    return Dataset(name, X, y, "classification", "mode chosen", source, note)


def _randhie(name: str) -> Dataset:
    raw = _statsmodels(name)
    health = ["hlthg", "hlthf", "hlthp"]
    rated = raw[health].to_numpy() @ np.array([1, 2, 3])
    raw = raw.assign(health=rated).drop(columns=["mdvis", *health])
    ratings = {0: "excellent", 1: "good", 2: "fair", 3: "poor"}
    X = tidy(raw, {"idp": NO_YES, "health": ratings})
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
    return Dataset(name, tidy(raw[columns], {}), y, "regression", target, source, note)


def _grunfeld(name: str) -> Dataset:
    raw = _statsmodels(name)
    X = tidy(raw.drop(columns="invest"), {})
    y = raw["invest"].to_numpy("float64")
    source = "Grunfeld (1958), as restored by Kleiber & Zeileis (2010)"
    note = "a panel: 20 years of each of 11 firms, so rows are not independent"
    return Dataset(name, X, y, "regression", "gross investment", source, note)


BASE: Final = {
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
}
