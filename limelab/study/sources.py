"""What a value depends on: its record, and hashes of the code behind it; it runs none of it."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import inspect
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from limelab.types import BadInput

_HOME = "limelab"


def record(value: Any) -> str:
    """How a value stands in a key: its repr, or the import path of a function.

    Raises
    ------
    BadInput
        The repr holds a memory address, which another process would not print again.

    Examples
    --------
    >>> from limelab.kernels import Exponential
    >>> record(Exponential(2)), record(code_hash)
    ('Exponential(width=2.0)', 'limelab.study.sources.code_hash')
    """
    if isinstance(value, FunctionType):
        return f"{value.__module__}.{value.__qualname__}"
    said = repr(value)
    place = said.find(" at 0x")
    if place >= 0:
        raise BadInput(
            f"{said[max(0, place - 60) : place + 20]!r} prints a memory address; expected a repr "
            "that says its configuration: make it a frozen dataclass, or define __repr__"
        )
    return said


def code_hash(values: Iterable[Any]) -> str:
    """One hash over the code behind values: parts, functions or modules.

    A part is its class with the classes that it inherits from and, for a dataclass, the parts
    that it holds. A module is what it says to Python: comments, docstrings and layout do not
    count, nor what it imports for a type checker only. It counts with the modules that it imports
    from its own package or folder, and with those of limelab. Other packages do not: their
    versions stand in the key beside this hash.

    Examples
    --------
    >>> from limelab.kernels import Flat
    >>> code_hash([Flat()]) == code_hash([Flat()]) != code_hash([])
    True
    """
    owners = {owner for value in values for owner in _owners(value)}
    names = frozenset(_module_of(owner) for owner in owners)
    typed = [_typed_in(owner) for owner in owners if _module_of(owner) == "__main__"]
    return _digest([_of_modules(names), *typed])


@cache
def _of_modules(names: frozenset[str]) -> str:
    """What the files behind modules say; a plan asks for the same few of them for every block."""
    files = {path for name in names for path in _closure(name)}
    return _digest(Path(path).name + _meaning(path) for path in files)


def _digest(said: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(said)).encode()).hexdigest()


def _owners(value: Any) -> Iterator[Any]:
    """Modules, functions and classes that a value is made of."""
    if isinstance(value, (tuple, list)):
        yield from (owner for entry in value for owner in _owners(entry))
    elif isinstance(value, (ModuleType, FunctionType)):
        yield value
    elif not isinstance(value, (str, int, float, type(None))):
        yield from (kind for kind in type(value).__mro__ if kind.__module__ != "builtins")
        fields = getattr(value, "__dataclass_fields__", ())
        yield from (owner for name in fields for owner in _owners(getattr(value, name)))


def _module_of(owner: Any) -> str:
    return owner.__name__ if isinstance(owner, ModuleType) else str(owner.__module__)


def _typed_in(owner: Any) -> str:
    """The source of what was defined in a notebook or a shell, which has no file."""
    if _file("__main__") is not None:
        return ""
    try:
        return inspect.getsource(owner)
    except (OSError, TypeError) as error:
        raise BadInput(
            f"the source of {owner!r} cannot be read, so results could not be told from those of "
            "an edited one; define it in a module"
        ) from error


@cache
def _meaning(path: str) -> str:
    """A hash of what a file says to Python."""
    tree = ast.parse(Path(path).read_bytes())
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            node.body = node.body[ast.get_docstring(node, clean=False) is not None :]
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()


def modules_of(values: Iterable[Any]) -> dict[str, str]:
    """Modules behind values, but those of limelab itself, with their files."""
    names = {_module_of(owner) for value in values for owner in _owners(value)}
    found = {name: path for module in names for name, path in _modules(module).items()}
    return {name: path for name, path in found.items() if name.partition(".")[0] != _HOME}


def _closure(module: str) -> frozenset[str]:
    """Files of a module and of all that it imports from its own package or folder."""
    return frozenset(_modules(module).values())


@cache
def _modules(module: str) -> dict[str, str]:
    """A module and all that it imports from its own package or folder, with their files."""
    found: dict[str, str] = {}
    pending = [module]
    while pending:
        name = pending.pop()
        path = None if name in found else _file(name)
        if path is not None:
            found[name] = path
            pending += _imports(path, name, Path(path).stat().st_mtime_ns)
    return found


@cache
def _file(name: str) -> str | None:
    if name.partition(".")[0] in sys.stdlib_module_names - {"__main__"}:
        return None
    known = sys.modules.get(name)
    if known is not None:
        path = getattr(known, "__file__", None)
        return path if path and path.endswith(".py") else None
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return None
    return spec.origin if spec and spec.origin and spec.origin.endswith(".py") else None


@cache
def _imports(path: str, name: str, changed: int) -> tuple[str, ...]:
    """Modules of limelab, of the same package or of the same folder that a file runs with.

    Read once for each time that the file was `changed`: a study names the same modules often.
    """
    return tuple(_read_imports(path, name))


def _read_imports(path: str, name: str) -> Iterator[str]:
    package = name if path.endswith("__init__.py") else name.rpartition(".")[0]
    tree = ast.parse(Path(path).read_bytes())
    nodes = list(_running(tree))
    houses = {alias for node in nodes for alias in _house_names(node)}
    for node in nodes:
        for base, entry in _mentions(node, package, houses):
            if _is_near(base or entry, name, path):
                yield _home(base, entry)


def _running(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes but those under `if TYPE_CHECKING:`, which never runs."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)):
            yield from _running(child)


def _house_names(node: ast.AST) -> Iterator[str]:
    """Names under which a file knows limelab itself, such as `ll`."""
    if isinstance(node, ast.Import):
        yield from (alias.asname or _HOME for alias in node.names if alias.name == _HOME)


def _mentions(node: ast.AST, package: str, houses: set[str]) -> Iterator[tuple[str, str]]:
    """(module, name in it) and ("", module) pairs that a node brings in."""
    if isinstance(node, ast.Import):
        yield from (("", alias.name) for alias in node.names if alias.name != _HOME)
    elif isinstance(node, ast.ImportFrom):
        yield from ((_absolute(node, package), alias.name) for alias in node.names)
    elif isinstance(node, ast.Attribute) and ast.unparse(node.value) in houses:
        yield _HOME, node.attr


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parts = package.split(".")
    parts = parts[: len(parts) - node.level + 1]
    return ".".join([*parts, *([node.module] if node.module else [])])


def _home(base: str, entry: str) -> str:
    """The module that holds a name: itself a module, a lazy name of limelab, or its base."""
    if not base:
        return entry
    dotted = f"{base}.{entry}"
    if _file(dotted) is not None:
        return dotted
    homes: dict[str, str] = getattr(sys.modules[_HOME], "_HOME_OF", {})
    return homes.get(entry, base) if base == _HOME else base


def _is_near(name: str, importer: str, path: str) -> bool:
    """Of limelab, of the importer's package, or in the folder of its file."""
    head = name.partition(".")[0]
    if head == _HOME or ("." in importer and head == importer.partition(".")[0]):
        return True
    return (Path(path).parent / f"{name.replace('.', '/')}.py").is_file() and "." not in importer
