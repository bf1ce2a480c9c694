"""Kills and links in the middle of the pipeline."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from clones import Clone, stages_run

from misread.data import store
from misread.experiments.project_copy import ROOT, change_params

pytestmark = pytest.mark.slow


def test_a_killed_stage_leaves_nothing_half_done_and_the_next_run_finishes(clone):
    parameters, lock = (clone.folder / "params.yaml").read_bytes(), clone.lock()
    change_params(clone.folder, {"resize": "letterbox"})
    running = subprocess.Popen(
        [sys.executable, "-m", "dvc", "repro", "prepare"], cwd=clone.folder, env=clone.environment,
        start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    partial = clone.folder / "data/.clean.partial"
    deadline = time.monotonic() + 60
    while not partial.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    assert partial.exists(), "killed while it wrote"
    assert not (clone.folder / "data/clean").exists()
    assert clone.repro("prepare") == ["prepare"]
    assert not partial.exists()
    after_the_kill = clone.lock()
    assert clone.repro("--force", "--no-run-cache", "--single-item", "prepare") == ["prepare"]
    assert clone.lock() == after_the_kill, "it ended as an uninterrupted run does"
    (clone.folder / "params.yaml").write_bytes(parameters)
    (clone.folder / "dvc.lock").write_text(lock)
    clone.dvc("checkout")
    assert clone.repro() == []


def test_a_kill_while_dvc_notes_a_result_is_got_over(clone):
    lock, parameters = clone.lock(), (clone.folder / "params.yaml").read_bytes()
    change_params(clone.folder, {"figures.signs": 5})
    clone.repro("check")
    entry = max((clone.cache / "runs").glob("*/*/*"), key=lambda path: path.stat().st_mtime)
    entry.unlink()
    os.utime(entry.parent, (0, 0))
    (clone.folder / "dvc.lock").write_text(lock)
    assert "join() argument must be" in clone.dvc("repro", "check", check=False).stderr, "what DVC 3.67 does"
    done = clone.run(str(ROOT / "run"), str(ROOT / "scripts/study.py"), "check")
    assert stages_run(done.stdout) == ["check"]
    (clone.folder / "params.yaml").write_bytes(parameters)
    (clone.folder / "dvc.lock").write_text(lock)
    assert clone.repro() == []


def test_a_linked_data_folder_is_refused_and_a_cache_elsewhere_serves(tmp_path):
    """The two ways to a large disk: DVC refuses the first after it has run a stage."""
    memory = Path("/dev/shm")
    if not memory.is_dir() or memory.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("no second file system at hand")
    with tempfile.TemporaryDirectory(dir=memory) as elsewhere:
        clone = Clone(tmp_path / "clone", Path(elsewhere) / "cache")
        (tmp_path / "large").mkdir()
        (clone.folder / "data").symlink_to(tmp_path / "large")
        done = clone.dvc("repro", "check", check=False)
        assert "error: data: is a symbolic link, and DVC takes no output behind one" in done.stderr
        assert list((tmp_path / "large").iterdir()) == []
        (clone.folder / "data").unlink()
        assert clone.repro("prepare") == ["check", "download", "prepare"]
        images = clone.folder / "data/clean/cnn/test/images.npy"
        assert images.resolve().is_relative_to(elsewhere), "a link to the other disk"
        assert len(store.open_set(images.parent).images) == 43 * 20
        assert clone.repro("prepare") == []
