"""Compare ways to train the conditional GAN, by `dvc exp run`: the table in docs/decisions.md.

`stages/python scripts/compare_gans.py`. Each variant trains `cgan-clean` and the student of what it generates, and
judges both; what was run before comes from DVC's run cache. All together take 45 minutes on 2 cores.
"""

import json

import pandas as pd
import variants

STAGE, METRICS = "evaluate_gan@cgan-clean", "metrics/cgan-clean.json"
VARIANTS: dict[str, dict[str, object]] = {
    "defaults": {},
    "study": {"gan.conditional.condition": "concat", "gan.training.loss": "bce"},
    "projection-bce": {"gan.training.loss": "bce"},
    "no-average": {"gan.training.average": 0},
}


def measure(name: str) -> dict[str, object]:
    """Run one variant: a row of the table."""
    settings = VARIANTS[name]
    variants.run(f"cgan-{name}", settings, STAGE)
    metrics = json.loads(variants.read(f"cgan-{name}", METRICS))
    return {
        "variant": ", ".join(f"{key.rpartition('.')[2]} {value}" for key, value in settings.items()) or "the defaults",
        "GAN-test": metrics["gan_test"]["accuracy"],
        "GAN-train, held-out tracks": metrics["gan_train"]["validation"]["accuracy"],
        "GAN-train, test set": metrics["gan_train"]["clean"]["accuracy"],
        "diversity": metrics["diversity"],
        "FID": metrics["fid"],
    }


def main() -> None:
    rows = [measure(name) for name in VARIANTS]
    print(f"\n{pd.DataFrame(rows).to_markdown(index=False, floatfmt=('', *4 * ['.3f'], '.1f'))}")


if __name__ == "__main__":
    main()
