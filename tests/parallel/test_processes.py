"""Worker processes: as many as the machine grants, and what happens when it does not."""

import os
import resource
import signal
import subprocess
import sys

import psutil
import pytest

from misread.errors import MisreadError
from misread.experiments.project_copy import ROOT
from misread.parallel import executors, workers


@pytest.fixture(autouse=True)
def no_settings(monkeypatch):
    for name in (executors.WORKERS, *executors.SLURM):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("text", ["0", "-1", "two", "1.5", "²"])
def test_a_wrong_number_is_refused(monkeypatch, text):
    monkeypatch.setenv("MISREAD_WORKERS", text)
    with pytest.raises(MisreadError, match=f"MISREAD_WORKERS: '{text}' is not a positive whole number"):
        executors.cores()


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system has no affinity of processes")
def test_one_worker_for_each_core_that_the_process_may_use():
    code = "from misread.parallel import executors; print(executors.cores())"
    core = str(min(os.sched_getaffinity(0)))
    pinned = f"import os; os.sched_setaffinity(0, {{{core}}}); {code}"
    for command, expected in ((pinned, "1"), (code, str(len(os.sched_getaffinity(0))))):
        done = subprocess.run(
            [sys.executable, "-c", command], env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert done.stdout.strip() == expected


def test_a_container_s_quota_and_a_slurm_job_are_kept_to(monkeypatch):
    monkeypatch.setattr(executors.joblib, "cpu_count", lambda: 8)
    assert executors.cores() == 8
    monkeypatch.setenv("SLURM_CPUS_PER_TASK", "3")
    assert executors.cores() == 3
    monkeypatch.setenv("MISREAD_WORKERS", "5")
    assert executors.cores() == 5, "what the user says counts"


def _kill_own_process(start, stop):
    if start == 2:
        os.kill(os.getpid(), signal.SIGKILL)


def test_a_killed_worker_is_told_in_one_line(monkeypatch):
    monkeypatch.setenv("MISREAD_WORKERS", "2")
    with pytest.raises(MisreadError, match=r"a worker process was killed.*memory.*MISREAD_WORKERS below 2"):
        list(workers.map_blocks(_kill_own_process, 8, "test", block=1))


class TestAside:
    def test_the_function_is_called_in_a_process_of_its_own(self):
        assert workers.aside(os.getppid) == os.getpid()

    def test_with_the_serial_scheduler_it_is_called_here(self, monkeypatch):
        monkeypatch.setenv(executors.SCHEDULER, "serial")
        assert workers.aside(os.getpid) == os.getpid()

    def test_an_error_is_raised_here(self):
        with pytest.raises(ZeroDivisionError):
            workers.aside(divmod, 1, 0)

    def test_a_kill_is_told_in_one_line(self):
        with pytest.raises(MisreadError, match=r"^a worker process was killed, .* memory runs out$"):
            workers.aside(_kill_own_process, 2, 3)


TOO_MANY = """
import os
from misread import stage
from misread.parallel import workers
os.environ["MISREAD_WORKERS"] = "60"
stage.run(lambda: list(workers.map_blocks(pow, 600, "test", block=1)))
"""


def test_more_workers_than_open_files_end_with_a_line_and_do_not_hang():
    def few_files():
        resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))

    done = subprocess.run(
        [sys.executable, "-c", TOO_MANY], env=os.environ | {"PYTHONPATH": str(ROOT / "src")}, preexec_fn=few_files,
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "error: the system allows no more open files (`ulimit -n` tells how many)" in done.stderr
    assert "Traceback" not in done.stderr


ORPHANS = r"""
import os, sys, time
from misread.parallel import workers
os.environ["MISREAD_WORKERS"] = "2"
def call(start, stop):
    os.write(1, f"{os.getpid()}\n".encode())
    time.sleep(60)
list(workers.map_blocks(call, 8, "test", block=1))
"""


def test_workers_end_when_their_parent_is_killed():
    running = subprocess.Popen(
        [sys.executable, "-c", ORPHANS], env=os.environ | {"PYTHONPATH": str(ROOT / "src")}, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    pids = [int(running.stdout.readline()) for _ in range(2)]
    running.kill()
    running.wait()
    _, alive = psutil.wait_procs([psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)], timeout=20)
    assert alive == []


LARGE_RESULTS = """
import os
from misread import stage
from misread.parallel import workers
os.environ["MISREAD_WORKERS"] = "2"
def large(start, stop):
    return bytes(100_000_000)
def fail():
    for _ in workers.map_blocks(large, 8, "test", block=1):
        raise MemoryError
stage.run(fail)
"""


def test_a_failure_while_workers_return_large_results_ends_with_a_line_and_does_not_hang():
    done = subprocess.run(
        [sys.executable, "-c", LARGE_RESULTS], env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("error: not enough memory")
