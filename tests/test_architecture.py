"""The house rules, proven from the code alone: floors, rooms, randomness, files; it runs no part.

Every rule is a function from a module to its faults. `BROKEN` breaks each rule on purpose.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOOR = "__init__"

# A room is a module or a package directly in limelab/. It may know the floors below its own.
FLOORS: dict[int, frozenset[str]] = {
    0: frozenset({"types", "seeds", "numbers", "columns"}),
    1: frozenset(
        {"domains", "perturbations", "representations", "kernels", "bins", "distances"}
        | {"surrogates", "metrics", "statistics", "drawing", "marking", "blackbox"}
    ),
    2: frozenset(
        {"explanation", "sampling", "lime", "uncertainty", "presets", "exact", "external"}
        | {"datasets", "models", "importance", "baselines", "sidefolder"}
        | {"ragged", "vectorised", "embeddings", "corpora", "galleries", "makers"}
    ),
    3: frozenset({"study"}),
    4: frozenset({"checks", "report"}),
    5: frozenset({"auditing", "paper", "pytest_plugin"}),
    6: frozenset({"cli"}),
    7: frozenset({DOOR, "__main__"}),
}
FLOOR = {room: floor for floor, rooms in FLOORS.items() for room in rooms}

# Who may know whom on its own floor.
NEIGHBOURS: dict[str, frozenset[str]] = {
    "numbers": frozenset({"types"}),
    "columns": frozenset({"types"}),
    "representations": frozenset({"bins", "distances"}),
    "kernels": frozenset({"bins", "distances"}),
    "perturbations": frozenset({"bins"}),
    "marking": frozenset({"drawing"}),
    "ragged": frozenset({"explanation"}),
    "embeddings": frozenset({"sidefolder"}),
    "corpora": frozenset({"sidefolder"}),
    "datasets": frozenset({"sidefolder", "corpora", "galleries"}),
    "makers": frozenset({"embeddings"}),
    "models": frozenset({"makers"}),
    "lime": frozenset({"explanation", "sampling", "ragged", "vectorised"}),
    "importance": frozenset({"sampling"}),
    "uncertainty": frozenset({"lime", "sampling", "explanation"}),
    "exact": frozenset({"explanation"}),
    "baselines": frozenset({"importance", "lime"}),
    "external": frozenset({"explanation", "importance"}),
    "presets": frozenset({"lime", "sampling", "explanation"}),
    "__main__": frozenset({DOOR}),
}

PARTS = frozenset({"perturbations", "representations", "kernels", "surrogates"})
FORMULAS = frozenset({"metrics", "statistics"})

# What a room may import at all, beside its own floor rules; other rooms import what they need.
ONLY: dict[str, frozenset[str]] = {
    "types": frozenset({"__future__", "collections", "dataclasses", "typing", "numpy"}),
    "seeds": frozenset({"__future__", "collections", "hashlib", "typing", "numpy"}),
}

FILES = frozenset(
    {"io", "os", "pathlib", "shutil", "socket", "sqlite3", "subprocess", "tempfile", "urllib"}
)
NUMBERS = frozenset({"scipy", "statsmodels", "sklearn"})

# Which rooms may not import which packages, and why.
BANNED: tuple[tuple[frozenset[str], frozenset[str], str], ...] = (
    (PARTS, FILES, "parts touch no files"),
    (FORMULAS, FILES, "metrics and statistics: arrays in, arrays out"),
    (FORMULAS, frozenset({"sklearn"}), "metrics and statistics ask and fit no model"),
    (PARTS | FORMULAS, frozenset({"matplotlib"}), "only drawing and report draw"),
    (frozenset({"drawing", "report"}), NUMBERS, "a number in a picture is a number in a table"),
    (frozenset({"study"}), frozenset({"scipy", "statsmodels"}), "study holds no formulas"),
    (frozenset({"cli"}), NUMBERS | {"numpy"}, "cli computes no numbers"),
)
# sklearn's scores are formulas on arrays, not estimators.
HARMLESS = frozenset({"sklearn.metrics"})

# Calls that run code out of a file; the room that may, and why.
UNPICKLE = frozenset(
    f"{package}.{name}"
    for package in ("pickle", "cloudpickle", "joblib", "dill", "marshal")
    for name in ("load", "loads", "Unpickler")
) | {"pandas.read_pickle", "shelve.open"}
MAY_UNPICKLE: dict[str, str] = {
    "cli": "a model file that the user trusts by a switch",
    "checks": "reads back what the check itself has just dumped",
}

# numpy's global state; the module that may touch it, and why.
MAY_DRAW: dict[str, str] = {
    "external/asked.py": "packages that draw from the global state: it is seeded and put back",
    "checks/contract.py": "proves that an explainer leaves the global state alone",
    "checks/metric_contract.py": "proves that a metric leaves the global state alone",
}

# Whole-process settings; a room that wants one says `with warnings.catch_warnings():` round it.
FILTERS = frozenset({"warnings.filterwarnings", "warnings.simplefilter", "warnings.resetwarnings"})
SETTINGS = frozenset({"numpy.seterr", "logging.basicConfig", "matplotlib.use"})
MAKERS = re.compile(r"numpy\.random\.(default_rng|[A-Z]\w*)")

HEAVY = ("sklearn", "scipy", "statsmodels", "matplotlib", "pandas")

# Tests that mirror no module; tests/test_laws*.py and tests/test_*_laws.py hold laws over many.
OWN_STEM: dict[str, str] = {
    "architecture": "the house itself",
    "door": "every room and name that limelab/__init__.py shows",
    "bad_input": "every refusal that a user may meet, whichever room it comes from",
    "experiments": "every study of experiments/",
    "paper": "what regenerates paper/",
    "readme": "the examples of README.md",
}

# Spelled in two pieces, so that this file does not hold them.
ELSEWHERE = ("pypi" + ".org", "files.python" + "hosted", "/work" + "/", "/root" + "/")


@dataclass(frozen=True)
class Module:
    """A module of limelab: its path inside the package and its text."""

    path: PurePosixPath
    source: str

    @property
    def room(self) -> str:
        return self.path.parts[0].removesuffix(".py")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.source)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        return tuple(ast.walk(self.tree))

    @cached_property
    def imports(self) -> tuple[tuple[str, str], ...]:
        """Local name and dotted origin of all that is imported anywhere in the module."""
        found = [pair for node in self.nodes for pair in self._imported(node)]
        return tuple(found)

    @cached_property
    def calls(self) -> tuple[tuple[ast.Call, str], ...]:
        """Every call with the dotted origin of what it calls."""
        origin = dict(self.imports)
        return tuple(
            (node, _origin(node.func, origin)) for node in self.nodes if isinstance(node, ast.Call)
        )

    def _imported(self, node: ast.AST) -> Iterator[tuple[str, str]]:
        if isinstance(node, ast.Import):
            yield from ((name.asname or name.name, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = self._base(node)
            yield from ((name.asname or name.name, f"{base}.{name.name}") for name in node.names)
        elif isinstance(node, ast.Call) and _is_import_call(node):
            yield "", ast.literal_eval(node.args[0])

    def _base(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        package = ("limelab", *self.path.parts[:-1])
        return ".".join((*package[: len(package) - node.level + 1], *filter(None, [node.module])))


def _is_import_call(node: ast.Call) -> bool:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    named = node.args and isinstance(node.args[0], ast.Constant)
    return bool(named and name in {"import_module", "__import__"})


def _origin(function: ast.expr, origin: dict[str, str]) -> str:
    """`np.random.seed` as "numpy.random.seed"; an unknown head stays as it is written."""
    if isinstance(function, ast.Attribute):
        return f"{_origin(function.value, origin)}.{function.attr}"
    name = function.id if isinstance(function, ast.Name) else ""
    return origin.get(name, name)


def _known(module: Module) -> Iterator[str]:
    """Rooms of limelab that the module imports."""
    for _, dotted in module.imports:
        head, _, rest = dotted.partition(".")
        if head == "limelab":
            room = rest.partition(".")[0]
            spelled_as_room = room in FLOOR or _is_submodule(room)
            yield room if spelled_as_room else DOOR


def _is_submodule(room: str) -> bool:
    package = ROOT / "limelab"
    return bool(room) and ((package / f"{room}.py").exists() or (package / room).is_dir())


# The rules


def has_a_floor(module: Module) -> Iterator[str]:
    for room in sorted({module.room, *_known(module)}):
        if room not in FLOOR:
            yield f"limelab.{room} is unknown to FLOORS in {Path(__file__).name}; give it a floor"


def imports_go_down(module: Module) -> Iterator[str]:
    mine = module.room
    for room in sorted(set(_known(module)) - {mine} - NEIGHBOURS.get(mine, frozenset())):
        if FLOOR.get(room, 0) >= FLOOR.get(mine, 0):
            seen = "the package itself" if room == DOOR else room
            yield f"{mine} (floor {FLOOR.get(mine)}) knows {seen} (floor {FLOOR.get(room)})"


def imports_only_what_its_room_may(module: Module) -> Iterator[str]:
    allowed = ONLY.get(module.room)
    for _, dotted in module.imports if allowed is not None else ():
        if allowed is not None and dotted.split(".")[0] not in allowed:
            yield f"{module.room} imports {dotted}; it may import {sorted(allowed)}"


def imports_nothing_banned(module: Module) -> Iterator[str]:
    for rooms, packages, why in BANNED:
        for dotted in sorted({dotted for _, dotted in module.imports}):
            banned = dotted.split(".")[0] in packages
            harmless = ".".join(dotted.split(".")[:2]) in HARMLESS
            if module.room in rooms and banned and not harmless:
                yield f"{module.room} imports {dotted}: {why}"


def types_computes_nothing(module: Module) -> Iterator[str]:
    for node in module.nodes if module.room == "types" else ():
        if isinstance(node, ast.FunctionDef) and not all(map(_says_nothing, node.body)):
            yield f"types.{node.name} has a body; types computes nothing"


def _says_nothing(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def opens_no_file(module: Module) -> Iterator[str]:
    for call, name in module.calls if module.room in PARTS | FORMULAS else ():
        if name in {"open", "numpy.load", "numpy.save", "pandas.read_csv"}:
            yield f"line {call.lineno}: {name}; parts and formulas touch no files"


def makes_no_generator(module: Module) -> Iterator[str]:
    """Only limelab/seeds.py makes generators; floor 1 is handed them and does not ask for them."""
    for call, name in module.calls:
        if MAKERS.fullmatch(name) and module.room != "seeds":
            yield f"line {call.lineno}: {name} outside limelab/seeds.py, which makes all generators"
    if FLOOR.get(module.room) == 1 and "seeds" in set(_known(module)):
        yield f"{module.room} imports seeds; a room on floor 1 is handed its generator"


def draws_from_no_global_state(module: Module) -> Iterator[str]:
    for call, name in module.calls:
        global_state = name.startswith("numpy.random.") and not MAKERS.fullmatch(name)
        if global_state and str(module.path) not in MAY_DRAW:
            yield f"line {call.lineno}: {name} draws from numpy's global state"
        bare = not {"random_state", "rng"} & {keyword.arg for keyword in call.keywords}
        if name.endswith(".rvs") and bare:
            yield f"line {call.lineno}: rvs without random_state draws from the global state"
    for _, dotted in module.imports:
        if dotted.split(".")[0] == "random" or dotted.startswith("numpy.random.mtrand"):
            yield f"imports {dotted}, a generator with global state"


def sets_nothing_for_the_process(module: Module) -> Iterator[str]:
    inside = {id(node) for block in module.nodes for node in _within_catch_warnings(block)}
    for call, name in module.calls:
        if name in SETTINGS or (name in FILTERS and id(call) not in inside):
            yield f"line {call.lineno}: {name} changes the whole process; limit it by a with block"


def _within_catch_warnings(block: ast.AST) -> Iterator[ast.AST]:
    if isinstance(block, ast.With) and "catch_warnings" in ast.unparse(block.items[0].context_expr):
        yield from ast.walk(block)


def unpickles_nothing(module: Module) -> Iterator[str]:
    for call, name in module.calls if module.room not in MAY_UNPICKLE else ():
        trusting = any(word.arg == "allow_pickle" and _true(word.value) for word in call.keywords)
        if name in UNPICKLE or trusting:
            yield f"line {call.lineno}: {name} runs code out of a file; see MAY_UNPICKLE"


def _true(value: ast.expr) -> bool:
    return not (isinstance(value, ast.Constant) and value.value is False)


def prints_nothing(module: Module) -> Iterator[str]:
    for call, name in module.calls if module.room != "cli" else ():
        if name == "print":
            yield f"line {call.lineno}: print outside limelab/cli.py"


def opens_with_a_sentence(module: Module) -> Iterator[str]:
    if not re.match(r"\S.*?[.?!](\s|$)", ast.get_docstring(module.tree) or "", re.DOTALL):
        yield "opens with no sentence that says what it is and what it may not touch"


Rule = Callable[[Module], Iterator[str]]
RULES: tuple[Rule, ...] = (
    has_a_floor,
    imports_go_down,
    imports_only_what_its_room_may,
    imports_nothing_banned,
    types_computes_nothing,
    opens_no_file,
    makes_no_generator,
    draws_from_no_global_state,
    sets_nothing_for_the_process,
    unpickles_nothing,
    prints_nothing,
    opens_with_a_sentence,
)


def _modules() -> list[Module]:
    package = ROOT / "limelab"
    return [
        Module(PurePosixPath(file.relative_to(package)), file.read_text(encoding="utf-8"))
        for file in sorted(package.rglob("*.py"))
    ]


@pytest.mark.parametrize("module", _modules(), ids=lambda module: str(module.path))
def test_module_keeps_every_rule(module: Module) -> None:
    faults = [fault for rule in RULES for fault in rule(module)]
    assert not faults, "\n".join([f"limelab/{module.path}:", *faults])


BROKEN: tuple[tuple[Rule, str, str], ...] = (
    (has_a_floor, "attic.py", ""),
    (imports_go_down, "metrics/truth.py", "from limelab.lime import Lime"),
    (imports_go_down, "metrics/truth.py", "from limelab import statistics"),
    (imports_go_down, "metrics/truth.py", "from .. import models"),
    (imports_go_down, "metrics/truth.py", "from ..kernels import Ball"),
    (imports_go_down, "kernels.py", "def f():\n    import limelab.study.run"),
    (imports_go_down, "kernels.py", "import importlib\nimportlib.import_module('limelab.cli')"),
    (
        imports_go_down,
        "kernels.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n"
        "    from limelab.surrogates import Tree",
    ),
    (imports_go_down, "lime.py", "import limelab as ll"),
    (imports_go_down, "lime.py", "from limelab import explain"),
    (imports_go_down, "checks/laws.py", "from limelab.report.page import page"),
    (imports_go_down, "perturbations/noise.py", "from limelab.distances import euclidean"),
    (imports_go_down, "types.py", "from limelab.seeds import generator"),
    (imports_only_what_its_room_may, "types.py", "import scipy"),
    (imports_only_what_its_room_may, "seeds.py", "import pandas"),
    (imports_nothing_banned, "drawing.py", "from scipy import stats"),
    (imports_nothing_banned, "report/figures.py", "def f():\n    import statsmodels.api as sm"),
    (imports_nothing_banned, "report/page.py", "from sklearn.linear_model import Ridge"),
    (imports_nothing_banned, "statistics.py", "from sklearn.linear_model import Ridge"),
    (imports_nothing_banned, "metrics/truth.py", "import pathlib"),
    (imports_nothing_banned, "kernels.py", "import os.path"),
    (imports_nothing_banned, "surrogates/tree.py", "import matplotlib.pyplot as plt"),
    (imports_nothing_banned, "study/run.py", "from scipy.stats import wilcoxon"),
    (imports_nothing_banned, "cli.py", "import numpy as np"),
    (types_computes_nothing, "types.py", "def f(x: int) -> int:\n    return x + 1"),
    (opens_no_file, "surrogates/tree.py", "def f():\n    return open('x')"),
    (makes_no_generator, "study/run.py", "import numpy as np\nr = np.random.default_rng(0)"),
    (makes_no_generator, "statistics.py", "from numpy.random import default_rng\ndefault_rng(0)"),
    (makes_no_generator, "lime.py", "import numpy.random\nnumpy.random.RandomState(0)"),
    (makes_no_generator, "metrics/truth.py", "from limelab.seeds import generator"),
    (draws_from_no_global_state, "seeds.py", "import numpy as np\nnp.random.seed(0)"),
    (draws_from_no_global_state, "models.py", "from numpy import random as r\nr.normal()"),
    (draws_from_no_global_state, "models.py", "from random import shuffle"),
    (draws_from_no_global_state, "models.py", "from scipy import stats\nstats.norm.rvs(3)"),
    (sets_nothing_for_the_process, "lime.py", "import warnings\nwarnings.simplefilter('ignore')"),
    (
        sets_nothing_for_the_process,
        "lime.py",
        "from warnings import filterwarnings as f\nf('error')",
    ),
    (sets_nothing_for_the_process, "lime.py", "import numpy as np\nnp.seterr(all='ignore')"),
    (unpickles_nothing, "models.py", "import joblib\njoblib.load('m')"),
    (unpickles_nothing, "study/store.py", "import pickle as p\np.loads(b'')"),
    (unpickles_nothing, "study/store.py", "import numpy as np\nnp.load('a', allow_pickle=True)"),
    (prints_nothing, "study/run.py", "print('hello')"),
    (opens_with_a_sentence, "lime.py", "x = 1"),
    (opens_with_a_sentence, "lime.py", '"""no sentence"""'),
)


@pytest.mark.parametrize(("rule", "path", "source"), BROKEN)
def test_rule_sees_the_break(rule: Rule, path: str, source: str) -> None:
    assert list(rule(Module(PurePosixPath(path), source)))


FINE = (
    ("surrogates/linear.py", "import limelab.types"),
    (
        "metrics/truth.py",
        "from limelab.metrics.fidelity import rmse\nfrom limelab.types import Array",
    ),
    ("metrics/truth.py", "from sklearn.metrics import ndcg_score"),
    ("representations.py", "from limelab.bins import edges"),
    ("lime.py", "from limelab.explanation import Explanation\nfrom limelab import seeds, kernels"),
    ("__init__.py", "from limelab.auditing import audit"),
    ("seeds.py", "import numpy as np\nnp.random.default_rng(0)"),
    (
        "statistics.py",
        "import numpy as np\ndef f(rng: np.random.Generator):\n    return rng.normal()",
    ),
    (
        "external/lime.py",
        "import warnings\ndef f():\n    with warnings.catch_warnings():\n"
        "        warnings.simplefilter('ignore')",
    ),
    ("cli.py", "print('hello')\nimport joblib\njoblib.load('m')"),
)


@pytest.mark.parametrize(("path", "source"), FINE)
def test_rules_let_good_code_pass(path: str, source: str) -> None:
    module = Module(PurePosixPath(path), f'"""A room."""\n{source}')
    assert not [fault for rule in RULES for fault in rule(module)]


# What is proven by running, and of the files round the code


@pytest.mark.parametrize("name", ["limelab", "limelab.cli"])
def test_heavy_imports_are_lazy(name: str) -> None:
    if name == "limelab.cli" and not (ROOT / "limelab" / "cli.py").exists():
        pytest.skip("limelab/cli.py is not written yet")
    code = f"import sys, {name}; print(*sorted(set({HEAVY!r}) & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert not done.stdout.split(), f"import {name} brings {done.stdout}"


def _committed() -> Iterator[Path]:
    """Files of the project, without what .gitignore names; of hidden folders only .ci is ours."""
    for entry in sorted(ROOT.iterdir()):
        if entry.name == ".git":  # a file in a linked checkout
            continue
        if entry.is_file():
            yield entry
        elif entry.name == ".ci" or not entry.name.startswith((".", "results", "build", "dist")):
            yield from (path for path in sorted(entry.rglob("*")) if _is_source(path))


def _is_source(path: Path) -> bool:
    return path.is_file() and path.suffix != ".pyc" and "__pycache__" not in path.parts


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="ignore")


def test_no_file_names_a_registry_or_a_place_on_one_machine() -> None:
    found = [
        f"{path.relative_to(ROOT)} holds {word}"
        for path in _committed()
        if path.name != "uv.lock"
        for word in ELSEWHERE
        if word in _text(path)
    ]
    assert not found, "\n".join(found)


def test_pins_hold_no_address() -> None:
    assert "://" not in _text(ROOT / "experiments" / "constraints.txt")


def _mirrors(test: PurePosixPath) -> bool:
    """tests/metrics/test_ranks.py, or tests/test_ranks.py, mirrors limelab/metrics/ranks.py."""
    stem = test.stem.removeprefix("test_")
    paths = [module.path.with_suffix("") for module in _modules()]
    names = {str(path) for path in paths} | {part for path in paths for part in path.parts}
    own = stem in OWN_STEM or re.fullmatch(r"(\w+_)?laws(_\w+)?", stem)
    return bool(own) or str(test.with_name(stem)) in names


def test_tests_mirror_the_house() -> None:
    folder = ROOT / "tests"
    tests = [PurePosixPath(path.relative_to(folder)) for path in sorted(folder.rglob("test_*.py"))]
    found = [str(test) for test in tests if not _mirrors(test)]
    assert not found, f"{found} mirror no module of limelab/; rename them"


@pytest.mark.parametrize("path", ["test_no_such_room.py", "no_such_room/test_types.py"])
def test_a_test_without_a_module_is_seen(path: str) -> None:
    assert not _mirrors(PurePosixPath(path))
