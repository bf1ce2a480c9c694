"""Image sets on disk: a folder with ``images.npy`` and ``labels.npy``, written in blocks and memory-mapped for reading.

``images.npy`` is uint8, ``(N, SIZE, SIZE, 3)``, RGB; ``labels.npy`` is int64, ``(N,)``, the class of each image.
"""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.lib.format import open_memmap

from misread.errors import MisreadError

BLOCK = 1024  # images processed at a time, so that memory does not grow with the data set
FULL = 1 << 20  # bytes; a disk with less free space counts as full


class ImageSet(NamedTuple):
    """Memory-mapped images, uint8 ``(N, SIZE, SIZE, 3)``, and their classes, int64 ``(N,)``."""

    images: np.ndarray
    labels: np.ndarray


def open_set(folder: Path) -> ImageSet:
    """Open a set without reading its pixels.

    Raises:
        MisreadError: a file is missing or is not such an array, or the two arrays differ in length.

    """
    arrays = []
    for name, dimensions in (("images", 4), ("labels", 1)):
        path = Path(folder) / f"{name}.npy"
        try:
            array = np.load(path, mmap_mode="r")
        except FileNotFoundError:
            raise MisreadError(f"{path}: no such file; `dvc repro` or `dvc pull` brings it") from None
        except (ValueError, OSError, EOFError) as error:
            raise MisreadError(f"{path}: not a NumPy array file ({error})") from None
        if array.ndim != dimensions:
            raise MisreadError(f"{path}: expected {dimensions} dimensions, found shape {array.shape}")
        arrays.append(array)
    images, labels = arrays
    if len(images) != len(labels):
        raise MisreadError(f"{folder}: {len(images)} images but {len(labels)} labels")
    return ImageSet(images, labels)


class ArrayFile(NamedTuple):
    """The file of a memory-mapped array, for other processes to map it too."""

    path: Path

    def open(self) -> np.ndarray:
        """Memory-map the array."""
        return np.load(self.path, mmap_mode="r")


def array_file(array: np.ndarray) -> ArrayFile | None:
    """The file that an array maps completely; None: the array is in memory, or is a part of a file."""
    if not isinstance(array, np.memmap) or array.filename is None:
        return None
    file = ArrayFile(Path(array.filename))
    whole = file.open()
    same = (whole.shape, whole.strides, whole.dtype) == (array.shape, array.strides, array.dtype)
    return file if same else None


def read_table(path: Path) -> pd.DataFrame:
    """Read a Parquet table.

    Raises:
        MisreadError: the file is missing or broken.

    """
    try:
        return pd.read_parquet(path)
    except FileNotFoundError:
        raise MisreadError(f"{path}: no such file; `dvc repro` or `dvc pull` brings it") from None
    except (ValueError, OSError) as error:
        raise MisreadError(f"{path}: not a readable Parquet table ({' '.join(str(error).split())[:200]})") from None


def read_scores(path: Path) -> pd.DataFrame:
    """Read a CSV table with noise types. The noise type of the clean set is ``none``, which is not a missing value."""
    return pd.read_csv(path, keep_default_na=False, na_values=[""])


def create_set(folder: Path, labels: np.ndarray, size: int) -> None:
    """Write the labels and an ``images.npy`` of zeros, for `write_rows` to fill."""
    folder.mkdir(parents=True)
    np.save(folder / "labels.npy", np.asarray(labels, np.int64))
    if len(labels) == 0:
        raise MisreadError(f"{folder}: a set needs at least one image")
    open_memmap(folder / "images.npy", mode="w+", dtype=np.uint8, shape=(len(labels), size, size, 3))


def write_rows(folder: Path, start: int, images: np.ndarray) -> None:
    """Write a block of images at row ``start``; several processes may write at once if their blocks do not overlap.

    The file is not memory-mapped: with a memory map, a full disk would kill the process instead of raising an error.
    """
    path = folder / "images.npy"
    target = np.load(path, mmap_mode="r")
    if images.shape[1:] != target.shape[1:] or start + len(images) > len(target):
        raise ValueError(f"rows {start} to {start + len(images)} of shape {images.shape[1:]} in a set {target.shape}")
    with open(path, "r+b") as file:
        file.seek(target.offset + start * target[0].nbytes)
        file.write(np.ascontiguousarray(images, np.uint8).data)


def by_size(sizes: dict[str, int]) -> tuple[dict[int, str], dict[str, str]]:
    """Find networks that share an image size.

    Args:
        sizes: network -> side of its images in pixels.

    Returns:
        Two dictionaries: size, ascending -> the first network with this size; and each other network -> the first
        network with its size.

    """
    first: dict[int, str] = {}
    for owner, size in sizes.items():
        first.setdefault(size, owner)
    shared = {owner: first[size] for owner, size in sizes.items() if first[size] != owner}
    return dict(sorted(first.items())), shared


def link_set(source: Path, target: Path) -> None:
    """Create a set from the files of another set by hard links, or by copies if the file system has no hard links."""
    target.mkdir(parents=True)
    for file in source.iterdir():
        try:
            os.link(file, target / file.name)
        except OSError:
            shutil.copyfile(file, target / file.name)


@contextmanager
def complete_or_absent(path: Path) -> Iterator[Path]:
    """Yield a temporary path, not created yet, that is renamed to ``path`` on success and deleted on failure.

    Raises:
        MisreadError: there is no room to write; the message names ``path``.

    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.partial")
    _remove(temporary)
    try:
        yield temporary
        _remove(path)
        os.replace(temporary, path)
    except OSError as error:
        if _is_lack_of_room(error, path.parent):
            raise MisreadError(
                f"{path}: no space left on its disk, in your quota, or below `ulimit -f`; nothing was kept of it"
            ) from None
        raise
    finally:
        _remove(temporary)


def _is_lack_of_room(error: OSError, folder: Path) -> bool:
    """Whether a file could not be written because of a full disk, a quota, or a limit on the size of files."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return True
    # NumPy and other libraries do not pass on the system's error number.
    return " requested and " in str(error) or shutil.disk_usage(folder).free < FULL


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
