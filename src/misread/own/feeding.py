"""How images are turned into the input of a model, and its scores into logits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from misread.errors import MisreadError
from misread.own.models.model import Model

if TYPE_CHECKING:
    from misread.inference.predictions import Predict

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of ImageNet's colours, 0 to 1, as in torchvision
CAFFE_MEAN = (123.68, 116.779, 103.939)  # the same, 0 to 255, as Keras subtracts for VGG and ResNet50, with BGR
OF_COLOURS = ("imagenet", "caffe")  # ranges that grey images cannot have
ASKED_FOR = ("caffe",)  # not tried unless it is given: it is rare, and can be level with the others
# Range of values -> function from float32 images, 0 to 255, RGB.
VALUES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "0-255": lambda images: images,
    "0-1": lambda images: images / np.float32(255),
    "-1-1": lambda images: images / np.float32(127.5) - np.float32(1),
    "imagenet": lambda images: (images / np.float32(255) - np.float32(MEAN)) / np.float32(DEVIATION),
    "caffe": lambda images: images - np.float32(CAFFE_MEAN),
}
ORDERS = ("RGB", "BGR")
SCORES = ("logits", "probabilities")


@dataclass(frozen=True)
class Feeding:
    """What a model expects, and what its scores are.

    Attributes:
        order: order of the colour channels, ``RGB`` or ``BGR``; of no meaning for grey images.
        values: range of the values, a key of `VALUES`.
        scores: ``logits`` or ``probabilities``.

    """

    order: str = "RGB"
    values: str = "0-255"
    scores: str = "logits"


def possible_values(model: Model) -> tuple[str, ...]:
    """The ranges of values that a model can take: whole numbers have only one, and so do images as they are."""
    if model.takes_images or np.issubdtype(np.dtype(model.dtype), np.integer):
        return ("0-255",)
    return tuple(name for name in VALUES if name not in OF_COLOURS or model.channels != 1)


def possible_orders(model: Model) -> tuple[str, ...]:
    """The orders of the colour channels that a model may expect."""
    return ("RGB",) if model.takes_images or model.channels == 1 else ORDERS


def raw_scores(model: Model, order: str, values: str) -> Callable[[np.ndarray], np.ndarray]:
    """Create a function from uint8 images ``(N, HEIGHT, WIDTH, CHANNELS)``, RGB, to the model's own scores.

    Args:
        model: the model.
        order: one of `ORDERS`.
        values: key of `VALUES`.

    """

    def prepared(images: np.ndarray) -> np.ndarray:
        if model.takes_images:
            return images
        batch = VALUES[values](images.astype(np.float32))
        if order == "BGR":
            batch = batch[..., ::-1]
        if model.channels_first:
            batch = batch.transpose(0, 3, 1, 2)
        return np.ascontiguousarray(batch, model.dtype)

    def scores(images: np.ndarray) -> np.ndarray:
        batch = prepared(images)
        if model.batch is None:
            return model.predict(batch)
        parts = [_filled(model, batch[start : start + model.batch]) for start in range(0, len(batch), model.batch)]
        return np.concatenate(parts)

    return scores


def _filled(model: Model, part: np.ndarray) -> np.ndarray:
    """Scores of at most as many images as the model's batches have; the last image fills up what is missing."""
    missing = model.batch - len(part)
    batch = np.concatenate([part, np.repeat(part[-1:], missing, axis=0)]) if missing else part
    return model.predict(batch)[: len(part)]


def predictor(model: Model, feeding: Feeding) -> Predict:
    """Create a function from uint8 images ``(N, HEIGHT, WIDTH, CHANNELS)``, RGB, to float32 logits ``(N, CLASSES)``.

    The function raises a MisreadError if the model's probabilities are not such.
    """
    scores = raw_scores(model, feeding.order, feeding.values)

    def predict(images: np.ndarray) -> np.ndarray:
        found = scores(images)
        if feeding.scores == "logits":
            return found
        if (found < 0).any():
            raise MisreadError(f"{model.name}: scores: must be at least 0 if they are probabilities; try logits")
        if (found == 0).all(axis=1).any():
            raise MisreadError(f"{model.name}: scores: all are 0 for some images, so they are no probabilities")
        with np.errstate(divide="ignore"):
            return np.log(found)

    return predict
