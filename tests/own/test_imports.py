"""What is imported for a measurement: nothing that only the study, or only another kind of model, needs."""

import json
import os
import subprocess
import sys

import pytest

from misread.experiments.project_copy import ROOT

REPORT = "import json, sys; print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
STUDY = {"tensorflow", "keras", "h5py", "onnxruntime", "dvc", "ruamel", "streamlit", "selenium"}
MEASURED = """
import numpy as np
import misread
labels = np.arange(20) % 2
images = np.zeros((20, 8, 8, 3), np.uint8) + 100
images += np.where(labels, 30, 0).astype(np.uint8)[:, None, None, None]
def predict(batch):
    grey = batch.mean(axis=(1, 2, 3))
    return np.stack([115 - grey, grey - 115], axis=1)
misread.measure(predict, images, labels, noise=["gaussian"], resamples=100, progress=False).save("out")
"""


def imported(code, folder):
    """Names of the packages that are imported once some code has run."""
    settings = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{REPORT}"], cwd=folder, env=settings, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_package_imports_nothing_before_it_is_used(tmp_path):
    found = imported("import misread", tmp_path)
    assert "misread" in found
    assert not found & {"numpy", "pandas", "scipy", "matplotlib", *STUDY}


def test_a_function_is_measured_without_what_the_study_needs(tmp_path):
    assert not imported("import misread\nmisread.measure", tmp_path) & STUDY


@pytest.mark.slow
def test_a_function_is_measured_and_saved_without_what_the_study_needs(tmp_path):
    found = imported(MEASURED, tmp_path)
    assert not found & STUDY
    assert "matplotlib" in found
    assert (tmp_path / "out/index.html").exists()


def test_the_command_imports_little_before_its_arguments_are_read(tmp_path):
    """What its arguments may be is read from the packages of noises and of resize policies, which need NumPy."""
    found = imported("import misread.own.command", tmp_path)
    assert not found & {"pandas", "sklearn", "skimage", "matplotlib", "pyarrow", "PIL", "jinja2", *STUDY}
