"""Copies of the project, and classifiers that a copy's graph leaves out."""

import shutil

import pytest
from dvc.repo import Repo
from ruamel.yaml import YAML

from misread import params, paths
from misread.experiments.project_copy import ROOT, change_params, leave_out

KEYS = [paths.classifier(*one) for one in params.load(ROOT / "params.yaml").classifiers]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # DVC names stages relative to it
    for name in ("params.yaml", "dvc.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def stages(folder) -> dict:
    """Name, command, dependencies and outputs of every stage, as DVC takes them."""
    Repo.init(str(folder), no_scm=True, force=True)
    return {
        one.addressing: (one.cmd, *(sorted(map(str, part)) for part in (one.deps, one.outs)))
        for one in Repo(str(folder)).index.stages
    }


def test_classifiers_are_left_out_everywhere_and_nothing_else_is(folder):
    whole = stages(folder)
    leave_out(folder, ("resnet50-noisy", "inception_v3-clean"))
    smaller = stages(folder)
    gone = {name for name in whole if name.endswith(("@resnet50-noisy", "@inception_v3-clean"))}
    assert {name.split("@")[0] for name in gone} == {"train", "evaluate", "sweep", "score"}
    assert len(gone) == 8
    assert smaller == {name: stage for name, stage in whole.items() if name not in gone}


def test_a_graph_of_which_nothing_is_left_out_runs_all_classifiers(folder):
    whole = stages(folder)
    leave_out(folder, ())
    assert stages(folder) == whole
    assert [name for name in whole if name.startswith("train@")] == [f"train@{key}" for key in KEYS]


def test_values_of_a_copy_are_changed_and_comments_stay(folder):
    before = (folder / "params.yaml").read_text(encoding="utf-8")
    change_params(folder, {"networks.cnn.epochs": 1, "noise.types.gaussian.sweep": [1.0, 2.0]})
    loaded = params.load(folder / "params.yaml")
    assert loaded.networks.cnn.epochs == 1
    assert loaded.noise.types.gaussian.sweep == [1.0, 2.0]
    assert (folder / "params.yaml").read_text(encoding="utf-8").count("#") == before.count("#")
    plain = YAML(typ="safe")
    after, values = plain.load(folder / "params.yaml"), plain.load(before)
    values["networks"]["cnn"]["epochs"], values["noise"]["types"]["gaussian"]["sweep"] = 1, [1.0, 2.0]
    assert after == values
