"""Variants of the study, which `dvc exp run` runs in separate folders."""

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import dvc.api
import pandas as pd

from misread import paths
from misread.experiments.project_copy import ROOT
from misread.metrics import accuracy

Read = Callable[[str], bytes]  # path of a result -> its content


ONCE = {"repeats.further": "[]"}  # changes with which everything is trained once, for tables of many variants


def run(name: str, settings: dict, stage: str) -> None:
    """Run a variant up to a stage. DVC's run cache restores earlier results; a failure ends the program.

    Args:
        name: name of the experiment; an earlier experiment of this name, perhaps with other code, is removed.
        settings: dotted key of ``params.yaml`` -> value.
        stage: stage to run, with the stages that it depends on.

    """
    if obstacle := obstacle_to_copies(ROOT):
        sys.exit(f"error: {obstacle}")
    _dvc_experiment("remove", "--quiet", name)
    changes = [part for key, value in settings.items() for part in ("--set-param", f"{key}={value}")]
    if _dvc_experiment("run", "--temp", "--name", name, *changes, stage):
        sys.exit(f"error: the experiment {name} failed")


def obstacle_to_copies(project: Path) -> str | None:
    """Say in one line what keeps DVC from making a copy of a project; None if nothing does.

    DVC writes the path of the project and the settings of its clone, `.git/config`, as ASCII.
    """
    if not str(project).isascii():
        return f"{project}: DVC cannot make copies in a folder whose path has letters beyond ASCII; use another"
    settings = project / ".git/config"
    if settings.is_file() and not settings.read_bytes().isascii():  # .git of a worktree is a file
        return (
            f"{settings}: has letters beyond ASCII, with which DVC cannot make copies; names of branches, paths of "
            "remotes and user.name are there; `git config --global user.name NAME` puts your name elsewhere"
        )
    return None


def read(name: str, path: str) -> bytes:
    """Read a file that an experiment wrote."""
    return dvc.api.read(path, repo=str(ROOT), rev=name, mode="rb")


def here(path: str) -> bytes:
    """Read a result of the study itself, as `read` reads that of an experiment."""
    return (ROOT / path).read_bytes()


def scores(read_file: Read, key: str, table: str) -> pd.DataFrame:
    """A table of a classifier in `reports/scores`.

    Args:
        read_file: `here`, or `read` of an experiment.
        key: key of the classifier.
        table: name of the table.

    """
    found = io.BytesIO(read_file(f"{paths.scores(key)}/{table}.csv"))
    return pd.read_csv(found, keep_default_na=False, na_values=[""])


def accuracies(experiment: str, key: str) -> dict[str, float]:
    """Test set -> accuracy of a classifier in an experiment."""
    predictions = pd.read_parquet(io.BytesIO(read(experiment, str(paths.predictions(key)))))
    return {name: found["accuracy"] for name, found in accuracy.accuracies(predictions).items()}


def _dvc_experiment(*arguments: str) -> int:
    """Run `dvc exp` and return its exit status."""
    return subprocess.run([sys.executable, "-m", "dvc", "exp", *arguments], cwd=ROOT, check=False).returncode
