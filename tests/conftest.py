"""Shared by all tests: rendered archives, made once, a tiny project with networks, and stages in an empty one."""

import json
import runpy
import shutil
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from selenium import webdriver
from xdist.scheduler import LoadScopeScheduling

from misread import params, stage
from misread.data import resize, store
from misread.experiments.project_copy import ROOT, change_params
from misread.gtsrb import rendered
from misread.training.determinism import make_deterministic

pytest_plugins = ("skips",)
SEED = 7
SIZES = {"cnn": 16, "resnet50": 32}  # of the tiny project's networks, pixels
SHOWN = [14, 13, 14, 0]  # class of each of its test images
THRESHOLDS = {
    "p05": {"strength": None, "low": None, "high": None, "status": "already below the smallest strength"},
    "p10": {"strength": 0.02, "low": 0.018, "high": 0.025, "status": "reached"},
    "p50": {"strength": 0.1, "low": 0.09, "high": None, "status": "reached"},
}


# TensorFlow's number of threads can only be set before it computes anything, be it while tests are collected.
make_deterministic(SEED, params.load(ROOT / "params.yaml").threads)


def pytest_collection_modifyitems(items):
    """The pipeline first: it takes longest, and other files run beside it."""
    items.sort(key=lambda item: item.path.parent.name != "pipeline")


class ByFile(LoadScopeScheduling):
    """One file at a time in each process; the pipeline's files together, as they look at the same run."""

    def _split_scope(self, nodeid):
        file = nodeid.partition("::")[0]
        return "pipeline" if "pipeline/" in file else file


def pytest_xdist_make_scheduler(config, log):
    """Of `make test`, which runs several processes."""
    return ByFile(config, log)


@pytest.fixture(scope="session")
def archives(tmp_path_factory) -> Path:
    """The three archives with 60 rendered training signs of each class and 20 test signs."""
    folder = tmp_path_factory.mktemp("gtsrb")
    rendered.write_archives(folder, images_per_class=60, seed=SEED)
    return folder


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    """A headless Chromium."""
    chromium, driver = (shutil.which(name) for name in ("chromium", "chromedriver"))
    if not (chromium and driver):
        pytest.skip("no browser to look at pages with: needs Debian's packages chromium and chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    flags = (
        "headless", "no-sandbox", "disable-gpu", "disable-quic", "disable-dev-shm-usage", "no-first-run",
        "disable-background-networking", "disable-component-update", "disable-sync",
        f"user-data-dir={tmp_path_factory.mktemp('chromium')}",
    )  # fmt: skip
    for flag in flags:
        options.add_argument(f"--{flag}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    with webdriver.Chrome(options, webdriver.ChromeService(driver)) as opened:
        yield opened


@pytest.fixture(scope="session")
def tiny_project(tmp_path_factory) -> Path:
    """A project with four rendered test signs, three untrained networks of two sizes, thresholds of one of them."""
    from misread.networks import NETWORKS
    from misread.training import saving

    folder = tmp_path_factory.mktemp("project")
    shutil.copy(ROOT / "params.yaml", folder)
    sizes = {f"networks.{name}.image_size": size for name, size in SIZES.items()}
    change_params(folder, sizes | {"data.source": "synthetic", "own": {}})
    frames = [
        rendered.render_track(class_id, SEED, 0, row, [rendered.FRAMES - 1])[0] for row, class_id in enumerate(SHOWN)
    ]
    for name, size in SIZES.items():
        target = folder / f"data/clean/{name}/test"
        store.create_set(target, np.array(SHOWN), size)
        squares = [resize.RESIZE_POLICIES["crop_pad"](image, roi, size) for image, roi in frames]
        store.write_rows(target, 0, np.stack(squares))
    index = [(*image.shape[:2], *roi) for image, roi in frames]
    pd.DataFrame(index, columns=["height", "width", "x1", "y1", "x2", "y2"]).to_csv(folder / "data/clean/test.csv")
    cnn = params.load(folder / "params.yaml").networks.cnn
    for name, regime in (("cnn", "clean"), ("cnn", "mixed"), ("resnet50", "clean")):
        path = folder / f"models/{name}-{regime}/model.keras"
        path.parent.mkdir(parents=True)
        saving.save(NETWORKS["cnn"].build(cnn.model_copy(update={"image_size": SIZES[name]})), path)
    (folder / "reports/scores/cnn-clean").mkdir(parents=True)
    (folder / "reports/scores/cnn-clean/thresholds.json").write_text(json.dumps({"salt_pepper": THRESHOLDS}))
    return folder


class Project:
    """A folder with parameters, in which the main functions of stages run."""

    def __init__(self, folder: Path):
        self.folder = folder

    def run(self, name, *arguments):
        """Run a stage as `./run` does; what it ends with: the line that it prints to standard error, or None."""
        sys.argv[1:] = arguments
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
    """A function that makes a project with parameters of its own, and makes it the current folder."""

    def make(**settings):
        shutil.copy(ROOT / "params.yaml", tmp_path)
        change_params(tmp_path, {"own": {}, **settings})
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", [*sys.argv])
        return Project(tmp_path)

    return make
