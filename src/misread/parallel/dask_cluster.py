"""Blocks of work in the workers of a Dask cluster (https://distributed.dask.org), on this machine or on others.

A worker must have the same code and packages as this process, and see the same folders. Each of its processes works on
one block at a time.
"""

import contextlib
import functools
import hashlib
import logging
import os
import pickle
import platform
import socket
import tempfile
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

import distributed

import misread
from misread.errors import MisreadError
from misread.parallel import remembered

PACKAGES = ("numpy", "opencv-python-headless", "pandas", "scipy", "tensorflow", "keras", "onnxruntime")
CONNECT, NO_WORKERS = 10, 30  # seconds of waiting for the scheduler, and for a worker
RUN = uuid.uuid4().hex  # a name for this process
START = "start workers with `./run dask worker ADDRESS` in this folder"
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


# Dask pickles a lambda as code: so the scheduler needs no misread, and a worker that lacks it fails in its task.
_unpack = lambda packed: (lambda call, task, *what: call(task, *what))(*pickle.loads(packed))  # noqa: E731


def perform(task: Task, function: Callable, arguments: tuple) -> object:
    """Call a function in a worker, after a look whether the worker can do this work.

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
            return function(*arguments)


def idle() -> None:
    """Wait in a worker until it works on no block."""
    with _ONE_AT_A_TIME:
        pass


@functools.cache
def local(count: int, at_exit: Callable) -> str:
    """Start a cluster of processes on this machine, which ends with this process; its address."""
    cluster = distributed.LocalCluster(
        n_workers=count, threads_per_worker=1, dashboard_address=None, silence_logs=logging.CRITICAL
    )
    at_exit(cluster.close)
    return cluster.scheduler_address


@functools.cache
def connected(address: str) -> distributed.Client:
    """Connect to a scheduler that has a worker, once per process.

    Raises:
        MisreadError: there is no scheduler or no worker.

    """
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what fails is told in one line
    for name in ("distributed.client", "distributed.core", "distributed.comm"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        client = distributed.Client(address, timeout=CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise MisreadError(f"MISREAD_SCHEDULER: {address}: no Dask scheduler answers ({error})") from None
    try:
        client.wait_for_workers(1, timeout=NO_WORKERS)
    except TimeoutError:
        raise MisreadError(f"MISREAD_SCHEDULER: {address}: the scheduler has no workers; {START}") from None
    return client


class Cluster:
    """The workers of a scheduler, with the methods of `misread.parallel.executors.Processes`.

    Args:
        address: address of the scheduler.
        folder: folder that all workers must see.

    """

    def __init__(self, address: str, folder: Path):
        self.address, self._client = address, connected(address)
        self.count = max(1, len(self._client.nthreads()))
        self._executor = self._client.get_executor(pure=False)
        self._seen = tempfile.NamedTemporaryFile(prefix=".misread-", dir=folder)  # noqa: SIM115, closed by `close`
        self._task = Task(RUN, versions(), str(Path.cwd()), str(Path(self._seen.name).absolute()))

    def submit(self, function: Callable, *arguments: object) -> Future:
        """Start a call of a picklable function."""
        return self._executor.submit(_unpack, pickle.dumps((perform, self._task, function, arguments)))

    def explained(self, error: BaseException) -> MisreadError | None:
        """Describe an error of the cluster itself; None: it is another one."""
        if isinstance(error, CancelledError):
            return MisreadError(f"MISREAD_SCHEDULER: {self.address}: the scheduler has gone")
        if isinstance(error, distributed.KilledWorker):
            return MisreadError(
                f"MISREAD_SCHEDULER: {self.address}: workers that process one block are killed again and again, as the "
                "system does when memory runs out"
            )
        if isinstance(error, ImportError | AttributeError) and "misread" in str(error):
            return MisreadError(f"MISREAD_SCHEDULER: {self.address}: a worker lacks this code ({error}); {START}")
        return None

    def close(self, waiting: list[Future]) -> None:
        """Give up the calls that still wait, and wait for those that run, so that they write nothing later."""
        self._seen.close()  # what starts from now on fails
        for future in waiting:
            future.cancel()
        if waiting and self._client.status == "running":
            with contextlib.suppress(Exception):  # the scheduler or a worker has gone
                self._client.run(idle)
