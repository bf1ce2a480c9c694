"""The variants that the comparisons run, and where they cannot run."""

import itertools
from pathlib import Path

import pytest

from misread import params
from misread.experiments import compare_robust_training, variants
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


@pytest.mark.parametrize(
    ("folder", "user", "told"),
    [
        ("Größe", "Jurgen", "Größe: DVC cannot make copies in a folder whose path has letters beyond ASCII"),
        ("size", "Jürgen", "size/.git/config: has letters beyond ASCII, with which DVC cannot make copies"),
    ],
)
def test_letters_that_dvc_cannot_copy_are_told_before_anything_runs(folder, user, told, tmp_path, monkeypatch):
    settings = tmp_path / folder / ".git/config"
    settings.parent.mkdir(parents=True)
    settings.write_text(f"[user]\n\tname = {user}\n", encoding="utf-8")
    monkeypatch.setattr(variants, "ROOT", tmp_path / folder)
    monkeypatch.setattr(variants, "_dvc_experiment", lambda *_: pytest.fail("DVC was called"))
    with pytest.raises(SystemExit) as stopped:
        variants.run("name", {}, "check")
    assert told in stopped.value.code
    assert variants.obstacle_to_copies(tmp_path / "other") is None
