"""Gaussian noise."""

from functools import lru_cache

import cv2
import numpy as np
from scipy.special import ndtri

from misread.noise.draws import RANGE, Words, second_words
from misread.noise.grey_levels import add
from misread.noise.registration import NoiseType
from misread.sections import Amplitude

UNDECIDED = np.iinfo(np.int16).max  # table entry if the first word does not determine the grey level


def gaussian(images: np.ndarray, strength: float, words: Words) -> np.ndarray:
    """Add independent normal noise to every pixel and channel.

    Args:
        images: see `misread.noise.registration`.
        strength: standard deviation in grey levels, which is the RMS error before clipping.
        words: see `misread.noise.registration`.

    Source: as in ImageNet-C; D. Hendrycks and T. Dietterich, "Benchmarking Neural Network Robustness to Common
    Corruptions and Perturbations", arXiv 1903.12261. Normal values are drawn by inversion.

    """
    first = words(images[0].size)
    noise = cv2.LUT(first, _normal_table(float(strength)))
    flat = noise.reshape(-1)
    places = np.flatnonzero(flat == UNDECIDED)
    if len(places):
        leading = first[np.divmod(places, first.shape[1])]
        normal = ndtri((leading + second_words(words, first.shape[1], places)) / RANGE)
        flat[places] = np.clip(np.rint(strength * normal), -255, 255)
    return add(images, noise)


@lru_cache(64)
def _normal_table(strength: float) -> np.ndarray:
    """Rounded normal noise for each first word, int16 ``(1, 65536)``, clipped to 255 grey levels."""
    if strength == 0:
        return np.zeros((1, RANGE), np.int16)
    ends = np.clip(np.rint(strength * ndtri(np.arange(RANGE + 1) / RANGE)), -255, 255)
    return np.where(ends[:-1] == ends[1:], ends[:-1], UNDECIDED).astype(np.int16)[None]


NOISE = NoiseType(
    corrupt=gaussian,
    title="Gaussian",
    description="Gaussian noise adds independent normal values to all pixels and channels.",
    unit="standard deviation, grey levels",
    phrase="a standard deviation of {} grey levels",
    metric="gauss10",
    color="#E69F00",
    line="-.",
    strength=Amplitude,
)
