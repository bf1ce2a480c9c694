"""Resize policies, which convert a traffic-sign image of any size to a square of a network's image size.

A resize policy is a function ``(image, roi, size) -> square`` with

* ``image``: uint8, ``(height, width, 3)``, RGB, 0 to 255;
* ``roi``: the sign's region of interest in pixels, ``(x1, y1, x2, y2)``, right and bottom edge exclusive;
* ``size``: side of the square in pixels;
* result: uint8, ``(size, size, 3)``, RGB. Pixels outside the image are black.

A resize policy raises a MisreadError if the image has another type or shape, or if the region is not inside the image.
"""

from collections.abc import Callable

import cv2
import numpy as np

from misread.data import arrays
from misread.errors import MisreadError

Roi = tuple[int, int, int, int]
ResizePolicy = Callable[[np.ndarray, Roi, int], np.ndarray]


def _check(image: np.ndarray, roi: Roi, size: int) -> None:
    arrays.check(image, "image", channels=(3,), dimensions=3)
    x1, y1, x2, y2 = roi
    if not (0 <= x1 < x2 <= image.shape[1] and 0 <= y1 < y2 <= image.shape[0]):
        raise MisreadError(f"roi: {roi}: must lie in the image of {image.shape[1]} x {image.shape[0]} pixels")
    if size < 1:
        raise MisreadError(f"size: {size}: must be at least 1 pixel")


def _resize(image: np.ndarray, width: int, height: int) -> np.ndarray:
    """Resize by area averaging when shrinking, which avoids aliasing, and by bilinear interpolation when enlarging."""
    shrinks = width < image.shape[1] or height < image.shape[0]
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)


def _window(image: np.ndarray, center_x: float, center_y: float, size: int) -> np.ndarray:
    """Cut a square window around a point; pixels outside the image are black."""
    left, top = round(center_x - size / 2), round(center_y - size / 2)
    height, width = image.shape[:2]
    x1, x2 = max(left, 0), min(left + size, width)
    y1, y2 = max(top, 0), min(top + size, height)
    square = np.zeros((size, size, 3), np.uint8)
    square[y1 - top : y2 - top, x1 - left : x2 - left] = image[y1:y2, x1:x2]
    return square


def crop_pad_unscaled(image: np.ndarray, roi: Roi, size: int) -> np.ndarray:
    """Centre the region of interest and cut or pad to the window, at the original resolution."""
    _check(image, roi, size)
    x1, y1, x2, y2 = roi
    return _window(image, (x1 + x2) / 2, (y1 + y2) / 2, size)


def crop_pad(image: np.ndarray, roi: Roi, size: int) -> np.ndarray:
    """As `crop_pad_unscaled`, but a sign larger than the window is first shrunk to fit; no sign is enlarged."""
    _check(image, roi, size)
    x1, y1, x2, y2 = roi
    scale = min(1.0, size / max(x2 - x1, y2 - y1))
    if scale == 1.0:
        return crop_pad_unscaled(image, roi, size)
    height, width = image.shape[:2]
    # The sides are rounded to whole pixels, so the two axes have slightly different scales.
    new_width, new_height = max(1, round(width * scale)), max(1, round(height * scale))
    center_x = (x1 + x2) / 2 * new_width / width
    center_y = (y1 + y2) / 2 * new_height / height
    return _window(_resize(image, new_width, new_height), center_x, center_y, size)


def letterbox(image: np.ndarray, roi: Roi, size: int) -> np.ndarray:
    """Scale the whole image until its longer side fills the square; the aspect ratio is kept, the rest is black."""
    _check(image, roi, size)
    height, width = image.shape[:2]
    scale = size / max(height, width)
    new_width, new_height = max(1, round(width * scale)), max(1, round(height * scale))
    return _window(_resize(image, new_width, new_height), new_width / 2, new_height / 2, size)


def stretch(image: np.ndarray, roi: Roi, size: int) -> np.ndarray:
    """Scale the whole image to the square; the aspect ratio is not kept."""
    _check(image, roi, size)
    return _resize(image, size, size)


RESIZE_POLICIES: dict[str, ResizePolicy] = {
    "crop_pad": crop_pad,
    "crop_pad_unscaled": crop_pad_unscaled,
    "letterbox": letterbox,
    "stretch": stretch,
}
