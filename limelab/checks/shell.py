"""What `limelab check` asks for: explainers by name, verdicts, a search, files; it prints none."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from limelab import datasets, models
from limelab.checks.explainers import LEVELS, explainer_checks, named
from limelab.checks.kit import Check, refuse_unknown, run
from limelab.checks.results import Report, Result
from limelab.checks.search import Unstable, find_unstable
from limelab.checks.texts import text_checks
from limelab.study import Task
from limelab.types import BadInput

T = TypeVar("T")
KITS = {"tables": (explainer_checks, 10), "texts": (text_checks, 5)}
_FORM = "expected package.module:factory, such as mine:make, from this folder or installed"


def explainer_from(target: str) -> Any:
    """The explainer that a name stands for; importing its module runs that module's code.

    Parameters
    ----------
    target : str
        ``package.module:name``: a function without arguments that returns an explainer, a class
        that needs none, or an explainer. The current folder is looked at first.

    Raises
    ------
    BadInput
        No such module or name, code that fails, or what is no explainer.

    Examples
    --------
    >>> explainer_from("limelab.presets:lime_tabular_around").n_samples
    4999
    """
    module, colon, name = target.partition(":")
    if not (module and colon and name):
        raise BadInput(f"{target!r} names no explainer; {_FORM}")
    found: Any = _imported(module, target)
    for part in name.split("."):
        if not hasattr(found, part):
            raise BadInput(f"{module} has no {name!r}; {_FORM}")
        found = getattr(found, part)
    if isinstance(found, type) or not callable(getattr(found, "explain", None)):
        found = _made(found, target)
    return named(found).explainer


def expected_from(path: Path | None) -> dict[str, str]:
    """Checks that an explainer fails on purpose, with the reasons, from a JSON file.

    Raises
    ------
    BadInput
        No such file, or another content than ``{"check_name": "reason"}``.

    Examples
    --------
    >>> expected_from(None)
    {}
    """
    if path is None:
        return {}
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput(f"{path} cannot be read ({type(error).__name__}); {_EXPECTED}") from error
    if not isinstance(told, dict) or not all(isinstance(why, str) for why in told.values()):
        raise BadInput(f"{path} holds {type(told).__name__}; {_EXPECTED}")
    return told


_EXPECTED = 'expected JSON such as {"check_units": "slopes are per unit"}'


def verdicts(
    explainer: Any,
    levels: Sequence[str],
    rows: str = "tables",
    *,
    expected: Mapping[str, str],
    n_examples: int | None = None,
    seed: int = 0,
) -> Report:
    """What the kit for an explainer of tables or of texts finds, with a bar for who looks on.

    Examples
    --------
    >>> import limelab as ll
    >>> verdicts(ll.Lime(n_samples=64), ["contract"], expected={}, n_examples=1).ok
    True
    """
    if rows not in KITS:
        raise BadInput(f"no checks of explainers of {rows!r}; expected one of {', '.join(KITS)}")
    checks, usual = KITS[rows]
    chosen: list[Check] = checks(levels or LEVELS)
    refuse_unknown(expected, checks(LEVELS))  # also those of a level that is left out
    subject, found = named(explainer), list[Result]()
    for check in _watched(chosen, "checks"):
        mine = {check.name: expected[check.name]} if check.name in expected else {}
        found += run(
            [check],
            subject,
            subject.title,
            expected_failed_checks=mine,
            n_examples=usual if n_examples is None else n_examples,
            seed=seed,
        )
    return Report(subject.title, tuple(found))


def task_from(data: str, model: str) -> Task | None:
    """A data set and a model that are known by name, or None where no data set is named.

    Raises
    ------
    BadInput
        No such data set or model.

    Examples
    --------
    >>> task_from("wine", "forest").name
    'wine / forest'
    """
    if not data:
        return None
    recipes = {recipe.name: recipe for recipe in models.all_recipes()}
    if data not in datasets.names():
        raise BadInput(f"no data set {data!r}; expected one of {', '.join(datasets.names())}")
    if model not in recipes:
        raise BadInput(f"no model {model!r}; expected one of {', '.join(recipes)}")
    return Task(data, recipes[model])


def search(explainer: Any, task: Task, *, n_examples: int | None, seed: int) -> Unstable:
    """The least stable row of a task; each of two climbs tries 60 rows, or 6 an example.

    Raises
    ------
    BadInput
        The explainer fails on it.
    """
    try:
        return find_unstable(explainer, task, n_examples=6 * (n_examples or 10), seed=seed)
    except BadInput:
        raise
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
        raise BadInput(
            f"{named(explainer).title} failed on {task.name} ({said}); mend it"
        ) from error


def keep(found: Unstable, folder: Path) -> tuple[Path, Path]:
    """Write what a search found as JSON, which `Unstable.load` reads, and as a picture.

    Raises
    ------
    BadInput
        The folder cannot be written to.
    """
    files = folder / "unstable.json", folder / "unstable.png"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        found.save(files[0])
        found.plot().get_figure().savefig(files[1])  # type: ignore[union-attr]  # it has one
    except OSError as error:
        raise BadInput(f"{folder} cannot be written to ({error}); name another folder") from error
    return files


def write_page(report: Report, path: Path) -> None:
    """Write a report as a page.

    Raises
    ------
    BadInput
        The file cannot be written.
    """
    try:
        path.write_text(report.page(), encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{path} cannot be written ({error}); name another file") from error


def _imported(module: str, target: str) -> Any:
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise BadInput(f"{target}: {error}; {_FORM}") from error
    except (Exception, SystemExit) as error:
        said = f"{type(error).__name__}: {error}"
        raise BadInput(f"importing {module} failed with {said}; mend the module") from error


def _made(factory: Any, target: str) -> Any:
    """What a factory makes; errors in it are the user's to mend."""
    if not callable(factory):
        raise BadInput(
            f"{target} is {type(factory).__name__}; expected an explainer, or a function without "
            "arguments that returns one"
        )
    try:
        return factory()
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
        raise BadInput(f"{target}() failed with {said}; mend it") from error


def _watched(steps: Iterable[T], what: str) -> Iterable[T]:
    """The same steps, with a bar on standard error where that is a terminal."""
    if not sys.stderr.isatty():
        return steps
    from rich.console import Console
    from rich.progress import track

    return track(list(steps), what, console=Console(stderr=True), transient=True)
