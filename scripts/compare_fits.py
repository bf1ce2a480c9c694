"""Measure fits with every augmentation policy, by `dvc exp run`: the table in docs/decisions.md.

`stages/python scripts/compare_fits.py [FIT ...]`; without a name, all of them. An experiment for each fit and policy
trains and evaluates `cnn-clean`; what was run before comes from DVC's run cache. All together take an hour and a half
on 2 cores, and 16 GB of DVC's cache for the noisy sets of each fit.
"""

import io
import itertools
import sys
from typing import get_args

import pandas as pd
import variants
from project_copy import ROOT

from misread import params
from misread.analysis import scores

STAGE, PREDICTIONS = "evaluate@cnn-clean", "reports/predictions/cnn-clean.parquet"


def measure(fit: str, policy: str) -> dict:
    """Run one variant and score its predictions: a row of the table."""
    name = f"{fit}-{policy}".replace("_", "-")
    variants.run(name, {"geometry.fit": fit, "train.augmentation": policy}, STAGE)
    noise = params.load(ROOT / "params.yaml").noise
    predictions = pd.read_parquet(io.BytesIO(variants.read(name, PREDICTIONS)))
    accuracies = scores.by_noise(predictions).set_index(["noise_type", "noise_level"])
    clean, noisy = accuracies.loc[scores.CLEAN], accuracies.loc[noise.type, noise.level]
    return {
        "fit": fit,
        "augmentation": policy,
        "n": clean.n,
        "clean": cell(clean),
        f"{noise.type}-{noise.level}": cell(noisy),
    }


def cell(row: pd.Series) -> str:
    """An accuracy with its interval."""
    return f"{row.accuracy:.3f} ({row.low:.3f}-{row.high:.3f})"


def main() -> None:
    fits = sys.argv[1:] or get_args(params.FitName)
    # The noisy sets of a fit are made by its first variant; the others find them in the run cache.
    rows = [measure(fit, policy) for fit, policy in itertools.product(fits, get_args(params.Augmentation))]
    print(f"\n{pd.DataFrame(rows).to_markdown(index=False)}")


if __name__ == "__main__":
    main()
