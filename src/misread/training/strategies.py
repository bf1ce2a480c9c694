"""Where the replicas of a network run: on devices of this machine, or in processes on several machines.

``train.replicas`` decides how each batch is divided, and with it the bytes of the trained network. The environment
variable ``MISREAD_STRATEGY`` decides only where the replicas run.
"""

import contextlib
import json
import os
import signal
import zlib
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from misread.errors import MisreadError

VARIABLE = "MISREAD_STRATEGY"
KINDS = ("none", "mirrored", "multiworker")
JOBS = ("chief", "worker")  # TensorFlow numbers the processes in this order
EXAMPLE = '{"cluster": {"worker": ["host1:2222", "host2:2222"]}, "task": {"type": "worker", "index": 0}}'


# What TensorFlow raises where another process ended or does not answer.
UNREACHABLE = (
    tf.errors.AbortedError,
    tf.errors.CancelledError,
    tf.errors.DeadlineExceededError,
    tf.errors.InternalError,
    tf.errors.UnavailableError,
)


class Cluster(NamedTuple):
    """The processes of a training, and which of them this one is."""

    processes: int
    position: int  # from 0, the chief


def chosen() -> str:
    """Value of ``MISREAD_STRATEGY``, one of `KINDS`.

    Raises:
        MisreadError: it has another value.

    """
    kind = os.environ.get(VARIABLE) or "none"
    if kind not in KINDS:
        raise MisreadError(f"{VARIABLE}: {kind!r}: must be one of {', '.join(KINDS)}")
    return kind


def cluster() -> Cluster:
    """Read the processes from ``TF_CONFIG``; without the strategy `multiworker` there is one.

    Raises:
        MisreadError: the strategy is `multiworker` and ``TF_CONFIG`` is missing or wrong.

    """
    if chosen() != "multiworker":
        return Cluster(1, 0)
    text = os.environ.get("TF_CONFIG")
    if not text:
        raise MisreadError(f"TF_CONFIG: missing; {VARIABLE}=multiworker needs it, for example {EXAMPLE}")
    try:
        config = json.loads(text)
        jobs, job, index = config["cluster"], config["task"]["type"], config["task"]["index"]
        names = [(name, number) for name in JOBS for number in range(len(jobs.get(name, [])))]
        readable = type(index) is int and all(isinstance(jobs[name], list) for name in jobs)
    except (ValueError, KeyError, TypeError, AttributeError):
        readable = False
    if not readable:
        raise MisreadError(f"TF_CONFIG: {text}: must be JSON like {EXAMPLE}")
    if other := sorted(set(jobs) - set(JOBS)):
        raise MisreadError(f"TF_CONFIG: {', '.join(other)}: a cluster may have only {' and '.join(JOBS)}")
    if (job, index) not in names:
        raise MisreadError(f"TF_CONFIG: task {job} {index}: not in the cluster, which has {len(names)} processes")
    return Cluster(len(names), names.index((job, index)))


def is_chief() -> bool:
    """Whether this process writes the outputs: the first of the cluster, or the only one."""
    return cluster().position == 0


def create(replicas: int) -> tf.distribute.Strategy | None:
    """Create the strategy before TensorFlow computes anything; None: one replica, which Keras trains alone.

    Args:
        replicas: ``train.replicas``.

    Raises:
        MisreadError: ``MISREAD_STRATEGY`` or ``TF_CONFIG`` is wrong, or does not fit the number of replicas.

    """
    kind, processes = chosen(), cluster().processes
    if replicas == 1 and processes == 1:
        return None
    if kind == "none":
        raise MisreadError(f"train.replicas: {replicas}: set {VARIABLE} to mirrored or multiworker")
    if replicas % processes:
        raise MisreadError(f"train.replicas: {replicas}: must be a multiple of the {processes} processes in TF_CONFIG")
    strategy = _mirrored(replicas) if kind == "mirrored" else _multiworker()
    if strategy.num_replicas_in_sync != replicas:
        raise MisreadError(
            f"train.replicas: {replicas}: must be {strategy.num_replicas_in_sync}, one for each GPU of each process in "
            "TF_CONFIG, or one for each process without GPUs"
        )
    return strategy


def _mirrored(replicas: int) -> tf.distribute.Strategy:
    """GPUs of this machine; where there are too few, logical devices of its processor."""
    kind = "GPU"
    if len(tf.config.list_physical_devices("GPU")) < replicas:
        kind = "CPU"
        (processor,) = tf.config.list_physical_devices("CPU")
        logical = [tf.config.LogicalDeviceConfiguration() for _ in range(replicas)]
        tf.config.set_logical_device_configuration(processor, logical)
    print(
        f"{replicas} replicas, one on each {kind}" if kind == "GPU" else f"{replicas} replicas on the CPU", flush=True
    )
    return tf.distribute.MirroredStrategy([f"{kind}:{number}" for number in range(replicas)])


def _multiworker() -> tf.distribute.Strategy:
    """All processes of ``TF_CONFIG``; waits for them."""
    print("waits for the other processes in TF_CONFIG", flush=True)
    # TensorFlow waits for up to an hour, and Python cannot react to Ctrl-C meanwhile.
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        return tf.distribute.MultiWorkerMirroredStrategy()
    except tf.errors.OpError as error:
        raise MisreadError(f"TF_CONFIG: {' '.join(str(error).split())[:300]}") from None
    finally:
        signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def together(strategy: tf.distribute.Strategy | None) -> Iterator[None]:
    """Tell in one line when another process of the training ended.

    Raises:
        MisreadError: another process ended or cannot be reached.

    """
    try:
        yield
    except UNREACHABLE as error:
        if not isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy):
            raise
        raise MisreadError(
            "another process of the training ended or cannot be reached; see what it printed, and start the training "
            f"again in all processes ({type(error).__name__})"
        ) from None


def gathered(strategy: tf.distribute.Strategy, values: np.ndarray) -> np.ndarray:
    """Gather values of all replicas in every process: float32, ``(N,)`` to ``(replicas, N)``."""

    def send(mine: tf.Tensor) -> tf.Tensor:
        context = tf.distribute.get_replica_context()
        row = tf.one_hot(context.replica_id_in_sync_group, strategy.num_replicas_in_sync)
        return context.all_reduce(tf.distribute.ReduceOp.SUM, row[:, None] * mine[None, :])

    @tf.function(autograph=False)
    def sent(mine: tf.Tensor) -> tf.Tensor:
        return strategy.experimental_local_results(strategy.run(send, (mine,)))[0]

    return sent(tf.constant(values, tf.float32)).numpy()


def compare(strategy: tf.distribute.Strategy, decisive: bytes) -> None:
    """Check that all processes train the same.

    Args:
        strategy: of all processes.
        decisive: what must be the same in all of them.

    Raises:
        MisreadError: it differs.

    """
    digest = zlib.crc32(decisive)
    found = gathered(strategy, np.array(divmod(digest, 2**16)))  # float32 holds each half
    if (found != found[0]).any():
        raise MisreadError(
            "the processes in TF_CONFIG train different networks; all need the same code, packages, params.yaml and "
            "data, and the same network and regime"
        )
