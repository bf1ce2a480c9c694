"""Work in a Dask cluster: the same results, whatever happens to a worker or the scheduler; with real processes."""

import os
import shutil
import signal
import subprocess
import time
from contextlib import closing
from functools import partial
from pathlib import Path

import keras
import numpy as np
import pytest
from dask_processes import ClusterProcesses, wait_for

from misread.errors import MisreadError
from misread.experiments.project_copy import ROOT
from misread.inference import study_classifiers
from misread.parallel import executors, workers
from misread.training import saving

pytest.importorskip("distributed", reason="`make setup DASK=1` installs distributed")
from misread.parallel import dask_cluster

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def as_started_by_run(monkeypatch):
    """The choice of kernels that `./run` makes."""
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "1")
    dask_cluster.versions.cache_clear()
    yield
    dask_cluster.versions.cache_clear()


@pytest.fixture
def cluster(tmp_path_factory, monkeypatch):
    """A scheduler without workers, which `MISREAD_SCHEDULER` names."""
    with closing(ClusterProcesses(tmp_path_factory.mktemp("cluster"))) as started:
        monkeypatch.setenv(executors.SCHEDULER, started.address)
        yield started


@pytest.fixture
def two_workers(cluster):
    cluster.add_worker()
    cluster.add_worker()
    return cluster


# Functions that workers call are in modules that they can import; these two are in the standard library.
def sums(count):
    return list(workers.map_blocks(pow, count, "test", 1))


def slowly(folder, count):
    """Calls that take 0.2 s, and leave a file at their end."""
    command = partial(os.spawnlp, os.P_WAIT, "sh", "sh", "-c")
    items = [(f"sleep 0.2; echo $PPID > {folder}/{number}",) for number in range(count)]
    return workers.map_in_order(command, items, count, folder=folder)


def pids(folder):
    return [path.read_text() for path in sorted(folder.iterdir()) if path.read_text()]


def test_the_results_come_in_order_from_both_workers(two_workers, tmp_path):
    assert sums(20) == [(start, start ** (start + 1)) for start in range(20)]
    assert list(slowly(tmp_path, 8)) == [0] * 8
    assert {int(pid) for pid in pids(tmp_path)} == {worker.pid for worker in two_workers.workers}
    assert len(pids(tmp_path)) == 8, "and the file that shows whether workers see the folder is gone"


def test_a_killed_worker_changes_nothing(two_workers, tmp_path):
    results = slowly(tmp_path, 12)
    begun = [next(results), next(results)]
    os.kill(two_workers.workers[0].pid, signal.SIGKILL)
    assert begun + list(results) == [0] * 12
    assert len(pids(tmp_path)) == 12


def test_a_scheduler_that_vanishes_is_told_in_one_line(two_workers, tmp_path):
    results = slowly(tmp_path, 100)
    next(results)
    os.kill(two_workers.scheduler.pid, signal.SIGKILL)
    with pytest.raises(MisreadError, match=rf"^MISREAD_SCHEDULER: {two_workers.address}: the scheduler has gone$"):
        list(results)


def test_work_that_is_given_up_writes_nothing_later(two_workers, tmp_path):
    results = slowly(tmp_path, 12)
    next(results)
    results.close()
    left = len(pids(tmp_path))
    time.sleep(1)
    assert len(pids(tmp_path)) == left < 12


def test_a_cluster_that_loses_all_workers_is_told_in_one_line(cluster, tmp_path, monkeypatch):
    monkeypatch.setattr(dask_cluster, "NO_WORKERS", 1)
    worker = cluster.add_worker()
    results = slowly(tmp_path, 12)
    next(results)
    os.kill(worker.pid, signal.SIGKILL)
    with pytest.raises(MisreadError, match=f"^MISREAD_SCHEDULER: {cluster.address}: the scheduler has no workers; "):
        list(results)


def test_workers_may_join_later(cluster, tmp_path):
    cluster.add_worker()
    results = slowly(tmp_path, 20)
    next(results)
    cluster.add_worker()
    list(results)
    assert len(set(pids(tmp_path))) == 2


def test_a_scheduler_that_vanishes_between_two_pieces_of_work_is_told_in_one_line(two_workers):
    sums(3)
    os.kill(two_workers.scheduler.pid, signal.SIGKILL)
    two_workers.scheduler.wait()
    with pytest.raises(MisreadError, match=f"^MISREAD_SCHEDULER: {two_workers.address}: the scheduler has gone$"):
        sums(3)


@pytest.mark.parametrize("scheduler", ["local", "processes"])
def test_an_interruption_is_told_in_one_line(scheduler, tmp_path):
    code = (
        "import os, time; from misread import stage; from misread.parallel import workers\n"
        f"def main():\n    open({str(tmp_path / 'begun')!r}, 'w')\n"
        "    list(workers.map_in_order(time.sleep, [(1,)] * 20, 20))\n"
        "if __name__ == '__main__':\n    stage.run(main)\n"
    )
    script = tmp_path / "script.py"
    script.write_text(code)
    running = subprocess.Popen(
        [ROOT / "run", script], env=os.environ | {"MISREAD_SCHEDULER": scheduler, "MISREAD_WORKERS": "2"},
        start_new_session=True, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    wait_for((tmp_path / "begun").exists)
    time.sleep(4)
    os.killpg(running.pid, signal.SIGINT)
    _, told = running.communicate(timeout=60)
    assert told.splitlines() == ["interrupted; `dvc repro` starts this stage anew"]


def test_an_error_of_a_block_is_raised_here(two_workers):
    with pytest.raises(ZeroDivisionError):
        list(workers.map_in_order(divmod, [(3, 1), (3, 0)], 2))


def test_a_worker_with_other_code_is_refused(cluster, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(ROOT / "src", other / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "run", other)
    (other / ".venv").symlink_to(ROOT / ".venv")
    with open(other / "src/misread/paths.py", "a") as file:
        file.write("# a change\n")
    cluster.add_worker(run=other / "run")
    expected = r"the worker on \S+ has misread's code \w{12}, but this run \w{12}; start both with `./run`, in this"
    with pytest.raises(MisreadError, match=expected):
        sums(3)


def test_a_worker_with_other_kernels_is_refused(cluster, monkeypatch):
    cluster.add_worker()
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "0")
    with pytest.raises(MisreadError, match=r"has TF_ENABLE_ONEDNN_OPTS 1, but this run 0"):
        sums(3)


def test_a_worker_without_misread_is_refused(cluster, tmp_path):
    bare = tmp_path / "run"
    bare.write_text(f'#!/bin/sh\nunset PYTHONPATH\nexec {ROOT}/.venv/bin/python -m "$@"\n')
    bare.chmod(0o755)
    cluster.add_worker(cwd=tmp_path, run=bare)
    with pytest.raises(MisreadError, match=r"a worker lacks this code \(.*misread.*\); start both with"):
        sums(3)


def test_a_worker_that_does_not_see_the_files_is_refused(cluster, tmp_path, monkeypatch):
    cluster.add_worker()
    monkeypatch.chdir(tmp_path)
    here = Path("/proc/self/cwd")  # a path that names another folder in each process
    with pytest.raises(MisreadError, match=r"^the worker on \S+ does not see /proc/self/cwd: .* file system that they"):
        list(workers.map_in_order(divmod, [(3, 1)], 1, folder=here))


def test_a_worker_forgets_what_another_run_has_read(cluster, tmp_path, monkeypatch):
    """Two runs have other files at the same path below their folder."""
    cluster.add_worker()
    inputs = keras.Input((28, 28, 3))
    for label in (7, 21):
        folder = tmp_path / str(label)
        folder.mkdir()
        monkeypatch.chdir(folder)
        always = keras.layers.Dense(
            43, kernel_initializer="zeros", bias_initializer=keras.initializers.Constant(np.eye(43)[label])
        )
        saving.save(keras.Model(inputs, always(keras.layers.Flatten()(inputs))), Path("model.keras"))
        classifier = study_classifiers.open_classifier(Path("model.keras"), 28, 43, 0, 1)
        monkeypatch.setattr(dask_cluster, "RUN", str(label))
        [found] = workers.map_in_order(classifier, [(np.zeros((1, 28, 28, 3), np.uint8),)], 1, networks=True)
        assert found.argmax() == label


class TestRefusals:
    def test_of_an_address_without_a_scheduler(self, monkeypatch):
        monkeypatch.setenv(executors.SCHEDULER, "tcp://127.0.0.1:9")
        monkeypatch.setattr(dask_cluster, "CONNECT", 1)
        with pytest.raises(MisreadError, match=r"^MISREAD_SCHEDULER: tcp://127\.0\.0\.1:9: no Dask scheduler answers"):
            sums(3)

    def test_of_a_scheduler_without_workers(self, cluster, monkeypatch):
        monkeypatch.setattr(dask_cluster, "NO_WORKERS", 1)
        with pytest.raises(MisreadError, match=f"^MISREAD_SCHEDULER: {cluster.address}: the scheduler has no workers"):
            sums(3)
