"""Processing of blocks of rows in worker processes, with the results in order."""

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

import joblib
from tqdm import tqdm

from misread.data import store
from misread.errors import MisreadError

Result = TypeVar("Result")

VARIABLE = "MISREAD_WORKERS"
SLURM = ("SLURM_CPUS_PER_TASK", "SLURM_CPUS_ON_NODE")  # cores of a job; the system may not enforce them


def count() -> int:
    """Number of processes for the data stages: ``MISREAD_WORKERS``, or one for each core that this process may use.

    The CPU affinity, a container's quota and a Slurm job may limit the cores that the process may use.

    Raises:
        MisreadError: the variable is not a positive whole number.

    """
    text = os.environ.get(VARIABLE, "")
    if text:
        if not text.isdecimal() or int(text) < 1:
            raise MisreadError(f"{VARIABLE}: {text!r} is not a positive whole number")
        return int(text)
    granted = [int(os.environ[name]) for name in SLURM if os.environ.get(name, "").isdecimal()]
    return max(1, min([joblib.cpu_count(), *granted]))


def map_blocks(
    function: Callable[[int, int], Result], total: int, title: str, block: int | None = None
) -> Iterator[tuple[int, Result]]:
    """Call ``function(start, stop)`` for consecutive blocks of rows in worker processes.

    Only a few blocks are processed at a time, so that memory does not grow with the data set.

    Args:
        function: picklable; a MisreadError that it raises is raised here again.
        total: number of rows.
        title: label of the progress bar.
        block: rows per call; None: `store.BLOCK`.

    Yields:
        The first row and the result of each block, in row order.

    Raises:
        MisreadError: a worker was killed.

    """
    block = block or store.BLOCK
    blocks = [(start, min(start + block, total)) for start in range(0, total, block)]
    workers = min(count(), len(blocks))
    with tqdm(total=total, desc=title, unit="img", unit_scale=True) as bar:
        results = _in_processes(function, blocks, workers) if workers > 1 else (function(*one) for one in blocks)
        for (start, stop), result in zip(blocks, results, strict=True):
            yield start, result
            bar.update(stop - start)


def _in_processes(function: Callable[[int, int], Result], blocks: list, workers: int) -> Iterator[Result]:
    pool = ProcessPoolExecutor(workers)
    waiting: deque[Future] = deque()
    started = False
    try:
        for number in range(len(blocks)):
            while len(waiting) < 3 * workers and number + len(waiting) < len(blocks):
                waiting.append(pool.submit(function, *blocks[number + len(waiting)]))
                started = True
            yield waiting.popleft().result()
    except BrokenProcessPool:
        raise MisreadError(
            f"a worker process was killed, as the system does when memory runs out; set {VARIABLE} below {workers}"
        ) from None
    finally:
        if not started:  # some workers could not start; the others would wait for work forever, and Python for them
            for process in multiprocessing.active_children():
                process.kill()
        # The others finish their blocks. If one were killed while it returned a result, Python would wait for the rest.
        pool.shutdown(wait=started, cancel_futures=True)
