"""Checks of image arrays: uint8, height x width x channels, 0 to 255."""

import numpy as np

from misread.errors import MisreadError

CHANNELS = (1, 3)


def check(images: np.ndarray, name: str = "images", channels: tuple[int, ...] = CHANNELS, dimensions: int = 4) -> None:
    """Check a batch of images, or a single image if ``dimensions`` is 3.

    Args:
        images: array to check.
        name: name of the array in the error message.
        channels: allowed numbers of channels.
        dimensions: 4 for ``(N, HEIGHT, WIDTH, CHANNELS)``, 3 for ``(HEIGHT, WIDTH, CHANNELS)``.

    Raises:
        MisreadError: the array has another type or shape; float images are refused because their range is unknown.

    """
    right = isinstance(images, np.ndarray) and images.dtype == np.uint8 and images.ndim == dimensions
    if not (right and images.shape[-1] in channels and min(images.shape[-3:-1]) > 0):
        expected = ("N", "HEIGHT", "WIDTH", " or ".join(map(str, channels)))[4 - dimensions :]
        found = f"{images.dtype} {images.shape}" if isinstance(images, np.ndarray) else type(images).__name__
        raise MisreadError(f"{name}: expected a uint8 array ({', '.join(expected)}) of values 0 to 255, found {found}")
