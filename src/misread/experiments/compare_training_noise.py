"""Print the accuracy of networks trained on each noise under every other noise, a row for each experiment.

`./run misread.experiments.compare_training_noise [NETWORK ...]`, after experiments with other values of `noise.type`
and `noise.level` (README, Variants). These are the tables of R. Geirhos et al., arXiv 1808.08750, for the networks of
this study.
"""

import io
import sys
from collections.abc import Callable

import dvc.api
import pandas as pd
from dvc.exceptions import DvcException

from misread import params, paths
from misread.experiments.project_copy import ROOT
from misread.metrics import accuracy
from misread.networks import NETWORKS

TRAINED_ON = ("noise.type", "noise.level")
APART = {"gan", "sweep", "figures"}  # sections of the parameters


def of_this_study(experiments: list[dict]) -> list[dict]:
    """Those whose parameters are the workspace's, except for the training noise and for what no network depends on.

    Args:
        experiments: of `dvc.api.exp_show`, the workspace first.

    """
    settings = params.load(ROOT / "params.yaml")
    compared = [name for name in experiments[0] if name.partition(".")[0] in settings.model_fields_set - APART]
    wanted = [name for name in compared if name not in TRAINED_ON]
    return [one for one in experiments if all(one.get(name) == experiments[0][name] for name in wanted)]


def read(path: str, revision: str) -> str | None:
    """A file of the workspace or of an experiment; None where there is none."""
    try:
        if revision == "workspace":
            return (ROOT / path).read_text(encoding="utf-8")
        return dvc.api.read(path, repo=str(ROOT), rev=revision)
    except (OSError, DvcException):
        return None


def by_training_noise(
    network: str, experiments: list[dict], read: Callable[[str, str], str | None] = read
) -> pd.DataFrame:
    """A row for each training noise: the accuracy on every test set.

    Args:
        network: its name.
        experiments: of one study; of two with the same training noise the first counts.
        read: from a path and a revision to the file's text.

    """
    rows = {}
    for experiment in experiments:
        source = tuple(experiment.get(name) for name in TRAINED_ON)
        text = read(str(paths.scores(paths.classifier(network, "noisy")) / "by_noise.csv"), experiment["rev"])
        if text and None not in source:
            table = pd.read_csv(io.StringIO(text), keep_default_na=False)
            names = map(accuracy.set_name, table.noise_type, table.noise_level)
            rows.setdefault("-".join(source), dict(zip(names, table.accuracy, strict=True)))
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("trained on")


def main() -> None:
    # Experiments on every commit of the branch, and the commits themselves: results are committed between them.
    experiments = of_this_study(dvc.api.exp_show(repo=str(ROOT), num=-1))
    for network in sys.argv[1:] or NETWORKS:
        table = by_training_noise(network, experiments)
        if table.empty:
            sys.exit(f"error: {network}: no experiment has results; `dvc exp run -S noise.type=... -S noise.level=...`")
        print(f"\n{network}\n\n{table.sort_index().to_markdown(floatfmt='.3f')}")


if __name__ == "__main__":
    main()
