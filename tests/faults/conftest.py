"""Three runs of the whole graph from nothing, each with a cache of its own: two undisturbed, and one that is killed.

They run in the background, two at a time, so that the tests of the remotes need only the first.
"""

import os
import random
import shutil
import signal
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

import pytest
from clones import Clone
from kills import run_and_kill

from misread.experiments.project_copy import ROOT, TINY

SEED = int(os.environ.get("MISREAD_KILL_SEED") or random.randrange(10**6))
SETTINGS = TINY | {"threads": 1, "networks.cnn.image_size": 28}
FOR_USERS = ("Makefile", "pyproject.toml", "requirements.lock", "requirements", "scripts")


class Runs(NamedTuple):
    """Results are clones; that of the killed run has the additional attribute ``kills``."""

    first: Future
    second: Future
    killed: Future


def pytest_configure():
    # A shell that starts the tests in the background lets them, and the commands that they start, ignore Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_terminal_summary(terminalreporter):
    terminalreporter.write_line(f"The same moments of the kills again: MISREAD_KILL_SEED={SEED}")


def new_clone(folder):
    """A clone that has run nothing."""
    clone = Clone(folder, settings=SETTINGS)
    for name in FOR_USERS:
        source, target = ROOT / name, folder / name
        shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
    clone.commit("what a user calls")
    return clone


def whole_run(folder):
    clone = new_clone(folder)
    clone.ran = clone.repro()
    clone.commit("run")
    return clone


def killed_run(folder):
    clone = new_clone(folder)
    clone.kills = run_and_kill(clone, SEED)
    return clone


@pytest.fixture(scope="session")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    with ThreadPoolExecutor(2) as workers:
        first = workers.submit(whole_run, folder / "first")
        killed = workers.submit(killed_run, folder / "killed")
        yield Runs(first=first, killed=killed, second=workers.submit(whole_run, folder / "second"))


@pytest.fixture(scope="session")
def finished(runs):
    """A clone in which everything has run."""
    return runs.first.result()
