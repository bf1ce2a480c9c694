"""Shared by the tests of archives and downloads: a few signs, and stages that run in a small project."""

import runpy
import shutil

import pytest

from misread import stage
from misread.experiments.project_copy import ROOT, change_params
from misread.gtsrb import rendered, zips


@pytest.fixture(scope="session")
def few_archives(tmp_path_factory):
    """The three archives with 60 rendered training signs of each of two classes and 40 test signs."""
    folder = tmp_path_factory.mktemp("few")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rendered.classes, "COUNT", 2)
        rendered.write_archives(folder, images_per_class=60, seed=7)
    return folder


class Project:
    """A folder with parameters, in which the main functions of stages run."""

    def __init__(self, folder):
        self.folder = folder

    def run(self, name):
        """Run a stage as `./run` does; what it ends with: the line that it prints to standard error, or None."""
        zips.opened_archive.cache_clear()  # each run of a stage is a process of its own
        try:
            stage.run(runpy.run_path(str(ROOT / f"stages/{name}.py"))["main"])
        except SystemExit as end:
            return end.code
        return None

    def files(self):
        """Names of everything below ``data``, but for the archives."""
        data = self.folder / "data"
        return sorted(path.relative_to(data).as_posix() for path in data.rglob("*") if path.parent.name != "gtsrb")


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A function that makes a small project with parameters of its own, and makes it the current folder."""

    def make(**settings):
        shutil.copy(ROOT / "params.yaml", tmp_path)
        change_params(tmp_path, {"own": {}, **settings})
        monkeypatch.chdir(tmp_path)
        return Project(tmp_path)

    return make
