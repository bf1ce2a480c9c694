"""What the stage `check` says of a wrong parameter, with and without an experiment."""

from pathlib import Path

import pytest
from script_files import load

from misread.errors import MisreadError
from misread.experiments.project_copy import ROOT, change_params

REFUSED = "params.yaml: noise.level: 'mean': must be 'min', 'avg' or 'max'"


@pytest.fixture
def refused(tmp_path, monkeypatch):
    """Function from environment variables to what the stage says."""
    check = load("stages/check.py")
    (tmp_path / "params.yaml").write_bytes((ROOT / "params.yaml").read_bytes())
    change_params(tmp_path, {"noise.level": "mean"})
    monkeypatch.chdir(tmp_path)
    for name in ("DVC_EXP_NAME", "DVC_ROOT"):
        monkeypatch.delenv(name, raising=False)

    def said(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, str(value))
        with pytest.raises(MisreadError) as error:
            check.checked()
        return str(error.value)

    return said


def test_an_experiment_that_changed_the_file_here_says_how_to_take_it_back(refused):
    told = refused(DVC_EXP_NAME="level", DVC_ROOT=Path.cwd())
    assert told.startswith(f"{REFUSED}; `git checkout params.yaml` takes back what -S wrote")
    assert "\n" not in told


def test_an_experiment_in_a_copy_says_only_what_is_wrong(refused, tmp_path_factory):
    assert refused(DVC_EXP_NAME="level", DVC_ROOT=tmp_path_factory.mktemp("project")) == REFUSED


def test_without_an_experiment_nothing_is_to_be_taken_back(refused):
    assert refused(DVC_ROOT=Path.cwd()) == REFUSED
