"""A Dask scheduler and workers, each a process of its own on loopback, as users start them."""

import json
import os
import subprocess
import time

from misread.experiments.project_copy import ROOT

DEADLINE = 60  # seconds until a process is ready


class ClusterProcesses:
    """A scheduler; `add_worker` starts workers.

    Args:
        folder: for logs, and for what the processes write.

    """

    def __init__(self, folder):
        self.folder, self._all, self.workers = folder, [], []
        self.scheduler = self._start(
            "scheduler", "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
            "--scheduler-file", str(folder / "scheduler.json"),
        )  # fmt: skip
        wait_for((folder / "scheduler.json").exists)
        self.address = json.loads((folder / "scheduler.json").read_text())["address"]

    def add_worker(self, cwd=ROOT, run=ROOT / "run", **environment):
        """Start a worker with one thread, and wait until it is registered."""
        log = self.folder / f"worker-{len(self.workers)}.txt"
        command = ("worker", self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1")
        command += ("--local-directory", str(self.folder))
        self.workers.append(self._start(log.stem, *command, cwd=cwd, run=run, **environment))
        wait_for(lambda: "Registered to" in log.read_text())
        return self.workers[-1]

    def _start(self, name, *command, cwd=ROOT, run=ROOT / "run", **environment):
        with open(self.folder / f"{name}.txt", "w") as log:
            started = subprocess.Popen(
                [run, "dask", *command], cwd=cwd, env=os.environ | environment, stdout=log, stderr=subprocess.STDOUT
            )
        self._all.append(started)
        return started

    def close(self):
        for process in self._all:
            process.kill()
            process.wait()


def wait_for(condition):
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, "a process of Dask did not start"
        time.sleep(0.1)
