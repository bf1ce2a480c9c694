"""Adding noise to images in memory; `misread.noise.noisy_sets` writes the same images to disk."""

from collections.abc import Mapping

import numpy as np

from misread.data import arrays as image_arrays
from misread.errors import MisreadError
from misread.noise.draws import words_of_rows
from misread.noise.types import NOISE_TYPES

AT_ONCE = 1_500_000  # bytes of images processed at a time, so that they stay in the processor's cache


def add_noise(
    images: np.ndarray,
    rows: np.ndarray,
    *,
    noise_type: str,
    strength: float,
    options: Mapping[str, float],
    seed: int,
    split: str,
) -> np.ndarray:
    """Add noise to images in memory.

    Args:
        images: uint8, ``(N, HEIGHT, WIDTH, 3)``, RGB, or ``(N, HEIGHT, WIDTH, 1)``, grey.
        rows: int, ``(N,)``: row of each image in its set; the noise of an image depends on it.
        noise_type: module of `misread.noise.types`.
        strength: strength of the noise in the type's own unit, at least 0.
        options: other arguments of the type's function.
        seed: the study's seed.
        split: ``train`` or ``test``.

    Returns:
        uint8, the shape of ``images``.

    Raises:
        MisreadError: the images have another type or shape, the number of rows is wrong, or the noise type or the
            strength is invalid.

    """
    image_arrays.check(images)
    if len(rows) != len(images):
        raise MisreadError(f"rows: {len(rows)} for {len(images)} images")
    corrupt = NOISE_TYPES[noise_type].corrupt
    if not 0 <= strength < float("inf"):
        raise MisreadError(f"strength: {strength}: must be a number of at least 0")
    height, width = images.shape[1:3]
    size = height if height == width else f"{height}x{width}"
    noisy = np.empty(images.shape, np.uint8)
    step = max(1, AT_ONCE // (images[0].size if len(images) else 1))
    for start in range(0, len(images), step):
        part = slice(start, start + step)
        words = words_of_rows(seed, noise_type, size, split, rows[part])
        noisy[part] = corrupt(np.ascontiguousarray(images[part]), strength, words, **options)
    return noisy
