"""What code a value depends on: hashes of its module and of the modules that this one imports."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

_HOME = "limelab"


def code_hash(values: Iterable[Any]) -> str:
    """One hash over the sources behind values: parts, functions or modules.

    A part is its class and, for a dataclass, the classes of the parts that it holds. Modules of
    other packages do not count: their versions stand in the key beside this hash.

    Examples
    --------
    >>> from limelab.kernels import Flat
    >>> code_hash([Flat()]) == code_hash([Flat()]) != code_hash([])
    True
    """
    names = {name for value in values for name in _modules_of(value)}
    files = {path for name in names for path in _closure(name)}
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(Path(path).name.encode() + b"\0" + Path(path).read_bytes())
    return digest.hexdigest()


def _modules_of(value: Any) -> set[str]:
    if isinstance(value, ModuleType):
        return {value.__name__}
    if isinstance(value, (tuple, list)):
        return {name for entry in value for name in _modules_of(entry)}
    if isinstance(value, (str, int, float, type(None))):
        return set()
    owner = value if hasattr(value, "__qualname__") else type(value)
    held = vars(value).values() if hasattr(value, "__dataclass_fields__") else ()
    return {owner.__module__, *(name for entry in held for name in _modules_of(entry))}


@cache
def _closure(module: str) -> frozenset[str]:
    """Files of a module and of all that it imports from its own package or folder."""
    found: dict[str, str] = {}
    pending = [module]
    while pending:
        name = pending.pop()
        path = None if name in found else _file(name)
        if path is None:
            continue
        found[name] = path
        pending += [n for n in _imports(path, name) if _is_near(n, path)]
    return frozenset(found.values())


def _file(name: str) -> str | None:
    known = sys.modules.get(name)
    if known is not None:
        path = getattr(known, "__file__", None)
        return path if path and path.endswith(".py") else None
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return None
    return spec.origin if spec and spec.origin and spec.origin.endswith(".py") else None


def _imports(path: str, name: str) -> set[str]:
    """Absolute names that a file imports; a name from a package may be its module."""
    package = name if path.endswith("__init__.py") else name.rpartition(".")[0]
    found: set[str] = set()
    for node in ast.walk(ast.parse(Path(path).read_bytes())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, package)
            found |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    return found


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parts = package.split(".")
    return ".".join([*parts[: len(parts) - node.level + 1], *([node.module] if node.module else [])])


def _is_near(name: str, path: str) -> bool:
    """Ours, or in the folder of the file that imports it."""
    if name.partition(".")[0] == _HOME:
        return True
    folder = Path(path).parent
    return (folder / f"{name}.py").is_file() and _HOME not in folder.parts
