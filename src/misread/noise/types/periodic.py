"""Periodic noise."""

from typing import Annotated

import cv2
import numpy as np
from pydantic import Field

from misread.noise.draws import RANGE, Words
from misread.noise.grey_levels import add
from misread.noise.registration import NoiseType
from misread.sections import Amplitude, Section


class Options(Section):
    """Period in pixels and direction in degrees."""

    period: Annotated[float, Field(ge=2)]
    angle: Annotated[float, Field(ge=-360, le=360)]


def periodic(images: np.ndarray, strength: float, words: Words, period: float, angle: float) -> np.ndarray:
    """Add a sinusoid with a random phase for each image to every channel.

    Args:
        images: see `misread.noise.registration`.
        strength: amplitude in grey levels; the RMS error before clipping is ``strength / sqrt(2)``.
        words: see `misread.noise.registration`.
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
    # sin(path + phase) by the addition theorem: a sine and a cosine per image instead of a sine per pixel.
    sine, cosine = ((strength * function(path)).astype(np.float32) for function in (np.sin, np.cos))
    wave = sine * np.cos(phases).astype(np.float32)[:, None]
    wave += cosine * np.sin(phases).astype(np.float32)[:, None]
    noise = np.rint(wave, out=wave).astype(np.int16)
    return add(images, cv2.merge([noise] * channels).reshape(len(images), -1))


NOISE = NoiseType(
    corrupt=periodic,
    title="periodic",
    description="Periodic noise adds a sinusoid, the same to all colour channels.",
    unit="amplitude, grey levels",
    phrase="an amplitude of {} grey levels",
    metric="wave10",
    color="#CC79A7",
    line="--",
    strength=Amplitude,
    options=Options,
)
