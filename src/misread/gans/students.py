"""Small classifiers at the size of the GANs' images, trained on real signs, generated ones, or both.

All take the same number of steps, and none is chosen by validation: two of them differ in what they learnt from, and in
nothing else. The accuracy of a student of generated images alone is GAN-train (K. Shmelkov et al., arXiv 1807.09499),
or the classification accuracy score (S. Ravuri and O. Vinyals, arXiv 1905.10887).
"""

import math
import sys

import keras
import numpy as np
import tensorflow as tf

from misread.errors import MisreadError
from misread.networks import training
from misread.networks.augment import POLICIES
from misread.networks.determinism import make_deterministic
from misread.networks.feed import Feed, dataset
from misread.params import Network


def train(
    params: Network, sets: list[np.ndarray], labels: np.ndarray, steps: int, policy: str, seed: int, threads: int
) -> keras.Model:
    """Train a student and keep its last weights.

    Args:
        params: settings of its network, the small CNN.
        sets: uint8, each ``(N, SIZE, SIZE, 3)``; each image is drawn from one of them, at random anew each time.
        labels: int64, ``(N,)``.
        steps: batches altogether.
        policy: augmentation, key of `misread.networks.augment.POLICIES`.
        seed: of every random choice.
        threads: see `misread.networks.determinism`.

    Raises:
        MisreadError: training diverged.

    """
    make_deterministic(seed, threads)
    feed = Feed(sets, labels, np.arange(len(labels)), batch_size=params.batch_size, seed=seed, policy=POLICIES[policy])
    model = training.build("cnn", params, None, steps)
    history = model.fit(
        dataset(feed.training_batches, params.image_size, tf.data.INFINITE_CARDINALITY),
        steps_per_epoch=max(1, steps // params.epochs),
        epochs=params.epochs,
        shuffle=False,  # the feed has done it
        callbacks=[keras.callbacks.TerminateOnNaN()],
        verbose=1 if sys.stdout.isatty() else 2,
    ).history
    if not all(map(math.isfinite, history["loss"])):
        raise MisreadError(f"gan.students.learning_rate: {params.learning_rate}: training diverged; try a lower one")
    return model
