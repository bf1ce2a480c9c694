"""Made-up results, and a page that is made of them."""

import itertools
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from misread import params, paths
from misread.data import store
from misread.experiments.project_copy import ROOT
from misread.metrics import sweeps
from misread.metrics.thresholds import BELOW_GRID
from misread.params import LEVELS
from misread.report import build, page, style
from misread.report.pictures import picture
from misread.report.results import Counts, Results

TYPES = ("salt_pepper", "periodic", "gaussian")
SHOWN = (14, 13, 12, 11, 17, 33, 38)  # classes of the test images
SIZE = 16  # of them, pixels
KEYS = ("cnn-clean", "cnn-noisy")
SETS = [("none", "none"), *((kind, level) for kind in TYPES for level in LEVELS)]
REACHED = {"strength": 0.05, "low": 0.04, "high": 0.06, "rmse": 30.0, "psnr": 18.6, "status": "reached"}
NOT_REACHED = dict.fromkeys(("strength", "low", "high", "rmse", "psnr")) | {"status": "not reached"}
BELOW = NOT_REACHED | {"status": BELOW_GRID}
CALIBRATION = {"accuracy": 0.7, "ece": 0.2, "ece_scaled": 0.1, "aurc": 0.1, "coverage": 0.6, "temperature": 1.5}
WRONG = dict(zip(KEYS, (0.9, 0.8), strict=True))  # mean confidence
TAKEN = ("generated", "clean", *(f"{kind}-max" for kind in TYPES))  # sets that discriminators see
TEMPLATES = ROOT / "src/misread/report/templates"


def per_set(**columns):
    return pd.DataFrame([{"noise_type": kind, "noise_level": level, "n": 100} | columns for kind, level in SETS])


def thresholds(strengths):
    """Thresholds at 10% of each classifier: a strength, or all figures; those at 5% and 50% are not reached."""
    return sweeps.threshold_table(
        {
            key: {
                kind: {
                    "p05": NOT_REACHED,
                    "p10": strength if isinstance(strength, dict) else REACHED | {"strength": strength},
                    "p50": NOT_REACHED,
                }
                for kind in TYPES
            }
            for key, strength in strengths.items()
        }
    )


def ranked(areas, half=0.05):
    """A ranking and its pairs, all intervals ``half`` to either side."""
    ranking = [
        {
            "network": key, "noise_type": kind, "area": area, "low": area - half, "high": area + half, "n": 100,
            "psnr_low": 8.0, "psnr_high": 33.0,
        }
        for key, of_types in areas.items()
        for kind, area in zip(TYPES, of_types, strict=True)
    ]  # fmt: skip
    pairs = [
        {
            "network": key, "first": one, "second": other, "measure": "area", "difference": a - b,
            "low": a - b - half, "high": a - b + half, "n": 100,
        }
        for key, of_types in areas.items()
        for (one, a), (other, b) in itertools.combinations(
            zip(TYPES, of_types, strict=True), 2
        )
    ]  # fmt: skip
    return pd.DataFrame(ranking), pd.DataFrame(pairs)


def sweep_of(key):
    """Predictions over the grids: right below the middle of each, wrong from there on."""
    types = params.load(ROOT / "params.yaml").noise.types
    places = [("none", 0.0), *((name, strength) for name in types.names for strength in types[name].sweep)]
    rows = [
        {
            "row": row,
            "label": label,
            "prediction": label if strength < 10 else 1,
            "noise_type": name,
            "strength": strength,
        }
        for name, strength in places
        for row, label in enumerate(SHOWN)
    ]
    return pd.DataFrame(rows)


def made_up() -> dict:
    """What `Results` would read from files."""
    ranking, pairs = ranked({"cnn-clean": (0.6, 0.4, 0.5), "cnn-noisy": (0.8, 0.5, 0.6)})
    both = [{"network": key, "noise": noise} for key in KEYS for noise in ("clean", "salt_pepper-max")]
    gan = {
        "fid": 9.0, "fid_floor": 1.0, "kid": 2.0, "kid_spread": 0.2, "kid_floor": 0.1, "kid_spread_floor": 0.05,
        "compared": 20, "precision": 0.7, "recall": 0.1, "residual_rms": 5.0, "diversity": 0.6,
        "gan_test": {"accuracy": 0.8}, "gan_train": {"clean": {"accuracy": 0.5, "spread": 0.01}},
    }  # fmt: skip
    plain = {name: value for name, value in gan.items() if name not in ("gan_test", "gan_train", "diversity")}
    measured = {"n": 10, "rmse": 10.0, "psnr": 28.0, "ssim": 0.9}
    downstream = ("real", "label_preserving", "noise", "generated-clean", "augmented-clean")
    change = {"difference": 0.3, "low": 0.2, "high": 0.4}
    return {
        "keys": list(KEYS),
        "scored": {
            key: per_set(
                label="cnn", regime=key[4:], accuracy=accuracy, low=accuracy - 0.01, high=accuracy + 0.01,
                trainings=trainings, spread=spread,
            )
            for key, accuracy, trainings, spread in zip(KEYS, (0.9, 0.7), (3, 1), (0.004, np.nan), strict=True)
        },
        "thresholds": thresholds({"cnn-clean": 0.03, "cnn-noisy": 0.2}),
        "curves": pd.DataFrame({"network": KEYS, "n": [90, 70]}),
        "ranking": ranking,
        "ranking_pairs": pairs,
        "ranking_luma": ranking,
        "ranking_luma_pairs": pairs,
        "thresholds_random_options": thresholds({"cnn-clean": 0.05, "cnn-noisy": 0.3}),
        "thresholds_by_size": pd.DataFrame(
            [
                {"network": key, "noise_type": kind, "size": size, "side_low": low, "side_high": high, "n": 9} | REACHED
                for key in KEYS
                for kind in TYPES
                for size, low, high in (("small", 15.0, 25.0), ("large", 25.0, 200.0))
            ]
        ),
        "psychometric": pd.DataFrame(
            [
                {"network": key, "noise_type": kind, "level": "p10", "strength": 0.06, "monotone": 0.05, "ratio": 1.2}
                for key in KEYS
                for kind in TYPES
            ]
        ),
        "track_effects": pd.concat(
            per_set(network=key, error=0.1, correlation=0.5, effect=15.5, effective=6.5, images=100, tracks=10)
            for key in KEYS
        ),
        "tracks": {"together": 0.9, "correct": 0.92, "nearest": 0.99, "tracks": 10, "groups": 11, "images": 100},
        "groups": 12,
        "fourier": pd.DataFrame(
            [
                {"network": key, "period": period, "angle": 45.0, "accuracy": accuracy, "low": 0.1, "high": 0.9}
                for key in KEYS
                for period, accuracy in ((3.0, 0.2), (6.0, 0.8))
            ]
        ),
        "sweeps": {key: sweep_of(key) for key in KEYS},
        "study": pd.concat(
            per_set(Network=label, regime="clean", Accuracy=0.9, low=0.8, high=0.95).assign(**{"Image size": size})
            for label, size in (("cnn", 40), ("cgan (GAN-train)", 28))
        ).rename(columns={"noise_type": "Noise type", "noise_level": "Noise level"}),
        "minus_clean": {
            "cnn-noisy": {
                "selected": change,
                "clean": {"difference": -0.1, "low": -0.12, "high": -0.08},
                "noisy": {"difference": 0.05, "low": 0.04, "high": 0.06},
                **dict.fromkeys(TYPES, change),
            }
        },
        "calibration": {key: per_set(**CALIBRATION | {"confidence_when_wrong": wrong}) for key, wrong in WRONG.items()},
        "agreement": per_set(one="cnn-clean", other="cnn-noisy", kappa=0.4, low=0.3, high=0.5),
        "confusions": pd.DataFrame(
            [one | {"label": 14, "prediction": 13, "images": 3, "share": 0.1, "permits_more": True} for one in both]
        ),
        "permits_more": pd.DataFrame(
            [
                one | {"signs": "speed limits", "n": 9, "wrong": 0.5, "permits_more": 0.3, "low": 0.2, "high": 0.4}
                for one in both
            ]
        ),
        "noise": {"gaussian-max": {"strength": 50.0, "28px": measured, "40px": measured}},
        "downstream": pd.concat(per_set(classifier=name, accuracy=0.9, low=0.8, high=1.0) for name in downstream),
        "gains": pd.concat(
            per_set(classifier=name, control=control, gain=0.1, low=0.05, high=0.2)
            for name, control in (
                ("augmented-clean", "real"), ("augmented-clean", "label_preserving"), ("augmented-clean", "noise"),
                ("noise", "real"),
            )
        ),
        "gan_scores": {"gan-clean": plain, "cgan-clean": gan},
        "gan_proportions": {
            key: pd.DataFrame({"measure": [f"taken_for_real.{name}" for name in TAKEN], "value": 0.5})
            for key in ("gan-clean", "cgan-clean")
        },
        "gan_variants": pd.DataFrame(
            {"condition": ["concat"], "learning rate": [0.0002], "GAN-test": [0.3], "FID": [200]}
        ),
        "counts": Counts(training=90, held_out=10, test=100, sweep=100, fourier=50, compared=20),
    }  # fmt: skip


@pytest.fixture
def results():
    """Made-up results of rendered signs."""
    settings = params.load(ROOT / "params.yaml")
    synthetic = settings.data.model_copy(update={"source": "synthetic"})
    found = Results(settings.model_copy(update={"data": synthetic, "own": {}}))
    found.__dict__ |= made_up()
    return found


def figure_names() -> set[str]:
    """Figures that the templates name."""
    texts = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES.glob("sections/*"))
    names = set(re.findall(r'figures\["([\w/]+)"\]', texts))
    listed = re.search(r"in \((.*?)\) %}\s*\{\{ macros\.figure\(figures\[\"(\w+)/\" ~ name", texts)
    return names | {f"{listed[2]}/{name}" for name in re.findall(r"\w+", listed[1])}


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """A folder with the test images and files that the page shows."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "params.yaml", tmp_path)
    folder = paths.test_sets("cnn") / "clean"
    store.create_set(folder, np.array(SHOWN), SIZE)
    store.write_rows(folder, 0, np.random.default_rng(0).integers(0, 256, (len(SHOWN), SIZE, SIZE, 3), np.uint8))
    paths.CLEAN.mkdir()
    pd.DataFrame({"class_id": SHOWN, "width": 40, "height": range(40, 40 + len(SHOWN))}).to_csv(paths.index("test"))
    return tmp_path


@pytest.fixture
def filled(results, tmp_path, project):
    """What fills the templates; every figure is the same small plot."""
    with style.applied():
        axes = style.plt.figure(figsize=(11, 4)).subplots()
        axes.plot([0, 1], label="a line")
        axes.legend()
        style.save(axes.figure, tmp_path / "any.svg")
    shown = {name: picture(tmp_path / "any.svg", "What is seen.", "A line that rises") for name in figure_names()}
    return build.context(results, shown)


@pytest.fixture
def written(filled, tmp_path) -> Path:
    """The page with everything on it."""
    filled["texts"]["provenance"]["parameters"] = "seed: 1 # <of all>"
    path = tmp_path / "index.html"
    path.write_text(page.render("report.html.j2", **filled), encoding="utf-8")
    return path
