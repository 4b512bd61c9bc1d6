"""What an audit found, as tidy tables; it measures nothing and judges nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from limelab.auditing.case import Case
from limelab.auditing.measuring import Measured
from limelab.auditing.others import Other
from limelab.auditing.rules import Verdict
from limelab.auditing.runs import Runs
from limelab.auditing.stability import Steady
from limelab.importance import Effects
from limelab.types import Array

NAN = float("nan")


def verdict_row(one: Verdict) -> dict[str, Any]:
    """One verdict with the numbers that it rests on."""
    case, held, found = one.case, one.case.held, one.case.measured
    return {
        "instance": case.instance,
        "output": case.output,
        "predicted": case.predicted,
        "f": case.f,
        "verdict": one.word,
        "confidence": one.confidence,
        **leads(one),
        "same_lead": case.lead_share("seed"),
        "same_signs": case.sign_share("seed"),
        "lead_chance": held.lead_chance,
        "sign_chance": held.sign_chance,
        "r2": case.r2,
        "rmse": case.rmse,
        "off_data": case.off_data,
        "like_local": found.like_local[case.i, case.c],
        "like_whole": found.like_whole[case.i, case.c],
        "n_effective": found.runs.found[0].n_effective[case.i],
        "reasons": one.reasons,
        "remedy": one.remedy,
    }


def leads(one: Verdict) -> dict[str, str]:
    """The leading feature by the explanation, by the model, and on real rows."""
    case, found = one.case, one.case.measured
    real = found.real
    model = case.names[int(case.sizes(found.model).argmax())]
    return {
        "lead": case.names[case.held.lead] if case.there else "",
        "model_lead": "" if case.held.flat else model,
        "real_lead": "" if isinstance(real, str) else case.names[int(case.sizes(real).argmax())],
    }


def _of_runs(found: Runs) -> dict[str, Array]:
    said: dict[str, Array] = {}
    for name in ("importance", "effect"):
        mean, reach = found.mean(name), found.half_width(name)
        low = np.maximum(mean - reach, 0.0) if name == "importance" else mean - reach
        said |= {name: mean, f"{name}_low": low, f"{name}_high": mean + reach}
    return said


def _of_model(model: Effects) -> dict[str, Array]:
    error = np.sqrt(len(model.importance))
    return {
        "model_importance": _pooled(model.importance),
        "model_importance_stderr": model.importance.std(axis=0, ddof=1) / error,
        "model_effect": model.effect.mean(axis=0),
        "model_effect_stderr": model.effect.std(axis=0, ddof=1) / error,
    }


def _pooled(importance: Array) -> Array:
    """Importances over all clouds (I, k, C)."""
    return np.asarray(np.sqrt((importance**2).mean(axis=0)))


def features(found: Measured) -> pd.DataFrame:
    """One row for each explained row, output and feature."""
    subject = found.subject
    shape = subject.f.shape[0], subject.f.shape[1], len(subject.table.names)
    i, c, j = (axis.ravel() for axis in np.indices(shape))
    columns: dict[str, Any] = {
        "instance": [subject.labels[n] for n in i],
        "output": [subject.box.outputs[n] for n in c],
        "feature": [subject.table.names[n] for n in j],
        "value": list(subject.table.values(subject.x)[i, j]),
    }
    arrays = {**_of_runs(found.runs), **_of_model(found.model)}
    if isinstance(found.real, Effects):
        arrays["real_importance"] = _pooled(found.real.importance)
    names = {"prediction": "global_importance", "label": "label_importance"}
    for name, array in found.whole.items():
        arrays[names[name]] = np.broadcast_to(array, (shape[0], shape[2], shape[1]))
    return pd.DataFrame({**columns, **{name: array[i, j, c] for name, array in arrays.items()}})


def stability(case: Case) -> pd.DataFrame:
    """How far runs agree with the mean of the repeats, cause by cause: 1 is all the way."""
    rows = []
    for cause, steady in case.measured.causes.items():
        known = isinstance(steady, Steady)
        told = (steady.overlap, steady.signs, steady.lead) if isinstance(steady, Steady) else ()
        numbers = [float(array[case.i, case.c]) for array in told] or [NAN] * 3
        rows.append([cause, *numbers, "" if known else steady])
    return pd.DataFrame(rows, columns=["cause", "same_top", "same_signs", "same_lead", "note"])


def fidelity(case: Case) -> pd.DataFrame:
    """Error of the local model by radius, and on the real rows nearest to x."""
    found = case.measured
    law = found.subject.judge.name
    fits = {} if isinstance(found.fits, str) else found.fits
    rows = [[law, radius, case.r2_of(fit), case.rmse_of(fit)] for radius, fit in fits.items()]
    rows.append(["real rows", NAN, case.r2_of(found.fit_real), case.rmse_of(found.fit_real)])
    return pd.DataFrame(rows, columns=["points", "radius", "r2", "rmse"])


def others(case: Case) -> pd.DataFrame:
    """What other explainers say of the row, and whether the model confirms their lead."""
    rows = []
    for name, other in case.measured.others.items():
        if isinstance(other, Other):
            told = case.of_other(other)
            numbers = [case.r2_of(other.fit), other.overlap[case.i, case.c], told.lead_chance]
            rows.append([name, case.names[told.lead], *numbers, other.record])
        else:
            rows.append([name, "", NAN, NAN, NAN, other])
    columns = ["explainer", "lead", "r2", "same_top", "lead_chance", "record"]
    return pd.DataFrame(rows, columns=columns)
