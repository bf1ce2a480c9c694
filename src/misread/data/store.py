"""Image sets on disk: a folder with ``images.npy`` and ``labels.npy``, written in parallel blocks, read by memory map.

``images.npy`` is uint8, ``(N, SIZE, SIZE, 3)``, RGB; ``labels.npy`` is int64, ``(N,)``, the class of each image.
"""

import os
import shutil
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
import pandas as pd
from numpy.lib.format import open_memmap
from tqdm import tqdm

from misread.errors import MisreadError

Result = TypeVar("Result")

BLOCK = 1024  # images handled at a time, so that memory does not grow with the data set


class ImageSet(NamedTuple):
    """Memory-mapped images, uint8 ``(N, SIZE, SIZE, 3)``, and their classes, int64 ``(N,)``."""

    images: np.ndarray
    labels: np.ndarray


def open_set(folder: Path) -> ImageSet:
    """Open a set without reading its pixels.

    Raises:
        MisreadError: a file is missing or is no such array, or the two differ in length.

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


def create_set(folder: Path, labels: np.ndarray, size: int) -> None:
    """Write the labels and an ``images.npy`` of zeros, for `write_rows` to fill."""
    folder.mkdir(parents=True)
    np.save(folder / "labels.npy", np.asarray(labels, np.int64))
    if len(labels) == 0:
        raise MisreadError(f"{folder}: a set needs at least one image")
    open_memmap(folder / "images.npy", mode="w+", dtype=np.uint8, shape=(len(labels), size, size, 3))


def write_rows(folder: Path, start: int, images: np.ndarray) -> None:
    """Write a block of images at row ``start``; safe from several processes as long as blocks do not overlap.

    Written, not mapped: a full disk is then an error that can be told, and does not kill the process.
    """
    path = folder / "images.npy"
    target = np.load(path, mmap_mode="r")
    if images.shape[1:] != target.shape[1:] or start + len(images) > len(target):
        raise ValueError(f"rows {start} to {start + len(images)} of shape {images.shape[1:]} in a set {target.shape}")
    with open(path, "r+b") as file:
        file.seek(target.offset + start * target[0].nbytes)
        file.write(np.ascontiguousarray(images, np.uint8).data)


@contextmanager
def complete_or_absent(path: Path) -> Iterator[Path]:
    """Yield a temporary path (nothing there yet) that becomes ``path`` on success and vanishes on failure."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.partial")
    _remove(temporary)
    try:
        yield temporary
        _remove(path)
        os.replace(temporary, path)
    finally:
        _remove(temporary)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def worker_count() -> int:
    """Processes for the data stages: ``MISREAD_WORKERS``, or one for each core.

    Raises:
        MisreadError: the variable is not a positive whole number.

    """
    text = os.environ.get("MISREAD_WORKERS", "")
    if not text:
        return os.cpu_count() or 1
    if not text.isdigit() or int(text) < 1:
        raise MisreadError(f"MISREAD_WORKERS: {text!r} is not a positive whole number")
    return int(text)


def map_blocks(
    function: Callable[[int, int], Result], total: int, title: str, block: int | None = None
) -> Iterator[tuple[int, Result]]:
    """Call ``function(start, stop)`` for consecutive blocks of rows in worker processes.

    Only a few blocks are under way at a time, so that memory does not grow with the data set.

    Args:
        function: picklable; raises MisreadError for a user's mistake, which reaches the caller.
        total: number of rows.
        title: what the progress bar says.
        block: rows a call; None: `BLOCK`.

    Yields:
        The first row and the result of each block, in row order.

    """
    block = block or BLOCK
    blocks = [(start, min(start + block, total)) for start in range(0, total, block)]
    workers = min(worker_count(), len(blocks))
    with tqdm(total=total, desc=title, unit="img", unit_scale=True) as bar:
        if workers <= 1:
            for start, stop in blocks:
                yield start, function(start, stop)
                bar.update(stop - start)
            return
        with ProcessPoolExecutor(workers) as pool:
            waiting: deque[Future] = deque()
            try:
                for i, (start, stop) in enumerate(blocks):
                    while len(waiting) < 3 * workers and i + len(waiting) < len(blocks):
                        waiting.append(pool.submit(function, *blocks[i + len(waiting)]))
                    yield start, waiting.popleft().result()
                    bar.update(stop - start)
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
