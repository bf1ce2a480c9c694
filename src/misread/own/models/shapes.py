"""Checks of what a classifier takes and gives, whatever kind of file it comes from."""

import re
from collections.abc import Callable, Sequence
from typing import TypedDict

import numpy as np

from misread.errors import MisreadError

DTYPES = ("uint8", "float16", "float32", "float64")
IMAGE_CHANNELS = (1, 3)
MOST_CLASSES = 32_767  # tables of predictions have 16 bits for a class
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class Layout(TypedDict):
    """Fields of a `misread.own.models.model.Model` that the shape of its input tells."""

    height: int | None
    width: int | None
    channels: int | None
    channels_first: bool
    batch: int | None


def check_one_of_each(name: str, inputs: int, outputs: int) -> None:
    """Check that a network has exactly one input and one output.

    Raises:
        MisreadError: it has not.

    """
    if (inputs, outputs) != (1, 1):
        raise MisreadError(f"{name}: has {inputs} inputs and {outputs} outputs, expected one of each")


def layout(name: str, shape: Sequence[int | None]) -> Layout:
    """Tell the layout of a batch of images from the shape of an input.

    Args:
        name: name of the network, for errors.
        shape: shape of the input with its batch dimension; None: any. The dimension with 1 or 3 is that of the
            channels; if both the second and the last may be, it is the last.

    Returns:
        Height, width, channels and batch size, None where any will do, and whether the channels come first.

    Raises:
        MisreadError: the shape is not that of a batch of grey or RGB images.

    """
    if len(shape) != 4:
        raise MisreadError(f"{name}: takes inputs of shape {written(shape)}, expected a batch of images, 4 dimensions")
    batch, second, third, last = shape
    if last in IMAGE_CHANNELS or (last is None and second not in IMAGE_CHANNELS):
        return Layout(height=second, width=third, channels=last, channels_first=False, batch=batch)
    if second in IMAGE_CHANNELS:
        return Layout(height=third, width=last, channels=second, channels_first=True, batch=batch)
    raise MisreadError(f"{name}: takes inputs of shape {written(shape)}, expected images with 1 or 3 channels")


def written(shape: Sequence[int | None]) -> str:
    """Write a shape for texts, as ``(any, 30, 30, 3)``."""
    return f"({', '.join('any' if one is None else str(one) for one in shape)})"


def check_dtype(name: str, dtype: str) -> str:
    """Check the dtype of an input.

    Returns:
        The same dtype.

    Raises:
        MisreadError: it is none of `DTYPES`.

    """
    if dtype not in DTYPES:
        raise MisreadError(f"{name}: takes {dtype} inputs, expected images as one of {', '.join(DTYPES)}")
    return dtype


def classes(name: str, shape: Sequence[int | None]) -> int | None:
    """Tell the number of classes from the shape of an output.

    Args:
        name: name of the network, for errors.
        shape: shape of the output with its batch dimension; None: any.

    Returns:
        Number of scores of an image; None: the shape leaves it open.

    Raises:
        MisreadError: the output is not a score for each of two or more classes, or there are more than `MOST_CLASSES`.

    """
    if len(shape) != 2 or shape[1] in (0, 1):
        given = written(shape[1:]) if len(shape) > 1 else "one value"
        single = "; a single sigmoid output p stands for two, 1 - p and p" if tuple(shape[1:]) == (1,) else ""
        raise MisreadError(
            f"{name}: gives {given} for an image, expected a score for each of two or more classes{single}"
        )
    if shape[1] is not None and shape[1] > MOST_CLASSES:
        raise MisreadError(f"{name}: gives {shape[1]:,} scores for an image, expected at most {MOST_CLASSES:,}")
    return shape[1]


def check_scores(name: str, scores: np.ndarray, images: int, count: int | None = None) -> np.ndarray:
    """Check the scores that a classifier gave for a batch.

    Args:
        name: name of the classifier, for errors.
        scores: numbers, ``(N, CLASSES)``.
        images: number of images in the batch.
        count: number of classes; None: any from two.

    Returns:
        The scores as float32.

    Raises:
        MisreadError: the scores are not numbers, not one for each image and class, or not finite; minus infinity, the
            logarithm of probability 0, is allowed beside a finite score.

    """
    if scores.dtype.kind not in "fiub":
        raise MisreadError(f"{name}: gives values of dtype {scores.dtype}, expected numbers")
    if scores.ndim != 2:
        raise MisreadError(
            f"{name}: gives an array of shape {scores.shape} for {images} images, expected ({images}, CLASSES): a "
            "score for each class"
        )
    if len(scores) != images:
        raise MisreadError(f"{name}: gives scores for {len(scores)} images, expected {images}")
    if count is not None and scores.shape[1] != count:
        raise MisreadError(f"{name}: gives {scores.shape[1]} scores for an image, expected {count}")
    classes(name, scores.shape)
    with np.errstate(over="ignore"):  # a value beyond float32 becomes infinite, and is told
        scores = scores.astype(np.float32)
    wrong = (np.isnan(scores) | np.isposinf(scores)).any(axis=1) | np.isneginf(scores).all(axis=1)
    if wrong.any():
        value = "NaN" if np.isnan(scores).any() else "infinity" if np.isposinf(scores).any() else "only minus infinity"
        raise MisreadError(f"{name}: gives {value} for some images, {wrong.sum()} of {images}, expected finite scores")
    return scores


def checked(
    name: str, predict: Callable[[np.ndarray], np.ndarray], count: int | None = None
) -> Callable[[np.ndarray], np.ndarray]:
    """Check what a function predicts, and tell its failures in one line.

    Args:
        name: name of the classifier, for errors.
        predict: ``(batch) -> scores``, of any dtype.
        count: number of classes; None: any from two.

    Returns:
        ``(batch) -> scores``, float32 ``(N, CLASSES)``; raises a MisreadError if `predict` or `check_scores` fails.

    """

    def predict_checked(batch: np.ndarray) -> np.ndarray:
        try:
            scores = np.asarray(predict(batch))
        except MisreadError:
            raise
        except Exception as error:  # each library has its own exceptions
            raise MisreadError(f"{name}: fails on a batch {batch.shape} of {batch.dtype}, {cause(error)}") from error
        return check_scores(name, scores, len(batch), count)

    return predict_checked


def one_line(text: str, longest: int = 300) -> str:
    """Write the message of a library in one line, without its terminal colours, and cut it."""
    text = " ".join(COLOURS.sub("", text).split())
    return text if len(text) <= longest else text[:longest] + "…"


def cause(error: BaseException) -> str:
    """Write an exception in one line, as ``ValueError: no such layer``."""
    text = one_line(str(error))
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
