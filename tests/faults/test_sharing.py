"""Experiments, single networks and results of two branches go from one clone to another, as README says."""

import re
import subprocess
import sys

import pytest
from clones import stages_run

from misread.experiments.project_copy import ROOT, change_params

pytestmark = pytest.mark.slow
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def shared(finished, tmp_path_factory):
    """A bare git repository and a folder as remote; `finished` has pushed everything to both."""
    place = tmp_path_factory.mktemp("shared")
    finished.run("git", "clone", "--quiet", "--bare", str(finished.folder), str(place / "project.git"))
    finished.git("remote", "add", "origin", str(place / "project.git"))
    finished.run("make", "remote", f"URL={place / 'remote'}")
    finished.dvc("push")
    yield place
    finished.git("remote", "remove", "origin")


def colleague(finished, shared, folder):
    """A fresh clone of the shared repository, with the remote."""
    clone = finished.cloned(folder)
    clone.git("remote", "set-url", "origin", str(shared / "project.git"))
    clone.run("make", "remote", f"URL={shared / 'remote'}")
    return clone


def test_an_experiment_goes_to_another_clone_without_running_there(finished, shared, tmp_path):
    one, other = (colleague(finished, shared, tmp_path / name) for name in ("one", "other"))
    for stage in ("measure_noise", "check"):
        one.dvc("pull", "--with-deps", stage)
    ran = one.dvc("exp", "run", "--name", "few", "--set-param", "noise.quality_images=20", "measure_noise").stdout
    assert stages_run(ran) == ["check", "measure_noise"]
    one.dvc("exp", "push", "origin", "few")
    assert "few" in other.dvc("exp", "list", "--all-commits", "origin").stdout
    other.dvc("exp", "pull", "origin", "few")
    other.dvc("exp", "apply", "few")
    assert (other.folder / "reports/noise.json").read_bytes() == (one.folder / "reports/noise.json").read_bytes()
    assert "quality_images: 20" in (other.folder / "params.yaml").read_text()
    assert "measure_noise" not in stages_run(other.dvc("repro", "--allow-missing", "--dry", "measure_noise").stdout)


def test_another_project_brings_one_network(finished, shared, tmp_path):
    """From a repository and its remote, without the rest of the data."""
    command = "models/cnn-clean --remote storage --remote-config url="
    assert f"dvc get https://example.org/misread.git {command}s3://bucket/misread" in README
    arguments = [*command.split()[:-1], f"url={shared / 'remote'}"]
    subprocess.run(
        [sys.executable, "-m", "dvc", "get", str(shared / "project.git"), *arguments], cwd=tmp_path, check=True
    )
    assert [path.name for path in tmp_path.iterdir()] == ["cnn-clean"]
    name = "cnn-clean/model.keras"
    assert (tmp_path / name).read_bytes() == (finished.folder / "models" / name).read_bytes()


def test_what_a_reader_needs_is_pulled_alone(finished, shared, tmp_path):
    assert "dvc pull train train_again evaluate" in README
    reader = colleague(finished, shared, tmp_path / "reader")
    reader.dvc("pull", "train", "train_again", "evaluate")
    assert (reader.folder / "models/cnn-robust/model.keras").exists()
    assert (reader.folder / "models/cnn-robust/again/2/model.keras").exists()
    assert (reader.folder / "reports/predictions/cnn-robust.parquet").exists()
    assert not (reader.folder / "data/noisy").exists()


def test_results_of_two_branches_are_merged_as_readme_says(finished, shared, tmp_path):
    ours, theirs = (colleague(finished, shared, tmp_path / name) for name in ("ours", "theirs"))
    for clone, change in ((theirs, {"sweep.fourier.images": 40}), (ours, {"figures.signs": 5})):
        clone.git("checkout", "--quiet", "-b", clone.folder.name)
        clone.dvc("pull")
        change_params(clone.folder, change)
        clone.repro()
        clone.commit(clone.folder.name)
    for command in (
        "dvc push --run-cache", "git checkout --ours dvc.lock metrics reports", "dvc repro --pull", "git add --all",
    ):  # fmt: skip
        assert f"    {command}" in README
    theirs.dvc("push", "--run-cache")
    theirs.git("push", "--quiet", "origin", "theirs")
    ours.git("fetch", "--quiet", "origin")
    merged = ours.run(
        "git", "-c", "user.name=a", "-c", "user.email=a@example.org", "merge", "origin/theirs", check=False
    )
    assert re.search(r"CONFLICT .* dvc\.lock", merged.stdout)
    ours.git("checkout", "--ours", "dvc.lock", "metrics", "reports")
    ran = ours.repro("--pull")
    scored = {f"score@cnn-{regime}" for regime in ("clean", "noisy", "robust")}
    assert set(ran) <= {"check", *scored, "tabulate", "report"}, "what took long comes from the remote"
    assert "report" in ran
    ours.git("add", "--all")
    ours.git("commit", "--quiet", "--no-edit")
    assert ours.repro() == []
    assert ours.git("status", "--porcelain").stdout == ""
    parameters = (ours.folder / "params.yaml").read_text()
    assert "images: 40" in parameters
    assert "signs: 5" in parameters
