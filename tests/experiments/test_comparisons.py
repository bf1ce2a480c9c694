"""The variants that the comparisons run."""

import itertools
from pathlib import Path

import pytest

from misread import params
from misread.experiments import compare_robust_training
from misread.experiments.project_copy import ROOT, change_params

VARIANTS = compare_robust_training.named()


def test_the_first_variant_is_the_study_in_fewer_epochs_and_all_others_differ_from_it():
    assert list(next(iter(VARIANTS.values())).changes) == ["regimes.robust.networks.cnn.epochs"]
    changes = [variant.changes for variant in VARIANTS.values()]
    assert all(one != other for one, other in itertools.combinations(changes, 2))
    assert len(VARIANTS) == 2 * 2 * 2 + 3 + 1


@pytest.mark.parametrize("name", VARIANTS)
def test_every_variant_has_parameters_that_are_accepted(name, tmp_path):
    (tmp_path / "params.yaml").write_bytes((ROOT / "params.yaml").read_bytes())
    changes = VARIANTS[name].changes
    if "regimes.robust.leave_out" in changes:  # DVC reads the list out of the text
        changes = {"regimes.robust.leave_out": [changes["regimes.robust.leave_out"].strip("[]")]}
    change_params(tmp_path, changes)
    loaded, study = (params.load(Path(folder / "params.yaml")).model_dump() for folder in (tmp_path, ROOT))
    assert loaded != study
