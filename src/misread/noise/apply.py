"""Noise on images in memory; `misread.noise.sets` writes the same bytes to the disk."""

import hashlib
from collections.abc import Mapping

import numpy as np

from misread.noise.corruptions import CORRUPTIONS


def row_generators(seed: int, noise_type: str, size: int, split: str, rows: np.ndarray) -> list[np.random.Generator]:
    """A generator for each row of a set, independent of all others.

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
        images: uint8, ``(N, SIZE, SIZE, 3)``, RGB.
        rows: int, ``(N,)``: each image's row in its set, on which its noise depends.
        noise_type: name in `corruptions.CORRUPTIONS`.
        strength: in the type's own unit.
        options: the type's further arguments.
        seed: of the study.
        split: ``train`` or ``test``.

    Returns:
        uint8, ``(N, SIZE, SIZE, 3)``.

    """
    rngs = row_generators(seed, noise_type, images.shape[1], split, rows)
    return CORRUPTIONS[noise_type](images, strength, rngs, **options)
