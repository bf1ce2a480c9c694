"""A run of the graph that is killed at random moments, and resumed."""

import os
import random
import re
import signal
import subprocess
import time
from typing import NamedTuple

KILLS = 20
LONGEST = 6.0  # seconds after the start of a stage; most take less
LAST = 8  # stages; a run that is killed in one of them might end before
DEADLINE = 600.0  # seconds until a stage begins


class Kill(NamedTuple):
    """What happened at a kill."""

    stage: str  # that ran, or had just ended
    delay: float  # seconds since it began
    message: str | None  # of `dvc repro` afterwards, if it refused to go on


def run_and_kill(clone, seed):
    """Run the whole graph; kill all its processes at random moments and resume it each time.

    A moment is a number of stages that have begun and a delay after that, or after the start of DVC if they had begun
    before. `make study` resumes the run, as README says.

    Args:
        clone: that has run nothing.
        seed: of the moments.

    Returns:
        The kills.

    """
    draw = random.Random(seed)
    count = len(clone.dvc("stage", "list", "--name-only").stdout.split())
    moments = sorted((draw.randrange(count - LAST), draw.uniform(0, LONGEST)) for _ in range(KILLS))
    begun, kills = [], []
    for number, delay in moments:
        log = clone.folder.parent / f"killed-{len(kills)}.txt"
        with start(clone, log) as running:
            wait_for_stage(running, log, begun, number)
            try:
                running.wait(timeout=delay)
            except subprocess.TimeoutExpired:
                os.killpg(running.pid, signal.SIGKILL)
            ended = running.wait()
        note_stages(log, begun)
        assert ended == -signal.SIGKILL, log.read_text()[-3000:]
        kills.append(Kill(begun[-1], delay, clone.dvc("status", check=False).stderr))
    clone.study(2)
    return kills


def start(clone, log):
    """`make study`, in a process group of its own."""
    with open(log, "w") as file:
        return subprocess.Popen(
            ["./run", "scripts/study.py", "--jobs", "2"], cwd=clone.folder, env=clone.environment,
            start_new_session=True, stdout=file, stderr=subprocess.STDOUT,
        )  # fmt: skip


def wait_for_stage(running, log, begun, number):
    """Wait until a stage begins after ``number`` others; ``begun`` lists all that began so far."""
    deadline = time.monotonic() + DEADLINE
    while running.poll() is None:
        note_stages(log, begun)
        if len(begun) > number:
            return
        if time.monotonic() > deadline:
            os.killpg(running.pid, signal.SIGKILL)
            raise AssertionError(f"no other stage has begun:\n{log.read_text()[-3000:]}")
        time.sleep(0.05)


def note_stages(log, begun):
    """Add the stages that have begun to a list."""
    for stage in re.findall(r"Running stage '(.+)':", log.read_text(errors="replace")):
        if stage not in begun:
            begun.append(stage)
