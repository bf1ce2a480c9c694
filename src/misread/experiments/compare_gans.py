"""Compare ways to train the conditional GAN, by `dvc exp run`: writes docs/comparisons/gan_variants.csv.

`./run misread.experiments.compare_gans`. Each variant trains `cgan-clean` and a downstream classifier on its
images, and evaluates both. DVC's run cache restores variants that were run before. All variants take most of an hour on
2 cores.
"""

import functools
import json

import pandas as pd

from misread import params
from misread.experiments import variants
from misread.experiments.project_copy import ROOT

STAGE, METRICS = "evaluate_gan@cgan-clean", "reports/gans/tables/cgan-clean/scores.json"
TABLE = ROOT / "docs/comparisons/gan_variants.csv"
SETTINGS = {  # column -> parameter
    "condition": "gan.kinds.cgan.condition",
    "loss": "gan.training.loss",
    "batch": "gan.training.batch_size",
    "learning rate": "gan.training.learning_rate",
}
SMALL_STEPS = {SETTINGS["batch"]: 128, SETTINGS["learning rate"]: 0.0002}  # the study's learning rate
VARIANTS: dict[str, dict[str, object]] = {
    "defaults": {},
    "hinge": {SETTINGS["loss"]: "hinge"},
    "small-steps": SMALL_STEPS,
    "study": SMALL_STEPS | {SETTINGS["condition"]: "concat"},
}


def measure(name: str) -> dict[str, object]:
    """Run one variant and return its row of the table."""
    changes = VARIANTS[name]
    variants.run(f"cgan-{name}", variants.ONCE | changes, STAGE)
    metrics = json.loads(variants.read(f"cgan-{name}", METRICS))
    defaults = params.load(ROOT / "params.yaml")
    settings = {
        column: changes.get(key, functools.reduce(getattr, key.split("."), defaults))
        for column, key in SETTINGS.items()
    }
    return settings | {
        "GAN-test": metrics["gan_test"]["accuracy"],
        "GAN-train, held-out tracks": metrics["gan_train"]["validation"]["accuracy"],
        "GAN-train, test set": metrics["gan_train"]["clean"]["accuracy"],
        "diversity": metrics["diversity"],
        "FID": metrics["fid"],
    }


def main() -> None:
    pd.DataFrame([measure(name) for name in VARIANTS]).round(4).to_csv(TABLE, index=False)
    print(f"{TABLE.relative_to(ROOT)} has the comparison")


if __name__ == "__main__":
    main()
