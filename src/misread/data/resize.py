"""Resize policies, which convert an image of any size to the image size of a network.

A resize policy is a function ``(image, roi, size) -> resized`` with

* ``image``: uint8, ``(height, width, 3)``, RGB, 0 to 255;
* ``roi``: region of interest in pixels, as that of a sign: ``(x1, y1, x2, y2)``, right and bottom edge exclusive;
* ``size``: size of the result in pixels: the side of a square, or ``(height, width)``;
* result: uint8, ``(height, width, 3)``, RGB. Pixels outside the image are black.

A resize policy raises a MisreadError if the image has another type or shape, or if the region is not inside the image.
`own_box` says which pixels of the result are not padding.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

from misread.data import arrays
from misread.errors import MisreadError

if TYPE_CHECKING:  # `misread measure` imports this module before it needs pandas
    import pandas as pd

Roi = tuple[int, int, int, int]
Size = int | tuple[int, int]
Shape = tuple[int, int]  # height and width
ResizePolicy = Callable[[np.ndarray, Roi, Size], np.ndarray]


class Placement(NamedTuple):
    """How an image becomes a window: a part of it is cut out and scaled, and the window is placed on the result."""

    part: Roi
    scaled: Shape  # of the part
    left: int  # of the window on the scaled part; negative: padding
    top: int


def _scaled(shape: Shape, scale: float) -> Shape:
    """Shape of a scaled image; the sides are rounded, so the two axes have slightly different scales."""
    return max(1, round(shape[0] * scale)), max(1, round(shape[1] * scale))


def _centred(shape: Shape, scaled: Shape, center_x: float, center_y: float, window: Shape) -> Placement:
    """The whole image, scaled, and a window around a point of it."""
    left, top = round(center_x - window[1] / 2), round(center_y - window[0] / 2)
    return Placement((0, 0, shape[1], shape[0]), scaled, left, top)


def _crop_pad_unscaled(shape: Shape, roi: Roi, window: Shape) -> Placement:
    """Centre the region of interest and cut or pad to the window, at the original resolution."""
    x1, y1, x2, y2 = roi
    return _centred(shape, shape, (x1 + x2) / 2, (y1 + y2) / 2, window)


def _crop_pad(shape: Shape, roi: Roi, window: Shape) -> Placement:
    """As `crop_pad_unscaled`, but a region larger than the window is first shrunk to fit; none is enlarged."""
    x1, y1, x2, y2 = roi
    scaled = _scaled(shape, min(1.0, window[1] / (x2 - x1), window[0] / (y2 - y1)))
    center_x, center_y = (x1 + x2) / 2 * scaled[1] / shape[1], (y1 + y2) / 2 * scaled[0] / shape[0]
    return _centred(shape, scaled, center_x, center_y, window)


def _letterbox(shape: Shape, roi: Roi, window: Shape) -> Placement:
    """Scale the whole image until it just fits; the aspect ratio is kept, the rest is black."""
    scaled = _scaled(shape, min(window[0] / shape[0], window[1] / shape[1]))
    return _centred(shape, scaled, scaled[1] / 2, scaled[0] / 2, window)


def _stretch(shape: Shape, roi: Roi, window: Shape) -> Placement:
    """Scale the whole image to the window; the aspect ratio is not kept."""
    return Placement((0, 0, shape[1], shape[0]), window, 0, 0)


def _roi(shape: Shape, roi: Roi, window: Shape) -> Placement:
    """Scale the region of interest to the window, without what is around it; the aspect ratio is not kept."""
    return Placement(roi, window, 0, 0)


PLACEMENTS: dict[str, Callable[[Shape, Roi, Shape], Placement]] = {
    "crop_pad": _crop_pad,
    "crop_pad_unscaled": _crop_pad_unscaled,
    "letterbox": _letterbox,
    "stretch": _stretch,
    "roi": _roi,
}


def _window(size: Size) -> Shape:
    height, width = size if isinstance(size, tuple) else (size, size)
    if min(height, width) < 1:
        raise MisreadError(f"size: {size}: must be at least 1 pixel")
    return height, width


def _inside(placement: Placement, window: Shape) -> tuple[int, int, int, int]:
    """Rows and columns of the window that show the image: top, left, bottom and right, the last two exclusive."""
    (height, width), left, top = placement.scaled, placement.left, placement.top
    return max(0, -top), max(0, -left), min(window[0], height - top), min(window[1], width - left)


def _resized(placement_of: Callable[[Shape, Roi, Shape], Placement], image: np.ndarray, roi: Roi, size: Size):
    """Convert an image; see the module."""
    arrays.check(image, "image", channels=(3,), dimensions=3)
    x1, y1, x2, y2 = roi
    if not (0 <= x1 < x2 <= image.shape[1] and 0 <= y1 < y2 <= image.shape[0]):
        raise MisreadError(f"roi: {roi}: must lie in the image of {image.shape[1]} x {image.shape[0]} pixels")
    window = _window(size)
    placement = placement_of(image.shape[:2], roi, window)
    x1, y1, x2, y2 = placement.part
    scaled = _scale(image[y1:y2, x1:x2], placement.scaled)
    top, left, bottom, right = _inside(placement, window)
    result = np.zeros((*window, 3), np.uint8)
    result[top:bottom, left:right] = scaled[
        top + placement.top : bottom + placement.top, left + placement.left : right + placement.left
    ]
    return result


def _scale(image: np.ndarray, shape: Shape) -> np.ndarray:
    """Scale by area averaging when shrinking, which avoids aliasing, and by bilinear interpolation when enlarging."""
    if image.shape[:2] == shape:
        return image
    shrinks = shape[1] < image.shape[1] or shape[0] < image.shape[0]
    interpolation = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return cv2.resize(image, (shape[1], shape[0]), interpolation=interpolation)


RESIZE_POLICIES: dict[str, ResizePolicy] = {name: partial(_resized, one) for name, one in PLACEMENTS.items()}


def own_box(policy: str, shape: Shape, roi: Roi, size: Size) -> tuple[int, int, int, int]:
    """Which pixels of a resized image show the image, and are not padding.

    Args:
        policy: key of `RESIZE_POLICIES`.
        shape: height and width of the original image.
        roi: as for a policy.
        size: as for a policy.

    Returns:
        Top, left, bottom and right of a rectangle in pixels, the last two exclusive.

    """
    window = _window(size)
    return _inside(PLACEMENTS[policy](shape, roi, window), window)


def own_pixels(policy: str, index: "pd.DataFrame", size: Size) -> np.ndarray:
    """`own_box` of many images: int, ``(N, 4)``.

    Args:
        policy: key of `RESIZE_POLICIES`.
        index: columns width, height (of the original images), x1, y1, x2, y2 (regions of interest).
        size: as for a policy.

    """
    rows = index[["width", "height", "x1", "y1", "x2", "y2"]].itertuples(index=False)
    boxes = [own_box(policy, (row.height, row.width), tuple(row[2:]), size) for row in rows]
    return np.array(boxes, int).reshape(-1, 4)
