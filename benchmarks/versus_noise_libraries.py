"""Noise in one thread against scikit-image, albumentations and imagecorruptions, on images in memory.

The libraries' functions are called as their users call them, on one image where they take no batch. None has periodic
noise: its peer is the formula in NumPy, evaluated for each pixel.
"""

import os
import warnings
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import cv2
import numpy as np
import skimage
from contest import Result, contest

from misread import params
from misread.noise.apply import add_noise

os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"  # it looks for a newer release otherwise
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of pkg_resources, which imagecorruptions uses
    import albumentations
    import imagecorruptions

IMAGES, ROUNDS = 1000, 10
SIZES = (40, 75)
IMPULSE, SEVERITY = 0.09, 3  # imagecorruptions' third severity is this share of pixels
DEVIATION = 255 * 0.18  # and this standard deviation
AMPLITUDE = 35.4


def scikit_image(images: np.ndarray, **settings) -> np.ndarray:
    """A batch, by `skimage.util.random_noise`."""
    return skimage.img_as_ubyte(skimage.util.random_noise(images, rng=0, **settings))


def each(images: np.ndarray, function: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """A batch, image by image."""
    return np.stack([function(image) for image in images])


def formula(images: np.ndarray, period: float, angle: float, rng: np.random.Generator) -> np.ndarray:
    """A sinusoid of random phase on each image, pixel by pixel."""
    y, x = np.mgrid[: images.shape[1], : images.shape[2]]
    path = 2 * np.pi / period * (x * np.cos(np.deg2rad(angle)) + y * np.sin(np.deg2rad(angle)))
    wave = AMPLITUDE * np.sin(path + rng.uniform(0, 2 * np.pi, (len(images), 1, 1)))
    return np.clip(np.rint(images + wave[..., None]), 0, 255).astype(np.uint8)


class Noise(NamedTuple):
    """A noise type with what other libraries make of it."""

    name: str
    strength: float
    peers: dict[str, Callable[[], np.ndarray]]


def noises(images: np.ndarray, period: float, angle: float) -> list[Noise]:
    """Each noise type; period and angle are of the periodic one."""
    impulses = albumentations.SaltAndPepper(amount=(IMPULSE, IMPULSE), p=1)
    normal = albumentations.GaussNoise(std_range=(DEVIATION / 255, DEVIATION / 255), p=1)
    rng = np.random.default_rng(0)

    def corrupted(name: str) -> np.ndarray:
        return each(images, lambda one: imagecorruptions.corrupt(one, SEVERITY, name))

    of_impulses = {
        "scikit-image": lambda: scikit_image(images, mode="s&p", amount=IMPULSE),
        "albumentations": lambda: each(images, lambda one: impulses(image=one)["image"]),
        "imagecorruptions": lambda: corrupted("impulse_noise"),
    }
    of_normal = {
        "scikit-image": lambda: scikit_image(images, mode="gaussian", var=(DEVIATION / 255) ** 2),
        "albumentations": lambda: each(images, lambda one: normal(image=one)["image"]),
        "imagecorruptions": lambda: corrupted("gaussian_noise"),
    }
    return [
        Noise("salt_pepper", IMPULSE, of_impulses),
        Noise("periodic", AMPLITUDE, {"NumPy": lambda: formula(images, period, angle, rng)}),
        Noise("gaussian", DEVIATION, of_normal),
    ]


def results() -> list[Result]:
    """Each noise type at the sizes of the small CNN and of InceptionV3."""
    cv2.setNumThreads(1)
    settings = params.load().noise
    found = []
    for size in SIZES:
        images = np.random.default_rng(0).integers(0, 256, (IMAGES, size, size, 3), np.uint8)
        for noise in noises(images, **settings.options_of("periodic")):
            ours = partial(
                add_noise, images, np.arange(IMAGES), noise_type=noise.name, strength=noise.strength,
                options=settings.options_of(noise.name), seed=0, split="test",
            )  # fmt: skip
            found += contest(f"{noise.name}, {IMAGES:,} images of {size} px, one thread", ours, noise.peers, ROUNDS)
    return found
