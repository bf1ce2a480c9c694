"""Compare ways to train cnn in the regime `robust`, by `dvc exp run`: writes docs/comparisons/robust_training.csv.

`./run misread.experiments.compare_robust_training`. The variants differ in the settings of the regime: clean signs
in each batch, noise before or after augmentation, its strength, and its types. All of them are trained once, and for
fewer epochs than the study, which saves time. DVC's run cache restores variants that were run before. All variants take
an hour on 2 cores.
"""

import itertools
from typing import NamedTuple

import numpy as np
import pandas as pd

from misread import params, paths
from misread.experiments import variants
from misread.experiments.project_copy import ROOT

NETWORK = "cnn"
TABLE = ROOT / "docs/comparisons/robust_training.csv"
SETTINGS = params.load(ROOT / "params.yaml")
ROBUST = SETTINGS.regimes.robust
LEFT_OUT = ", ".join(ROBUST.leave_out) or "none"
EPOCHS = 30
# Column -> parameter of the regime, and its values. The first value is that of the study; None: the one in params.yaml.
SWITCHES = {
    "clean signs": ("clean_signs", {"yes": None, "no": False}),
    "noise": ("noise_after_augmentation", {"after augmentation": None, "before augmentation": False}),
    "strength": ("strength", {"random": None, "highest level": 1.0}),
}


class Variant(NamedTuple):
    """A row of the table."""

    columns: dict[str, object]  # columns that describe the variant
    changes: dict[str, object]  # dotted key of the parameters -> value
    key: str = paths.classifier(NETWORK, "robust")


def named() -> dict[str, Variant]:
    """Name of the experiment -> variant; the first variant has the settings of the study, but for the epochs."""
    found, shorter = {}, {f"regimes.robust.networks.{NETWORK}.epochs": EPOCHS}
    for values in itertools.product(*(options for _, options in SWITCHES.values())):
        chosen = zip(SWITCHES.values(), values, strict=True)
        changes = {f"regimes.robust.{key}": options[value] for (key, options), value in chosen}
        changes = shorter | {key: value for key, value in changes.items() if value is not None}
        name = "-".join(value.split()[0] for value in values)
        found[name] = Variant(dict(zip(SWITCHES, values, strict=True)) | {"left out": LEFT_OUT}, changes)
    study = next(iter(found.values())).columns
    for noise_type in SETTINGS.noise.types.names:
        changes = shorter | {"regimes.robust.leave_out": f"[{noise_type}]"}
        found[f"without-{noise_type}"] = Variant(study | {"left out": noise_type}, changes)
    # Clean signs only, with the settings of the network that the regime replaces: shows their effect.
    replaced = ROBUST.replaced(NETWORK) | {"epochs": EPOCHS}
    changes = {f"networks.{NETWORK}.{key}": value for key, value in replaced.items()}
    columns = study | {"noise": "none", "strength": "none", "left out": "all"}
    found["no-noise"] = Variant(columns, changes, paths.classifier(NETWORK, "clean"))
    return found


def measure(name: str, variant: Variant) -> dict[str, object]:
    """Run one variant and return its row of the table."""
    experiment = f"robust-{name}".replace("_", "-").replace(".", "-")
    variants.run(experiment, variants.ONCE | variant.changes, f"evaluate@{variant.key}")
    accuracies = variants.accuracies(experiment, variant.key)
    clean = accuracies.pop("clean")
    means = {
        f"mean of {noise_type}": np.mean(
            [value for key, value in accuracies.items() if key.startswith(f"{noise_type}-")]
        )
        for noise_type in SETTINGS.noise.types.names
    }
    return variant.columns | {"clean": clean, "mean of all noisy sets": np.mean([*accuracies.values()])} | means


def main() -> None:
    pd.DataFrame([measure(*one) for one in named().items()]).round(4).to_csv(TABLE, index=False)
    print(f"{TABLE.relative_to(ROOT)} has the comparison")


if __name__ == "__main__":
    main()
