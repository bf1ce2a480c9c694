"""Where blocks of work are processed: in this process, in other processes of this machine, or by a Dask cluster.

The environment variable ``MISREAD_SCHEDULER`` chooses: ``serial``, ``processes``, ``local`` (a Dask cluster on this
machine), or the address of a Dask scheduler. Each gives the same results, in the same order.
"""

import functools
import gc
import multiprocessing
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import joblib

from misread.errors import MisreadError

WORKERS, SCHEDULER = "MISREAD_WORKERS", "MISREAD_SCHEDULER"
SLURM = ("SLURM_CPUS_PER_TASK", "SLURM_CPUS_ON_NODE")  # cores of a job; the system may not enforce them
CHOICES, SCHEMES = ("serial", "processes", "local"), ("tcp://", "tls://")
LOOK = 2  # seconds between two looks of a worker process whether its parent still exists


def cores() -> int:
    """Number of cores for the data stages: ``MISREAD_WORKERS``, or all cores that this process may use.

    The CPU affinity, a container's quota and a Slurm job may limit the cores that the process may use.

    Raises:
        MisreadError: the variable is not a positive whole number.

    """
    text = os.environ.get(WORKERS, "")
    if text:
        if not text.isdecimal() or int(text) < 1:
            raise MisreadError(f"{WORKERS}: {text!r} is not a positive whole number")
        return int(text)
    granted = [int(os.environ[name]) for name in SLURM if os.environ.get(name, "").isdecimal()]
    return max(1, min([joblib.cpu_count(), *granted]))


def scheduler() -> str | None:
    """What ``MISREAD_SCHEDULER`` says: ``serial``, ``processes``, ``local``, or an address; None: nothing.

    Raises:
        MisreadError: the variable has another value.

    """
    text = os.environ.get(SCHEDULER, "")
    if text and text not in CHOICES and not text.startswith(SCHEMES):
        raise MisreadError(
            f"{SCHEDULER}: {text!r}: must be serial, processes, local, or the address of a Dask scheduler, such as "
            "tcp://host:8786"
        )
    return text or None


def on_other_machines() -> bool:
    """Whether workers may be on other machines, which see only shared folders."""
    return (scheduler() or "").startswith(SCHEMES)


class Processes:
    """Worker processes of this machine.

    Args:
        count: number of processes.
        fresh: whether the processes start from nothing and are kept for the next work; otherwise they are forked, where
            the system can, which takes little time.

    """

    def __init__(self, count: int, fresh: bool):
        self.count, self._fresh, self._started = count, fresh, False
        self._pool: Executor = _kept(count, Path.cwd()) if fresh else _pool(count, None)

    def submit(self, function: Callable, *arguments: object) -> Future:
        """Start a call of a picklable function."""
        future = self._pool.submit(function, *arguments)
        self._started = True
        return future

    def result(self, future: Future) -> object:
        """Wait for the result of a call."""
        return future.result()

    def explained(self, error: BaseException) -> MisreadError | None:
        """Describe an error of the pool itself; None: it is another one."""
        if isinstance(error, BrokenProcessPool):
            _kept.cache_clear()
            fewer = f"; set {WORKERS} below {self.count}" if self.count > 1 else ""
            return MisreadError(f"a worker process was killed, as the system does when memory runs out{fewer}")
        return None

    def close(self, waiting: list[Future]) -> None:
        """Give up the calls that still wait, and wait for those that run."""
        if not self._started:  # some could not start; the others would wait for work forever, and Python for them
            for process in multiprocessing.active_children():
                process.kill()
        if self._fresh and self._started:
            for future in waiting:
                future.cancel()
            wait(waiting)
        else:
            # If a process were killed while it returned a result, Python would wait for the rest of it.
            self._pool.shutdown(wait=self._started, cancel_futures=True)


def _pool(count: int, method: str | None) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(count, multiprocessing.get_context(method), _end_with_parent, (os.getpid(),))


@functools.cache
def _kept(count: int, folder: Path) -> ProcessPoolExecutor:
    """Processes that start from nothing; they stay in the current folder of their start."""
    return _pool(count, "spawn")


def _end_with_parent(parent: int) -> None:
    """End this process when its parent has been killed, without whom it would wait for work forever."""

    def look() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK)
        os._exit(1)

    threading.Thread(target=look, daemon=True).start()
    gc.freeze()  # the garbage collector would write to all that a forked process shares with its parent, and so copy it


def opened(blocks: int, *, networks: bool, fresh: bool, threads: int, folder: Path):
    """Open what processes blocks; None: this process.

    Args:
        blocks: number of blocks.
        networks: whether the blocks are predicted by networks, which takes less time in this process than the start of
            others, unless ``MISREAD_SCHEDULER`` says otherwise.
        fresh: whether this process may have loaded a library with threads of its own, as TensorFlow, PyTorch and ONNX
            Runtime have them. Such a process must not be forked: its copies may wait for threads that they do not have.
        threads: threads of each call.
        folder: folder that all workers must see; a temporary file in it shows whether they do.

    Returns:
        Object with the methods of `Processes` and its attribute ``count``, the number of workers.

    Raises:
        MisreadError: ``MISREAD_SCHEDULER`` is wrong, or there is no such Dask cluster.

    """
    chosen = scheduler() or ("serial" if networks else "processes")
    if chosen == "serial":
        return None
    count = max(1, cores() // threads)
    if chosen == "processes":
        # Those that start from nothing are kept, so their number must not depend on the work.
        fresh = fresh or networks
        count = count if fresh else min(count, blocks)
        return Processes(count, fresh) if min(count, blocks) > 1 else None
    try:
        from misread.parallel import dask_cluster
    except ImportError:
        raise MisreadError(f"{SCHEDULER}: needs the package distributed; `make setup DASK=1` installs it") from None
    return dask_cluster.Cluster(dask_cluster.local(count) if chosen == "local" else chosen, folder)
