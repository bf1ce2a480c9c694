"""Images of a collection at the image size of a network, decoded and resized in worker processes to a file."""

import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.lib.format import open_memmap

from misread.data import store
from misread.data.resize import RESIZE_POLICIES, Roi, own_box
from misread.errors import MisreadError
from misread.own.images.class_names import listed
from misread.own.images.collection import Collection, Decoded
from misread.own.images.decoding import ANIMATION
from misread.parallel import workers

FILE = "images.npy"
WRITTEN = 1 << 24  # bytes of resized images that a worker holds before it writes them
BLOCKS = 400  # at most: each takes the names of all images to a worker
LEAST = 16  # images in a block
SHOWN = 3  # unreadable images that a note lists
GREY = ("grey", "black-and-white")


class Resized(NamedTuple):
    """Resized images of a collection.

    Attributes:
        images: uint8, ``(N, HEIGHT, WIDTH, CHANNELS)``, RGB or grey; memory-mapped.
        labels: int64, ``(N,)``: position of each image's class in the collection's classes.
        names: name of each image.
        rows: int64, ``(N,)``: row of each image in the collection, on which its noise depends; ascending if the rows
            that were asked for are.
        boxes: int16, ``(N, 4)``: pixels of each result that are not padding, from `misread.data.resize.own_box`.
        notes: sentences on conversions, and on images that were left out.

    """

    images: np.ndarray
    labels: np.ndarray
    names: list[str]
    rows: np.ndarray
    boxes: np.ndarray
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Job:
    """What a worker needs."""

    read: Callable[[int], Decoded]
    rows: np.ndarray
    rois: np.ndarray | None  # of these rows
    policy: str
    shape: tuple[int, int, int]
    folder: Path


class _Outcome(NamedTuple):
    """What became of a block."""

    converted: Counter  # number of images of each conversion
    unreadable: list[tuple[int, str]]  # place and message of each image that cannot be decoded
    outside: list[tuple[int, str]]  # place and message of each image whose region of interest is not inside it
    boxes: list[np.ndarray]  # own pixels of the images, in parts; zeros for those that cannot be decoded


def resized_set(
    collection: Collection,
    height: int,
    width: int,
    channels: int,
    policy: str,
    folder: Path,
    skip_unreadable: bool = False,
    rows: Sequence[int] | np.ndarray | None = None,
) -> Resized:
    """Decode and resize the images of a collection into ``images.npy``; memory does not grow with their number.

    Args:
        collection: the images.
        height: height of the results in pixels.
        width: width of the results in pixels.
        channels: 3 for RGB, 1 for grey.
        policy: key of `misread.data.resize.RESIZE_POLICIES`.
        folder: folder of the file, which is created if need be.
        skip_unreadable: whether images that cannot be decoded are left out.
        rows: rows of the collection, in the order of the results; None: all.

    Raises:
        MisreadError: images cannot be decoded, or a region of interest is not inside its image; the message names the
            first. The policy, the channels or the size are wrong.

    """
    shape = (height, width, channels)
    _check(policy, shape)
    taken = np.arange(len(collection.names)) if rows is None else np.asarray(rows, np.int64)
    if not len(taken):
        raise MisreadError(f"{collection.title}: expected at least one image, found none")
    outcome = _write(collection, taken, policy, shape, Path(folder), skip_unreadable)
    lost = [place for place, _ in outcome.unreadable]
    kept = np.delete(taken, lost)
    notes = _notes(outcome.converted, channels, len(kept))
    if lost:
        notes.append(left_out([collection.names[row] for row in taken[lost]]))
    return Resized(
        images=np.load(Path(folder) / FILE, mmap_mode="r"),
        labels=collection.labels[kept].astype(np.int64),
        names=[collection.names[row] for row in kept],
        rows=kept,
        boxes=np.delete(np.concatenate(outcome.boxes), lost, axis=0),
        notes=tuple(notes),
    )


def _check(policy: str, shape: tuple[int, int, int]) -> None:
    height, width, channels = shape
    if policy not in RESIZE_POLICIES:
        raise MisreadError(f"resize policy: {policy!r}: must be of {', '.join(RESIZE_POLICIES)}")
    if channels not in (1, 3):
        raise MisreadError(f"channels: {channels}: must be 1 or 3")
    if min(height, width) < 1:
        raise MisreadError(f"size: {height} x {width}: must be at least 1 pixel")


def _write(
    collection: Collection, rows: np.ndarray, policy: str, shape: tuple[int, int, int], folder: Path, skip: bool
) -> _Outcome:
    """Write the file of all images that can be decoded, or none if that is not allowed."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        store.complete_or_absent(folder / FILE) as target,
        tempfile.TemporaryDirectory(dir=folder, prefix=".", ignore_cleanup_errors=True) as work,
    ):
        rois = None if collection.rois is None else collection.rois[rows]
        outcome = _write_all(_Job(collection.read, rows, rois, policy, shape, Path(work)))
        if outcome.outside:
            raise MisreadError(f"{collection.title}: {_misplaced(outcome.outside, collection.names, rows)}")
        if outcome.unreadable and (not skip or len(outcome.unreadable) == len(rows)):
            raise MisreadError(_refusal(outcome.unreadable, len(rows), skip))
        _move(Path(work) / FILE, target, [place for place, _ in outcome.unreadable])
    return outcome


def _write_all(job: _Job) -> _Outcome:
    """Write a file in the job's folder, with zeros for images that cannot be decoded."""
    open_memmap(job.folder / FILE, mode="w+", dtype=np.uint8, shape=(len(job.rows), *job.shape))
    block = max(LEAST, -(-len(job.rows) // BLOCKS))
    total = _Outcome(Counter(), [], [], [])
    for _, one in workers.map_blocks(
        partial(_write_block, job), len(job.rows), "images", block, fresh=True, folder=job.folder
    ):
        total.converted.update(one.converted)
        total.unreadable.extend(one.unreadable)
        total.outside.extend(one.outside)
        total.boxes.extend(one.boxes)
    return total


def _write_block(job: _Job, start: int, stop: int) -> _Outcome:
    outcome = _Outcome(Counter(), [], [], [])
    step = max(1, WRITTEN // int(np.prod(job.shape)))
    for first in range(start, stop, step):
        images = np.zeros((min(step, stop - first), *job.shape), np.uint8)
        boxes = np.zeros((len(images), 4), np.int16)
        for place in range(first, first + len(images)):
            try:
                decoded = job.read(int(job.rows[place]))
            except MisreadError as error:
                outcome.unreadable.append((place, str(error)))
                continue
            outcome.converted[decoded.converted] += 1
            height, width = decoded.image.shape[:2]
            roi = (0, 0, width, height) if job.rois is None else tuple(map(int, job.rois[place]))
            try:
                images[place - first] = _resize(decoded.image, roi, job)
                boxes[place - first] = own_box(job.policy, (height, width), roi, job.shape[:2])
            except MisreadError as error:  # of the region
                outcome.outside.append((place, str(error)))
        store.write_rows(job.folder, first, images)
        outcome.boxes.append(boxes)
    return outcome


def _resize(image: np.ndarray, roi: Roi, job: _Job) -> np.ndarray:
    height, width, channels = job.shape
    resized = RESIZE_POLICIES[job.policy](image, roi, (height, width))
    return resized if channels == 3 else cv2.cvtColor(resized, cv2.COLOR_RGB2GRAY)[..., None]


def _move(source: Path, target: Path, lost: Sequence[int]) -> None:
    """Move the file, or copy all of its rows but the lost ones, in blocks."""
    if not lost:
        source.replace(target)
        return
    images = np.load(source, mmap_mode="r")
    kept = np.delete(np.arange(len(images)), lost)
    step = max(1, WRITTEN // images[0].nbytes)
    with open(target, "wb") as file:
        header = {"descr": "|u1", "fortran_order": False, "shape": (len(kept), *images.shape[1:])}
        np.lib.format.write_array_header_1_0(file, header)
        for start in range(0, len(kept), step):
            file.write(np.ascontiguousarray(images[kept[start : start + step]]).data)


def _misplaced(outside: list[tuple[int, str]], names: Sequence[str], rows: np.ndarray) -> str:
    place, problem = outside[0]
    return f"{names[rows[place]]}: {problem}" + (f" ({len(outside):,} such images)" if len(outside) > 1 else "")


def _refusal(unreadable: list[tuple[int, str]], total: int, skipped: bool) -> str:
    first, count = unreadable[0][1], len(unreadable)
    if skipped:
        return f"{first}; none of the {total:,} images can be read"
    others = f"; {count:,} of the {total:,} images cannot be read" if count > 1 else ""
    return f"{first}{others}; --skip-unreadable leaves out such images"


def left_out(names: Sequence[str]) -> str:
    """A sentence on images that cannot be decoded."""
    return f"{_images(len(names))} left out because of damage or an unknown format: {listed(names, SHOWN)}."


def _notes(converted: Counter, channels: int, total: int) -> list[str]:
    """A sentence on each kind of conversion."""
    if channels == 1:
        coloured = total - sum(converted[kind] for kind in GREY)
        return [f"{_images(coloured)} converted to grey."] if coloured else []
    kinds = sorted((kind, count) for kind, count in converted.items() if kind is not None)
    return [_sentence(kind, count) for kind, count in kinds]


def _sentence(kind: str, count: int) -> str:
    if kind == ANIMATION:
        return f"Of {count:,} {'file' if count == 1 else 'files'} with several images, the first image was taken."
    alpha = ", without the alpha channel" if kind in ("RGBA", "grey with alpha") else ""
    return f"{_images(count, kind + ' ')} converted to RGB{alpha}."


def _images(count: int, kind: str = "") -> str:
    return f"1 {kind}image was" if count == 1 else f"{count:,} {kind}images were"
