"""Determinism: the same seed, threads and kind of processor give the same bytes, whatever the number of cores."""

import cv2
import keras
import tensorflow as tf
import threadpoolctl

from misread.errors import MisreadError


def make_deterministic(seed: int, threads: int) -> None:
    """Seed Keras and TensorFlow, choose TensorFlow's deterministic kernels, and fix the number of threads.

    The threads split the sums of a kernel, and floating-point sums depend on their order, so the number of threads
    affects the bytes of a trained network. It must be set before TensorFlow computes anything.

    Args:
        seed: seed of all random choices.
        threads: number of threads of TensorFlow's kernels and of BLAS. TensorFlow runs one kernel at a time, as the
            order in which two kernels add to the same gradient would vary. OpenCV gets one thread, as it processes
            small images during training.

    Raises:
        MisreadError: TensorFlow has already started in this process with another number of threads.

    """
    try:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    except RuntimeError:
        raise MisreadError(
            f"threads: {threads}: this process has started TensorFlow with another number; start it anew, or, if this "
            "comes from a worker of a cluster, start the workers anew"
        ) from None
    threadpoolctl.threadpool_limits(threads)
    cv2.setNumThreads(1)
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
