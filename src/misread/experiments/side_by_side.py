"""Stages that do not depend on each other, side by side; DVC runs one after another (treeverse/dvc#755).

Each stage is a `dvc repro --single-item` of its own, which starts when all stages before it have ended. DVC unlocks the
project while the command of a stage runs.
"""

import graphlib
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import networkx as nx
import psutil
from dvc.lock import LockError
from dvc.repo import Repo
from dvc.repo.reproduce import get_active_graph, plan_repro

from misread.experiments import dvc_files
from misread.parallel import executors

MEMORY = 2.5 * 2**30  # bytes that a stage needs at most, a little more than the largest of the study
BUSY = ("is busy, it is being blocked by", "Unable to acquire lock")  # what DVC says when another DVC is at work
ATTEMPTS, PAUSE = 60, 1.0  # how often a stage is tried while DVC is busy, and the seconds between
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
    return max(1, min(executors.cores() // threads, int(psutil.virtual_memory().available / MEMORY)))


def plan(folder: Path, targets: Iterable[str] = ()) -> Plan:
    """Find the stages that are not up to date, and those that depend on them.

    Args:
        folder: folder of the project; for targets, also the current folder.
        targets: stages, or groups of them, as for `dvc repro`; none: all.

    Raises:
        LockError: another DVC keeps files busy for more than a minute.

    """
    for _ in range(ATTEMPTS):
        with suppress(LockError):
            return _planned(folder, targets)
        time.sleep(PAUSE)
    return _planned(folder, targets)


def _planned(folder: Path, targets: Iterable[str]) -> Plan:
    with Repo(str(folder), _wait_for_lock=True) as repo, repo.lock:
        wanted = [stage for target in targets for stage in repo.stage.collect(target)]
        graph = get_active_graph(repo.index.graph)
        stages = plan_repro(graph, wanted or None)
        changed = {stage for stage in stages if stage.status()}
        later = nx.subgraph_view(graph, filter_node=set(stages).__contains__).reverse()
        run = changed.union(*(nx.descendants(later, stage) for stage in changed))
        needs = {stage.name: {other.name for other in graph.successors(stage) if other in run} for stage in run}
        return Plan([stage.name for stage in stages], needs)


def urgency(plan: Plan) -> dict[str, tuple[int, int]]:
    """Sort key of each stage to run: those before the longest chains of stages come first."""
    chains = dict.fromkeys(plan.needs, 0)
    for stage in reversed([*graphlib.TopologicalSorter(plan.needs).static_order()]):
        for needed in plan.needs[stage]:
            chains[needed] = max(chains[needed], chains[stage] + 1)
    return {stage: (-chains[stage], plan.order.index(stage)) for stage in plan.needs}


def run(plan: Plan, folder: Path, jobs: int, tell: Tell, environment: Mapping[str, str] = os.environ) -> None:
    """Run the stages of a plan. After a failure or an interruption, those that run end, and no other begins.

    Args:
        plan: result of `plan`.
        folder: folder of the project.
        jobs: largest number of stages side by side.
        tell: called with each line of output.
        environment: of the stages.

    Raises:
        StageFailedError: a stage failed.

    """
    keys, ready, failed = urgency(plan), [], []
    running: dict[Future, str] = {}
    sorter = graphlib.TopologicalSorter(plan.needs)
    sorter.prepare()
    lock = folder / "dvc.lock"
    known = dvc_files.stages_of(lock)
    try:
        with ThreadPoolExecutor(jobs) as threads, _terminated_as_interrupted():
            while sorter.is_active():
                ready = sorted([*ready, *sorter.get_ready()], key=keys.get)
                while ready and len(running) < jobs and not failed:
                    stage = ready.pop(0)
                    beside = min(jobs, 1 + len(running) + len(ready))
                    running[threads.submit(_reproduce, stage, folder, tell, _shared(environment, beside))] = stage
                if not running:
                    break
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    stage = running.pop(future)
                    if future.result():
                        sorter.done(stage)
                    else:
                        failed.append(stage)
    finally:
        with Repo(str(folder), _wait_for_lock=True) as repo, repo.lock:
            dvc_files.order_stages(lock, _order(known, plan.order))
    if failed:
        raise StageFailedError(failed[0])


def _order(known: list[str], planned: list[str]) -> list[str]:
    """Order of the stages in ``dvc.lock``, as one run of `dvc repro` leaves it: new ones come after those it had.

    What it had may be the rest of a run that was stopped. If so, its stages stand in the order of the plan.
    """
    places = [planned.index(stage) for stage in known if stage in planned]
    return planned if places == sorted(places) else [*known, *planned]


def _shared(environment: Mapping[str, str], beside: int) -> dict[str, str]:
    """The environment of a stage that shares the cores with others."""
    workers = {executors.WORKERS: str(max(1, executors.cores() // beside))}
    return {**workers, **environment} if environment.get(executors.WORKERS) else {**environment, **workers}


def _reproduce(stage: str, folder: Path, tell: Tell, environment: Mapping[str, str]) -> bool:
    """Run a stage; whether it succeeded."""
    command = [sys.executable, "-m", "dvc", "--wait-for-lock", "repro", "--single-item", stage]
    for _ in range(ATTEMPTS):
        lines = []
        with subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as running:
            for line in io.TextIOWrapper(running.stdout, encoding="utf-8", errors="replace", newline="\n"):
                lines.append(line)
                if not any(text in line for text in BUSY):
                    tell(stage, line.rstrip().rpartition("\r")[2])  # of a progress bar, its last state
        if running.returncode == 0 or not any(text in line for text in BUSY for line in lines):
            return running.returncode == 0
        time.sleep(PAUSE)
    tell(stage, f"error: another DVC keeps the files of {stage} busy")
    return False


@contextmanager
def _terminated_as_interrupted():
    """Let SIGTERM do what Ctrl-C does in a terminal: interrupt all processes of the stages, and this one."""

    def interrupt(*_) -> None:
        for process in psutil.Process().children(recursive=True):
            with suppress(psutil.Error):
                process.send_signal(signal.SIGINT)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
