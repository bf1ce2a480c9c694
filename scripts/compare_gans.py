"""Compare ways to train the conditional GAN, by `dvc exp run`: writes docs/gan_variants.csv.

`stages/python scripts/compare_gans.py`. Each variant trains `cgan-clean` and the student of what it generates, and
judges both; what was run before comes from DVC's run cache. All together take half an hour on 2 cores.
"""

import json

import pandas as pd
import variants
from project_copy import ROOT

from misread import params

STAGE, METRICS = "evaluate_gan@cgan-clean", "metrics/cgan-clean.json"
TABLE = ROOT / "docs/gan_variants.csv"
VARIANTS: dict[str, dict[str, object]] = {
    "defaults": {},
    "study": {"gan.conditional.condition": "concat", "gan.training.loss": "bce"},
    "projection-bce": {"gan.training.loss": "bce"},
}


def measure(name: str) -> dict[str, object]:
    """Run one variant: a row of the table."""
    changes = VARIANTS[name]
    variants.run(f"cgan-{name}", changes, STAGE)
    metrics = json.loads(variants.read(f"cgan-{name}", METRICS))
    gan = params.load(ROOT / "params.yaml").gan
    return {
        "condition": changes.get("gan.conditional.condition", gan.conditional.condition),
        "loss": changes.get("gan.training.loss", gan.training.loss),
        "average": changes.get("gan.training.average", gan.training.average),
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
