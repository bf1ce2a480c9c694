"""The examples of README.md and docs/own.md run as they stand."""

import re
import subprocess
import sys

import pytest

from misread.experiments.project_copy import ROOT


def blocks(path, heading):
    """The Python blocks below a heading."""
    text = (ROOT / path).read_text(encoding="utf-8").split(f"\n## {heading}\n", 1)[1]
    return re.findall(r"```python\n(.*?)```", text.split("\n## ")[0], re.DOTALL)


def run(folder, *arguments):
    """Output of Python in a folder."""
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(ROOT / "src"), "MPLBACKEND": "Agg", "HOME": str(folder), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def without_numbers(text):
    return re.sub(r"[\d.,]+", "#", text)


@pytest.mark.slow
def test_the_example_of_the_readme_runs(tmp_path):
    (code,) = blocks("README.md", "Your own network")
    assert "The network classifies" in run(tmp_path, "-c", code)
    assert (tmp_path / "digits-under-noise/index.html").exists()


@pytest.mark.slow
def test_the_example_of_the_guide_runs_and_prints_what_the_guide_shows(tmp_path):
    guide = (ROOT / "docs/own.md").read_text(encoding="utf-8")
    prepare, model = blocks("docs/own.md", "From an empty folder to the page")
    (tmp_path / "prepare.py").write_text(prepare)
    (tmp_path / "model.py").write_text(model)
    run(tmp_path, "prepare.py")
    command = re.search(r"^    misread (measure model\.py.*)$", guide, re.MULTILINE)[1]
    printed = run(tmp_path, "-m", "misread", *command.split())
    for line in printed.strip().splitlines():
        assert without_numbers(f"    {line}\n") in without_numbers(guide)
    files = re.findall(
        r"^\| `([\w./]+)` \|", guide.split("writes the folder `result`")[1].split("## ")[0], re.MULTILINE
    )
    assert sorted(one.rstrip("/") for one in files) == sorted(path.name for path in (tmp_path / "result").iterdir())
