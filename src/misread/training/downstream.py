"""Downstream classifiers: small classifiers of the GANs' image size, trained on real signs, generated signs, or both.

All of them are trained for the same number of steps, without model selection by validation, so they differ only in
their training images. The accuracy of a classifier trained on generated images alone is called GAN-train
(K. Shmelkov et al., arXiv 1807.09499) or classification accuracy score (S. Ravuri and O. Vinyals, arXiv 1905.10887).
"""

import math
import sys

import keras
import numpy as np
import tensorflow as tf

from misread.errors import MisreadError
from misread.network import Settings
from misread.training import classifier
from misread.training.augment import POLICIES
from misread.training.determinism import make_deterministic
from misread.training.input_pipeline import InputPipeline, dataset


def train(
    name: str,
    params: Settings,
    sets: list[np.ndarray],
    labels: np.ndarray,
    steps: int,
    policy: str,
    seed: int,
    threads: int,
) -> keras.Model:
    """Train a downstream classifier and return it with its final weights.

    Args:
        name: name of its network, a module of `misread.networks`.
        params: settings of the network.
        sets: uint8, each ``(N, SIZE, SIZE, 3)``; each time a row is drawn, its image comes from a random one of them.
        labels: int64, ``(N,)``.
        steps: total number of batches.
        policy: augmentation, key of `misread.training.augment.POLICIES`.
        seed: seed of all random choices.
        threads: number of threads, see `misread.training.determinism`.

    Raises:
        MisreadError: training diverged.

    """
    make_deterministic(seed, threads)
    pipeline = InputPipeline(
        sets, labels, np.arange(len(labels)), batch_size=params.batch_size, seed=seed, policy=POLICIES[policy]
    )
    model = classifier.build(name, params, None, steps)
    history = model.fit(
        dataset(pipeline.training_batches, params.image_size, tf.data.INFINITE_CARDINALITY),
        steps_per_epoch=max(1, steps // params.epochs),
        epochs=params.epochs,
        shuffle=False,  # the input pipeline shuffles
        callbacks=[keras.callbacks.TerminateOnNaN()],
        verbose=1 if sys.stdout.isatty() else 2,
    ).history
    if not all(map(math.isfinite, history["loss"])):
        raise MisreadError(f"downstream.learning_rate: {params.learning_rate}: training diverged; try a lower one")
    return model
