"""The real `dvc` command on the real graph, in a clone of its own, on rendered signs."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from project_copy import BEFORE_BOTH, ROOT, SIDE_BY_SIDE, TINY, change_params, copy_project

from misread import params
from misread.data import store
from misread.noise.apply import add_noise

pytestmark = pytest.mark.slow

LEFT_OUT = ("inception_v3-clean", "inception_v3-noisy")  # `make demo` runs the graph with this network
NETWORKS = [network for network in params.NETWORKS if network != "inception_v3"]
KEYS = [f"{network}-{regime}" for network in NETWORKS for regime in ("clean", "noisy")]
GAN_KEYS = [f"{kind}-{regime}" for kind in ("gan", "cgan") for regime in ("clean", "noisy")]
STUDENTS = ["real", "label_safe", "noise", "generated-clean", "generated-noisy", "augmented-clean", "augmented-noisy"]


class Clone:
    """A git repository with the pipeline in it, less one network."""

    def __init__(self, folder, cache):
        self.folder, self.cache = folder, cache
        folder.mkdir()
        copy_project(folder, TINY, LEFT_OUT)
        # As a user who has not activated the environment: its `bin` is not on the path.
        bare = [part for part in os.environ["PATH"].split(os.pathsep) if ".venv" not in part]
        self.environment = {
            name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "MISREAD_MIRROR")
        }
        self.environment |= {"PATH": os.pathsep.join(bare)}
        # The stages look for .venv upwards from their folder.
        (folder / ".venv").symlink_to(sys.prefix)
        self.git("init", "--quiet")
        self.dvc("cache", "dir", "--local", os.path.relpath(cache, folder))  # DVC writes ASCII alone
        self.git("add", ".")
        self.git("commit", "--quiet", "--message", "start")

    def run(self, *command, check=True):
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )
        assert not check or done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done

    def git(self, *arguments):
        return self.run("git", "-c", "user.name=test", "-c", "user.email=test@example.org", *arguments)

    def dvc(self, *arguments, check=True):
        return self.run(sys.executable, "-m", "dvc", *arguments, check=check)

    def repro(self, *arguments):
        """Stages that ran."""
        return stages_run(self.dvc("repro", *arguments).stdout)

    def would_run(self):
        """Stages that would run; `dvc exp run --dry` fails, as it looks in a copy without data."""
        return stages_run(self.dvc("repro", "--dry").stdout)

    def lock(self):
        return (self.folder / "dvc.lock").read_text()


def stages_run(output):
    """What DVC says that it runs, or would run."""
    return re.findall(r"^Running stage '(.+)':", output, re.MULTILINE)


class Variant(NamedTuple):
    """What happened to an experiment."""

    ran: list[str]
    difference: str
    ran_on_the_way_back: list[str]


def try_variant(clone):
    """Run an experiment with other parameters, compare it with what was before, and go back."""
    clone.repro("score@cnn-noisy")
    clone.git("add", ".")
    clone.git("commit", "--quiet", "--message", "run")
    ran = stages_run(clone.dvc("exp", "run", "--set-param", "networks.cnn.epochs=1", "score@cnn-noisy").stdout)
    difference = clone.dvc("metrics", "diff").stdout
    change_params(clone.folder, {"networks.cnn.epochs": TINY["networks.cnn.epochs"]})
    return Variant(ran, difference, clone.repro("score@cnn-noisy"))


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """The whole graph, run once; on two cores, so two clones share a cache.

    The graph's two halves run side by side. Then one clone runs what is left, and the tests look at it, while the other
    tries a variant.
    """
    # A blank and a letter beyond ASCII, as users have them in their paths.
    folder = tmp_path_factory.mktemp("Größe der")
    made, other = (Clone(folder / name, folder / "cache") for name in ("one", "other"))
    made.ran = {"first": made.repro(*BEFORE_BOTH), "here": [], "there": []}
    with ThreadPoolExecutor() as beside:
        for here, there in SIDE_BY_SIDE:
            running = beside.submit(other.repro, *there)
            made.ran["here"] += made.repro(*here)
            made.ran["there"] += running.result()
        made.variant = beside.submit(try_variant, other)
        made.ran["rest"] = made.repro()
        made.git("add", ".")
        made.git("commit", "--quiet", "--message", "run")
        yield made


def read(clone, path):
    return json.loads((clone.folder / path).read_text())


def test_every_stage_runs_in_order_and_then_none(clone):
    assert clone.ran["first"][:3] == ["check", "download", "prepare"]
    noises = [f"noise@{kind}-{level}" for kind in params.NOISE_TYPES for level in params.LEVELS]
    per_key = [f"{stage}@{key}" for stage in ("train", "evaluate", "sweep", "score") for key in KEYS]
    per_gan = [f"{stage}@{key}" for stage in ("train_gan", "evaluate_gan") for key in GAN_KEYS]
    taught = [f"{stage}@{student}" for stage in ("train_student", "evaluate_student") for student in STUDENTS]
    others = ["pretrained@inception_v3", "pretrained@resnet50", "measure_noise", "report"]
    scored = ["score_gans", "tabulate_results", "tabulate_misreadings"]
    drawn = ["draw_data", "draw_results", "draw_failures", "draw_gans"]
    expected = {"check", "download", "prepare", *noises, *per_key, *per_gan, *taught, *others, *scored, *drawn}
    assert {stage for ran in clone.ran.values() for stage in ran} == expected
    assert clone.repro() == []


def test_a_shared_cache_brings_what_was_trained_elsewhere(clone):
    here, there = clone.ran["here"], clone.ran["there"]
    assert "train_gan@cgan-noisy" in here
    assert {"train@cnn-noisy", "train_student@generated-clean"} <= set(there)
    assert not [stage for stage in here + there if stage.startswith(("noise@", "prepare", "download"))]
    assert not set(here) & set(there) - {"check"}
    done = ("train", "evaluate_student", "sweep", "noise@")
    assert not [stage for stage in clone.ran["rest"] if stage.startswith(done)]


def test_git_holds_metrics_and_reports_but_no_data(clone):
    tracked = clone.git("ls-files").stdout.split()
    assert "metrics/cnn-clean.json" in tracked
    assert "reports/results.md" in tracked
    assert not [path for path in tracked if path.startswith(("data/", "models/"))]
    assert clone.git("status", "--porcelain").stdout == ""


def test_data_are_linked_to_the_cache_not_stored_twice(clone):
    """With reflinks first in `cache.type`, DVC leaves copies where the file system has none."""
    file = clone.folder / "data/noisy/gaussian-max/75/train/images.npy"
    cached = [path for path in clone.cache.rglob("*") if path.is_file() and path.samefile(file)]
    assert len(cached) == 1


def test_metrics_and_tables(clone):
    rows = pd.read_csv(clone.folder / "reports/results.csv", keep_default_na=False)
    taught = rows[rows.Network.str.startswith("cgan")]
    assert len(taught) == 10 * 2
    rows = rows.drop(taught.index)
    assert len(rows) == 10 * len(KEYS)
    for key in KEYS:
        metrics = read(clone, f"metrics/{key}.json")
        assert list(metrics) == ["clean", "chosen", "noisy", "mce", "salt10", "wave10", "gauss10", "params"]
        network, regime = key.rsplit("-", 1)
        table = rows[rows.Network.str.startswith(network) & (rows.regime == regime)].set_index(
            ["Noise type", "Noise level"]
        )
        assert metrics["clean"] == pytest.approx(table.Accuracy["none", "none"], abs=5e-5)
        assert metrics["chosen"] == pytest.approx(table.Accuracy["salt_pepper", "max"], abs=5e-5)
        assert (table.n == 43 * 20).all()
    assert set(rows.Network) == {"cnn", "resnet50 (random init)"}
    assert read(clone, "metrics/cnn-clean.json")["params"] == 234_059
    assert read(clone, "metrics/cnn-clean.json")["mce"] == 1
    assert read(clone, "reports/summary.json")["source"] == "synthetic"
    assert "Rendered signs" in (clone.folder / "reports/results.md").read_text()
    shown = clone.dvc("metrics", "show").stdout
    assert "salt10" in shown
    assert max(map(len, shown.splitlines())) <= 140, "columns of a terminal"


def test_metrics_of_the_gans(clone):
    students = pd.read_csv(clone.folder / "reports/gans/students.csv", keep_default_na=False)
    assert list(students.student.unique()) == STUDENTS
    assert (students.groupby("student").size() == 10).all()
    for key in GAN_KEYS:
        metrics = read(clone, f"reports/gans/tables/{key}/scores.json")
        shown = read(clone, f"metrics/{key}.json")
        assert list(shown) == ["fid", "gan_test", "gan_train"][: 3 if key.startswith("cgan") else 1]
        assert shown["fid"] == pytest.approx(metrics["fid"], abs=0.005)
        assert 0 <= metrics["precision"] <= 1
        if key.startswith("cgan"):
            generated = students[students.student == f"generated-{key.partition('-')[2]}"]
            clean = generated[generated.noise_type == "none"].accuracy.item()
            assert metrics["gan_train"]["clean"]["accuracy"] == pytest.approx(clean)
            assert len(metrics["gan_train"]) == 11, "the held-out tracks and ten test sets"
            assert 0 <= metrics["gan_test"]["accuracy"] <= 1
        else:
            assert 1 <= metrics["coverage"]["classes"] <= 43
    gains = pd.read_csv(clone.folder / "reports/gans/gains.csv", keep_default_na=False)
    assert len(gains) == 2 * 3 * 10
    assert (gains.low <= gains.gain).all()
    assert (gains.gain <= gains.high).all()


def test_thresholds_and_the_page(clone):
    for types in (read(clone, f"reports/thresholds/{key}.json") for key in KEYS):
        assert list(types) == list(params.NOISE_TYPES)
        for levels in types.values():
            assert list(levels) == ["p05", "p10", "p50"]
            for found in levels.values():
                assert (found["strength"] is None) == (found["status"] != "reached")
    page = (clone.folder / "reports/index.html").read_text()
    assert "Rendered signs, not GTSRB" in page
    assert clone.git("log", "-1", "--format=%h", "--", "src").stdout.strip() in page, "the revision of the code"
    assert page.count("data:image/webp;base64,") >= 20
    assert len(page) < 8e6, "bytes; nearly all are the pictures"


def test_noisy_sets_hold_what_noise_in_memory_gives(clone):
    settings = params.load(clone.folder / "params.yaml")
    clean = store.open_set(clone.folder / "data/clean/40/test")
    for noise_type in params.NOISE_TYPES:
        noisy = store.open_set(clone.folder / f"data/noisy/{noise_type}-avg/40/test")
        rows = np.array([0, 5, 859])
        expected = add_noise(
            clean.images[rows], rows, noise_type=noise_type, strength=settings.noise.strength_of(noise_type, "avg"),
            options=settings.noise.options_of(noise_type), seed=settings.seed, split="test",
        )  # fmt: skip
        assert (noisy.images[rows] == expected).all()
        assert (noisy.labels == clean.labels).all()
    quality = [read(clone, "reports/noise.json")[f"gaussian-{level}"]["40px"] for level in params.LEVELS]
    assert quality[0]["rmse"] < quality[1]["rmse"] < quality[2]["rmse"]
    assert quality[0]["psnr"] > quality[1]["psnr"] > quality[2]["psnr"]
    assert quality[0]["ssim"] > quality[1]["ssim"] > quality[2]["ssim"]


def test_the_mixed_regime_learns_from_all_ten_sets(clone):
    done = clone.run("stages/python", "stages/train.py", "cnn", "mixed")
    assert "Epoch 2/2" in done.stdout
    trained = read(clone, "models/cnn-mixed/training.json")
    assert (trained["regime"], trained["training_images"]) == ("mixed", 43 * 30)
    hidden = clone.folder / "data/noisy/periodic-avg"
    hidden.rename(hidden.with_name("elsewhere"))
    done = clone.run("stages/python", "stages/train.py", "cnn", "mixed", check=False)
    hidden.with_name("elsewhere").rename(hidden)
    assert done.returncode == 1
    assert "error: data/noisy/periodic-avg/40/train/images.npy: no such file" in done.stderr
    assert "Traceback" not in done.stderr
    shutil.rmtree(clone.folder / "models/cnn-mixed")
    (clone.folder / "reports/history/cnn-mixed.csv").unlink()


def test_the_same_run_gives_the_same_bytes(clone):
    before = clone.lock()
    stages = ["train@cnn-clean", "draw_results", "train_gan@cgan-clean", "download"]
    assert sorted(clone.repro("--force", "--single-item", "--no-run-cache", *stages)) == sorted(stages)
    assert clone.lock() == before


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


def test_a_killed_stage_leaves_nothing_half_done_and_the_next_run_finishes(clone):
    parameters, lock = (clone.folder / "params.yaml").read_bytes(), clone.lock()
    change_params(clone.folder, {"geometry.fit": "letterbox"})
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


def test_a_variant_touches_what_names_it_and_nothing_else(clone):
    change_params(clone.folder, {"noise.level": "avg"})
    ran = clone.would_run()
    change_params(clone.folder, {"noise.level": "max"})
    # A dry run shows what the change itself touches; the test below, that what uses a result follows it.
    # The check of the parameters always comes first; its output does not change.
    trained = [f"train@{network}-noisy" for network in NETWORKS] + ["train_student@noise"]
    gans = [f"{stage}@{kind}-noisy" for stage in ("train_gan", "evaluate_gan") for kind in ("gan", "cgan")]
    scored = [f"score@{key}" for key in KEYS] + ["score_gans", "tabulate_results", "tabulate_misreadings"]
    drawn = ["draw_results", "draw_failures", "report"]
    assert sorted(ran) == sorted(["check", *trained, *gans, *scored, *drawn])


def test_a_variant_is_compared_with_what_was_before(clone):
    variant = clone.variant.result()
    cnn = [f"{stage}@cnn-{regime}" for stage in ("train", "evaluate") for regime in ("clean", "noisy")]
    assert sorted(variant.ran) == sorted(["check", *cnn, "sweep@cnn-noisy", "score@cnn-noisy"])
    assert "chosen" in variant.difference
    assert "metrics/cnn-noisy.json" in variant.difference


def test_going_back_to_earlier_parameters_trains_nothing(clone):
    """DVC's run cache holds a stage only if it keeps nothing but metrics and plots outside the cache."""
    assert set(clone.variant.result().ran_on_the_way_back) <= {"check", "score@cnn-noisy"}


def test_a_change_of_one_strength_reruns_one_noise(clone):
    change_params(clone.folder, {"noise.strength.gaussian.min": 11.0})
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
    clone.dvc("exp", "run", "--set-param", "figures.signs=3", "draw_results")
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
    assert written[1] == written[2] == b'{"source": "gtsrb"}\n'
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
    done = clone.run(sys.executable, str(ROOT / "scripts/study.py"), "check")
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
        images = clone.folder / "data/clean/40/test/images.npy"
        assert images.resolve().is_relative_to(elsewhere), "a link to the other disk"
        assert len(store.open_set(images.parent).images) == 43 * 20
        assert clone.repro("prepare") == []


def test_another_project_brings_one_network(clone, tmp_path):
    """As README says: from a repository and its remote, without the rest of the data."""
    remote, published = tmp_path / "remote", tmp_path / "published"
    clone.dvc("remote", "add", "--local", "storage", str(remote))
    clone.dvc("push", "--remote", "storage", "models/cnn-clean")
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
