"""Noise on images in memory; `misread.noise.sets` writes the same bytes to the disk."""

import hashlib
from collections.abc import Mapping

import numpy as np

from misread.data import images as image_arrays
from misread.errors import MisreadError
from misread.noise.corruptions import CORRUPTIONS


def row_generators(
    seed: int, noise_type: str, size: int | str, split: str, rows: np.ndarray
) -> list[np.random.Generator]:
    """A generator for each row of a set, independent of all others.

    Args:
        seed: of the study.
        noise_type: name in `corruptions.CORRUPTIONS`.
        size: side of the set's squares in pixels; ``HEIGHTxWIDTH`` of oblong images.
        split: ``train`` or ``test``.
        rows: int, ``(N,)``.

    Philox is counter-based: the key names the set, the counter's highest word the row, so that any row's noise can be
    made alone. The level is not part of the key: see `misread.noise.corruptions`.
    """
    name = f"{seed}/{noise_type}/{size}/{split}".encode()
    key = int.from_bytes(hashlib.blake2b(name, digest_size=16).digest(), "little")
    return [np.random.Generator(np.random.Philox(key=key, counter=[0, 0, 0, int(row)])) for row in rows]


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
    """Corrupt images in memory.

    Args:
        images: uint8, ``(N, HEIGHT, WIDTH, 3)``, RGB, or with one channel, grey.
        rows: int, ``(N,)``: each image's row in its set, on which its noise depends.
        noise_type: name in `corruptions.CORRUPTIONS`.
        strength: in the type's own unit, at least 0.
        options: the type's further arguments.
        seed: of the study.
        split: ``train`` or ``test``.

    Returns:
        uint8, the shape of ``images``.

    Raises:
        MisreadError: images of another type or shape, another number of rows, a type or a strength that there is not.

    """
    image_arrays.check(images)
    if len(rows) != len(images):
        raise MisreadError(f"rows: {len(rows)} for {len(images)} images")
    if noise_type not in CORRUPTIONS:
        raise MisreadError(f"noise_type: {noise_type!r}: must be one of {', '.join(CORRUPTIONS)}")
    if not 0 <= strength < float("inf"):
        raise MisreadError(f"strength: {strength}: must be a number of at least 0")
    height, width = images.shape[1:3]
    rngs = row_generators(seed, noise_type, height if height == width else f"{height}x{width}", split, rows)
    return CORRUPTIONS[noise_type](images, strength, rngs, **options)
