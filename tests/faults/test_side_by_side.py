"""`make study JOBS=N` on a small graph of shell commands: independent stages run together, and nothing is lost."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from misread.experiments import side_by_side
from misread.experiments.project_copy import ROOT

# a -> b, c; b, c -> d; e depends on nothing. `b` and `c` end only when the other has begun, if BARRIER is set.
GRAPH = """
stages:
  a: {cmd: echo a > a.txt, outs: [a.txt]}
  b: {cmd: sh both.sh b c, deps: [a.txt], params: [value], outs: [b.txt]}
  c: {cmd: sh both.sh c b, deps: [a.txt], outs: [c.txt]}
  d: {cmd: cat b.txt c.txt > d.txt, deps: [b.txt, c.txt], outs: [d.txt]}
  e: {cmd: echo e > e.txt, outs: [e.txt]}
"""
BOTH = """
touch $1.begun
if [ -n "$FAIL" ] && [ $1 = b ]; then until [ -e c.begun ]; do sleep 0.05; done; exit 3; fi
for _ in $(seq 200); do [ -z "$BARRIER" ] || [ -e $2.begun ] && break; sleep 0.05; done
[ -z "$BARRIER" ] || [ -e $2.begun ] || exit 1
[ -z "$WAIT" ] || sleep $WAIT
echo $1 > $1.txt
touch $1.ended
"""
SCRIPT = ROOT / "scripts/study.py"
pytestmark = pytest.mark.slow


@pytest.fixture
def project(tmp_path):
    def make(name):
        folder = tmp_path / name
        folder.mkdir()
        dvc(folder, "init", "--quiet", "--no-scm")
        (folder / "dvc.yaml").write_text(GRAPH)
        (folder / "both.sh").write_text(BOTH)
        (folder / "params.yaml").write_text("value: 1\n")
        return folder

    return make


def dvc(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "dvc", *arguments], cwd=folder, capture_output=True, text=True, check=True
    ).stdout


def study(folder, *arguments, **environment):
    return subprocess.run(
        [ROOT / "run", SCRIPT, *arguments], cwd=folder, env=os.environ | environment, capture_output=True, text=True,
        check=False, timeout=120,
    )  # fmt: skip


def started(folder, *arguments, **environment):
    return subprocess.Popen(
        [ROOT / "run", SCRIPT, *arguments], cwd=folder, env=os.environ | environment, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def wait_for(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_independent_stages_run_at_the_same_time_and_the_lock_file_is_that_of_a_serial_run(project):
    serial, both = project("serial"), project("both")
    dvc(serial, "repro")
    done = study(both, "--jobs", "2", BARRIER="1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "b: Running stage 'b':" in done.stdout
    assert done.stdout.endswith("Data and pipelines are up to date.\n")
    assert (both / "d.txt").read_text() == "b\nc\n"
    assert (both / "dvc.lock").read_bytes() == (serial / "dvc.lock").read_bytes()


def test_stages_keep_their_place_in_the_lock_file_of_the_last_commit(project):
    serial, both = project("serial"), project("both")
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    for folder in (serial, both):
        dvc(folder, "repro", "e")
        dvc(folder, "repro", "c")
        for command in (("init",), ("add", "dvc.lock"), ("commit", "--message", "some stages")):
            subprocess.run([*git, *command], cwd=folder, capture_output=True, check=True)
    dvc(serial, "repro")
    assert study(both, "--jobs", "2").returncode == 0
    assert (both / "dvc.lock").read_bytes() == (serial / "dvc.lock").read_bytes()


def test_only_what_has_changed_and_what_follows_runs(project):
    folder = project("one")
    assert set(side_by_side.plan(folder).needs) == set("abcde")
    study(folder, "--jobs", "2")
    assert side_by_side.plan(folder).needs == {}
    (folder / "params.yaml").write_text("value: 2\n")
    assert side_by_side.plan(folder).needs == {"b": set(), "d": {"b"}}
    done = study(folder, "--jobs", "2")
    assert "Running stage 'b'" in done.stdout
    assert "Running stage 'a'" not in done.stdout


def test_a_target_brings_the_stages_before_it(project):
    folder = project("one")
    assert study(folder, "--jobs", "2", "c").returncode == 0
    assert (folder / "c.txt").exists()
    assert not (folder / "b.txt").exists()
    done = study(folder, "--jobs", "2", "x")
    assert done.returncode == 1
    assert "'x'" in done.stderr
    assert "Traceback" not in done.stderr


def test_after_a_failure_other_stages_end_and_no_other_begins(project):
    folder = project("one")
    done = study(folder, "--jobs", "2", FAIL="1", WAIT="1")
    assert done.returncode == 1
    assert done.stderr == "error: the stage b failed, see above; `make study` goes on from there\n"
    assert (folder / "c.ended").exists()
    assert not (folder / "d.txt").exists()
    assert study(folder, "--jobs", "2").returncode == 0
    assert (folder / "d.txt").read_text() == "b\nc\n"


def test_a_stage_that_waits_for_another_dvc_does_not_begin_after_an_interruption(project):
    folder = project("one")
    dvc(folder, "repro", "a")
    busy = {"write": {str(folder / "b.txt"): {"pid": os.getpid(), "cmd": "dvc"}}, "read": {}}
    (folder / ".dvc/tmp/rwlock").write_text(json.dumps(busy))

    class InterruptedPause(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            (folder / ".dvc/tmp/rwlock").write_text("{}")
            self.set()
            return True

    told = []
    runner = side_by_side.Runner(folder, lambda *line: told.append(line))
    runner._stopped = InterruptedPause()
    assert not runner._reproduce("b", 1)
    assert runner._stopped.is_set()
    assert told == []
    assert not (folder / "b.txt").exists()


def test_files_that_dvc_tracks_alone_are_no_obstacle(project):
    folder = project("one")
    (folder / "given.csv").write_text("1")
    dvc(folder, "add", "given.csv")
    (folder / "given.csv").write_text("2")
    assert "given.csv.dvc" in side_by_side.plan(folder).order
    done = study(folder, "--jobs", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    assert dvc(folder, "status") == "Data and pipelines are up to date.\n"


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_run_that_is_stopped_is_carried_on(project, kind):
    serial, folder = project("serial"), project("stopped")
    dvc(serial, "repro")
    running = started(folder, "--jobs", "2", WAIT="3")
    wait_for(lambda: (folder / "b.begun").exists() and (folder / "c.begun").exists())
    if kind == signal.SIGTERM:
        running.send_signal(kind)  # to `make study` alone, as a batch system does
    else:
        os.killpg(running.pid, kind)  # as Ctrl-C in a terminal does
    told, _ = running.communicate(timeout=60)
    assert running.returncode != 0
    assert "Traceback" not in told
    assert not (folder / "b.ended").exists()
    assert study(folder, "--jobs", "2").returncode == 0
    assert (folder / "dvc.lock").read_bytes() == (serial / "dvc.lock").read_bytes()


def test_another_dvc_in_the_project_is_waited_for(project):
    folder = project("one")
    dvc(folder, "repro", "a")
    other = subprocess.Popen(
        [sys.executable, "-m", "dvc", "repro", "--single-item", "b"], cwd=folder, env=os.environ | {"WAIT": "4"},
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    wait_for(lambda: (folder / "b.begun").exists())
    done = study(folder, "--jobs", "2")
    assert other.wait() == 0
    assert done.returncode == 0, done.stdout + done.stderr
    assert (folder / "d.txt").read_text() == "b\nc\n"


def test_stages_share_the_cores(project):
    folder = project("one")
    (folder / "both.sh").write_text(BOTH.replace("echo $1 >", "echo $MISREAD_WORKERS >"))
    assert study(folder, "--jobs", "2", MISREAD_WORKERS="").returncode == 0
    cores = side_by_side.executors.cores()
    assert {(folder / f"{stage}.txt").read_text() for stage in "bc"} == {f"{max(1, cores // 2)}\n"}


def test_the_longest_chains_begin_first():
    plan = side_by_side.Plan(list("abcd"), {"a": set(), "b": set(), "c": {"b"}, "d": {"c"}})
    keys = side_by_side.urgency(plan)
    assert sorted(plan.needs, key=keys.get) == ["b", "c", "a", "d"]


def test_the_cores_and_the_memory_limit_the_jobs(monkeypatch, tmp_path):
    memory = type("Memory", (), {"available": 64 * 2**30})
    monkeypatch.setattr(side_by_side, "CGROUP", tmp_path)
    monkeypatch.setattr(side_by_side.executors, "cores", lambda: 16)
    monkeypatch.setattr(side_by_side.psutil, "virtual_memory", lambda: memory)
    assert side_by_side.default_jobs(2) == 8
    memory.available = 6 * 2**30
    assert side_by_side.default_jobs(2) == 2
    memory.available = 2**30
    assert side_by_side.default_jobs(2) == 1
    memory.available = 64 * 2**30
    (tmp_path / "memory.max").write_text(f"{16 * 2**30}\n")
    (tmp_path / "memory.current").write_text(f"{8 * 2**30}\n")
    assert side_by_side.default_jobs(2) == 3, "of a container"
    (tmp_path / "memory.max").write_text("max\n")
    assert side_by_side.default_jobs(2) == 8
    monkeypatch.setenv("SLURM_MEM_PER_NODE", "5120")
    assert side_by_side.default_jobs(2) == 2, "of a Slurm job"


@pytest.mark.parametrize("jobs", ["0", "two", "-1"])
def test_a_wrong_number_of_jobs_is_refused(project, jobs):
    done = study(project("one"), f"--jobs={jobs}")
    assert done.returncode == 1
    assert done.stderr == f"error: JOBS={jobs}: a positive whole number is expected\n"
