"""A trained classifier, as far as its file describes it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Model:
    """A trained classifier, and what its file tells of its inputs and outputs.

    Attributes:
        name: name for texts, as the file or the function.
        kind: what was opened, for texts, as ``Keras 3 file`` or ``ONNX file``.
        predict: ``(batch) -> scores``: from an array of the model's own layout and dtype to float32 ``(N, CLASSES)``.
        height: height of the images in pixels; None: any.
        width: width of the images in pixels; None: any.
        channels: 3, 1, or None: any.
        channels_first: whether a batch is ``(N, CHANNELS, HEIGHT, WIDTH)`` and not ``(N, HEIGHT, WIDTH, CHANNELS)``.
        batch: number of images that each call must have; None: any.
        dtype: dtype of a batch.
        classes: number of scores of an image; None: unknown until it predicts.
        takes_images: whether `predict` takes RGB images as they are, uint8 ``(N, HEIGHT, WIDTH, CHANNELS)``, and does
            its preprocessing itself, as a user's function does.
        parameters: number of weights; None: unknown.
        files: files that make it up, whose digests are recorded.

    """

    name: str
    kind: str
    predict: Callable[[np.ndarray], np.ndarray]
    height: int | None = None
    width: int | None = None
    channels: int | None = None
    channels_first: bool = False
    batch: int | None = None
    dtype: str = "float32"
    classes: int | None = None
    takes_images: bool = False
    parameters: int | None = None
    files: tuple[Path, ...] = ()
