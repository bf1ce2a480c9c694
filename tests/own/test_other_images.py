"""Images that are no signs, from the files to the page: the handwritten digits of scikit-learn."""

import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

import misread
from misread.experiments.project_copy import ROOT
from misread.own.command import main

TRAINED = 400  # digits that the classifier is trained on
MEASURED = np.arange(900, 1200)
MODEL = """
import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

digits = load_digits()
fitted = LogisticRegression(tol=0.01).fit(digits.images[:400].reshape(400, -1), digits.target[:400])

def predict(batch):
    return fitted.predict_proba(batch[..., 0].reshape(len(batch), -1) / 15)
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """`model.py`, and 300 digits as grey PNG files in a folder for each class."""
    folder = tmp_path_factory.mktemp("digits")
    (folder / "model.py").write_text(MODEL)
    digits = load_digits()
    for row in MEASURED:
        path = folder / "test" / str(digits.target[row]) / f"{row:04}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray((15 * digits.images[row]).astype(np.uint8)).save(path)
    return folder


@pytest.mark.slow
def test_digits_are_measured_from_the_files_to_the_page(place, monkeypatch, capsys):
    monkeypatch.chdir(place)
    monkeypatch.setattr(sys, "path", list(sys.path))
    main(["measure", "model.py:predict", "test", "--size", "8", "--out", "out", "--resamples", "100"])
    told = capsys.readouterr().out
    assert "model.py:predict: Python function; test: 300 images of 10 classes" in told
    assert "300 grey images were converted to RGB." in told
    table = pd.read_csv("out/results.csv", keep_default_na=False, na_values=[""])
    clean = table[table.noise_type == "none"].accuracy.iloc[0]
    assert clean > 0.85
    assert f"model.py:predict classifies {clean:.1%} of 300 images correctly without noise" in told
    assert table[(table.noise_type == "gaussian") & (table.strength == 500)].accuracy.iloc[0] < 0.6
    thresholds = json.loads((place / "out/thresholds.json").read_text())
    assert thresholds["gaussian"]["p10"]["status"] == "reached"
    assert pd.read_csv("out/classes.csv", dtype={"class": str})["class"].tolist() == list("0123456789")
    images = pd.read_parquet("out/images.parquet")
    assert (images.image.str.split("/").str[0] == images.label).all()
    settings = json.loads((place / "out/settings.json").read_text())
    assert settings["scores"] == "probabilities"
    assert settings["class_order"] == "numeric"
    page = (place / "out/index.html").read_text(encoding="utf-8")
    for line in told.splitlines()[-7:-1]:
        assert line.replace("&", "&amp;").replace(">", "&gt;") in page
    assert "sign" not in page.lower().replace("assign", "").split("<main>")[1].split("<pre>")[0]


@pytest.mark.slow
def test_the_command_runs_as_a_module(place):
    done = subprocess.run(
        [sys.executable, "-m", "misread", "measure", "model.py:predict", ".", "--size", "8", "--out", "other",
         "--images", "100", "--noise", "gaussian", "--refine", "1", "--resamples", "100", "--name", "the digits"],
        cwd=place, env=os.environ | {"PYTHONPATH": str(ROOT / "src")}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "The digits classifies" in done.stdout
    assert done.stdout.splitlines()[-1] == "other/index.html has the page"
    assert (place / "other/index.html").exists()


def test_a_function_gives_the_same_result_as_the_command(place, monkeypatch, capsys):
    """The noise of an image depends on its row, and the files are in the order of their classes."""
    monkeypatch.chdir(place)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setenv("MISREAD_WORKERS", "1")
    digits = load_digits()
    fitted = LogisticRegression(tol=0.01).fit(digits.images[:TRAINED].reshape(TRAINED, -1), digits.target[:TRAINED])
    rows = MEASURED[np.argsort(digits.target[MEASURED], kind="stable")]
    images = (15 * digits.images[rows])[..., None].repeat(3, axis=3).astype(np.uint8)
    found = misread.measure(
        lambda batch: fitted.predict_proba(batch[..., 0].reshape(len(batch), -1) / 15), images, digits.target[rows],
        noise=["salt_pepper"], refine=1, resamples=100, progress=False,
    )  # fmt: skip
    quick = ["--noise", "salt_pepper", "--refine", "1", "--resamples", "100"]
    main(["measure", "model.py:predict", "test", "--size", "8", "--out", "same", *quick])
    table = pd.read_csv("same/results.csv", keep_default_na=False, na_values=[""])
    expected = found.accuracy.drop(columns="noise_level")
    pd.testing.assert_frame_equal(table.drop(columns="noise_level"), expected, check_dtype=False)
    assert found.summary().splitlines()[1:] == capsys.readouterr().out.splitlines()[-3:-1]
