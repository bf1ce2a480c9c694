"""The README's numbers are those of the metrics beside it."""

import json
import re
import subprocess
import tomllib

import numpy as np
import pandas as pd
import pytest
from ruamel.yaml import YAML

import misread
from misread import params
from misread.experiments.project_copy import ROOT
from misread.metrics import sweeps
from misread.params import LEVELS
from misread.report import wording

SETTINGS = params.load(ROOT / "params.yaml")


def results(network: str, regime: str) -> str:
    """A network's row of the table of results: clean, the mean of the noisy sets, then every noise."""
    table = pd.read_csv(ROOT / f"reports/scores/{network}-{regime}/by_noise.csv", keep_default_na=False)
    values = table.set_index(["noise_type", "noise_level"]).accuracy
    noisy = [values[noise_type, level] for noise_type in SETTINGS.noise.types.names for level in LEVELS]
    accuracies = (f"{one:.3f}" for one in (values["none", "none"], np.mean(noisy), *noisy))
    return f"| {network} | {SETTINGS.networks[network].image_size} | {regime} | {' | '.join(accuracies)} |"


def thresholds(network: str, regime: str) -> str:
    """A network's row of the table of thresholds: the strength of each noise at which a tenth is misread."""
    found = json.loads((ROOT / f"reports/scores/{network}-{regime}/thresholds.json").read_text(encoding="utf-8"))
    table = sweeps.threshold_table({f"{network}-{regime}": found})
    tenth = table[table.level == "p10"]
    found = (wording.threshold(tenth[tenth.noise_type == kind].iloc[0]) for kind in SETTINGS.noise.types.names)
    return f"| {network} | {regime} | {' | '.join(found)} |"


@pytest.mark.parametrize("row", [results, thresholds])
@pytest.mark.parametrize("regime", SETTINGS.regimes.names)
@pytest.mark.parametrize("network", SETTINGS.networks.names)
def test_a_row_of_the_readme_is_that_of_the_metrics(network, regime, row):
    changed = subprocess.run(["git", "status", "--porcelain", "metrics"], cwd=ROOT, capture_output=True, check=False)
    if changed.returncode or changed.stdout:
        pytest.skip("metrics/ holds the results of a variant")
    assert row(network, regime) in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_citation_and_the_list_of_changes_have_the_version_of_the_package():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert misread.__version__ == version
    cited = YAML(typ="safe").load(ROOT / "CITATION.cff")
    assert cited["version"] == version
    assert cited["license"] == "MIT"
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## ([\d.]+)", changes, re.MULTILINE)[0] == version
