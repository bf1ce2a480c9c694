"""Augmentation policies: random changes of the signs of a training batch.

A policy is a function ``(images, labels, rng) -> (images, labels)`` with

* ``images``: uint8, ``(N, SIZE, SIZE, 3)``, RGB, 0 to 255;
* ``labels``: int64, ``(N,)``;
* ``rng``: the only source of randomness.

The inputs are not modified. The policies use OpenCV: on small images it is many times faster than TensorFlow's
projective transform, which would take as long as training itself.
"""

from collections.abc import Callable

import cv2
import numpy as np

from misread.gtsrb import classes

Policy = Callable[[np.ndarray, np.ndarray, np.random.Generator], tuple[np.ndarray, np.ndarray]]


def _affine(image: np.ndarray, degrees: float, zoom: float, shift_x: float, shift_y: float, result: np.ndarray) -> None:
    """Rotate, zoom (factor) and shift (pixels) about the centre, bilinear, into ``result``; new pixels are black."""
    size = image.shape[0]
    matrix = cv2.getRotationMatrix2D(((size - 1) / 2, (size - 1) / 2), degrees, zoom)
    matrix[:, 2] += shift_x, shift_y
    cv2.warpAffine(image, matrix, (size, size), result, cv2.INTER_LINEAR, cv2.BORDER_CONSTANT)


def _relight(images: np.ndarray, contrast: np.ndarray, brightness: np.ndarray) -> None:
    """Scale each image's contrast about its mean, add to its brightness (grey levels) and clip, in place."""
    means = np.array([sum(cv2.mean(image)[:3]) / 3 for image in images])[:, None]
    levels = (np.arange(256) - means) * contrast[:, None] + means + brightness[:, None]
    tables = np.clip(np.round(levels, out=levels), 0, 255, out=levels).astype(np.uint8)
    for image, table in zip(images, tables, strict=True):
        cv2.LUT(image, table, dst=image)


def _lookup_table(mirrored: dict[int, int]) -> np.ndarray:
    """Class -> class of its mirror image, or -1 if there is none."""
    table = np.full(classes.COUNT, -1, np.int64)
    table[list(mirrored)] = list(mirrored.values())
    return table


LEFT_TO_RIGHT = _lookup_table(classes.MIRRORED_LEFT_TO_RIGHT)
TOP_TO_BOTTOM = _lookup_table(classes.MIRRORED_TOP_TO_BOTTOM)


def none(images: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return the batch without changes."""
    return images, labels


def paper(images: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The study's policy: rotation up to 40 degrees, contrast up to 60%, flips in both directions for all classes.

    Source: S. Mehrotra and R. Dalal, "Understanding classification failure in Machine Learning using CNNs and GANs"
    (2021). Its flips turn some classes into others, such as left and right arrows, so it is not the default.
    """
    count = len(images)
    mirror, upend = rng.random((2, count)) < 0.5
    degrees = rng.uniform(-40, 40, count)
    contrast = rng.uniform(0.4, 1.6, count)
    result = np.empty_like(images)
    for i, image in enumerate(images):
        image = image[:, ::-1] if mirror[i] else image
        image = image[::-1] if upend[i] else image
        _affine(np.ascontiguousarray(image), degrees[i], 1.0, 0.0, 0.0, result[i])
    _relight(result, contrast, np.zeros(count))
    return result, labels


def label_preserving(images: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Changes that preserve the sign's class, or that change the label with the class.

    Rotation up to 10 degrees, zoom up to 30%, shifts up to 8% of the side, contrast up to 60%, brightness up to 60 grey
    levels; flips only if the sign is symmetric or the label can be swapped (`classes.MIRRORED_LEFT_TO_RIGHT`).
    """
    count, size = images.shape[:2]
    mirror, upend = rng.random((2, count)) < 0.5
    degrees = rng.uniform(-10, 10, count)
    zoom = np.exp(rng.uniform(-np.log(1.3), np.log(1.3), count))
    shift_x, shift_y = rng.uniform(-0.08 * size, 0.08 * size, (2, count))
    contrast = rng.uniform(0.4, 1.6, count)
    brightness = rng.uniform(-60, 60, count)

    mirror &= LEFT_TO_RIGHT[labels] >= 0
    labels = np.where(mirror, LEFT_TO_RIGHT[labels], labels)
    upend &= TOP_TO_BOTTOM[labels] >= 0
    labels = np.where(upend, TOP_TO_BOTTOM[labels], labels)
    result = np.empty_like(images)
    for i, image in enumerate(images):
        image = image[:, ::-1] if mirror[i] else image
        image = image[::-1] if upend[i] else image
        _affine(np.ascontiguousarray(image), degrees[i], zoom[i], shift_x[i], shift_y[i], result[i])
    _relight(result, contrast, brightness)
    return result, labels


POLICIES: dict[str, Policy] = {"none": none, "paper": paper, "label_preserving": label_preserving}
