"""Keras models as functions that predict."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from misread.errors import MisreadError
from misread.inference.predictions import Predict, as_logits
from misread.training import saving  # imports Keras with the right settings

if TYPE_CHECKING:
    import keras


def load(path: Path, image_size: int, classes: int) -> Predict:
    """Load a classifier of the study as a function that predicts.

    Args:
        path: file that `misread.training.saving.save` wrote.
        image_size: side of its images in pixels.
        classes: number of its classes.

    Raises:
        MisreadError: the file is missing or broken, or its network takes other images or has other classes.

    """
    model = saving.load(path)
    found = getattr(model, "input_shape", None), getattr(model, "output_shape", None)
    expected = (None, image_size, image_size, 3), (None, classes)
    if found != expected:
        raise MisreadError(
            f"{path}: takes {found[0]} and gives {found[1]}, but params.yaml asks for {expected[0]} and {expected[1]}; "
            "`dvc repro` trains it anew"
        )
    return predictor(model)


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
