"""Train cnn on each noisy set and test it on all sets, by `dvc exp run`: writes docs/comparisons/training_noise.csv.

`./run misread.experiments.compare_training_noise`. After R. Geirhos et al., "Generalisation in humans and deep neural
networks", arXiv 1808.08750. Each is trained once. DVC's run cache restores variants that were run before. All variants
take half an hour on 2 cores.
"""

import pandas as pd

from misread import params, paths
from misread.experiments import variants
from misread.experiments.project_copy import ROOT

KEY = paths.classifier("cnn", "noisy")
TABLE = ROOT / "docs/comparisons/training_noise.csv"


def measure(noise_type: str, level: str) -> dict[str, object]:
    """Run one variant and return its row of the table."""
    name = f"trained-on-{paths.noisy_set(noise_type, level)}".replace("_", "-")
    variants.run(name, variants.ONCE | {"noise.type": noise_type, "noise.level": level}, f"evaluate@{KEY}")
    return {"trained on": paths.noisy_set(noise_type, level)} | variants.accuracies(name, KEY)


def main() -> None:
    rows = [measure(*one) for one in params.load(ROOT / "params.yaml").noise.sets]
    pd.DataFrame(rows).round(4).to_csv(TABLE, index=False)
    print(f"{TABLE.relative_to(ROOT)} has the comparison")


if __name__ == "__main__":
    main()
