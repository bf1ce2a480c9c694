"""Corruptions of images: one function for each noise type, and the registry that names them.

A corruption is a function ``(images, strength, words, **options) -> noisy`` with

* ``images``: uint8, ``(N, HEIGHT, WIDTH, CHANNELS)``, 0 to 255; left as it is;
* ``strength``: in the type's own unit; 0 changes nothing;
* ``words``: the only source of randomness, see `misread.noise.draws`: ``words(count)`` gives uint16 ``(N, count)``,
  uniform, independent for each image, new at each call;
* result: uint8, the same shape; sums are rounded to the nearest grey level and clipped to 0 to 255.

What is drawn does not depend on the strength, so that a stronger noise is the same noise, stronger: levels and fine
grids of strengths are compared on the same draws.

A uniform number has 32 bits, of which the first 16 nearly always decide: what a pixel becomes stands in a table of all
16-bit words. Where they do not, at the borders between two grey levels and in the tails, the next 16 are looked at,
which are shared by 16 pixels.
"""

from collections.abc import Callable
from functools import lru_cache

import cv2
import numpy as np
from scipy.special import ndtri

from misread.noise.draws import Words

Corruption = Callable[..., np.ndarray]

RANGE = 1 << 16  # of a word
SHARING = 16  # pixels with the same second word
UNDECIDED = np.iinfo(np.int16).max  # in a table: the first word alone does not tell


def _add(images: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Add grey levels, int16 ``(N, HEIGHT * WIDTH * CHANNELS)``, and clip."""
    return cv2.add(images.reshape(len(images), -1), noise, dtype=cv2.CV_8U).reshape(images.shape)


def _second_words(words: Words, count: int, places: np.ndarray) -> np.ndarray:
    """The second words of some pixels of a batch: float64, ``(len(places),)``, from 0 to below 1.

    Args:
        words: as for a corruption.
        count: first words of an image.
        places: where the pixels lie in the flattened first words of all images.

    """
    shared = -(-count // SHARING)
    image, place = np.divmod(places, count)
    return (words(shared)[image, place % shared] + 0.5) / RANGE


def salt_pepper(images: np.ndarray, strength: float, words: Words) -> np.ndarray:
    """Set a share of the pixels to black or white, half each, all channels together.

    Args:
        images: see the module.
        strength: share of the pixels replaced, 0 to 1, in expectation.
        words: see the module.

    Source: impulse noise; R. C. Gonzalez and R. E. Woods, "Digital Image Processing", section 5.2.

    """
    count = images.shape[1] * images.shape[2]
    first = words(count).ravel()
    border, beyond = divmod(strength / 2 * RANGE, 1)
    pepper, salt = np.flatnonzero(first <= border), np.flatnonzero(first >= RANGE - 1 - border)
    doubtful = np.flatnonzero(first[pepper] == border), np.flatnonzero(first[salt] == RANGE - 1 - border)
    if any(map(len, doubtful)):
        second = _second_words(words, count, np.concatenate([pepper[doubtful[0]], salt[doubtful[1]]]))
        black, white = np.split(second, [len(doubtful[0])])
        pepper = np.delete(pepper, doubtful[0][black >= beyond])
        salt = np.delete(salt, doubtful[1][white < 1 - beyond])
    noisy = images.copy()
    pixels = noisy.reshape(-1, images.shape[3])
    pixels[pepper] = 0
    pixels[salt] = 255
    return noisy


def periodic(images: np.ndarray, strength: float, words: Words, period: float, angle: float) -> np.ndarray:
    """Add a sinusoid to every channel, its phase random for each image.

    Args:
        images: see the module.
        strength: amplitude in grey levels; the RMS error before clipping is ``strength / sqrt(2)``.
        words: see the module.
        period: pixels from crest to crest.
        angle: direction in which the wave runs, degrees from the x axis towards the y axis (which points down).

    Source: periodic noise; Gonzalez and Woods, "Digital Image Processing", section 5.2.

    """
    height, width, channels = images.shape[1:]
    y, x = np.mgrid[:height, :width].astype(np.float64)
    radians = np.deg2rad(angle)
    path = (2 * np.pi / period * (x * np.cos(radians) + y * np.sin(radians))).ravel()
    high, low = words(2).astype(np.float64).T
    phases = 2 * np.pi * (high + low / RANGE) / RANGE
    # sin(path + phase) by the addition theorem: two sines an image, not one a pixel.
    sine, cosine = ((strength * function(path)).astype(np.float32) for function in (np.sin, np.cos))
    wave = sine * np.cos(phases).astype(np.float32)[:, None]
    wave += cosine * np.sin(phases).astype(np.float32)[:, None]
    noise = np.rint(wave, out=wave).astype(np.int16)
    return _add(images, cv2.merge([noise] * channels).reshape(len(images), -1))


def gaussian(images: np.ndarray, strength: float, words: Words) -> np.ndarray:
    """Add independent normal noise to every pixel and channel.

    Args:
        images: see the module.
        strength: standard deviation in grey levels, which is the RMS error before clipping.
        words: see the module.

    Source: as in ImageNet-C; D. Hendrycks and T. Dietterich, "Benchmarking Neural Network Robustness to Common
    Corruptions and Perturbations", arXiv 1903.12261. The normal distribution is drawn by inversion.

    """
    first = words(images[0].size)
    noise = cv2.LUT(first, _normal_table(float(strength)))
    flat = noise.reshape(-1)
    places = np.flatnonzero(flat == UNDECIDED)
    if len(places):
        leading = first[np.divmod(places, first.shape[1])]
        normal = ndtri((leading + _second_words(words, first.shape[1], places)) / RANGE)
        flat[places] = np.clip(np.rint(strength * normal), -255, 255)
    return _add(images, noise)


@lru_cache(64)
def _normal_table(strength: float) -> np.ndarray:
    """Rounded normal noise for each first word, int16 ``(1, 65536)``; more than 255 grey levels make no difference."""
    if strength == 0:
        return np.zeros((1, RANGE), np.int16)
    ends = np.clip(np.rint(strength * ndtri(np.arange(RANGE + 1) / RANGE)), -255, 255)
    return np.where(ends[:-1] == ends[1:], ends[:-1], UNDECIDED).astype(np.int16)[None]


CORRUPTIONS: dict[str, Corruption] = {"salt_pepper": salt_pepper, "periodic": periodic, "gaussian": gaussian}
