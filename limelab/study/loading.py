"""Studies from files: a STUDY in a Python file, found by path; only that file is run."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from limelab.study.spec import Study
from limelab.types import BadInput


def find_studies(places: Sequence[Path]) -> dict[str, Study]:
    """Studies by stem, from files and folders.

    Parameters
    ----------
    places : sequence of Path
        A file must hold a STUDY; of a folder, the files that hold one are taken.

    Raises
    ------
    BadInput
        A place that does not exist, a file that does not parse, fails or has no STUDY, two studies
        of one stem.
    """
    found: dict[str, Study] = {}
    for place in places:
        for path in _files(place):
            study = load_study(path)
            if path.stem in found:
                raise BadInput(f"two studies are called {path.stem!r}; rename one file")
            found[path.stem] = study
    return found


def load_study(path: Path) -> Study:
    """The STUDY of a file; running it runs the file's own code.

    Raises
    ------
    BadInput
        The file does not parse, fails, or has no STUDY.
    """
    module = _module(path)
    study = getattr(module, "STUDY", None)
    if not isinstance(study, Study):
        came = "no STUDY" if study is None else f"STUDY = {type(study).__name__}"
        raise BadInput(f"{path} has {came}; expected STUDY = limelab.Study(...)")
    return study


def _files(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    if not place.is_dir():
        raise BadInput(f"{place} is no file and no folder; name a study file or a folder of them")
    found = [path for path in sorted(place.glob("*.py")) if b"STUDY" in path.read_bytes()]
    if not found:
        raise BadInput(f"{place} holds no study: no Python file in it has a STUDY; name another")
    return found


def _module(path: Path) -> ModuleType:
    """The file as a module of its own stem, with its folder importable, for workers as well."""
    folder = str(path.resolve().parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise BadInput(f"{path} is not a Python file; name a .py file that has a STUDY")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    try:
        spec.loader.exec_module(module)
    except BadInput:
        raise
    except (Exception, SystemExit) as error:
        raise BadInput(f"{path} {_said(error)}; mend the file") from error
    return module


def _said(error: BaseException) -> str:
    """What went wrong with the user's file, in a few words."""
    if isinstance(error, SyntaxError):
        return f"does not parse: line {error.lineno}: {error.msg}"
    if isinstance(error, SystemExit):
        return f"ends the program ({error!r})"
    return f"failed with {type(error).__name__}: {error}"
