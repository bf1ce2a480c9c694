"""Blocks of work in the workers of a Dask cluster (https://distributed.dask.org), on this machine or on others.

A worker must have the same code and packages as this process, and see the same folders. Each of its processes works on
one block at a time.
"""

import asyncio
import atexit
import contextlib
import functools
import hashlib
import logging
import os
import pickle
import platform
import signal
import socket
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

import distributed
from distributed import Future
from distributed.comm import CommClosedError

import misread
from misread.errors import MisreadError
from misread.parallel import remembered

PACKAGES = ("numpy", "opencv-python-headless", "pandas", "scipy", "tensorflow", "keras", "onnxruntime")
CONNECT, NO_WORKERS = 10, 30  # seconds of waiting for the scheduler, and for a worker
LOOK = 2  # seconds between two looks whether there still are workers
RUN = uuid.uuid4().hex  # a name for this process
START = "start both with `./run`, in this version of the folder"
_ONE_AT_A_TIME = threading.Lock()


class Task(NamedTuple):
    """What every block needs beside its arguments."""

    run: str  # of which process it is
    alike: dict[str, str]  # what the worker must have in common with this process
    folder: str  # the current folder
    seen: str  # a file that the worker must see


@functools.cache
def versions() -> dict[str, str]:
    """What results may depend on: the code, Python, packages, and the choice of TensorFlow's kernels."""
    code = hashlib.sha256()
    package = Path(misread.__path__[0])
    for path in sorted(package.rglob("*.py")):
        code.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes())
    found = {"misread's code": code.hexdigest()[:12], "Python": ".".join(platform.python_version_tuple()[:2])}
    for name in PACKAGES:
        with contextlib.suppress(PackageNotFoundError):
            found[name] = version(name)
    return found | {"TF_ENABLE_ONEDNN_OPTS": os.environ.get("TF_ENABLE_ONEDNN_OPTS", "unset")}


versions()  # those of the code that is imported, and not of files that are changed later


class _Call:
    """A call of `perform` that takes place when it is unpickled.

    Dask would unpickle a function that it is given in the scheduler, which needs no misread, and in a worker before it
    tells whether the worker lacks something.
    """

    def __init__(self, *arguments: object):
        self._arguments = arguments

    def __reduce__(self) -> tuple:
        return perform, self._arguments


def perform(task: Task, packed: bytes) -> object:
    """Call a function in a worker, after a look whether the worker can do this work.

    Args:
        task: of the block.
        packed: pickled function and arguments.

    Raises:
        MisreadError: the worker has another version of something, or does not see the files.

    """
    with _ONE_AT_A_TIME:
        here = f"the worker on {socket.gethostname()}"
        for name, expected in task.alike.items():
            if (found := versions().get(name, "none")) != expected:
                raise MisreadError(f"{here} has {name} {found}, but this run {expected}; {START}")
        if not Path(task.seen).exists():
            raise MisreadError(
                f"{here} does not see {Path(task.seen).parent}: all machines need it under the same path, on a file "
                "system that they share"
            )
        remembered.work_for(task.run)
        with contextlib.chdir(task.folder):
            function, arguments = pickle.loads(packed)
            return function(*arguments)


async def idle() -> None:
    """Wait in a worker until it works on no block."""
    await asyncio.to_thread(_ONE_AT_A_TIME.acquire)
    _ONE_AT_A_TIME.release()


@functools.cache
def local(count: int) -> str:
    """Start a cluster of processes on this machine, which ends with this process; its address."""
    main = threading.current_thread() is threading.main_thread()
    # The processes take over that Ctrl-C is ignored; this process ends them.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN) if main else None
    try:
        cluster = distributed.LocalCluster(
            n_workers=count,
            threads_per_worker=1,
            memory_limit=0,
            dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL,
        )
    finally:
        if main:
            signal.signal(signal.SIGINT, before)
    atexit.register(cluster.close)
    return cluster.scheduler_address


@functools.cache
def connected(address: str) -> distributed.Client:
    """Connect to a scheduler, once per process.

    Raises:
        MisreadError: there is no scheduler.

    """
    for name in ("distributed", "distributed.client", "distributed.core", "distributed.comm"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what fails is told in one line
    try:
        return distributed.Client(address, timeout=CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise MisreadError(f"MISREAD_SCHEDULER: {address}: no Dask scheduler answers ({error})") from None


class Cluster:
    """The workers of a scheduler, with the methods of `misread.parallel.executors.Processes`.

    Args:
        address: address of the scheduler.
        folder: folder that all workers must see.

    Raises:
        MisreadError: the scheduler does not answer, or has no workers.

    """

    def __init__(self, address: str, folder: Path):
        self.address, self._client = address, connected(address)
        self._without_workers_since: float | None = None
        try:
            self._client.wait_for_workers(1, timeout=NO_WORKERS)
        except TimeoutError:
            raise self._no_workers() from None
        except (OSError, RuntimeError):
            raise self._gone() from None
        self._seen = tempfile.NamedTemporaryFile(prefix=".misread-", dir=folder)  # noqa: SIM115, closed by `close`
        self._task = Task(RUN, versions(), str(Path.cwd()), str(Path(self._seen.name).absolute()))

    @property
    def count(self) -> int:
        """Number of workers; others may join."""
        return max(1, len(self._client.nthreads()))

    def submit(self, function: Callable, *arguments: object) -> Future:
        """Start a call of a picklable function."""
        call = _Call(self._task, pickle.dumps((function, arguments)))
        return self._client.submit(pickle.loads, pickle.dumps(call), pure=False)

    def result(self, future: Future) -> object:
        """Wait for the result of a call.

        Raises:
            MisreadError: the scheduler has gone, or there have been no workers for a while.

        """
        while True:
            try:
                return future.result(timeout=LOOK)
            except asyncio.CancelledError:  # no Exception
                raise self._gone() from None
            except TimeoutError:
                if future.done():  # the call raised it
                    raise
                self._look_for_workers()

    def _look_for_workers(self) -> None:
        if self._client.nthreads():
            self._without_workers_since = None
        else:
            self._without_workers_since = self._without_workers_since or time.monotonic()
            if time.monotonic() - self._without_workers_since > NO_WORKERS:
                raise self._no_workers()

    def explained(self, error: BaseException) -> MisreadError | None:
        """Describe an error of the cluster itself; None: it is another one."""
        if isinstance(error, CommClosedError) or self._client.status != "running":
            return self._gone()
        if isinstance(error, distributed.KilledWorker):
            return MisreadError(
                f"MISREAD_SCHEDULER: {self.address}: workers that process one block are killed again and again, as the "
                "system does when memory runs out"
            )
        if isinstance(error, ImportError | AttributeError) and "misread" in str(error):
            return MisreadError(f"MISREAD_SCHEDULER: {self.address}: a worker lacks this code ({error}); {START}")
        return None

    def _gone(self) -> MisreadError:
        return MisreadError(f"MISREAD_SCHEDULER: {self.address}: the scheduler has gone")

    def _no_workers(self) -> MisreadError:
        return MisreadError(
            f"MISREAD_SCHEDULER: {self.address}: the scheduler has no workers; start some with "
            f"`./run dask worker {self.address}`"
        )

    def close(self, waiting: list[Future]) -> None:
        """Give up the calls that still wait, and wait for those that run, so that they write nothing later."""
        with contextlib.suppress(FileNotFoundError):
            self._seen.close()  # what starts from now on fails
        if waiting and self._client.status == "running":
            with contextlib.suppress(Exception):  # the scheduler or a worker has gone
                self._client.cancel(waiting)
                self._client.run(idle)
