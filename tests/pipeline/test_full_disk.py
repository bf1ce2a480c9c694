"""A disk that gets full: each stage says so in a line, keeps nothing unfinished, and works when there is room again."""

import hashlib
import re
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from additions import SPECKLE, VGG16
from clones import Clone, stages_run
from small_disk import SIZE, SmallDisk

from misread.experiments.project_copy import change_params
from misread.params import yaml12

LACK_OF_ROOM = "no space left on its disk, in your quota, or below `ulimit -f`; nothing was kept of it"
pytestmark = pytest.mark.slow

# A stage after its check of the free space, as if another program had filled the disk since.
LATER = """
import runpy, sys
from misread.data import room
room.require = lambda *_: None
sys.argv = sys.argv[1:]
runpy.run_path(f"stages/{sys.argv[0]}.py", run_name="__main__")
"""


class Writes(NamedTuple):
    """What a stage writes, and the free space in which a part of it fits, bytes."""

    outputs: tuple[str, ...]
    free: int


STAGES = {
    "download": Writes(("data/gtsrb",), 5 << 20),
    "prepare": Writes(("data/clean",), 10 << 20),
    "noise gaussian avg": Writes(("data/noisy/gaussian-avg",), 10 << 20),
    "train cnn clean": Writes(
        ("models/cnn-clean/model.keras", "models/cnn-clean/training.json", "reports/history/cnn-clean.csv"), 300 << 10
    ),
    "sweep cnn clean": Writes(("reports/sweep/cnn-clean",), 12 << 10),
    "report": Writes(("reports/figures", "reports/index.html", "reports/results.md"), 100 << 10),
}


class Project:
    """A project on a small disk, with links to what a clone has, except some outputs, of which there are older ones."""

    def __init__(self, disk, clone, outputs):
        self.disk, self.folder, self.view = disk, disk.folder / "Größe", disk.view / "Größe"
        self.clone, self.outputs = clone, outputs
        for name in ("run", "dvc.yaml", "params.yaml", "stages", "src", ".dvc/config", ".gitignore"):
            source, target = clone.folder / name, self.view / name
            target.parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
        for name in (".venv", ".git", "docs"):
            (self.view / name).symlink_to(clone.folder / name)
        (self.view / "later.py").write_text(LATER)
        for folder in ("data", "models", "reports", "metrics"):
            (self.view / folder).mkdir()
            self._link(Path(folder))
        # What is run leaves nothing beside the code and in the clone's repository. Python would read and write ASCII.
        self.environment = clone.environment | {"PYTHONDONTWRITEBYTECODE": "1", "GIT_OPTIONAL_LOCKS": "0"}
        self.environment |= {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}

    def _link(self, folder):
        """Link what is in a folder of the clone, and write an older output in place of each output."""
        for source in (self.clone.folder / folder).iterdir():
            name = folder / source.name
            if str(name) in self.outputs and source.is_dir():
                (self.view / name).mkdir()
                (self.view / name / "older").touch()
            elif str(name) in self.outputs:
                (self.view / name).write_text("older")
            elif any(Path(one).is_relative_to(name) for one in self.outputs):
                (self.view / name).mkdir()
                self._link(name)
            else:
                (self.view / name).symlink_to(source)

    def run(self, *command, **environment):
        return self.disk.run("./run", *command, cwd=self.folder, env=self.environment | environment)

    def files(self):
        """Path -> content of every file."""
        return contents(self.view)


def contents(path):
    files = [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file() and not one.is_symlink()]
    return {str(one.relative_to(path)): one.read_bytes() for one in files}


@pytest.fixture
def disk(tmp_path):
    (tmp_path / "disk").mkdir()
    disk = SmallDisk(tmp_path / "disk")
    yield disk
    disk.close()


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_on_a_full_disk_leaves_all_as_it_was_and_works_when_there_is_room(clone, disk, stage):
    outputs, free = STAGES[stage]
    project = Project(disk, clone, outputs)
    if stage == "download":
        change_params(project.view, {"data.source": "gtsrb"})
        project.environment["MISREAD_MIRROR"] = str(clone.folder / "data/gtsrb")
    before = project.files()
    disk.leave(free)
    done = project.run("later.py", *stage.split())
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (f"error: {outputs[0]}: {LACK_OF_ROOM}")
    assert "Traceback" not in done.stderr
    assert project.files() == before
    disk.leave(SIZE)
    done = project.run("later.py", *stage.split())
    assert done.returncode == 0, done.stderr
    for output in outputs:
        assert contents(project.view / output) == contents(clone.folder / output)


def test_a_limit_on_the_size_of_files_is_named_for_what_it_is(clone, disk):
    project = Project(disk, clone, STAGES["noise gaussian avg"].outputs)
    before = project.files()
    limited = ("sh", "-c", 'ulimit -f 200 && exec "$@"', "sh", "./run", "later.py", "noise", "gaussian", "avg")
    done = disk.run(*limited, cwd=project.folder, env=project.environment)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == f"error: data/noisy/gaussian-avg: {LACK_OF_ROOM}"
    assert "Traceback" not in done.stderr
    assert project.files() == before


def test_a_disk_that_is_too_small_is_told_before_anything_is_written(clone, disk):
    project = Project(disk, clone, STAGES["prepare"].outputs)
    before = project.files()
    done = project.run("prepare")
    assert done.returncode == 1
    assert re.fullmatch(
        r"error: \.dvc: its disk has 0\.1 GB free, but the data sets .* need 0\.\d GB more; .*\n", done.stderr
    )
    assert project.files() == before


def test_a_full_cache_is_told_by_dvc_and_the_next_run_ends_as_an_undisturbed_one(clone, disk, tmp_path):
    other = Clone(tmp_path / "clone", disk.folder / "cache", additions=(VGG16, SPECKLE))

    def repro():
        return disk.run(sys.executable, "-m", "dvc", "repro", "check", cwd=other.folder, env=other.environment)

    disk.leave(20 << 10)
    done = repro()
    assert done.returncode != 0
    assert "ERROR: failed to reproduce 'check': [Errno 28] No space left on device" in done.stderr
    disk.leave(SIZE)
    done = repro()
    assert done.returncode == 0, done.stderr
    assert stages_run(repro().stdout) == []
    ours, theirs = (yaml12.load(one.lock())["stages"]["check"] for one in (clone, other))
    assert theirs["outs"] == ours["outs"]
    saved = list((disk.view / "cache/files/md5").glob("??/[!.]*"))
    assert len(saved) > len(ours["outs"])
    for path in saved:
        assert hashlib.md5(path.read_bytes()).hexdigest() == path.parent.name + path.name.removesuffix(".dir")
