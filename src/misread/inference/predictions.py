"""What a classifier says of images, kept as a table of one row for each image."""

import keras
import numpy as np
import pandas as pd
from scipy.special import softmax

from misread.data import arrays as image_arrays
from misread.errors import MisreadError

BATCH = 512
ROUNDING = 1e-3  # how far from 1 probabilities may sum up, in half precision too


def probabilities(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """Probability of each class.

    Args:
        model: classifier with logits ``(N, CLASSES)``, or with probabilities: rows of at least 0 that sum to 1.
        images: uint8, ``(N, SIZE, SIZE, CHANNELS)``; may be memory-mapped.

    Returns:
        float32, ``(N, CLASSES)``.

    Raises:
        MisreadError: images that are none or that the model does not take, or outputs that are no score for each class.

    """
    return softmax(logits(model, images), axis=1)


def logits(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """Logits of each class, batch by batch, so that memory does not grow with the set.

    Args:
        model: as for `probabilities`.
        images: uint8, ``(N, SIZE, SIZE, CHANNELS)``; may be memory-mapped.

    Returns:
        float32, ``(N, CLASSES)``; of probabilities their logarithms.

    Raises:
        MisreadError: images that are none or that the model does not take, or outputs that are no score for each class.

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
    """Predictions for a set.

    Args:
        model: as for `probabilities`.
        images: uint8, ``(N, SIZE, SIZE, CHANNELS)``.
        labels: int, ``(N,)``, classes from 0.
        temperature: by which the logits are divided; None: there is none.

    Returns:
        A row for each image in order: ``row``, ``label``, ``prediction`` (classes), ``confidence`` (the probability of
        the predicted class), ``label_probability`` (that of the true one) and, with a temperature, ``calibrated`` (the
        confidence after temperature scaling).

    Raises:
        MisreadError: as for `probabilities`; or labels that are not one for each image, or of classes without a score.

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
