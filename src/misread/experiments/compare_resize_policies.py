"""Compare resize policies with every augmentation policy, by `dvc exp run`: the table in docs/decisions.md.

`./run misread.experiments.compare_resize_policies [POLICY ...]`; without a name, all policies. For each
combination of a resize and an augmentation policy, an experiment trains and evaluates `cnn-clean`. DVC's run cache
restores experiments that were run before. All experiments take an hour and a half on 2 cores, and 16 GB of DVC's cache
for the noisy sets of each policy.
"""

import io
import itertools
import sys
from typing import get_args

import pandas as pd

from misread import params
from misread.experiments import variants
from misread.experiments.project_copy import ROOT
from misread.metrics import accuracy
from misread.params import schema

STAGE, PREDICTIONS = "evaluate@cnn-clean", "reports/predictions/cnn-clean.parquet"


def measure(resize: str, augmentation: str) -> dict:
    """Run one variant, score its predictions and return its row of the table."""
    name = f"{resize}-{augmentation}".replace("_", "-")
    variants.run(name, {"resize": resize, "train.augmentation": augmentation}, STAGE)
    noise = params.load(ROOT / "params.yaml").noise
    predictions = pd.read_parquet(io.BytesIO(variants.read(name, PREDICTIONS)))
    accuracies = accuracy.by_noise(predictions).set_index(["noise_type", "noise_level"])
    clean, noisy = accuracies.loc[accuracy.CLEAN], accuracies.loc[noise.type, noise.level]
    return {
        "resize": resize,
        "augmentation": augmentation,
        "n": clean.n,
        "clean": cell(clean),
        f"{noise.type}-{noise.level}": cell(noisy),
    }


def cell(row: pd.Series) -> str:
    """Format an accuracy with its interval."""
    return f"{row.accuracy:.3f} ({row.low:.3f}-{row.high:.3f})"


def main() -> None:
    policies = sys.argv[1:] or get_args(schema.ResizePolicy)
    # The first variant of a resize policy creates its noisy sets; the other variants get them from the run cache.
    rows = [measure(*both) for both in itertools.product(policies, get_args(schema.Augmentation))]
    print(f"\n{pd.DataFrame(rows).to_markdown(index=False)}")


if __name__ == "__main__":
    main()
