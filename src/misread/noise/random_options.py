"""Noise of one strength whose options, such as the period and the angle of a wave, are drawn for each image."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from misread.noise.apply import add_noise

STREAM = 2  # of the random numbers for options; others have other numbers


def add_with_random_options(
    images: np.ndarray,
    rows: np.ndarray,
    *,
    noise_type: str,
    strength: float,
    options: Mapping[str, Any],
    ranges: Mapping[str, tuple[float, float]],
    seed: int,
    split: str,
) -> np.ndarray:
    """Add noise to images in memory; each image gets options of its own, the same at every strength.

    Args:
        images: as for `misread.noise.apply.add_noise`.
        rows: as there.
        noise_type: as there.
        strength: as there.
        options: options of the type that have no range.
        ranges: option -> lowest and highest value; drawn uniformly.
        seed: as there.
        split: as there.

    Returns:
        uint8, the shape of ``images``.

    Raises:
        MisreadError: as for `misread.noise.apply.add_noise`.

    """
    noisy = np.empty(images.shape, np.uint8)
    for place, row in enumerate(rows):
        rng = np.random.default_rng([seed, STREAM, int(row)])
        drawn = {name: float(rng.uniform(*ends)) for name, ends in ranges.items()}
        one = slice(place, place + 1)
        noisy[one] = add_noise(
            images[one], rows[one], noise_type=noise_type, strength=strength, options={**options, **drawn}, seed=seed,
            split=split,
        )  # fmt: skip
    return noisy
