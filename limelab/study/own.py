"""A user's own modules behind a study, so that a worker anywhere runs the same; it runs none."""

from __future__ import annotations

import hashlib
import importlib
import sys
import sysconfig
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from limelab.study import ready
from limelab.study.sources import modules_of
from limelab.study.spec import Study

_INSTALLED: list[str] = []  # digests of what this process was given, the last is in force


@dataclass(frozen=True)
class OwnCode:
    """Files of modules that are neither limelab's nor installed.

    Attributes
    ----------
    files : tuple of (folder from which it is imported, path in it, content)
    """

    files: tuple[tuple[str, str, bytes], ...] = ()

    @cached_property
    def digest(self) -> str:
        """A hash of all files."""
        return hashlib.sha256(repr([file[1:] for file in self.files]).encode()).hexdigest()

    def install(self) -> None:
        """Make this process import these very files; what it knew of older ones is forgotten."""
        if not self.files or _INSTALLED[-1:] == [self.digest]:
            return
        for root in dict.fromkeys(root for root, *_ in self.files):
            mine = {path: content for at, path, content in self.files if at == root}
            place = str(_place(Path(root), mine))
            if place in sys.path:
                sys.path.remove(place)
            sys.path.insert(0, place)
            for path in mine:
                sys.modules.pop(_module(path), None)
        importlib.invalidate_caches()
        ready.forget()
        _INSTALLED.append(self.digest)


def of_study(study: Study) -> OwnCode:
    """What the tasks, conditions, judges, metrics and measures of a study are made of."""
    values: list[Any] = [*study.conditions.values(), *study.judge, *study.metrics, *study.measures]
    for task in study.tasks:
        values += [task.model.make, *([] if isinstance(task.dataset, str) else [task.dataset])]
    found = modules_of(values)
    files = [(*_split(name, Path(path)), Path(path).read_bytes()) for name, path in found.items()]
    own = OwnCode(tuple(sorted(file for file in files if _is_own(Path(file[0])))))
    _INSTALLED.append(own.digest)  # a scheduler in this process must not load them again
    return own


def _split(name: str, path: Path) -> tuple[str, str]:
    """The folder from which a module is imported, and its path in that folder."""
    inside = path.resolve()
    depth = name.count(".") + (inside.name == "__init__.py")
    root = inside.parents[depth]
    return str(root), inside.relative_to(root).as_posix()


def _is_own(root: Path) -> bool:
    """Whether modules of this folder come with no package."""
    paths = sysconfig.get_paths()
    installed = [Path(paths[name]).resolve() for name in ("stdlib", "purelib", "platlib")]
    return not any(root.is_relative_to(place) for place in installed)


def _place(root: Path, files: dict[str, bytes]) -> Path:
    """The folder itself where this machine sees the same files in it, else a copy."""
    try:
        if all((root / path).read_bytes() == content for path, content in files.items()):
            return root
    except OSError:
        pass
    copy = Path(tempfile.mkdtemp(prefix="limelab-"))
    for path, content in files.items():
        (copy / path).parent.mkdir(parents=True, exist_ok=True)
        (copy / path).write_bytes(content)
    return copy


def _module(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
