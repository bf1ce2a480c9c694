"""Same seed, same number of threads, same kind of processor: same bytes, however many cores there are."""

import cv2
import keras
import tensorflow as tf
import threadpoolctl


def make_deterministic(seed: int, threads: int) -> None:
    """Seed Keras and TensorFlow, choose TensorFlow's deterministic kernels, and fix the number of threads.

    The threads share out the sums of a kernel, and floating-point sums depend on their order: the number decides the
    bytes of a trained network. It must be set before TensorFlow computes anything.

    Args:
        seed: of every random choice.
        threads: of TensorFlow's kernels and of BLAS. TensorFlow runs one kernel at a time, as two that add to the same
            gradient would do so in either order. OpenCV has one thread: it handles small images beside the training.

    Raises:
        RuntimeError: TensorFlow has begun to compute with another number.

    """
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    threadpoolctl.threadpool_limits(threads)
    cv2.setNumThreads(1)
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
