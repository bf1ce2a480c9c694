"""Every stage that shares its work writes the same bytes in one process, in several, and in a Dask cluster."""

import hashlib
import os
import signal
import subprocess
import time
from contextlib import ExitStack, closing

import pytest
from dask_processes import ClusterProcesses

pytestmark = pytest.mark.slow
# Stage -> what it writes.
DATA = {"prepare": ["data/clean"], "noise gaussian max": ["data/noisy/gaussian-max"]}
NETWORKS = {
    "evaluate cnn clean": ["reports/predictions/cnn-clean.parquet"],
    "sweep cnn clean": ["reports/sweep/cnn-clean"],
    "evaluate_downstream": ["reports/gans/predictions"],
    "evaluate_gan cgan noisy": ["reports/gans/tables/cgan-noisy", "metrics/cgan-noisy.json"],
}
MEASURE = ("misread", "measure", "models/cnn-clean/model.keras", "data/gtsrb", "--resamples", "100", "--out")
ALL = [*DATA, *NETWORKS]
OTHER = [*((stage, "serial") for stage in DATA), *((stage, "processes") for stage in NETWORKS)]


@pytest.fixture(scope="module")
def new_cluster(finished, tmp_path_factory):
    """A function that starts a scheduler and two workers in the clone, as users do."""
    with ExitStack() as stack:

        def start():
            started = stack.enter_context(closing(ClusterProcesses(tmp_path_factory.mktemp("cluster"))))
            for _ in range(2):
                started.add_worker(cwd=finished.folder, run=finished.folder / "run")
            return started

        yield start


@pytest.fixture(scope="module")
def cluster(new_cluster):
    return new_cluster()


def digests(folder, paths):
    """SHA-256 of every file that a stage wrote."""
    files = [file for path in paths for file in [folder / path, *(folder / path).rglob("*")] if file.is_file()]
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(files)}


def environment(clone, scheduler):
    return clone.environment | {"MISREAD_SCHEDULER": scheduler, "MISREAD_WORKERS": "2"}


def run_stage(clone, scheduler, *arguments):
    done = subprocess.run(
        ["./run", *arguments], cwd=clone.folder, env=environment(clone, scheduler), capture_output=True, text=True,
        check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]


def written_again(clone, stage, scheduler):
    """What the stage had written, and what it writes now."""
    outputs = (DATA | NETWORKS)[stage]
    before = digests(clone.folder, outputs)
    run_stage(clone, scheduler, *stage.split())
    return before, digests(clone.folder, outputs)


@pytest.mark.parametrize("stage", ALL)
def test_a_stage_writes_the_same_bytes_in_a_dask_cluster(finished, cluster, stage):
    before, after = written_again(finished, stage, cluster.address)
    assert before
    assert after == before


@pytest.mark.parametrize(("stage", "scheduler"), OTHER)
def test_a_stage_writes_the_same_bytes_in_one_process_and_in_several(finished, stage, scheduler):
    before, after = written_again(finished, stage, scheduler)
    assert after == before


def test_a_network_of_one_s_own_is_measured_alike(finished, new_cluster, tmp_path):
    """In new workers: those that have predicted for a stage keep its number of threads."""
    found = []
    for scheduler in ("serial", "processes", new_cluster().address):
        out = tmp_path / f"result-{len(found)}"
        run_stage(finished, scheduler, *MEASURE, str(out))
        found.append(digests(out, ["."]))
    assert found[0]
    assert found[1] == found[0]
    assert found[2] == found[0]


def test_a_worker_that_is_killed_in_the_middle_of_a_stage_changes_nothing(finished, cluster, tmp_path):
    outputs = NETWORKS["sweep cnn clean"]
    before = digests(finished.folder, outputs)
    (finished.folder / "reports/sweep/cnn-clean").rename(tmp_path / "before")
    running = subprocess.Popen(
        ["./run", "sweep", "cnn", "clean"], cwd=finished.folder, env=environment(finished, cluster.address),
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    marker = None
    while running.poll() is None and not marker:  # of the work in the cluster
        marker = next(finished.folder.glob(".misread-*"), None)
        time.sleep(0.01)
    assert running.poll() is None, "the work has begun"
    os.kill(cluster.workers[0].pid, signal.SIGKILL)
    _, told = running.communicate(timeout=300)
    assert running.returncode == 0, told[-3000:]
    assert digests(finished.folder, outputs) == before


def test_the_project_is_as_it_was(finished):
    assert finished.repro() == []
