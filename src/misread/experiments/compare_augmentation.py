"""Compare augmentation policies, by `dvc exp run`: writes docs/comparisons/augmentation.csv.

`./run misread.experiments.compare_augmentation`. `cnn` is trained on clean signs with each policy, once with those that
are not the study's. DVC's run cache restores variants that were run before. All variants take ten minutes on 2 cores.
"""

from functools import partial
from typing import get_args

import pandas as pd

from misread import params, paths
from misread.experiments import variants
from misread.experiments.project_copy import ROOT
from misread.metrics import accuracy
from misread.params import schema

SETTINGS = params.load(ROOT / "params.yaml")
KEY = paths.classifier(SETTINGS.baseline, "clean")
TABLE = ROOT / "docs/comparisons/augmentation.csv"


def row(read: variants.Read, policy: str) -> dict[str, object]:
    """Accuracy without noise, and under each noise type on average and at its highest level."""
    table = variants.scores(read, KEY, "by_noise")
    clean = accuracy.on_clean(table)
    found = {"augmentation": policy, "trainings": int(clean.trainings), "clean": clean.accuracy, "spread": clean.spread}
    for kind in SETTINGS.noise.types.names:
        of_type = table[table.noise_type == kind]
        highest = of_type[of_type.noise_level == params.LEVELS[-1]].iloc[0]
        found |= {
            f"mean of {kind}": of_type.accuracy.mean(),
            f"{kind} {highest.noise_level}": highest.accuracy,
            f"spread of {kind} {highest.noise_level}": highest.spread,
        }
    return found


def main() -> None:
    rows = []
    for policy in get_args(schema.Augmentation):
        read = variants.here
        if policy != SETTINGS.train.augmentation:
            name = f"augmentation-{policy}".replace("_", "-")
            variants.run(name, {"train.augmentation": policy} | variants.ONCE, f"score@{KEY}")
            read = partial(variants.read, name)
        rows.append(row(read, policy))
    pd.DataFrame(rows).round(5).to_csv(TABLE, index=False)
    print(f"{TABLE.relative_to(ROOT)} has the comparison")


if __name__ == "__main__":
    main()
