"""The README's numbers are those of the metrics beside it."""

import json
import subprocess

import pytest
from project_copy import ROOT

from misread import params
from misread.params import LEVELS, NETWORKS, NOISE_TYPES

SETTINGS = params.load()


def row(network: str, regime: str) -> str:
    """A network's row of the table of results: clean, then every noise."""
    metrics = json.loads((ROOT / f"metrics/{network}-{regime}.json").read_text(encoding="utf-8"))
    noisy = (metrics["noisy"][f"{noise_type}-{level}"] for noise_type in NOISE_TYPES for level in LEVELS)
    accuracies = (f"{one['accuracy']:.3f}" for one in (metrics["clean"], *noisy))
    return f"| {network} | {getattr(SETTINGS.networks, network).image_size} | {regime} | {' | '.join(accuracies)} |"


@pytest.mark.parametrize("regime", ["clean", "noisy"])
@pytest.mark.parametrize("network", NETWORKS)
def test_the_table_of_results_is_that_of_the_metrics(network, regime):
    changed = subprocess.run(["git", "status", "--porcelain", "metrics"], cwd=ROOT, capture_output=True, check=False)
    if changed.returncode or changed.stdout:
        pytest.skip("metrics/ holds the results of a variant")
    assert row(network, regime) in (ROOT / "README.md").read_text(encoding="utf-8")
