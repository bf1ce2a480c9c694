"""Predictions for images: classes from an evaluator, and real or generated from a discriminator."""

import keras
import numpy as np

from misread.gans.losses import LOSSES

BATCH = 1024


def classes_and_features(evaluator: keras.Model, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Predict the class of each image, and return the activations of the layer before the logits as its features.

    Args:
        evaluator: downstream classifier, or another classifier with a layer ``features``.
        images: uint8, ``(N, SIZE, SIZE, 3)``; may be memory-mapped.

    Returns:
        Classes, int64 ``(N,)``, and features, float32 ``(N, D)``.

    """
    both = keras.Model(evaluator.inputs, [*evaluator.outputs, evaluator.get_layer("features").output])
    parts = [both.predict_on_batch(images[start : start + BATCH]) for start in range(0, len(images), BATCH)]
    logits, features = (np.concatenate(one) for one in zip(*parts, strict=True))
    return logits.argmax(axis=1), features


def taken_for_real(
    discriminator: keras.Model, loss: str, images: np.ndarray, labels: np.ndarray | None = None
) -> np.ndarray:
    """Which images a discriminator classifies as real: bool ``(N,)``.

    Args:
        discriminator: discriminator of `misread.gans.gan` or `misread.gans.cgan`.
        loss: loss of its training, key of `misread.gans.losses.LOSSES`.
        images: uint8, ``(N, SIZE, SIZE, 3)``; may be memory-mapped.
        labels: int, ``(N,)``, for a conditional discriminator; None for a plain discriminator.

    """
    logits = []
    for start in range(0, len(images), BATCH):
        part = slice(start, start + BATCH)
        scaled = np.asarray(images[part], np.float32) / 127.5 - 1
        inputs = scaled if labels is None else [scaled, np.asarray(labels[part], np.int32)]
        logits.append(discriminator.predict_on_batch(inputs)[:, 0])
    return np.concatenate(logits) > LOSSES[loss].undecided
