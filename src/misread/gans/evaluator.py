"""Predictions for images: classes from an evaluator, and real or generated from a discriminator."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import keras
import numpy as np

from misread.data import store
from misread.gans.losses import LOSSES
from misread.inference.loadable import Loadable
from misread.parallel import workers
from misread.training import determinism, saving

BATCH = 1024
BLOCK = 4 * BATCH  # images that one call predicts
Network = Callable  # of a batch, to the outputs of the network


def with_features(model: keras.Model) -> Network:
    """Create a function from images to the logits of a classifier and the activations of the layer before them.

    Args:
        model: downstream classifier, or another classifier with a layer ``features``.

    """
    both = keras.Model(model.inputs, [*model.outputs, model.get_layer("features").output])
    return both.predict_on_batch


def decisions(model: keras.Model) -> Network:
    """Create a function from images, or images and labels, to the logits of a discriminator, ``(N,)``."""
    return lambda inputs: model.predict_on_batch(inputs)[:, 0]


def loadable(kind: Callable[[keras.Model], Network], path: Path, seed: int, threads: int) -> Loadable:
    """A network that each process loads when it predicts.

    Args:
        kind: `with_features` or `decisions`.
        path: file of the network.
        seed: the study's seed.
        threads: number of threads, see `misread.training.determinism`.

    """
    return Loadable(_load, kind, path, seed, threads)


def _load(kind: Callable[[keras.Model], Network], path: Path, seed: int, threads: int) -> Network:
    determinism.make_deterministic(seed, threads)
    return kind(saving.load(path))


def classes_and_features(
    evaluator: Network, images: np.ndarray, rows: np.ndarray | None = None, threads: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Predict the class of each image, and return the activations of the layer before the logits as its features.

    Args:
        evaluator: result of `with_features` or `loadable`.
        images: uint8, ``(N, SIZE, SIZE, 3)``; may be memory-mapped.
        rows: int, the images to predict; None: all of them.
        threads: threads of the network.

    Returns:
        Classes, int64 ``(N,)``, and features, float32 ``(N, D)``.

    """
    parts = list(_predicted(evaluator, images, None, rows, threads, _unchanged))
    logits, features = (np.concatenate(one) for one in zip(*parts, strict=True))
    return logits.argmax(axis=1), features


def taken_for_real(
    discriminator: Network,
    loss: str,
    images: np.ndarray,
    labels: np.ndarray | None = None,
    rows: np.ndarray | None = None,
    threads: int = 1,
) -> np.ndarray:
    """Which images a discriminator classifies as real: bool ``(N,)``.

    Args:
        discriminator: result of `decisions` or `loadable`.
        loss: loss of its training, key of `misread.gans.losses.LOSSES`.
        images: uint8, ``(N, SIZE, SIZE, 3)``; may be memory-mapped.
        labels: int, ``(N,)``, for a conditional discriminator; None for a plain discriminator.
        rows: int, the images to predict; None: all of them.
        threads: threads of the network.

    """
    logits = list(_predicted(discriminator, images, labels, rows, threads, _scaled))
    return np.concatenate(logits) > LOSSES[loss].undecided


def _unchanged(images: np.ndarray, labels: None) -> np.ndarray:
    return images


def _scaled(images: np.ndarray, labels: np.ndarray | None) -> np.ndarray | list[np.ndarray]:
    scaled = np.asarray(images, np.float32) / 127.5 - 1
    return scaled if labels is None else [scaled, np.asarray(labels, np.int32)]


def _predicted(
    network: Network,
    images: np.ndarray,
    labels: np.ndarray | None,
    rows: np.ndarray | None,
    threads: int,
    inputs: Callable,
):
    """Yield the outputs of the network for each block, where ``MISREAD_SCHEDULER`` says."""
    rows = np.arange(len(images)) if rows is None else rows
    parts = [rows[start : start + BLOCK] for start in range(0, len(rows), BLOCK)]
    items = ((part, None if labels is None else np.asarray(labels[part])) for part in parts)
    file = store.array_file(images) if isinstance(network, Loadable) else None
    function = partial(_predict_rows, network, inputs, file or images)
    yield from workers.map_in_order(function, items, len(parts), networks=True, threads=threads, here=file is None)


def _predict_rows(
    network: Network,
    inputs: Callable,
    images: store.ArrayFile | np.ndarray,
    rows: np.ndarray,
    labels: np.ndarray | None,
):
    """Outputs of the network for some images, batch by batch."""
    source = images.open() if isinstance(images, store.ArrayFile) else images
    outputs = []
    for start in range(0, len(rows), BATCH):
        part = slice(start, start + BATCH)
        outputs.append(network(inputs(source[rows[part]], None if labels is None else labels[part])))
    if isinstance(outputs[0], list | tuple):
        return tuple(np.concatenate(one) for one in zip(*outputs, strict=True))
    return np.concatenate(outputs)
