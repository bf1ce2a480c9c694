"""Keras models as functions that predict."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

import misread.training  # noqa: F401  # imports Keras with the right settings
from misread.errors import MisreadError
from misread.inference.predictions import Predict, as_logits

if TYPE_CHECKING:
    import keras


def predictor(model: keras.Model) -> Predict:
    """Create a function from a batch of images to logits.

    Args:
        model: classifier that takes images ``(N, HEIGHT, WIDTH, CHANNELS)``, 0 to 255, and returns logits or
            probabilities ``(N, CLASSES)``.

    Returns:
        Function from uint8 images to float32 logits.

    Raises:
        MisreadError: the model has several inputs or outputs, or its outputs are not one score per class. The function
            raises one if the images are not valid inputs of the model.

    """
    inputs, outputs = len(model.inputs), len(model.outputs)
    if (inputs, outputs) != (1, 1):
        raise MisreadError(f"{model.name}: has {inputs} inputs and {outputs} outputs, not one of each")
    if len(model.output_shape) != 2 or model.output_shape[1] == 1:
        raise MisreadError(
            f"{model.name}: gives {model.output_shape[1:]} for an image, not a score for each of two or more classes; "
            "a single sigmoid output p stands for two, 1 - p and p"
        )

    def predict(images: np.ndarray) -> np.ndarray:
        taken, given = model.input_shape[1:], images.shape[1:]
        if len(taken) != len(given) or any(one not in (None, other) for one, other in zip(taken, given, strict=True)):
            raise MisreadError(f"{model.name}: takes images {taken}, but these are {given}")
        return as_logits(model.predict_on_batch(images))

    return predict
