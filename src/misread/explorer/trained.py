"""The trained networks of a project in memory, and their predictions for single images."""

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from misread.errors import MisreadError
from misread.explorer.projects import Classifier
from misread.gtsrb import classes
from misread.inference import predictions
from misread.training import saving

if TYPE_CHECKING:
    import keras  # imported by `misread.networks` at run time

REMEMBERED = 512  # cached predictions of all networks together


class Guess(NamedTuple):
    """A class and the probability that a network gives it, 0 to 1."""

    class_id: int
    confidence: float


class Networks:
    """Networks that are loaded and warmed up once; their predictions are cached."""

    def __init__(self, classifiers: list[Classifier]) -> None:
        """Load and warm up the networks.

        Raises:
            MisreadError: a file is broken, or the input or output shape of its network does not fit the parameters.

        """
        self._models = {one.key: _load(one) for one in classifiers}
        self._remembered = lru_cache(REMEMBERED)(self._predict)

    def guesses(self, key: str, image: np.ndarray, count: int = 3) -> list[Guess]:
        """The most likely classes, in descending order of probability.

        Args:
            key: ``NETWORK-REGIME``.
            image: uint8, ``(SIZE, SIZE, 3)``, RGB, of the network's size.
            count: number of classes.

        """
        scores = self._remembered(key, len(image), image.tobytes())
        best = np.argsort(-scores, kind="stable")[:count]
        return [Guess(int(class_id), float(scores[class_id])) for class_id in best]

    def _predict(self, key: str, size: int, pixels: bytes) -> np.ndarray:
        """Probabilities of every class: float32, ``(CLASSES,)``."""
        images = np.frombuffer(pixels, np.uint8).reshape(1, size, size, 3)
        return predictions.probabilities(self._models[key], images)[0]


def _load(one: Classifier) -> "keras.Model":
    model = saving.load(one.path)
    expected = (None, one.size, one.size, 3), (None, classes.COUNT)
    if (model.input_shape, model.output_shape) != expected:
        raise MisreadError(
            f"{one.path}: takes {model.input_shape} and gives {model.output_shape}, but params.yaml asks for "
            f"{expected[0]} and {expected[1]}; `dvc repro` trains it anew"
        )
    predictions.probabilities(model, np.zeros((1, one.size, one.size, 3), np.uint8))  # compiles it for later calls
    return model
