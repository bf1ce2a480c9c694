"""Provenance of the report: code, versions, data, parameters."""

import importlib.metadata
import os
import platform
import subprocess
from pathlib import Path

from misread import __version__
from misread.report.results import Results
from misread.report.topic import Topic

PACKAGES = ("tensorflow", "keras", "numpy", "scipy", "scikit-learn", "dvc")
# Relative to the top of the repository, because the demo runs in one of its folders.
CODE = (":/src", ":/stages", ":/dvc.yaml", ":/requirements.lock")
DATA = {
    "gtsrb": "Data: the German Traffic Sign Recognition Benchmark, from its archives or from Kaggle's edition.",
    "synthetic": "Data: signs rendered by the project itself.",
}


def revision() -> str:
    """The last commit that changed the code, and whether the code has changed since."""

    def git(*arguments: str) -> str:
        english = os.environ | {"LC_ALL": "C"}
        done = subprocess.run(
            ["git", *arguments], env=english, capture_output=True, encoding="utf-8", errors="replace", check=True
        )
        return done.stdout.strip()

    try:
        changed = git("status", "--porcelain", "--", *CODE)
    except FileNotFoundError:
        return "git revision not known, as there is no git"
    except subprocess.CalledProcessError as error:
        if "not a git repository" in error.stderr:
            return "not under git"
        return f"git revision not known, as git refuses: {error.stderr.strip().splitlines()[0]}"
    try:
        commit = git("log", "-1", "--format=%h", "--", *CODE)
    except subprocess.CalledProcessError:
        return "no git revision, as there is no commit yet"
    return f"git revision {commit or 'none yet'}{', with uncommitted changes' if changed else ''}"


def text(results: Results) -> dict[str, object]:
    """Everything that is needed to reproduce the report."""
    return {
        "version": __version__,
        "revision": revision(),
        "versions": [f"Python {platform.python_version()}"]
        + [f"{package} {importlib.metadata.version(package)}" for package in PACKAGES],
        "data": DATA[results.source],
        "parameters": Path("params.yaml").read_text(encoding="utf-8"),
    }


TOPIC = Topic("How to reproduce", text=text)
