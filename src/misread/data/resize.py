"""Resize policies, which convert an image of any size to the image size of a network.

A resize policy is a function ``(image, roi, size) -> resized`` with

* ``image``: uint8, ``(height, width, 3)``, RGB, 0 to 255;
* ``roi``: region of interest in pixels, as that of a sign: ``(x1, y1, x2, y2)``, right and bottom edge exclusive;
* ``size``: size of the result in pixels: the side of a square, or ``(height, width)``;
* result: uint8, ``(height, width, 3)``, RGB. Pixels outside the image are black.

A resize policy raises a MisreadError if the image has another type or shape, or if the region is not inside the image.
"""

from collections.abc import Callable

import cv2
import numpy as np

from misread.data import arrays
from misread.errors import MisreadError

Roi = tuple[int, int, int, int]
Size = int | tuple[int, int]
ResizePolicy = Callable[[np.ndarray, Roi, Size], np.ndarray]


def _checked(image: np.ndarray, roi: Roi, size: Size) -> tuple[int, int]:
    """Check the arguments of a policy and return the height and the width of its result."""
    arrays.check(image, "image", channels=(3,), dimensions=3)
    x1, y1, x2, y2 = roi
    if not (0 <= x1 < x2 <= image.shape[1] and 0 <= y1 < y2 <= image.shape[0]):
        raise MisreadError(f"roi: {roi}: must lie in the image of {image.shape[1]} x {image.shape[0]} pixels")
    height, width = size if isinstance(size, tuple) else (size, size)
    if min(height, width) < 1:
        raise MisreadError(f"size: {size}: must be at least 1 pixel")
    return height, width


def _resize(image: np.ndarray, width: int, height: int) -> np.ndarray:
    """Resize by area averaging when shrinking, which avoids aliasing, and by bilinear interpolation when enlarging."""
    shrinks = width < image.shape[1] or height < image.shape[0]
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)


def _window(image: np.ndarray, center_x: float, center_y: float, height: int, width: int) -> np.ndarray:
    """Cut a window around a point; pixels outside the image are black."""
    left, top = round(center_x - width / 2), round(center_y - height / 2)
    x1, x2 = max(left, 0), min(left + width, image.shape[1])
    y1, y2 = max(top, 0), min(top + height, image.shape[0])
    window = np.zeros((height, width, 3), np.uint8)
    window[y1 - top : y2 - top, x1 - left : x2 - left] = image[y1:y2, x1:x2]
    return window


def crop_pad_unscaled(image: np.ndarray, roi: Roi, size: Size) -> np.ndarray:
    """Centre the region of interest and cut or pad to the window, at the original resolution."""
    height, width = _checked(image, roi, size)
    x1, y1, x2, y2 = roi
    return _window(image, (x1 + x2) / 2, (y1 + y2) / 2, height, width)


def crop_pad(image: np.ndarray, roi: Roi, size: Size) -> np.ndarray:
    """As `crop_pad_unscaled`, but a region larger than the window is first shrunk to fit; none is enlarged."""
    height, width = _checked(image, roi, size)
    x1, y1, x2, y2 = roi
    scale = min(1.0, width / (x2 - x1), height / (y2 - y1))
    if scale == 1.0:
        return crop_pad_unscaled(image, roi, size)
    # The sides are rounded to whole pixels, so the two axes have slightly different scales.
    new_height, new_width = (max(1, round(side * scale)) for side in image.shape[:2])
    center_x = (x1 + x2) / 2 * new_width / image.shape[1]
    center_y = (y1 + y2) / 2 * new_height / image.shape[0]
    return _window(_resize(image, new_width, new_height), center_x, center_y, height, width)


def letterbox(image: np.ndarray, roi: Roi, size: Size) -> np.ndarray:
    """Scale the whole image until it just fits; the aspect ratio is kept, the rest is black."""
    height, width = _checked(image, roi, size)
    scale = min(height / image.shape[0], width / image.shape[1])
    new_height, new_width = (max(1, round(side * scale)) for side in image.shape[:2])
    return _window(_resize(image, new_width, new_height), new_width / 2, new_height / 2, height, width)


def stretch(image: np.ndarray, roi: Roi, size: Size) -> np.ndarray:
    """Scale the whole image to the size; the aspect ratio is not kept."""
    height, width = _checked(image, roi, size)
    return _resize(image, width, height)


RESIZE_POLICIES: dict[str, ResizePolicy] = {
    "crop_pad": crop_pad,
    "crop_pad_unscaled": crop_pad_unscaled,
    "letterbox": letterbox,
    "stretch": stretch,
}
