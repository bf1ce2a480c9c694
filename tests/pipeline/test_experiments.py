"""Variants as README describes them: in the workspace and in the queue, compared, applied, undone and removed."""

import filecmp
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from typing import NamedTuple

import pytest
from clones import Clone, stages_run

from misread.experiments.project_copy import ROOT
from misread.gtsrb import dataset
from misread.params import yaml12

pytestmark = pytest.mark.slow

SECTION = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n## Variants\n")[2].partition("\n## ")[0]
REFUSED = "error: params.yaml: noise.level: 'mean': must be 'min', 'avg' or 'max'"
MIRROR = "data/mirror"
PROGRAMS = {
    "project/.venv/bin/python": '#!/bin/sh\npwd >>"{folders}"\nexec "{python}" "$@"\n',
    "bin/dvc": '#!/bin/sh\nexec "{python}" -m dvc "$@"\n',
}
MODEL = "mine.keras"  # a file that git does not track
CHANGES = (f"+own.mine.model={MODEL}", "+own.mine.data=data/gtsrb", "data.source=gtsrb", "noise.level=mean,min")


def documented(start):
    """The only command of README's section that begins so, without `dvc`."""
    [line] = [line for line in SECTION.splitlines() if line.startswith(f"    dvc {start}")]
    return shlex.split(line, comments=True)[1:]


class Project(Clone):
    """Has what another clone has, in a folder whose path DVC can write as ASCII.

    The other clone does not get what its experiments add to the cache. It has an environment, whose Python notes the
    folders in which it runs, and on the path there is nothing but `dvc` of another one. Its mirror is a relative path.
    """

    def __init__(self, clone, parent):
        self.folder, self.cache, self.folders = parent / "project", parent / "cache", parent / "folders.txt"
        shutil.copytree(clone.cache, self.cache, copy_function=os.link)
        clone.run("git", "clone", "--quiet", str(clone.folder), str(self.folder))
        for name, text in PROGRAMS.items():
            (parent / name).parent.mkdir(parents=True)
            (parent / name).write_text(text.format(python=sys.executable, folders=self.folders), encoding="utf-8")
            (parent / name).chmod(0o755)
        (self.folder / MIRROR).mkdir(parents=True)
        for archive in dataset.ARCHIVES:
            with zipfile.ZipFile(self.folder / MIRROR / archive.name, "w") as written:
                written.writestr("note.txt", f"in place of {archive.name}")
        path = os.pathsep.join((str(parent / "bin"), clone.environment["PATH"]))
        self.environment = clone.environment | {"PATH": path, "MISREAD_MIRROR": MIRROR}
        self.git("remote", "remove", "origin")  # DVC copies its path, too
        self.dvc("cache", "dir", "--local", "../cache")
        self.dvc("checkout")

    def told(self, *arguments):
        return self.dvc(*arguments, check=False).stdout

    def start_queue(self):
        """The worker inherits the output: if that were a pipe, reading it would take as long as the worker lives."""
        subprocess.run(
            ["dvc", *documented("queue start")], cwd=self.folder, env=self.environment, check=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def is_as_committed(self):
        return self.git("status", "--porcelain").stdout == ""


class Here(NamedTuple):
    """What happened to two variants in the workspace; the first was refused."""

    refused: str
    changed: str
    is_taken_back: bool
    ran: list[str]
    parameters: str
    metrics: str
    plots: str
    is_undone: bool  # by git alone: the variant changed no file of DVC's


class Queued(NamedTuple):
    """What happened to two variants in the queue; the first was refused."""

    queued: str
    status: str
    logs: list[str]
    table: str
    applied: str
    parameters: dict
    as_in_the_mirror: list[str]
    branch: str
    removed: str
    worker_is_ended: bool


@pytest.fixture(scope="module")
def project(clone, tmp_path_factory):
    clone.variant.result()  # until then, the cache changes
    return Project(clone, tmp_path_factory.mktemp("experiments"))


@pytest.fixture(scope="module")
def here(project):
    refused = project.dvc("exp", "run", "-S", "noise.level=mean", check=False).stderr
    changed = project.git("diff", "--name-only").stdout
    project.run(*shlex.split(re.search("`(git .+?)`", refused)[1]))
    is_taken_back = project.is_as_committed()
    ran = stages_run(project.told("exp", "run", "--name", "against-vgg16", "-S", "baseline=vgg16", "score@cnn-noisy"))
    compared = [project.told(*documented(f"{kind} diff")) for kind in ("params", "metrics", "plots")]
    project.git("checkout", ".")
    return Here(refused, changed, is_taken_back, ran, *compared, project.is_as_committed())


@pytest.fixture(scope="module")
def queued(project, here):
    (project.folder / MODEL).touch()
    named = documented("exp run --queue")[:5]  # up to `--name level`
    changes = [part for change in CHANGES for part in ("-S", change)]
    said = project.told(*named, "--copy-paths", MODEL, *changes, "download")
    project.start_queue()
    worker = until(lambda: pid_of_worker(project))
    try:
        status = until(lambda: finished(project.told(*documented("queue status"))))
    finally:
        is_ended = end(project, worker)
    (project.folder / MODEL).unlink()
    logs = [project.told("queue", "logs", "level-1"), project.told(*documented("queue logs"))]
    table = project.told(*documented("exp show"))
    applied = project.told(*documented("exp apply"))
    parameters = yaml12.load((project.folder / "params.yaml").read_text())
    folders = (project.folder / "data/gtsrb", project.folder / MIRROR)
    same, *_ = filecmp.cmpfiles(*folders, [archive.name for archive in dataset.ARCHIVES], shallow=False)
    branch = project.told(*documented("exp branch"))
    removed = project.told(*documented("exp remove"))
    return Queued(said, status, logs, table, applied, parameters, same, branch, removed, is_ended)


def until(found, seconds=240):
    """What a function returns, once it is true."""
    deadline = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < deadline
        time.sleep(1)
    return value


def finished(status):
    """The status of a queue in which nothing waits or runs."""
    return None if re.search(r" (Queued|Running)$", status, re.MULTILINE) else status


def pid_of_worker(project):
    file = project.folder / ".dvc/tmp/exps/celery/dvc-exp-worker-1.pid"
    return int(file.read_text() or 0) if file.exists() else 0


def end(project, worker):
    """End the worker; if it does not end by itself, with all that it started. Return whether it did."""
    project.dvc("queue", "stop", check=False)
    try:
        return until(lambda: not is_alive(worker), seconds=30)
    except AssertionError:
        os.killpg(os.getpgid(worker), signal.SIGKILL)
        return False


def is_alive(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_refused_value_is_taken_back_as_the_message_says(here):
    assert [line for line in here.refused.splitlines() if "git checkout" in line] == [
        f"{REFUSED}; `git checkout params.yaml` takes back what -S wrote, and your own uncommitted changes of this file"
    ]
    assert here.changed == "params.yaml\n"
    assert here.is_taken_back


def test_a_variant_runs_what_its_parameter_decides_and_is_compared_with_the_last_commit(here):
    assert here.ran == ["check", "score@cnn-noisy"]
    assert words(here.parameters) == [
        ["Path", "Param", "HEAD", "workspace"],
        ["params.yaml", "baseline", "cnn", "vgg16"],
    ]
    header, *rows = words(here.metrics)
    assert header == ["Path", "Metric", "HEAD", "workspace", "Change"]
    assert [row[:2] for row in rows] == [["metrics/cnn-noisy.json", "mce"]]


def test_the_plots_of_both_are_on_one_page_that_git_ignores(here, project):
    page = (project.folder / "dvc_plots/index.html").read_text()
    assert here.plots.strip().endswith("dvc_plots/index.html")
    for drawn in ("workspace", "HEAD"):
        assert f"{drawn}_reports_figures_overview_accuracy.svg" in page
    assert "cnn-noisy, validation loss by epoch" in page
    assert here.is_undone


def test_one_command_queues_several_variants(queued):
    assert re.findall(r"Queued experiment '(.+)'", queued.queued) == ["level-1", "level-2"]
    _, *rows = words(queued.status.partition("\n\n")[0])
    assert {row[1]: row[-1] for row in rows} == {"level-1": "Failed", "level-2": "Success"}


def test_the_worker_of_the_queue_ends(queued):
    assert queued.worker_is_ended


def test_the_log_of_a_failed_variant_has_the_error_in_one_line(queued):
    assert stages_run(queued.logs[0]) == ["check"]
    assert REFUSED in queued.logs[0].splitlines(), "without the way back, as only a copy was changed"
    assert "Traceback" not in queued.logs[0]


def test_a_queued_variant_reads_from_the_mirror_of_the_project_with_its_environment(queued, project):
    assert stages_run(queued.logs[1]) == ["check", "download"]
    assert queued.as_in_the_mirror == [archive.name for archive in dataset.ARCHIVES]
    copies = {line for line in project.folders.read_text().splitlines() if "/.dvc/tmp/exps/" in line}
    assert len(copies) == 2
    assert all(line.startswith(str(project.folder)) for line in copies)


def test_the_table_of_variants_has_the_columns_that_differ(queued):
    header, *rows = [row for row in words(queued.table, "  ") if len(row) > 1]
    differ = ["metrics/cnn-noisy.json:mce", "data.source", "baseline", "noise.level", "own.mine.model", "own.mine.data"]
    assert sorted(header) == sorted(["Experiment", "State", *differ])
    table = {row[0].partition("[")[2].rstrip("]") or row[0]: dict(zip(header, row, strict=True)) for row in rows}
    assert [table[name]["State"] for name in ("level-1", "level-2")] == ["Failed", "Success"]
    assert table["against-vgg16"]["baseline"] == "vgg16"
    assert table["level-2"]["noise.level"] == "min"
    assert len(table) == 5, "the workspace, the last commit and three variants"


def test_a_variant_is_applied_made_a_branch_and_removed(queued):
    assert "have been applied to your current workspace" in queued.applied
    assert (queued.parameters["noise"]["level"], queued.parameters["data"]["source"]) == ("min", "gtsrb")
    assert "Git branch 'middle' has been created from experiment 'level-2'" in queued.branch
    assert "Removed experiments: 'level-2'" in queued.removed


def words(table, gap=" "):
    """The cells of each line of a table that DVC prints."""
    return [re.split(f"{gap}+ *", line.strip()) for line in table.splitlines() if line.strip()]
