"""Corruptions of images: one function for each noise type, and the registry that names them.

A corruption is a function ``(images, strength, rngs, **options) -> noisy`` with

* ``images``: uint8, ``(N, HEIGHT, WIDTH, CHANNELS)``, 0 to 255; left as it is;
* ``strength``: in the type's own unit; 0 changes nothing;
* ``rngs``: one generator for each image, the only source of randomness;
* result: uint8, the same shape; sums are rounded to the nearest grey level and clipped to 0 to 255.

What is drawn from the generators does not depend on the strength, so that a stronger noise is the same noise, stronger:
levels and fine grids of strengths are compared on the same draws.
"""

from collections.abc import Callable, Sequence

import numpy as np

Generators = Sequence[np.random.Generator]
Corruption = Callable[..., np.ndarray]


def _add(images: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Add grey levels (float32), round to the nearest and clip; ``noise`` is used up."""
    noise += images
    np.rint(noise, out=noise)
    np.clip(noise, 0, 255, out=noise)
    return noise.astype(np.uint8)


def salt_pepper(images: np.ndarray, strength: float, rngs: Generators) -> np.ndarray:
    """Set a share of the pixels to black or white, half each, all channels together.

    Args:
        images: see the module.
        strength: share of the pixels replaced, 0 to 1, in expectation.
        rngs: see the module.

    Source: impulse noise; R. C. Gonzalez and R. E. Woods, "Digital Image Processing", section 5.2.

    """
    draws = np.stack([rng.random(images.shape[1:3], np.float32) for rng in rngs])
    noisy = images.copy()
    noisy[draws < strength / 2] = 0
    noisy[draws >= 1 - strength / 2] = 255
    return noisy


def periodic(images: np.ndarray, strength: float, rngs: Generators, period: float, angle: float) -> np.ndarray:
    """Add a sinusoid to every channel, its phase random for each image.

    Args:
        images: see the module.
        strength: amplitude in grey levels; the RMS error before clipping is ``strength / sqrt(2)``.
        rngs: see the module.
        period: pixels from crest to crest.
        angle: direction in which the wave runs, degrees from the x axis towards the y axis (which points down).

    Source: periodic noise; Gonzalez and Woods, "Digital Image Processing", section 5.2.

    """
    height, width, channels = images.shape[1:]
    y, x = np.mgrid[:height, :width].astype(np.float64)
    radians = np.deg2rad(angle)
    path = 2 * np.pi / period * (x * np.cos(radians) + y * np.sin(radians))
    phases = np.array([rng.uniform(0, 2 * np.pi) for rng in rngs])[:, None, None]
    # sin(path + phase) by the addition theorem: two sines an image, not one a pixel.
    wave = np.sin(path) * np.cos(phases) + np.cos(path) * np.sin(phases)
    noise = np.repeat((strength * wave).astype(np.float32)[..., None], channels, axis=3)
    return _add(images, noise)


def gaussian(images: np.ndarray, strength: float, rngs: Generators) -> np.ndarray:
    """Add independent normal noise to every pixel and channel.

    Args:
        images: see the module.
        strength: standard deviation in grey levels, which is the RMS error before clipping.
        rngs: see the module.

    Source: as in ImageNet-C; D. Hendrycks and T. Dietterich, "Benchmarking Neural Network Robustness to Common
    Corruptions and Perturbations", arXiv 1903.12261.

    """
    noise = np.empty(images.shape, np.float32)
    for plane, rng in zip(noise, rngs, strict=True):
        rng.standard_normal(out=plane, dtype=np.float32)
    noise *= np.float32(strength)
    return _add(images, noise)


CORRUPTIONS: dict[str, Corruption] = {"salt_pepper": salt_pepper, "periodic": periodic, "gaussian": gaussian}
