"""Time and memory of a command and all processes that it starts."""

import os
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import psutil

INTERVAL = 0.02  # seconds between two looks at the memory


class Usage(NamedTuple):
    """What a command took."""

    wall: float  # seconds
    user: float  # seconds of all processes
    system: float  # seconds of all processes
    memory: int  # bytes: largest sum of the anonymous memory of all processes; pages that they share count once


def measured(command: list[str], folder: Path, **environment: str) -> Usage:
    """Run a command.

    Args:
        command: program and arguments.
        folder: where it runs.
        environment: variables beside those of this process.

    Raises:
        CalledProcessError: it failed; its output is in ``stderr``.

    """
    log = folder / "command.txt"
    started = time.monotonic()
    with log.open("w", encoding="utf-8") as output:
        running = subprocess.Popen(
            command, cwd=folder, env=os.environ | environment, stdout=output, stderr=subprocess.STDOUT
        )
    peak, ended = [0], threading.Event()
    watch = threading.Thread(target=_watch, args=(running.pid, peak, ended))
    watch.start()
    _, status, used = os.wait4(running.pid, 0)
    wall = time.monotonic() - started
    ended.set()
    watch.join()
    running.returncode = os.waitstatus_to_exitcode(status)
    if running.returncode:
        last = log.read_text(encoding="utf-8", errors="replace")[-2000:]
        raise subprocess.CalledProcessError(running.returncode, command, stderr=last)
    return Usage(wall, used.ru_utime, used.ru_stime, peak[0])


def _watch(pid: int, peak: list[int], ended: threading.Event) -> None:
    while not ended.wait(INTERVAL):
        with suppress(psutil.Error):
            process = psutil.Process(pid)
            total = sum(_anonymous(one.pid) for one in [process, *process.children(recursive=True)])
            peak[0] = max(peak[0], total)


def _anonymous(pid: int) -> int:
    """Bytes of a process that are not pages of files; each shared page counts as its share."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines():
            if line.startswith("Pss_Anon:"):
                return 1024 * int(line.split()[1])
    return 0
