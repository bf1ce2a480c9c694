"""Compare ways to resize the signs, by `dvc exp run`: writes two tables in docs/comparisons.

`./run misread.experiments.compare_geometries`. In the study, networks differ in image size, and so in how much of an
image is the sign and how much is padding. `resize_policies.csv` has the accuracy on clean signs of each network with
several resize policies. `without_padding.csv` repeats the study of the baseline network with `roi`, which pads nothing:
all signs then have the same size. DVC's run cache restores variants that were run before. All variants take an hour on
2 cores.
"""

import json
from functools import partial
from typing import get_args

import pandas as pd

from misread import params, paths
from misread.experiments import variants
from misread.experiments.project_copy import ROOT
from misread.metrics import accuracy
from misread.params import schema
from misread.report import wording

FOLDER = ROOT / "docs/comparisons"
SETTINGS = params.load(ROOT / "params.yaml")
UNPADDED = "roi"  # the policy of `without_padding.csv`
NETWORK = SETTINGS.baseline


def policies(network: str) -> list[str]:
    """Policies to compare with that of the study: all of them for the baseline network, `UNPADDED` for the others."""
    every = get_args(schema.ResizePolicy) if network == NETWORK else (UNPADDED,)
    return [policy for policy in every if policy != SETTINGS.resize]


def of_variant(network: str, regime: str, policy: str) -> variants.Read:
    """Run a variant, and return a function that reads its results."""
    key = paths.classifier(network, regime)
    name = f"resize-{policy}-{key}".replace("_", "-")
    # One training takes a third of the time. The accuracy on clean signs without padding is told with its spread.
    several = (regime, policy) == ("clean", UNPADDED)
    changes = {"resize": policy} | ({} if several else variants.ONCE)
    variants.run(name, changes, f"score@{key}")
    return partial(variants.read, name)


def accuracy_row(read: variants.Read, network: str, policy: str) -> dict[str, object]:
    """Accuracy of a network on clean signs."""
    key = paths.classifier(network, "clean")
    clean = accuracy.on_clean(variants.scores(read, key, "by_noise"))
    return {
        "network": network,
        "policy": policy,
        "image size": int(clean.image_size),
        "parameters": json.loads(read(f"{paths.METRICS}/{key}.json"))["params"],
        "accuracy": clean.accuracy,
        "low": clean.low,
        "high": clean.high,
        "trainings": int(clean.trainings),
        "spread": clean.spread,
    }


def regime_row(read: variants.Read, regime: str, policy: str) -> dict[str, object]:
    """Accuracy, thresholds and order of the noise types of the network in one regime."""
    key = paths.classifier(NETWORK, regime)
    table = variants.scores(read, key, "by_noise")
    row = {
        "regime": regime,
        "policy": policy,
        "trainings": int(table.trainings.iloc[0]),
        "clean": accuracy.on_clean(table).accuracy,
        "mean of the noisy sets": accuracy.mean_noisy_accuracy(table),
    }
    for kind, levels in json.loads(read(f"{paths.scores(key)}/thresholds.json")).items():
        found = levels["p10"]
        row |= {f"{kind}: {name}": found[name] for name in ("strength", "low", "high", "psnr")}
    order = wording.by_disruption(variants.scores(read, key, "ranking"), variants.scores(read, key, "ranking_pairs"))
    return row | {"most to least disruptive": order}


def main() -> None:
    accuracies = []
    for network in SETTINGS.networks.names:
        accuracies.append(accuracy_row(variants.here, network, SETTINGS.resize))
        for policy in policies(network):
            accuracies.append(accuracy_row(of_variant(network, "clean", policy), network, policy))
    unpadded = []
    for regime in SETTINGS.regimes.names:
        unpadded.append(regime_row(variants.here, regime, SETTINGS.resize))
        unpadded.append(regime_row(of_variant(NETWORK, regime, UNPADDED), regime, UNPADDED))
    for name, rows in {"resize_policies": accuracies, "without_padding": unpadded}.items():
        pd.DataFrame(rows).round(5).to_csv(FOLDER / f"{name}.csv", index=False)
    print("docs/comparisons/resize_policies.csv and docs/comparisons/without_padding.csv have the comparison")


if __name__ == "__main__":
    main()
