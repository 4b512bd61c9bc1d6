"""Real data that ship with installed packages: tables, texts and pictures; fits nothing."""

from limelab.corpora import Texts, load_texts, text_names
from limelab.datasets.dataset import Dataset, Kind
from limelab.datasets.loading import load, names
from limelab.galleries import Images, image_names, load_images

__all__ = [
    "Dataset",
    "Images",
    "Kind",
    "Texts",
    "image_names",
    "load",
    "load_images",
    "load_texts",
    "names",
    "text_names",
]
