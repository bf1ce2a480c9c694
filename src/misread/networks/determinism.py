"""Same seed, same machine, same bytes."""

import keras
import tensorflow as tf


def make_deterministic(seed: int) -> None:
    """Seed Keras and TensorFlow, and choose TensorFlow's deterministic kernels."""
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
