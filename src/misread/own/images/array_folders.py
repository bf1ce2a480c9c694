"""Folders with all images in one array file, ``images.npy``, and their labels in another, ``labels.npy``."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from misread.errors import MisreadError
from misread.own.images.class_names import gaps, in_order, positions
from misread.own.images.collection import Collection, Decoded

IMAGES, LABELS = "images.npy", "labels.npy"
MAX_CLASSES = 32_767  # as of a model's scores; a larger label is a mistake


@dataclass(frozen=True)
class ArrayReader:
    """Reader of a collection whose images are the rows of an array file.

    Attributes:
        path: the file.
        changed: when the file was last changed, in nanoseconds, so that a file that was written anew is opened anew.

    """

    path: Path
    changed: int

    def __call__(self, row: int) -> Decoded:
        """Copy the image of a row; a grey image becomes RGB."""
        image = np.array(_opened(self.path, self.changed)[row])
        if image.ndim == 3 and image.shape[2] == 3:
            return Decoded(image, None)
        return Decoded(cv2.cvtColor(image, cv2.COLOR_GRAY2RGB), "grey")


@lru_cache(maxsize=4)
def _opened(path: Path, changed: int) -> np.ndarray:
    return _load(path)


def _load(path: Path) -> np.ndarray:
    """Memory-map an array file.

    Raises:
        MisreadError: the file is missing, is no such file, or has Python objects in it.

    """
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except OSError as error:
        raise MisreadError(f"{path}: cannot be read ({error.strerror or error})") from None
    except (ValueError, EOFError) as error:
        if "Python objects" in str(error):
            raise MisreadError(f"{path}: expected numbers or text, found pickled Python objects") from None
        raise MisreadError(f"{path}: not a NumPy array file, or not the whole of it") from None
    if not isinstance(array, np.ndarray):
        raise MisreadError(f"{path}: expected one array, found an archive of arrays")
    return array


def open_array_folder(folder: Path) -> Collection:
    """Open a folder with ``images.npy`` and ``labels.npy``; the images stay on the disk.

    ``images.npy`` is uint8, ``(N, HEIGHT, WIDTH, 3)``, RGB, or ``(N, HEIGHT, WIDTH, 1)`` or ``(N, HEIGHT, WIDTH)``,
    grey. ``labels.npy`` has ``(N,)`` integers from 0, which are the positions of the classes, or texts, which are
    their names; the classes of names are sorted.

    Raises:
        MisreadError: a file is missing or is not such an array, or the two differ in length.

    """
    folder = Path(folder)
    images, given = _load(folder / IMAGES), _load(folder / LABELS)
    shape = images.shape
    if images.dtype != np.uint8 or not (len(shape) == 3 or (len(shape) == 4 and shape[3] in (1, 3))) or 0 in shape:
        raise MisreadError(
            f"{folder / IMAGES}: expected uint8 (N, HEIGHT, WIDTH, 3), or (N, HEIGHT, WIDTH, 1) or (N, HEIGHT, WIDTH) "
            f"for grey images, of values 0 to 255; found {images.dtype} {shape}"
        )
    if given.shape != (len(images),):
        raise MisreadError(
            f"{folder / LABELS}: expected a label for each of the {len(images):,} images, ({len(images)},), "
            f"found {given.dtype} {given.shape}"
        )
    classes, labels = _classes(folder / LABELS, given)
    return Collection(
        title=str(folder),
        names=[f"row {row}" for row in range(len(images))],
        labels=labels,
        classes=classes,
        read=ArrayReader(folder / IMAGES, (folder / IMAGES).stat().st_mtime_ns),
        files=(folder / IMAGES, folder / LABELS),
        notes=gaps(classes),
    )


def _classes(path: Path, given: np.ndarray) -> tuple[tuple[str, ...], np.ndarray]:
    """Names of the classes, and the position of each label among them."""
    if given.dtype.kind in "US":
        try:
            names = np.char.decode(given, "utf-8").tolist() if given.dtype.kind == "S" else given.tolist()
        except UnicodeDecodeError:
            raise MisreadError(f"{path}: expected text in UTF-8, found other bytes") from None
        if "" in names:
            raise MisreadError(f"{path}: row {names.index('')}: expected the name of a class, found an empty text")
        classes = in_order(names)
        return classes, positions(names, classes)
    if given.dtype.kind not in "iu":
        raise MisreadError(f"{path}: expected integers from 0, or texts, found {given.dtype}")
    wrong = (given < 0) | (given >= MAX_CLASSES)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise MisreadError(
            f"{path}: row {row}: expected the position of a class, 0 to {MAX_CLASSES - 1:,}, found {given[row]}"
        )
    return tuple(str(number) for number in range(int(given.max()) + 1)), np.array(given, np.int64)
