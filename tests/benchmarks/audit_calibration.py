"""How often an audit's word "trust" is wrong, against what the model itself does in the region.

    python -m tests.benchmarks.audit_calibration [--out paper/audit.csv] [--jobs 2] [--only fit]

Run by hand, and slow. Models of many habits on real data (forests, boosting and networks; a
number beside the category that it makes; an exclusive or; even functions; models that hide from
noise), explained in seven ways. The truth is the model itself, asked 10^5 times round each row:
total effect of each feature and its mean direction, in the judge's region, and of models that hide
on the nearest real rows. An explanation is wrong where its first feature is not the model's beyond
ties (5 %), or one of its first three has a sign that the model contradicts. The rules' thresholds
were chosen on the data sets `FIT` alone; what is printed last is of the others.

Printed: how often trusting everything errs; of the verdict "trust" how many are wrong, with the
one-sided 95 % upper bound (Korn & Graubard 1998: exact binomial at the effective size that the
clustering by model leaves); how many right explanations are trusted; and the area under the
risk-coverage curve of the audit's confidence beside rules on R2, VSI and standard errors alone,
their differences with a bootstrap over models.
"""

from __future__ import annotations

import argparse
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from scipy import stats

import limelab as ll
from limelab import metrics
from limelab.auditing.case import Case
from limelab.auditing.frames import verdict_row
from limelab.auditing.settings import representation_of
from limelab.auditing.stability import known
from limelab.blackbox import one_thread
from limelab.importance import Region, local_effects
from limelab.representations import Standardized
from limelab.seeds import child, generator
from limelab.types import BadInput, NotApplicable
from tests.benchmarks.audit_cases import EXPLAINERS, FIT, SCORED, Setting, cases, seed_of, setting

TIE, TOP, QUERIES, CLOUDS = 0.05, 3, 100_000, 4
RIVALS = ("R2", "VSI", "standard errors")
COVERAGE = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


def kept(data: str, model: str, folder: Path) -> pd.DataFrame:
    """The same, kept in a folder as soon as it is there: a run that was stopped goes on."""
    path = folder / f"{data}-{model}.json".replace(" ", "_")
    if not path.exists():
        measured(data, model).to_json(path, orient="table", index=False)
    return pd.read_json(path, orient="table")


def measured(data: str, model: str) -> pd.DataFrame:
    """Verdicts and truths of all explainers on one model."""
    found, parts = setting(data, model), []
    truths: dict[Any, Any] = {}
    for name, explainer in EXPLAINERS.items():
        try:
            audit = ll.audit(
                found.model,
                found.X,
                found.rows,
                explainer=explainer,
                seed=seed_of(data, model, name),
            )
        except (NotApplicable, BadInput) as reason:
            print(f"{data} / {model} / {name}: {reason}", flush=True)
            continue
        rows = [_row(one, found, truths) for one in audit.predicted if one.case.there]
        parts.append(pd.DataFrame(rows).assign(explainer=name))
    print(f"{data} / {model}", flush=True)
    return pd.concat(parts).assign(data=data, model=model) if parts else pd.DataFrame()


def _row(one: Any, found: Setting, truths: dict[Any, Any]) -> dict[str, Any]:
    case = one.case
    size, effect = _truth(case, found, truths)
    runs = case.measured.runs
    at = (case.i, slice(None), case.c)
    said = runs.mean("importance")[at], runs.mean("effect")[at]
    alone = runs.importance[0][at], runs.effect[0][at]
    return {
        **verdict_row(one),
        **_supports(case),
        "wrong_first": wrong_first(said[0], size),
        "wrong_sign": wrong_sign(*said, size, effect),
        "one_run_wrong": wrong_first(alone[0], size) or wrong_sign(*alone, size, effect),
        "exact_distance": _from_exact(case, found),
        **_rivals(case),
    }


def wrong_first(told: Any, size: Any) -> bool:
    """Whether the first feature told is not among the model's largest, beyond ties."""
    return bool(size[np.argmax(told)] < (1 - TIE) * size.max())


def wrong_sign(told: Any, effect: Any, size: Any, true: Any) -> bool:
    """Whether one of the first features told has the opposite of a sign that matters."""
    first = np.argsort(-told, kind="stable")[:TOP]
    matters = np.abs(true[first]) > TIE * size.max()
    return bool((matters & (effect[first] * true[first] < 0)).any())


def _truth(case: Case, found: Setting, truths: dict[Any, Any]) -> tuple[Any, Any]:
    """Total effect and mean direction (k,) of the model, kept for the other explainers."""
    subject = case.measured.subject
    units = case.measured.runs.found[0].units
    told = known(lambda: representation_of(subject.explainer, units))
    read = Standardized() if isinstance(told, str) else told
    law = ll.Nearby() if found.hides else subject.region
    if repr(read) not in truths:
        size = QUERIES // (CLOUDS * (1 + len(subject.table.names)))
        with one_thread():
            truths[repr(read)] = local_effects(
                subject.box,
                subject.table,
                subject.x,
                Region(law, size, read),
                repeats=CLOUDS,
                seed=child(0, "truth"),
            )
    true = truths[repr(read)]
    at = (slice(None), case.i, slice(None), case.c)
    return np.sqrt((true.importance[at] ** 2).mean(axis=0)), true.effect[at].mean(axis=0)


def _supports(case: Case) -> dict[str, Any]:
    held, real = case.held, case.held_real
    causes = ("small moves of the row", "another background")
    return {
        "lead_doubt": held.lead_doubt,
        "sign_doubt": held.sign_doubt,
        "flat": held.flat,
        "moves_lead": case.lead_share(causes[0]),
        "background_lead": case.lead_share(causes[1]),
        "real_doubt": np.nan if real is None else real.lead_doubt,
        "real_share": case.real_size / case.size if case.size > 0 else np.nan,
    }


def _from_exact(case: Case, found: Setting) -> float:
    """Relative distance of the explanation from the exact one, NaN where there is none."""
    lime = case.measured.subject.explainer
    try:
        exact = ll.ExactLime(lime.perturbation, lime.kernel).explain(
            found.model, case.measured.subject.table, found.rows
        )
    except (NotApplicable, BadInput):
        return np.nan
    if exact.outputs != case.measured.subject.box.outputs or lime.surrogate != ll.LeastSquares():
        return np.nan
    true = exact.effect[case.i, :, case.c]
    told = case.measured.runs.mean("effect")[case.i, :, case.c]
    length = np.linalg.norm(true)
    return float(np.linalg.norm(told - true) / length) if length > 0 else np.nan


def _rivals(case: Case) -> dict[str, float]:
    """What the usual numbers say, the more the more to be trusted."""
    runs, i, c = case.measured.runs, case.i, case.c
    sizes = np.nan_to_num(runs.importance[:, i, :, c])
    place = np.argsort(np.argsort(-sizes, axis=1, kind="stable"), axis=1)
    first = runs.found[0]
    if first.stderr is None or first.coef is None:
        error = np.nan
    else:
        error = np.linalg.norm(first.stderr[i, :, c]) / np.linalg.norm(first.coef[i, :, c])
    return {
        "R2": float(np.mean([one.r2[i, c] for one in runs.found])),
        "VSI": float(metrics.vsi(place < TOP)),
        "standard errors": -float(error),
    }


# --- reading it -----------------------------------------------------------------------------------


def upper_bound(wrong: Any, cluster: Any, level: float = 0.95) -> float:
    """One-sided upper bound of a share in clustered data (Korn & Graubard 1998).

    Clopper and Pearson's at the effective size p (1 - p) / Var(p), with Var(p) from the clusters,
    times (t of units / t of clusters)^2; never more than the units themselves.
    """
    wrong, cluster = np.asarray(wrong, dtype=float), np.asarray(cluster)
    n, p = len(wrong), float(wrong.mean())
    names = np.unique(cluster)
    m = len(names)
    total = np.array([(wrong[cluster == name] - p).sum() for name in names])
    variance = m / (m - 1) * (total**2).sum() / n**2
    size = min(n, p * (1 - p) / variance) if variance > 0 else n
    size *= (stats.t.ppf(level, n - 1) / stats.t.ppf(level, m - 1)) ** 2
    hits = p * size
    return float(stats.beta.ppf(level, hits + 1, max(size - hits, 1e-9)))


def area(score: Any, wrong: Any) -> float:
    """Area under the risk-coverage curve; equal scores count by their mean."""
    word = np.where(np.isfinite(score), score, -np.inf)
    order = np.argsort(-word, kind="stable")
    _, group, size = np.unique(-word[order], return_inverse=True, return_counts=True)
    mean = np.bincount(group, np.asarray(wrong, dtype=float)[order]) / size
    risk = np.cumsum(mean[group]) / np.arange(1, len(word) + 1)
    return float(risk.mean())


def trusted(table: pd.DataFrame, rules: ll.Rules) -> Any:
    """Which rows the rules trust, from the numbers that were kept."""
    shares = {
        "same_lead": rules.same_lead,
        "same_signs": rules.same_signs,
        "moves_lead": rules.steady_lead,
        "background_lead": rules.steady_lead,
        "r2": rules.least_r2,
    }
    tells = table["real_share"] >= rules.real_size
    fine = ~table["flat"] & ~(tells & (table["real_doubt"] <= rules.contradicted))
    for name in ("lead", "sign"):
        fine &= table[f"{name}_chance"] >= rules.sure
        fine &= table[f"{name}_doubt"] > rules.contradicted
    for name, least in shares.items():
        fine &= ~(table[name].round(9) < least)
    return fine.to_numpy()


def choices(table: pd.DataFrame) -> pd.DataFrame:
    """What other thresholds would have done, to choose the rules by."""
    wrong = (table["wrong_first"] | table["wrong_sign"]).to_numpy()
    cluster = (table["data"] + table["model"]).to_numpy()
    rows = []
    for sure, least, same in product((0.8, 0.9, 0.95, 0.975, 0.99), (0.0, 0.1, 0.25), (0.6, 0.8)):
        mine = trusted(table, ll.Rules(sure=sure, least_r2=least, same_lead=same))
        bound = upper_bound(wrong[mine], cluster[mine])
        told = [mine.sum(), wrong[mine].sum(), bound, mine[~wrong].mean()]
        rows.append([sure, least, same, *told])
    names = ["sure", "least_r2", "same_lead", "trusted", "wrong", "upper bound", "right trusted"]
    return pd.DataFrame(rows, columns=names)


def summary(table: pd.DataFrame) -> pd.Series:
    """What the verdicts of one half are worth."""
    wrong = (table["wrong_first"] | table["wrong_sign"]).to_numpy()
    mine = trusted(table, ll.Rules())
    rejected = (table["verdict"] == "reject").to_numpy()
    cluster = (table["data"] + table["model"]).to_numpy()
    found = {
        "explanations": len(table),
        "models": len(np.unique(cluster)),
        "wrong if all are trusted": wrong.mean(),
        "trusted": mine.sum(),
        "wrong among them": wrong[mine].sum(),
        "share": wrong[mine].mean(),
        "upper bound": upper_bound(wrong[mine], cluster[mine]),
        "right ones trusted": mine[~wrong].mean(),
        "rejected": rejected.sum(),
        "right among the rejected": (~wrong[rejected]).mean(),
        "one run wrong among the trusted": table["one_run_wrong"].to_numpy()[mine].mean(),
    }
    found |= {f"area, {by}": area(table[by], wrong) for by in ("confidence", *RIVALS)}
    for by in RIVALS:
        low, high = _difference(table, wrong, cluster, by)
        found[f"area less that of {by}"] = f"{low:.3f} to {high:.3f}"
    return pd.Series(found)


def curves(table: pd.DataFrame) -> pd.DataFrame:
    """Share of wrong ones among the most trusted, by how many are trusted and by what."""
    wrong = (table["wrong_first"] | table["wrong_sign"]).to_numpy(dtype=float)
    found = {}
    for by in ("confidence", *RIVALS):
        word = np.where(np.isfinite(table[by]), table[by], -np.inf)
        order = np.lexsort((generator(0, "ties").random(len(word)), -word))
        risk = np.cumsum(wrong[order]) / np.arange(1, len(word) + 1)
        found[by] = {share: risk[round(share * len(word)) - 1] for share in COVERAGE}
    return pd.DataFrame(found).rename_axis("share trusted")


def _difference(table: pd.DataFrame, wrong: Any, cluster: Any, by: str) -> tuple[float, float]:
    """95 % interval of the difference of areas, models resampled."""
    rng, names = generator(0, "areas"), np.unique(cluster)
    where = [np.flatnonzero(cluster == name) for name in names]
    mine, theirs = table["confidence"].to_numpy(), table[by].to_numpy()
    found = []
    for _ in range(499):
        rows = np.concatenate([where[k] for k in rng.integers(len(names), size=len(names))])
        found.append(area(mine[rows], wrong[rows]) - area(theirs[rows], wrong[rows]))
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)


def main() -> None:
    """Measure, keep, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("paper/audit.csv"))
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", choices=["fit", "scored"], default=None)
    given = parser.parse_args()
    halves = {"fit": FIT, "scored": SCORED}
    folder = given.out.with_suffix(".parts")
    folder.mkdir(parents=True, exist_ok=True)
    chosen = [given.only] if given.only else list(halves)
    tables = []
    for half in chosen:
        pool = Parallel(n_jobs=given.jobs)
        parts = pool(delayed(kept)(*case, folder) for case in cases(halves[half]))
        tables.append(pd.concat(parts).assign(half=half))
    whole = pd.concat(tables, ignore_index=True)
    whole["trusted"] = trusted(whole, ll.Rules())
    whole.drop(columns=["reasons", "remedy"]).to_csv(given.out, index=False, float_format="%.6g")
    if "fit" in chosen:
        print(f"\nto choose from\n{choices(whole[whole['half'] == 'fit']).round(3).to_string()}")
    for half, table in whole.groupby("half"):
        print(f"\n{half}\n{summary(table).to_string()}\n{curves(table).round(3).to_string()}")


if __name__ == "__main__":
    main()
