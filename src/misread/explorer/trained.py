"""The trained networks of a project in memory, and their predictions for single images."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from misread.explorer import own_classifiers
from misread.explorer.own_classifiers import OwnClassifier
from misread.explorer.projects import Classifier
from misread.gtsrb import classes
from misread.inference import keras_models, predictions

REMEMBERED = 512  # cached predictions of all networks together


class Guess(NamedTuple):
    """A class and the probability that a network gives it, 0 to 1."""

    class_id: int
    confidence: float


class Networks:
    """Networks that are loaded and warmed up once; their predictions are cached."""

    def __init__(self, classifiers: list[Classifier | OwnClassifier]) -> None:
        """Load and warm up the networks.

        Raises:
            MisreadError: a file is broken, or the input or output shape of its network does not fit the parameters.

        """
        self._classifiers = {one.key: _load(one) for one in classifiers}
        self._remembered = lru_cache(REMEMBERED)(self._predict)

    def guesses(self, key: str, image: np.ndarray, count: int = 3) -> list[Guess]:
        """The most likely classes, in descending order of probability.

        Args:
            key: ``NETWORK-REGIME``, or the name of a network of the user's own.
            image: uint8, ``(SIZE, SIZE, 3)``, RGB, of the network's size, or in its form.
            count: number of classes.

        """
        scores = self._remembered(key, image.shape, image.tobytes())
        best = np.argsort(-scores, kind="stable")[:count]
        return [Guess(int(class_id), float(scores[class_id])) for class_id in best]

    def _predict(self, key: str, shape: tuple[int, ...], pixels: bytes) -> np.ndarray:
        """Probabilities of every class: float32, ``(CLASSES,)``."""
        images = np.frombuffer(pixels, np.uint8).reshape(1, *shape)
        return predictions.probabilities(self._classifiers[key], images)[0]


def _load(one: Classifier | OwnClassifier) -> predictions.Predict:
    if isinstance(one, OwnClassifier):
        return own_classifiers.load(one)
    predict = keras_models.load(one.path, one.size, classes.COUNT)
    predict(np.zeros((1, one.size, one.size, 3), np.uint8))  # compiles it for later calls
    return predict
