"""Labelled images that are not decoded yet."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np


class Decoded(NamedTuple):
    """A decoded image."""

    image: np.ndarray  # uint8, (height, width, 3), RGB
    converted: str | None  # what it was converted from, for texts, as "grey" or "CMYK"; None: it was RGB


@dataclass(frozen=True)
class Collection:
    """Labelled test images, each of which is decoded when it is needed.

    Attributes:
        title: name for texts.
        names: name of each image in tables, as its path in the folder; all different.
        labels: int64, ``(N,)``: position of each image's class in ``classes``.
        classes: names of the classes, in the order in which a model is assumed to have its scores.
        read: ``(row) -> Decoded``; picklable, as worker processes call it; raises a MisreadError, which names the
            image, if the image cannot be read.
        rois: int32, ``(N, 4)``: region of interest of each image, ``(x1, y1, x2, y2)`` in pixels, right and bottom edge
            exclusive; None: the whole image.
        groups: int64, ``(N,)``: group of each image; images of one group show the same object. None: unknown.
        files: files that make it up, whose digests are recorded, in a fixed order.
        notes: sentences on what was left out or assumed.
        titles: names of the classes in texts; None: ``classes``.

    """

    title: str
    names: Sequence[str]
    labels: np.ndarray
    classes: tuple[str, ...]
    read: Callable[[int], Decoded]
    rois: np.ndarray | None = None
    groups: np.ndarray | None = None
    files: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()
    titles: tuple[str, ...] | None = None
