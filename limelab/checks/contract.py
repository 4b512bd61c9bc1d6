"""What any explainer owes its caller, whatever it believes: exact rules over generated cases."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from limelab.checks import strategies
from limelab.checks.blackboxes import Classes, Constant, Outputs, Scaled, columns_of
from limelab.checks.cases import Case
from limelab.checks.kit import Kit, replay_code
from limelab.checks.results import CheckFailed
from limelab.checks.subject import Subject, close, effects, same_bits
from limelab.types import Array, NotApplicable

CONTRACT = Kit(code=replay_code)


@CONTRACT.over("contract", strategies.cases())
def check_shapes_and_names(subject: Subject, case: Case) -> None:
    """An explanation has the rows, features and outputs that were asked for, by their names."""
    found = subject.explain(case)
    wanted = (case.rows, len(case.columns), len(found.outputs))
    if found.effect.shape != wanted:
        raise CheckFailed(f"shape {found.effect.shape}; expected {wanted}")
    names = case.names if case.labelled else tuple(f"x{j}" for j in range(len(case.columns)))
    if found.features != names:
        raise CheckFailed(f"features {found.features}; expected {names}")
    rows = pd.DataFrame(case.explained).index
    if list(found.instances) != list(rows):
        raise CheckFailed(f"instances {list(found.instances)}; expected {list(rows)}")


@CONTRACT.over("contract", strategies.cases())
def check_finite(subject: Subject, case: Case) -> None:
    """Every value is a finite number, or its row says why there is none."""
    found = subject.explain(case)
    for name in ("effect", "importance"):
        bad = ~np.isfinite(getattr(found, name)).all(axis=(1, 2))
        silent = bad & np.array([not reason for reason in found.declined])
        not_said = [r for r in found.declined if "not finite" in r]
        if silent.any() or not_said:
            raise CheckFailed(f"{name} holds values that are not finite, and no reason is given")


@CONTRACT.over("contract", strategies.cases())
def check_same_seed_same_bits(subject: Subject, case: Case) -> None:
    """The same call gives the same bits, the second time too."""
    first, second = subject.effects(case), subject.effects(case)
    same_bits(first, second, "the second call with the same seed differs")


@CONTRACT.once("contract")
def check_seed_is_used(subject: Subject, seed: int) -> None:
    """Another seed gives another sample; an explainer without draws says `deterministic = True`."""
    case = strategies.curved(seed)
    runs = subject.runs(case, 4)
    moved = bool((runs != runs[:1]).any())
    if subject.deterministic and moved:
        raise CheckFailed("it says deterministic = True, and its answers depend on the seed")
    if not subject.deterministic and not moved:
        raise CheckFailed(
            "four seeds give the same bits: repeats would look perfectly stable; use the seed, or "
            "say deterministic = True"
        )


@CONTRACT.over("contract", strategies.cases())
def check_global_state(subject: Subject, case: Case) -> None:
    """numpy's global generator neither matters nor changes."""
    first, second = (under_global_seed(lambda: subject.effects(case), state) for state in (1, 2))
    same_bits(first, second, "the answer depends on numpy's global generator")


@CONTRACT.over("contract", strategies.cases())
def check_nothing_is_changed(subject: Subject, case: Case) -> None:
    """Background and rows stay what they were, also where nobody hands over a copy."""
    background, rows = case.background, case.explained
    subject.explainer.explain(case.model, background, rows, case.seed)
    for what, now, before in (
        ("background", background, case.background),
        ("rows", rows, case.explained),
    ):
        if not pd.DataFrame(now).equals(pd.DataFrame(before)):
            raise CheckFailed(f"the {what} were changed by the call")


@CONTRACT.over("contract", strategies.cases(rows=2))
def check_batch_is_its_rows(subject: Subject, case: Case) -> None:
    """A batch says what its rows say one by one, in any order."""
    background, rows = case.background, case.explained
    batch = subject.effects(case)
    alone = [
        effects(subject.of(case.model, background, rows[i : i + 1], case.seed))
        for i in range(case.rows)
    ]
    close(batch, np.concatenate(alone), "a row says something else in company")
    turned = effects(subject.of(case.model, background, rows[::-1], case.seed))
    close(batch, turned[::-1], "the order of the rows matters")


@CONTRACT.once("contract")
def check_pickles(subject: Subject, seed: int) -> None:
    """A pickled copy says the same: explainers travel to workers."""
    case = strategies.curved(seed)
    try:
        copied = pickle.loads(pickle.dumps(subject.explainer))
    except Exception as error:
        raise CheckFailed(f"it does not pickle: {type(error).__name__}: {error}") from error
    same_bits(
        subject.effects(case), Subject(copied).effects(case), "a pickled copy says something else"
    )


@CONTRACT.over("contract", strategies.cases())
def check_constant_model(subject: Subject, case: Case) -> None:
    """Of a constant model nothing is important."""
    still = strategies.with_model(case, Constant(2.5))
    found = np.abs(subject.effects(still)).max()
    if found > 1e-9:
        raise CheckFailed(f"an importance of {found:.3g} for a constant model")


@CONTRACT.over("contract", strategies.cases())
def check_every_output(subject: Subject, case: Case) -> None:
    """Every output of a model gets its own explanation, the second as the first."""
    second = Scaled(case.model, -2.0, 1.0)
    both = strategies.with_model(case, Outputs((case.model, second)))
    found = subject.effects(both)
    if found.shape[2] != 2:
        raise CheckFailed(f"{found.shape[2]} outputs explained; the model has 2")
    close(found[:, :, 1], -2.0 * found[:, :, 0], "the second output is not explained by itself")


@CONTRACT.once("contract")
def check_nothing_is_kept(subject: Subject, seed: int) -> None:
    """Another model, background or row of the same shape gets its own answer, not a kept one."""
    case = strategies.unmet(seed)
    fresh = Subject(copy.deepcopy(subject.explainer))
    subject.effects(case)
    for what, other in strategies.others(case):
        mine, theirs = (
            subject.effects(other),
            Subject(copy.deepcopy(fresh.explainer)).effects(other),
        )
        same_bits(mine, theirs, f"after a call with another {what} the answer is another")


@CONTRACT.over("contract", strategies.cases(labelled=True))
def check_model_is_asked_in_its_own_words(subject: Subject, case: Case) -> None:
    """A model of a frame is asked with frames of the same columns, in order, and the same kinds."""
    seen: list[Any] = []

    def model(rows: Any) -> Array:
        seen.append(rows)
        return case.model(rows)

    subject.of(model, case.background, case.explained, case.seed)
    wanted = case.background
    for rows in seen:
        if not isinstance(rows, pd.DataFrame) or list(rows.columns) != list(wanted.columns):
            raise CheckFailed("the model was asked without the background's columns by name")
    for j, column in enumerate(case.columns):
        values = {v for rows in seen for v in rows.iloc[:, j].unique()}
        if column.kind == "code" and not values <= {"yes", "no"}:
            raise CheckFailed(f"column x{j} holds 'yes' and 'no'; the model was asked {values!r}")


@CONTRACT.over("contract", strategies.cases())
def check_probabilities(subject: Subject, case: Case) -> None:
    """Effects on the two probabilities of a binary model are opposite."""
    found = subject.effects(strategies.with_model(case, Classes(case.model)))
    if found.shape[2] != 2:
        raise NotApplicable("it explains one output of two classes")
    close(found[:, :, 0], -found[:, :, 1], "the classes' effects are not opposite", rtol=1e-5)


@CONTRACT.once("contract")
def check_queries_are_rows(subject: Subject, seed: int) -> None:
    """The model is asked about finite rows only."""
    case = strategies.curved(seed)

    def model(rows: Any) -> Array:
        if not np.isfinite(columns_of(rows)).all():
            raise CheckFailed("the model was asked about rows that are not finite")
        return case.model(rows)

    subject.of(model, case.background, case.explained, case.seed)


def under_global_seed(ask: Callable[[], Array], state: int) -> Array:
    """An answer with numpy's global generator seeded, which must stay and is put back."""
    kept = np.random.get_state()  # noqa: NPY002
    try:
        np.random.seed(state)  # noqa: NPY002
        before = pickle.dumps(np.random.get_state())  # noqa: NPY002
        found = ask()
        if pickle.dumps(np.random.get_state()) != before:  # noqa: NPY002
            raise CheckFailed("numpy's global generator was drawn from or seeded")
        return found
    finally:
        np.random.set_state(kept)  # noqa: NPY002
