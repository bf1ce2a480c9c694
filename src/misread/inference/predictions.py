"""Predictions of a classifier, as a table with a row for each image.

A classifier is a function ``(images) -> logits``, from uint8 ``(N, HEIGHT, WIDTH, CHANNELS)``, RGB or grey, 0 to 255,
to float32 ``(N, CLASSES)``.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.special import softmax

from misread.data import arrays as image_arrays
from misread.errors import MisreadError

Predict = Callable[[np.ndarray], np.ndarray]

BATCH = 512
ROUNDING = 1e-3  # largest deviation of a sum of probabilities from 1; enough for half precision


def are_probabilities(scores: np.ndarray) -> bool:
    """Whether scores ``(N, CLASSES)`` are not negative and sum to 1 for each image."""
    return bool((scores >= 0).all() and (abs(scores.sum(axis=1) - 1) < ROUNDING).all())


def as_logits(scores: np.ndarray) -> np.ndarray:
    """Scores of a batch as logits: probabilities as their logarithms, other scores as they are."""
    if not are_probabilities(scores):
        return scores
    with np.errstate(divide="ignore"):
        return np.log(scores)


def probabilities(predict: Predict, images: np.ndarray) -> np.ndarray:
    """Predict the probability of each class.

    Args:
        predict: the classifier.
        images: uint8, ``(N, HEIGHT, WIDTH, CHANNELS)``; may be memory-mapped.

    Returns:
        float32, ``(N, CLASSES)``.

    Raises:
        MisreadError: the images are not valid images, or not valid inputs of the classifier.

    """
    return softmax(logits(predict, images), axis=1)


def logits(predict: Predict, images: np.ndarray) -> np.ndarray:
    """Predict the logits of each class, batch by batch, so that memory does not grow with the set.

    Args:
        predict: the classifier.
        images: uint8, ``(N, HEIGHT, WIDTH, CHANNELS)``; may be memory-mapped.

    Returns:
        float32, ``(N, CLASSES)``.

    Raises:
        MisreadError: the images are not valid images, or not valid inputs of the classifier.

    """
    image_arrays.check(images)
    batches = [images[start : start + BATCH] for start in range(0, len(images), BATCH)]
    return np.concatenate([predict(np.asarray(batch)) for batch in batches])


def table(predict: Predict, images: np.ndarray, labels: np.ndarray, temperature: float | None = None) -> pd.DataFrame:
    """Predict the images of a set.

    Args:
        predict: the classifier.
        images: uint8, ``(N, HEIGHT, WIDTH, CHANNELS)``.
        labels: int, ``(N,)``, classes from 0.
        temperature: value by which the logits are divided; None: no temperature scaling.

    Returns:
        A row for each image in order: ``row``, ``label``, ``prediction`` (classes), ``confidence`` (the probability of
        the predicted class), ``label_probability`` (the probability of the true class) and, with a temperature,
        ``calibrated`` (the confidence after temperature scaling).

    Raises:
        MisreadError: as for `probabilities`; or images and labels differ in number, or a label has no score.

    """
    if len(labels) != len(images):
        raise MisreadError(f"labels: {len(labels)} for {len(images)} images")
    unscaled = logits(predict, images)
    scores = softmax(unscaled, axis=1)
    if len(labels) and not (labels.min() >= 0 and labels.max() < scores.shape[1]):
        raise MisreadError(
            f"labels: classes {labels.min()} to {labels.max()}, but the classifier has scores for 0 to "
            f"{scores.shape[1] - 1}"
        )
    rows = np.arange(len(labels))
    prediction = scores.argmax(axis=1)
    found = pd.DataFrame(
        {
            "row": rows.astype(np.int32),
            "label": labels.astype(np.int16),
            "prediction": prediction.astype(np.int16),
            "confidence": scores[rows, prediction],
            "label_probability": scores[rows, labels],
        }
    )
    if temperature is not None:
        found["calibrated"] = softmax(unscaled / np.float32(temperature), axis=1).max(axis=1)
    return found
