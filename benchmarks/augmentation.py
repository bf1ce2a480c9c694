"""Augmentation by OpenCV against Keras's own layers.

Both turn, zoom, shift and relight batches of the small network's size.
"""

import keras
import numpy as np
import tensorflow as tf
from contest import THREADS, Result, contest

from misread.training.augment import POLICIES
from misread.training.determinism import make_deterministic

BATCH, SIZE, ROUNDS = 128, 40, 30


def results() -> list[Result]:
    """One batch; OpenCV has one thread, as in training, and TensorFlow two."""
    make_deterministic(0, THREADS)
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (BATCH, SIZE, SIZE, 3), dtype=np.uint8)
    labels = rng.integers(0, 43, BATCH)
    # The nearest to `label_preserving` that Keras offers, compiled as in a training step.
    layers = keras.Sequential(
        [
            keras.layers.RandomRotation(10 / 360, fill_mode="constant"),
            keras.layers.RandomZoom((-0.23, 0.3), fill_mode="constant"),
            keras.layers.RandomTranslation(0.08, 0.08, fill_mode="constant"),
            keras.layers.RandomContrast(0.6, value_range=(0, 255)),
            keras.layers.RandomBrightness(60 / 255, value_range=(0, 255)),
        ]
    )
    peer = tf.function(lambda batch: layers(batch, training=True))
    return contest(
        f"augmentation, {BATCH} images of {SIZE} px",
        lambda: POLICIES["label_preserving"](images, labels, rng),
        {"Keras's layers": lambda: peer(tf.constant(images, tf.float32)).numpy()},
        ROUNDS,
    )
