"""Classifiers that other processes can load."""

from collections.abc import Callable, Hashable

import numpy as np

from misread.inference.predictions import Predict
from misread.parallel.remembered import remember


class Loadable:
    """A function from images to logits that is loaded when it is first called, in the process that calls it.

    Pickling it takes only what is needed to load it. A process loads it once.

    Args:
        load: picklable function that returns a function from images to logits.
        arguments: its arguments; hashable and picklable.
        loaded: its result, if this process has it already.

    """

    def __init__(self, load: Callable[..., Predict], *arguments: Hashable, loaded: Predict | None = None):
        self._load, self._arguments, self._own = load, arguments, loaded

    def load(self) -> None:
        """Load it in this process.

        Raises:
            MisreadError: as the function raises it.

        """
        if self._own is None:
            _loaded(self._load, self._arguments)

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Logits, float32 ``(N, CLASSES)``, of images, uint8 ``(N, HEIGHT, WIDTH, CHANNELS)``."""
        return (self._own or _loaded(self._load, self._arguments))(images)

    def __reduce__(self) -> tuple:
        return Loadable, (self._load, *self._arguments)


@remember(4)
def _loaded(load: Callable[..., Predict], arguments: tuple[Hashable, ...]) -> Predict:
    return load(*arguments)
