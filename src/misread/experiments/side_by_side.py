"""Stages that do not depend on each other, side by side; DVC runs one after another (treeverse/dvc#755).

Each stage is a `dvc repro --single-item` of its own, which starts when all stages before it have ended. DVC unlocks the
project while the command of a stage runs.
"""

import contextlib
import graphlib
import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import NamedTuple

import networkx as nx
import psutil
from dvc.lock import LockError
from dvc.repo.reproduce import get_active_graph, plan_repro

from misread.experiments import dvc_files
from misread.parallel import executors

MEMORY = 2.5 * 2**30  # bytes that a stage needs at most, a little more than the largest of the study
BUSY = ("is busy, it is being blocked by", "Unable to acquire lock")  # what DVC says when another DVC is at work
PATIENCE, PAUSE = 60.0, 1.0  # seconds: how long files that another DVC uses are waited for, and between attempts
CGROUP = Path("/sys/fs/cgroup")
Tell = Callable[[str, str], None]  # of a stage and a line of its output


class StageFailedError(Exception):
    """A stage failed; the message is its name."""


class Plan(NamedTuple):
    """Stages to run, and their order."""

    order: list[str]  # of all stages, in the order of `dvc repro`
    needs: dict[str, set[str]]  # stage to run -> those of the stages to run that it depends on


def default_jobs(threads: int) -> int:
    """Number of stages side by side: as many as the cores and the free memory of this machine allow.

    Args:
        threads: threads of each stage, the parameter ``threads``.

    """
    return max(1, min(executors.cores() // threads, int(free_memory() / MEMORY)))


def free_memory() -> float:
    """Bytes of memory that processes may still take: of this machine, or of a container or a Slurm job with less."""
    limits = [psutil.virtual_memory().available]
    if text := os.environ.get("SLURM_MEM_PER_NODE"):
        limits.append(int(text) * 2**20)
    with contextlib.suppress(OSError, ValueError):  # no control groups of version 2
        own = Path("/proc/self/cgroup").read_text(encoding="utf-8").strip().rpartition("::/")[2]
        for group in (CGROUP / own, *(CGROUP / own).parents):
            with contextlib.suppress(OSError, ValueError):  # without a limit, it says `max`
                most, used = (
                    int((group / f"memory.{name}").read_text(encoding="utf-8")) for name in ("max", "current")
                )
                limits.append(most - used)
    return min(limits)


def plan(folder: Path, targets: Iterable[str] = ()) -> Plan:
    """Find the stages that are not up to date, and those that depend on them.

    Args:
        folder: folder of the project.
        targets: stages, or groups of them, as for `dvc repro` in that folder; none: all.

    Raises:
        LockError: another DVC uses files for more than a minute.
        MisreadError: DVC finds no home folder.

    """
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return _planned(folder, targets)
        except LockError:
            if time.monotonic() > deadline:
                raise
            time.sleep(PAUSE)


def _planned(folder: Path, targets: Iterable[str]) -> Plan:
    # DVC names stages relative to the current folder.
    with contextlib.chdir(folder), dvc_files.opened() as repo, repo.lock:
        wanted = [stage for target in targets for stage in repo.stage.collect(target)]
        graph = get_active_graph(repo.index.graph)
        stages = plan_repro(graph, wanted or None)
        changed = {stage for stage in stages if stage.status()}
        later = nx.subgraph_view(graph, filter_node=set(stages).__contains__).reverse()
        run = changed.union(*(nx.descendants(later, stage) for stage in changed))
        needs = {stage: {other for other in graph.successors(stage) if other in run} for stage in run}
        return Plan(
            [stage.addressing for stage in stages],
            {stage.addressing: {other.addressing for other in needed} for stage, needed in needs.items()},
        )


def urgency(plan: Plan) -> dict[str, tuple[int, int]]:
    """Sort key of each stage to run: those before the longest chains of stages come first."""
    chains = dict.fromkeys(plan.needs, 0)
    for stage in reversed([*graphlib.TopologicalSorter(plan.needs).static_order()]):
        for needed in plan.needs[stage]:
            chains[needed] = max(chains[needed], chains[stage] + 1)
    return {stage: (-chains[stage], plan.order.index(stage)) for stage in plan.needs}


class Runner:
    """Runs the stages of a plan.

    Args:
        folder: folder of the project.
        tell: called with each line of output.
        environment: of the stages.

    """

    def __init__(self, folder: Path, tell: Tell, environment: Mapping[str, str] = os.environ):
        self._folder, self._tell, self._environment = folder, tell, environment
        self._stopped = threading.Event()

    def run(self, plan: Plan, jobs: int) -> None:
        """Run the stages. After a failure or an interruption, those that run end, and no other begins.

        Args:
            plan: result of `plan`.
            jobs: largest number of stages side by side.

        Raises:
            StageFailedError: a stage failed.

        """
        try:
            with self._terminated_as_interrupted(), ThreadPoolExecutor(jobs) as threads:
                try:
                    failed = self._run(plan, jobs, threads)
                finally:
                    self._stopped.set()
        finally:
            with dvc_files.opened(self._folder) as repo, repo.lock:
                dvc_files.order_stages(self._folder / "dvc.lock", plan.order)
        if failed:
            raise StageFailedError(failed[0])

    def _run(self, plan: Plan, jobs: int, threads: ThreadPoolExecutor) -> list[str]:
        """Run the stages; those that failed."""
        keys, ready, failed = urgency(plan), [], []
        running: dict[Future, str] = {}
        sorter = graphlib.TopologicalSorter(plan.needs)
        sorter.prepare()
        while sorter.is_active():
            ready = sorted([*ready, *sorter.get_ready()], key=keys.get)
            while ready and len(running) < jobs and not failed:
                stage = ready.pop(0)
                beside = min(jobs, 1 + len(running) + len(ready))
                running[threads.submit(self._reproduce, stage, beside)] = stage
            if not running:
                break
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                stage = running.pop(future)
                if future.result():
                    sorter.done(stage)
                else:
                    failed.append(stage)
        return failed

    def _reproduce(self, stage: str, beside: int) -> bool:
        """Run a stage that shares the cores with others; whether it succeeded."""
        share = {executors.WORKERS: str(max(1, executors.cores() // beside))}
        command = [sys.executable, "-m", "dvc", "--wait-for-lock", "repro", "--single-item", stage]
        deadline = time.monotonic() + PATIENCE
        while not self._stopped.is_set():
            with subprocess.Popen(
                command, cwd=self._folder, env={**self._environment, **share}, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            ) as running:  # fmt: skip
                refusal = self._pass_on(stage, running.stdout)
            if not refusal or time.monotonic() > deadline:
                for line in refusal:
                    self._tell(stage, line)
                return running.returncode == 0
            self._stopped.wait(PAUSE)
        return False

    def _pass_on(self, stage: str, output: io.BufferedReader) -> list[str]:
        """Tell the lines of an output, but for those of a DVC that another one refuses, which are returned."""
        refusal: list[str] = []
        for line in io.TextIOWrapper(output, encoding="utf-8", errors="replace", newline="\n"):
            shown = line.rstrip().rpartition("\r")[2]  # of a progress bar, its last state
            if refusal or any(text in line for text in BUSY):
                refusal.append(shown)
            else:
                self._tell(stage, shown)
        return refusal

    @contextlib.contextmanager
    def _terminated_as_interrupted(self) -> Iterator[None]:
        """Let SIGTERM do what Ctrl-C does in a terminal: interrupt all processes of the stages, and this one."""

        def interrupt(*_) -> None:
            self._stopped.set()
            for process in psutil.Process().children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    process.send_signal(signal.SIGINT)
            raise KeyboardInterrupt

        # A shell that starts a command in the background lets it ignore Ctrl-C, and so would the stages.
        before = {
            signal.SIGTERM: signal.signal(signal.SIGTERM, interrupt),
            signal.SIGINT: signal.signal(signal.SIGINT, signal.default_int_handler),
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
