"""Variants of the study, as `dvc exp run` makes them, each in a folder of its own."""

import io
import subprocess
import sys

import dvc.api
import pandas as pd

from misread import paths
from misread.experiments.project_copy import ROOT
from misread.metrics import accuracy


def run(name: str, settings: dict, stage: str) -> None:
    """Run a variant up to a stage; what was run before comes from DVC's run cache. What fails ends the program.

    Args:
        name: of the experiment; an earlier one of this name, perhaps of other code, is removed.
        settings: dotted key of ``params.yaml`` -> value.
        stage: with what it depends on.

    """
    if not str(ROOT).isascii():
        sys.exit(f"error: {ROOT}: DVC cannot make copies in a folder whose path has letters beyond ASCII; use another")
    _dvc_experiment("remove", "--quiet", name)
    changes = [part for key, value in settings.items() for part in ("--set-param", f"{key}={value}")]
    if _dvc_experiment("run", "--temp", "--name", name, *changes, stage):
        sys.exit(f"error: the experiment {name} failed")


def read(name: str, path: str) -> bytes:
    """A file that an experiment wrote."""
    return dvc.api.read(path, repo=str(ROOT), rev=name, mode="rb")


def accuracies(experiment: str, key: str) -> dict[str, float]:
    """Test set -> accuracy of a classifier in an experiment."""
    predictions = pd.read_parquet(io.BytesIO(read(experiment, str(paths.predictions(key)))))
    return {name: found["accuracy"] for name, found in accuracy.accuracies(predictions).items()}


def _dvc_experiment(*arguments: str) -> int:
    """Exit status of `dvc exp`."""
    return subprocess.run([sys.executable, "-m", "dvc", "exp", *arguments], cwd=ROOT, check=False).returncode
