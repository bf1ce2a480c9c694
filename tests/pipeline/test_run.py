"""What a run of the whole graph writes."""

import shutil

import numpy as np
import pandas as pd
import pytest
from pipeline.conftest import DOWNSTREAM, GAN_KEYS, KEYS, NETWORKS, NOISE_TYPES, REGIMES

from misread import params
from misread.data import store
from misread.experiments.project_copy import ROOT, change_params
from misread.noise.apply import add_noise

pytestmark = pytest.mark.slow
SETS = 1 + len(NOISE_TYPES) * len(params.LEVELS)  # clean and noisy


def read_csv(clone, path):
    return pd.read_csv(clone.folder / path, keep_default_na=False)


def test_every_stage_runs_in_order_and_then_none(clone):
    assert clone.ran[0] == "check"
    expected = {"check", "download", "prepare", "arrange", "measure_noise", "group_tracks", "evaluate_downstream"}
    expected |= {"tabulate", "report"} | {f"train_again@cnn-{regime}-2" for regime in REGIMES}
    expected |= {f"noise@{kind}-{level}" for kind in NOISE_TYPES for level in params.LEVELS}
    expected |= {f"pretrained@{network}" for network in NETWORKS}
    expected |= {f"{stage}@{key}" for stage in ("train", "evaluate", "sweep", "score") for key in KEYS}
    expected |= {f"{stage}@{key}" for stage in ("train_gan", "evaluate_gan") for key in GAN_KEYS}
    expected |= {f"train_downstream@{name}" for name in DOWNSTREAM}
    assert sorted(clone.ran) == sorted(expected), "each once"
    assert clone.repro() == []


def test_git_holds_metrics_and_reports_but_no_data(clone):
    tracked = clone.git("ls-files").stdout.split()
    assert "metrics/cnn-clean.json" in tracked
    assert "reports/results.md" in tracked
    assert not [path for path in tracked if path.startswith(("data/", "models/"))]
    assert clone.git("status", "--porcelain").stdout == ""


def test_data_are_linked_to_the_cache_not_stored_twice(clone):
    """With reflinks first in `cache.type`, DVC leaves copies where the file system has none."""
    file = clone.folder / "data/noisy/gaussian-max/cnn/train/images.npy"
    cached = [path for path in clone.cache.rglob("*") if path.is_file() and path.samefile(file)]
    assert len(cached) == 1


def test_metrics_and_tables(clone):
    rows = read_csv(clone, "reports/results.csv")
    generated = rows[rows.Network.str.startswith("cgan")]
    assert len(generated) == SETS * 2
    rows = rows.drop(generated.index)
    assert len(rows) == SETS * len(KEYS)
    for key in KEYS:
        metrics = clone.read(f"metrics/{key}.json")
        thresholds = ["salt10", "wave10", "gauss10", "speckle10"]
        assert list(metrics) == ["clean", "chosen", "noisy", "mce", *thresholds, "params"]
        network, regime = key.rsplit("-", 1)
        table = rows[rows.Network.str.startswith(network) & (rows.regime == regime)].set_index(
            ["Noise type", "Noise level"]
        )
        assert metrics["clean"] == pytest.approx(table.Accuracy["none", "none"], abs=5e-5)
        assert metrics["chosen"] == pytest.approx(table.Accuracy["salt_pepper", "max"], abs=5e-5)
        assert (table.n == 43 * 20).all()
    assert set(rows.Network) == {"cnn", "vgg16 (random init)"}
    assert clone.read("metrics/cnn-clean.json")["params"] == 234_059
    assert clone.read("metrics/cnn-clean.json")["mce"] == 1
    assert clone.read("reports/tables/summary.json")["source"] == "synthetic"
    assert "Rendered signs" in (clone.folder / "reports/results.md").read_text()
    shown = clone.dvc("metrics", "show").stdout
    assert "chosen" in shown
    assert max(map(len, shown.splitlines())) <= 150, "columns of a terminal"


def test_metrics_of_the_gans(clone):
    downstream = read_csv(clone, "reports/tables/downstream.csv")
    assert set(downstream.classifier) == set(DOWNSTREAM)
    assert (downstream.groupby("classifier").size() == SETS).all()
    for key in GAN_KEYS:
        metrics = clone.read(f"reports/gans/tables/{key}/scores.json")
        shown = clone.read(f"metrics/{key}.json")
        assert list(shown) == ["fid", "gan_test", "gan_train"][: 3 if key.startswith("cgan") else 1]
        assert shown["fid"] == pytest.approx(metrics["fid"], abs=0.005)
        assert 0 <= metrics["precision"] <= 1
        if key.startswith("cgan"):
            generated = downstream[downstream.classifier == f"generated-{key.partition('-')[2]}"]
            clean = generated[generated.noise_type == "none"].accuracy.item()
            assert metrics["gan_train"]["clean"]["accuracy"] == pytest.approx(clean)
            assert len(metrics["gan_train"]) == 1 + SETS, "the held-out tracks and all test sets"
            assert 0 <= metrics["gan_test"]["accuracy"] <= 1
        else:
            assert 1 <= metrics["coverage"]["classes"] <= 43
    gains = read_csv(clone, "reports/tables/gains.csv")
    assert len(gains) == (2 * 3 + 1) * SETS
    assert (gains.low <= gains.gain).all()
    assert (gains.gain <= gains.high).all()


def test_thresholds_and_the_page(clone):
    for types in (clone.read(f"reports/scores/{key}/thresholds.json") for key in KEYS):
        assert list(types) == NOISE_TYPES
        for levels in types.values():
            assert list(levels) == ["p05", "p10", "p50"]
            for found in levels.values():
                assert (found["strength"] is None) == (found["status"] != "reached")
    page = (clone.folder / "reports/index.html").read_text()
    assert "Rendered signs, not GTSRB" in page
    assert clone.git("log", "-1", "--format=%h", "--", "src").stdout.strip() in page, "the revision of the code"
    figures = [path for path in (clone.folder / "reports/figures").rglob("*") if path.is_file()]
    assert page.count("<figure") == len(figures) >= 20
    assert len(page) <= 1.5e6, "bytes"


def test_noisy_sets_hold_what_noise_in_memory_gives(clone):
    settings = params.load(ROOT / "params.yaml")  # here there is no speckle
    clean = store.open_set(clone.folder / "data/clean/cnn/test")
    for noise_type in ("salt_pepper", "periodic", "gaussian"):
        noisy = store.open_set(clone.folder / f"data/noisy/{noise_type}-avg/cnn/test")
        rows = np.array([0, 5, 859])
        expected = add_noise(
            clean.images[rows], rows, noise_type=noise_type, strength=settings.noise.strength_of(noise_type, "avg"),
            options=settings.noise.options_of(noise_type), seed=settings.seed, split="test",
        )  # fmt: skip
        assert (noisy.images[rows] == expected).all()
        assert (noisy.labels == clean.labels).all()
    quality = [clone.read("reports/noise.json")[f"gaussian-{level}"]["40px"] for level in params.LEVELS]
    assert quality[0]["rmse"] < quality[1]["rmse"] < quality[2]["rmse"]
    assert quality[0]["psnr"] > quality[1]["psnr"] > quality[2]["psnr"]
    assert quality[0]["ssim"] > quality[1]["ssim"] > quality[2]["ssim"]


def test_the_mixed_regime_is_trained_on_all_sets(clone):
    state = clone.state()
    change_params(clone.folder, {"regimes.mixed": {}})
    assert clone.repro("arrange") == ["check", "arrange"]
    assert len(list((clone.folder / "data/sets/cnn/train/mixed").iterdir())) == SETS
    done = clone.run("./run", "train", "cnn", "mixed")
    assert "Epoch 2/2" in done.stdout
    trained = clone.read("models/cnn-mixed/training.json")
    assert (trained["regime"], trained["training_images"]) == ("mixed", 43 * 30)
    (clone.folder / "data/sets/cnn/train/mixed/periodic-avg/images.npy").unlink()
    done = clone.run("./run", "train", "cnn", "mixed", check=False)
    assert done.returncode == 1
    assert "error: data/sets/cnn/train/mixed/periodic-avg/images.npy: no such file" in done.stderr
    assert "Traceback" not in done.stderr
    shutil.rmtree(clone.folder / "models/cnn-mixed")
    (clone.folder / "reports/history/cnn-mixed.csv").unlink()
    clone.restore(state)
