"""Variants of the study: what they run again, how they are compared, taken back and shared."""

import json
import re
import subprocess
import sys

import pytest
from pipeline.conftest import KEYS, NETWORKS, stages_run

from misread.experiments.project_copy import ROOT, change_params

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("noise.level=mean", "noise.level: 'mean': must be 'min', 'avg' or 'max'"),
        ("+noise.levle=min", "noise.levle: unknown key"),
    ],
)
def test_a_wrong_parameter_is_refused_before_any_stage_runs(clone, setting, told):
    before, parameters = clone.lock(), (clone.folder / "params.yaml").read_bytes()
    done = clone.dvc("exp", "run", "--set-param", setting, check=False)
    assert done.returncode != 0
    assert f"error: params.yaml: {told}" in done.stderr
    assert "Traceback" not in done.stderr
    assert re.findall(r"^Running stage '(.+)':", done.stdout, re.MULTILINE) == ["check"]
    assert clone.lock() == before
    (clone.folder / "params.yaml").write_bytes(parameters)
    clone.repro("check")


def test_a_variant_touches_what_names_it_and_nothing_else(clone):
    state = clone.state()
    change_params(clone.folder, {"noise.level": "avg"})
    assert clone.repro("arrange") == ["check", "arrange"]
    # A dry run shows what the change itself touches; the test below, that what uses a result follows it.
    ran = clone.would_run()
    clone.restore(state)
    trained = [f"train@{network}-noisy" for network in NETWORKS] + ["train_again@cnn-noisy-2", "train_downstream@noise"]
    gans = [f"{stage}@{kind}-noisy" for stage in ("train_gan", "evaluate_gan") for kind in ("gan", "cgan")]
    scored = [f"score@{key}" for key in KEYS]
    assert sorted(ran) == sorted([*trained, *gans, *scored, "tabulate", "report"])


def test_a_variant_is_compared_with_what_was_before(clone):
    variant = clone.variant.result()
    cnn = [f"{stage}@cnn-{regime}" for stage in ("train", "evaluate") for regime in ("clean", "noisy")]
    again = [f"train_again@cnn-{regime}-2" for regime in ("clean", "noisy")]
    assert sorted(variant.ran) == sorted(["check", *cnn, *again, "sweep@cnn-noisy", "score@cnn-noisy"])
    assert "chosen" in variant.difference
    assert "metrics/cnn-noisy.json" in variant.difference


def test_going_back_to_earlier_parameters_trains_nothing(clone):
    """DVC's run cache holds a stage only if it keeps nothing but metrics and plots outside the cache."""
    assert set(clone.variant.result().ran_on_the_way_back) <= {"check", "score@cnn-noisy"}


def test_a_change_of_one_strength_reruns_one_noise(clone):
    change_params(clone.folder, {"noise.types.gaussian.min": 11.0})
    ran = clone.would_run()
    assert [stage for stage in ran if stage.startswith("noise@")] == ["noise@gaussian-min"]
    assert not [stage for stage in ran if stage.startswith(("train@", "prepare", "download"))]


def test_a_fresh_clone_is_in_step(clone, tmp_path):
    """What lies in git beside the data must not look like a part of them."""
    clone.run("git", "clone", "--quiet", str(clone.folder), str(tmp_path / "fresh"))
    done = subprocess.run(
        [sys.executable, "-m", "dvc", "repro", "--allow-missing", "--dry"], cwd=tmp_path / "fresh",
        env=clone.environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert stages_run(done.stdout) == []


def test_a_variant_is_taken_back_as_readme_says(clone):
    changed, own = clone.folder / "params.yaml", clone.folder / "notes.txt"
    before = clone.git("show", "HEAD:params.yaml").stdout.encode()
    clone.dvc("exp", "run", "--set-param", "noise.quality_images=20", "measure_noise")
    assert changed.read_bytes() != before
    own.write_text("not in git")
    assert "git checkout . && dvc checkout" in (ROOT / "README.md").read_text(encoding="utf-8")
    clone.git("checkout", ".")
    clone.dvc("checkout")
    assert changed.read_bytes() == before
    assert clone.repro() == []
    assert own.read_text() == "not in git"
    own.unlink()


def test_a_seed_leaves_the_archives_of_gtsrb_alone(clone):
    """A copy or the queue would download them anew for each seed."""
    origin = clone.folder / "data/origin.json"
    assert json.loads(origin.read_text()) == {"source": "synthetic", "images_per_class": 60, "seed": 2021}
    lock, parameters = clone.lock(), (clone.folder / "params.yaml").read_bytes()
    written = {}
    for seed, images in ((1, 60), (2, None)):
        change_params(clone.folder, {"data.source": "gtsrb", "seed": seed, "data.images_per_class": images})
        clone.repro("check")
        written[seed] = origin.read_bytes()
    assert written[1] == written[2] == b'{\n  "source": "gtsrb"\n}\n'
    (clone.folder / "params.yaml").write_bytes(parameters)
    (clone.folder / "dvc.lock").write_text(lock)
    clone.dvc("checkout")
    assert clone.repro() == []


def test_another_project_brings_one_network(clone, tmp_path):
    """As README says: from a repository and its remote, without the rest of the data."""
    remote, published = tmp_path / "remote", tmp_path / "published"
    clone.dvc("remote", "add", "--local", "storage", str(remote))
    clone.dvc("push", "--remote", "storage", "train@cnn-clean", "train_again@cnn-clean-2")
    clone.run("git", "clone", "--quiet", str(clone.folder), str(published))
    settings = f"[core]\n    remote = storage\n['remote \"storage\"']\n    url = {remote}\n"
    (published / ".dvc/config").write_text(settings)
    git = ("git", "-C", str(published), "-c", "user.name=test", "-c", "user.email=test@example.org")
    clone.run(*git, "commit", "--quiet", "--all", "--message", "remote")
    target = tmp_path / "other/model"
    target.parent.mkdir()
    clone.dvc("get", str(published), "models/cnn-clean", "--out", str(target))
    assert (target / "model.keras").read_bytes() == (clone.folder / "models/cnn-clean/model.keras").read_bytes()
    clone.dvc("remote", "remove", "--local", "storage")
