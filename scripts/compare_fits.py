"""Measure every fit with every augmentation policy, by `dvc exp run`: the table in docs/decisions.md.

An experiment for each trains and evaluates `cnn-clean`; those that exist already are not run again. An hour or two on
2 cores, and disk for nine noisy sets of each fit.
"""

import io
import itertools
import subprocess
import sys
from typing import get_args

import dvc.api
import pandas as pd
from dvc.exceptions import DvcException
from project_copy import ROOT

from misread import params
from misread.analysis import scores

STAGE, PREDICTIONS = "evaluate@cnn-clean", "reports/predictions/cnn-clean.parquet"


def measure(fit: str, policy: str) -> pd.DataFrame:
    """Run one variant unless it was, and score its predictions."""
    name = f"{fit}-{policy}".replace("_", "-")
    if not exists(name):
        settings = ["--set-param", f"geometry.fit={fit}", "--set-param", f"train.augmentation={policy}"]
        command = [sys.executable, "-m", "dvc", "exp", "run", "--temp", "--name", name, *settings, STAGE]
        subprocess.run(command, cwd=ROOT, check=True)
    table = dvc.api.read(PREDICTIONS, repo=str(ROOT), rev=name, mode="rb")
    return scores.by_noise(pd.read_parquet(io.BytesIO(table))).set_index(["noise_type", "noise_level"])


def exists(experiment: str) -> bool:
    """Whether an experiment of that name, made from any commit, has its predictions."""
    try:
        with dvc.api.open(PREDICTIONS, repo=str(ROOT), rev=experiment, mode="rb"):
            return True
    except (DvcException, FileNotFoundError):
        return False


def cell(row: pd.Series) -> str:
    """An accuracy with its interval."""
    return f"{row.accuracy:.3f} ({row.low:.3f}-{row.high:.3f})"


def main() -> None:
    noise = params.load(ROOT / "params.yaml").noise
    rows = []
    for fit, policy in itertools.product(get_args(params.FitName), get_args(params.Augmentation)):
        accuracies = measure(fit, policy)
        clean, noisy = accuracies.loc[scores.CLEAN], accuracies.loc[noise.type, noise.level]
        rows.append({"fit": fit, "augmentation": policy, "n": clean.n, "clean": cell(clean), "noisy": cell(noisy)})
        print(f"{fit}, {policy}: clean {cell(clean)}, {noise.type}-{noise.level} {cell(noisy)}", flush=True)
    table = pd.DataFrame(rows).rename(columns={"noisy": f"{noise.type}-{noise.level}"})
    print(f"\n{table.to_markdown(index=False)}")


if __name__ == "__main__":
    main()
