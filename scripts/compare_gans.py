"""Compare ways to train the conditional GAN, by `dvc exp run`: writes docs/gan_variants.csv.

`stages/python scripts/compare_gans.py`. Each variant trains `cgan-clean` and the student of what it generates, and
judges both; what was run before comes from DVC's run cache. All together take most of an hour on 2 cores.
"""

import functools
import json

import pandas as pd
import variants
from project_copy import ROOT

from misread import params

STAGE, METRICS = "evaluate_gan@cgan-clean", "reports/gans/tables/cgan-clean/scores.json"
TABLE = ROOT / "docs/gan_variants.csv"
SETTINGS = {  # column -> parameter
    "condition": "gan.conditional.condition",
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
    """Run one variant: a row of the table."""
    changes = VARIANTS[name]
    variants.run(f"cgan-{name}", changes, STAGE)
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
