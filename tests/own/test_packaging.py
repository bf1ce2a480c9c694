"""The package as a user installs it: a wheel, without what only the study needs."""

import json
import os
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from script_files import load

from misread.experiments.project_copy import ROOT

pytestmark = pytest.mark.slow
PARTS = ("src", "pyproject.toml", "README.md", "LICENSE", "params.yaml")
HEAVY = ("tensorflow", "keras", "dvc", "streamlit", "h5py")
NAMES = ("black", "blue", "green", "red", "white", "yellow")


def run(*command, cwd, **settings):
    """Run a command that sees no other packages than its own."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    return subprocess.run(
        [str(part) for part in command], cwd=cwd, env=kept | settings, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel of a source distribution of this checkout, built in a copy."""
    copy = tmp_path_factory.mktemp("checkout")
    for name in PARTS:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, True, shutil.ignore_patterns("__pycache__", "*.egg-info"))
        else:
            shutil.copy(source, copy)
    done = run(sys.executable, "-m", "build", "--no-isolation", cwd=copy)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = (copy / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """The programs of an environment in which only the wheel is installed, with what ONNX files need."""
    folder = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", folder / "venv", cwd=folder)
    programs = folder / "venv" / "bin"
    reached = run(programs / "pip", "download", "--no-deps", "--dest", folder, "tabulate", cwd=folder)
    if reached.returncode:
        pytest.skip("pip reaches no index of packages")
    # pip takes no constraints with hashes for packages without a version.
    pins = load("scripts/lock.py").packages(ROOT / "requirements.lock")
    (folder / "pins.txt").write_text("\n".join(pins), encoding="utf-8")
    done = run(programs / "pip", "install", "--quiet", "--constraint", "pins.txt", f"{wheel}[onnx]", cwd=folder)
    assert done.returncode == 0, done.stderr
    return programs


def test_the_wheel_has_every_file_of_the_package(wheel):
    """Templates, style sheets, scripts and tables too."""
    package = ROOT / "src/misread"
    files = {path.relative_to(package.parent).as_posix() for path in package.rglob("*") if path.is_file()}
    files = {name for name in files if "__pycache__" not in name}
    assert {Path(name).suffix for name in files} >= {".py", ".j2", ".css", ".js", ".json", ".yaml"}
    with zipfile.ZipFile(wheel) as archive:
        found = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert found == files


def test_the_wheel_has_the_parameters_of_the_study_in_a_regular_file(wheel):
    with zipfile.ZipFile(wheel) as archive:
        info = archive.getinfo("misread/study.yaml")
        assert not stat.S_ISLNK(info.external_attr >> 16)
        assert archive.read(info) == (ROOT / "params.yaml").read_bytes()


def test_a_network_is_measured_without_what_the_study_needs(installed, colours, tmp_path):
    colours.write(tmp_path / "data", NAMES)
    colours.write_onnx(tmp_path / "net.onnx", "BGR", softmax=True)
    done = run(installed / "misread", "measure", "net.onnx", "data", "--out", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Assumed, as it fits best by a margin beyond chance: channel order BGR, values 0-1." in done.stdout
    assert done.stdout.splitlines()[-1] == "out/index.html has the page"
    assert "Where noise breaks net.onnx" in (tmp_path / "out/index.html").read_text(encoding="utf-8")
    versions = json.loads((tmp_path / "out/settings.json").read_text())["versions"]
    assert "tensorflow" not in versions
    code = f"from importlib.util import find_spec; print([name for name in {HEAVY} if find_spec(name)])"
    assert run(installed / "python", "-c", code, cwd=tmp_path).stdout == "[]\n"


def test_a_keras_file_names_the_extra_that_it_needs(installed, colours, tmp_path):
    colours.write(tmp_path / "data", NAMES)
    (tmp_path / "net.keras").write_bytes(b"PK\x03\x04")
    done = run(installed / "misread", "measure", "net.keras", "data", "--out", "out", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr == "error: net.keras: needs tensorflow; `pip install 'misread[tensorflow]'` adds it\n"
    assert not (tmp_path / "out").exists()


def test_a_function_and_noisy_files_need_nothing_more(installed, few_bands, tmp_path):
    few_bands.write(tmp_path / "data")
    few_bands.code(tmp_path / "bands_model.py")
    quick = ("--noise", "gaussian", "--resamples", "100")
    done = run(
        installed / "python", "-m", "misread", "measure", "bands_model.py:predict", "data", "--size", "9x6",
        "--out", "out", *quick, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    done = run(installed / "misread", "noise", "data", "--out", "noisy", "--noise", "gaussian", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "noisy/manifest.csv").exists()
