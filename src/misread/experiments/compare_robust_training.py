"""Compare ways to train cnn in the regime `robust`, by `dvc exp run`: writes docs/robust_training.csv.

`./run misread.experiments.compare_robust_training`. The variants differ in what makes up the regime: clean signs in
each batch, when the noise comes, its strength, its types, the consistency loss. Variants that were run before come
from DVC's run cache. All of them take an hour and a half on 2 cores.
"""

import itertools

import pandas as pd

from misread import params, paths
from misread.experiments import variants
from misread.experiments.compare_training_noise import by_test_set
from misread.experiments.project_copy import ROOT

KEY = paths.classifier("cnn", "robust")
TABLE = ROOT / "docs/robust_training.csv"
PREFIX = "regimes.robust."
SWITCHES = {  # column -> parameter and its values, the default first
    "clean signs": ("clean_signs", {"yes": True, "no": False}),
    "noise": ("noise_after_augmentation", {"after augmentation": True, "before augmentation": False}),
    "strength": ("strength", {"random": None, "highest level": 1.0}),  # None: as in params.yaml
}
CONSISTENCY = (0.5, 2.0)


def named() -> dict[str, tuple[dict, dict]]:
    """Name of each variant -> its columns of the table, and its changes of parameters."""
    found = {}
    for values in itertools.product(*(options for _, options in SWITCHES.values())):
        columns = dict(zip(SWITCHES, values, strict=True))
        changes = {
            PREFIX + key: options[value] for (key, options), value in zip(SWITCHES.values(), values, strict=True)
        }
        name = "-".join(value.split()[0] for value in values)
        found[name] = columns, {key: value for key, value in changes.items() if value is not None}
    default = dict.fromkeys(SWITCHES)
    for column, (_, options) in SWITCHES.items():
        default[column] = next(iter(options))
    for noise_type in params.load(ROOT / "params.yaml").noise.types.names:
        columns = default | {"left out": noise_type}
        found[f"without-{noise_type}".replace("_", "-")] = columns, {f"{PREFIX}leave_out": f"[{noise_type}]"}
    for weight in CONSISTENCY:
        columns = default | {"consistency": weight}
        found[f"consistency-{weight:g}".replace(".", "-")] = columns, {f"{PREFIX}consistency": weight}
    return found


def measure(name: str, columns: dict, changes: dict) -> dict[str, object]:
    """Run one variant: a row of the table."""
    experiment = f"robust-{name}"
    variants.run(experiment, changes, f"score@{KEY}")
    sets = by_test_set(variants.read(experiment, str(paths.scores(KEY) / "by_noise.csv")).decode())
    noisy = {key: value for key, value in sets.items() if key != "clean"}
    means = {
        f"{noise_type}, mean": pd.Series({key: noisy[key] for key in noisy if key.startswith(noise_type)}).mean()
        for noise_type in params.load(ROOT / "params.yaml").noise.types.names
    }
    return {
        **columns,
        "clean": sets["clean"],
        "mean of the noisy sets": pd.Series(noisy).mean(),
        **means,
    }


def main() -> None:
    table = pd.DataFrame([measure(name, *variant) for name, variant in named().items()])
    first = [*SWITCHES, "left out", "consistency"]
    table = table[first + [name for name in table if name not in first]].fillna(
        {"left out": "none", "consistency": 0.0}
    )
    table.round(4).to_csv(TABLE, index=False)
    print(f"{TABLE.relative_to(ROOT)} has the comparison")


if __name__ == "__main__":
    main()
