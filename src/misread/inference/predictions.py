"""Predictions of a classifier, as a table with a row for each image."""

import keras
import numpy as np
import pandas as pd
from scipy.special import softmax

from misread.data import arrays as image_arrays
from misread.errors import MisreadError

BATCH = 512
ROUNDING = 1e-3  # largest deviation of a sum of probabilities from 1; enough for half precision


def probabilities(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """Predict the probability of each class.

    Args:
        model: classifier that returns logits ``(N, CLASSES)`` or probabilities, which are not negative and sum to 1.
        images: uint8, ``(N, SIZE, SIZE, CHANNELS)``; may be memory-mapped.

    Returns:
        float32, ``(N, CLASSES)``.

    Raises:
        MisreadError: the images are not valid images or not valid inputs of the model, or its outputs are not one score
            per class.

    """
    return softmax(logits(model, images), axis=1)


def logits(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """Predict the logits of each class, batch by batch, so that memory does not grow with the set.

    Args:
        model: as for `probabilities`.
        images: uint8, ``(N, SIZE, SIZE, CHANNELS)``; may be memory-mapped.

    Returns:
        float32, ``(N, CLASSES)``; the logarithms of the probabilities if the model returns probabilities.

    Raises:
        MisreadError: the images are not valid images or not valid inputs of the model, or its outputs are not one score
            per class.

    """
    image_arrays.check(images)
    _check_shapes(model, images)
    batches = [images[start : start + BATCH] for start in range(0, len(images), BATCH)]
    scores = np.concatenate([model.predict_on_batch(np.asarray(batch)) for batch in batches])
    are_probabilities = (scores >= 0).all() and (abs(scores.sum(axis=1) - 1) < ROUNDING).all()
    if not are_probabilities:
        return scores
    with np.errstate(divide="ignore"):
        return np.log(scores)


def _check_shapes(model: keras.Model, images: np.ndarray) -> None:
    inputs, outputs = len(model.inputs), len(model.outputs)
    if (inputs, outputs) != (1, 1):
        raise MisreadError(f"{model.name}: has {inputs} inputs and {outputs} outputs, not one of each")
    taken, given = model.input_shape[1:], images.shape[1:]
    if len(taken) != len(given) or any(one not in (None, other) for one, other in zip(taken, given, strict=True)):
        raise MisreadError(f"{model.name}: takes images {taken}, but these are {given}")
    if len(model.output_shape) != 2 or model.output_shape[1] == 1:
        raise MisreadError(
            f"{model.name}: gives {model.output_shape[1:]} for an image, not a score for each of two or more classes; "
            "a single sigmoid output p stands for two, 1 - p and p"
        )


def table(model: keras.Model, images: np.ndarray, labels: np.ndarray, temperature: float | None = None) -> pd.DataFrame:
    """Predict the images of a set.

    Args:
        model: as for `probabilities`.
        images: uint8, ``(N, SIZE, SIZE, CHANNELS)``.
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
    unscaled = logits(model, images)
    scores = softmax(unscaled, axis=1)
    if len(labels) and not (labels.min() >= 0 and labels.max() < scores.shape[1]):
        raise MisreadError(
            f"labels: classes {labels.min()} to {labels.max()}, but {model.name} has scores for 0 to "
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
