"""Print what learning from each noise does under every other: accuracy, a row for each experiment that learnt from one.

`stages/python scripts/transfer.py [NETWORK ...]`, after experiments with other values of `noise.type` and `noise.level`
(README, Variants): the tables of R. Geirhos et al., arXiv 1808.08750, for the networks of this study.
"""

import sys

import dvc.api
import pandas as pd
from project_copy import ROOT

from misread import params


def learnt(network: str, experiments: list[dict]) -> pd.DataFrame:
    """A row for each noise learnt from: the accuracy on every test set.

    Args:
        network: its name.
        experiments: of `dvc.api.exp_show`, the newest last; of two that learnt from the same noise the last counts.

    """
    rows = {}
    for experiment in experiments:
        prefix = f"metrics/{network}-noisy.json:"
        accuracies = {
            name.removeprefix(prefix).removesuffix(".accuracy").removeprefix("noisy."): value
            for name, value in experiment.items()
            if name.startswith(prefix) and name.endswith(".accuracy") and "selected" not in name
        }
        source = (experiment.get("noise.type"), experiment.get("noise.level"))
        if None not in source and accuracies and None not in accuracies.values():
            rows["-".join(source)] = accuracies
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("learnt from")


def main() -> None:
    experiments = sorted(dvc.api.exp_show(repo=str(ROOT)), key=lambda one: str(one.get("Created") or ""))
    for network in sys.argv[1:] or params.NETWORKS:
        table = learnt(network, experiments)
        if table.empty:
            sys.exit(f"error: {network}: no experiment has results; `dvc exp run -S noise.type=... -S noise.level=...`")
        print(f"\n{network}\n\n{table.sort_index().to_markdown(floatfmt='.3f')}")


if __name__ == "__main__":
    main()
