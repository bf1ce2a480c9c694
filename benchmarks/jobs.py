"""Stages side by side, on one and on two cores, and what DVC itself costs: jobs.py.

Runs the graph of the tests (rendered signs, tiny) from nothing in temporary folders, with the regimes and GANs of the
study and the small CNN, one thread for each stage. Prints the tables of docs/scaling.md. Needs Linux with two cores.
"""

import os
import re
import sys
import tempfile
from pathlib import Path

from run import processor
from tabulate import tabulate
from usage import measured

from misread.experiments.project_copy import ROOT, TINY, copy_project, remove_networks, without_git

SETTINGS = TINY | {"threads": 1, "networks.cnn.image_size": 28}
BACKBONES = ("inception_v3", "resnet50")
# Logs how long the command of each stage takes.
TIMED = """#!/bin/bash
begun=$EPOCHREALTIME
"$(dirname "$0")/run.untimed" "$@" || exit $?
echo "$begun $EPOCHREALTIME $*" >> commands.txt
"""


def project(folder: Path) -> None:
    """A project without git that has run nothing, with a cache of its own."""
    copy_project(folder, SETTINGS)
    remove_networks(folder, BACKBONES)
    without_git(folder)
    (folder / "run").rename(folder / "run.untimed")
    (folder / "run").write_text(TIMED, encoding="utf-8")
    (folder / "run").chmod(0o755)


def in_commands(folder: Path) -> tuple[int, float]:
    """Number of stages that ran, and the seconds in which at least one command ran."""
    lines = (folder / "commands.txt").read_text(encoding="utf-8").splitlines()
    spans = sorted((float(begun), float(ended)) for begun, ended, *_ in map(str.split, lines))
    total, until = 0.0, 0.0
    for begun, ended in spans:
        total += max(0.0, ended - max(begun, until))
        until = max(until, ended)
    return len(spans), total


def main() -> None:
    cores = sorted(os.sched_getaffinity(0))[:2]
    if len(cores) < 2:
        sys.exit("error: this needs two cores")
    rows, locks = [], []
    with tempfile.TemporaryDirectory(prefix="misread-jobs-") as place:
        for used, jobs in (([cores[0]], 1), ([cores[0]], 2), (cores, 1), (cores, 2)):
            folder = Path(place) / f"{len(used)}-{jobs}"
            project(folder)
            command = ["taskset", "-c", ",".join(map(str, used)), str(ROOT / "run"), str(ROOT / "scripts/study.py")]
            print(f"{len(used)} cores, {jobs} jobs", file=sys.stderr, flush=True)
            usage = measured([*command, "--jobs", str(jobs)], folder, VIRTUAL_ENV=sys.prefix)
            count, busy = in_commands(folder)
            locks.append(re.sub(r"(?m)^schema.*\n", "", (folder / "dvc.lock").read_text(encoding="utf-8")))
            rows.append([len(used), jobs, *(f"{one:.0f}" for one in (usage.wall, usage.user, usage.system)),
                         f"{usage.wall - busy:.0f}", f"{usage.memory / 1e9:.1f}"])  # fmt: skip
    print(f"{processor()}\n\n{count} stages; dvc.lock is {'the same' if len(set(locks)) == 1 else 'NOT the same'}.\n")
    headers = ["cores", "JOBS", "wall, s", "user, s", "system, s", "of it, s without a command", "memory, GB"]
    print(tabulate(rows, headers, "pipe"))


if __name__ == "__main__":
    main()
