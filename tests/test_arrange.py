"""The stage `arrange` links to what each network is trained and tested on."""

import numpy as np
import pytest
from ruamel.yaml import YAML
from script_files import load

from misread import params, paths
from misread.data import sets, store
from misread.experiments.project_copy import ROOT, change_params
from misread.noise import at_random
from misread.regime import NOISE

check, arrange = load("stages/check.py"), load("stages/arrange.py")
NAMES = [paths.noisy_set(*one) for one in params.load(ROOT / "params.yaml").noise.sets]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A project with clean and noisy sets of one image; the label tells which set, owner and split it is of."""
    (tmp_path / "params.yaml").write_bytes((ROOT / "params.yaml").read_bytes())
    robust = params.load(ROOT / "params.yaml").regimes.robust.model_dump(exclude_unset=True)
    regimes = {"clean": {}, "mixed": {}, "robust": robust | {"strength": [0.1, 1.0]}}
    change_params(tmp_path, {"regimes": regimes, "noise.type": "periodic", "noise.level": "avg", "own": {}})
    monkeypatch.chdir(tmp_path)
    for owner in params.load().image_sizes:
        for split in ("train", "test"):
            for name in ("clean", *NAMES):
                store.create_set(sets.folder_of(name, owner, split), np.array([label(name, owner, split)]), 16)
    return tmp_path


def label(name, owner, split):
    owners = [*params.load(ROOT / "params.yaml").image_sizes]
    return 100 * ["clean", *NAMES].index(name) + 10 * owners.index(owner) + ["train", "test"].index(split)


def is_arranged(folder, owner, split, names):
    opened = sets.opened(folder)
    found = {name: int(one.labels[0]) for name, one in opened.items()}
    return found == {name: label(name, owner, split) for name in names}


def test_every_network_is_tested_on_the_clean_and_all_noisy_sets(folder):
    check.main()
    arrange.main()
    assert len(NAMES) == 9
    for owner in params.load().image_sizes:
        assert is_arranged(paths.test_sets(owner), owner, "test", ["clean", *NAMES])


def test_every_regime_has_its_sets_and_clean_and_noisy_are_there_for_the_gans(folder):
    check.main()
    arrange.main()
    of_networks = {"clean": ["clean"], "mixed": ["clean", *NAMES], "robust": ["clean"]}
    expected = dict.fromkeys(params.load().networks.names, of_networks)
    expected[paths.GAN] = {"clean": ["clean"], "noisy": ["periodic-avg"]}
    for owner, regimes in expected.items():
        assert {path.name for path in (paths.SETS / owner / "train").iterdir()} == set(regimes)
        for regime, names in regimes.items():
            assert is_arranged(paths.training_sets(owner, regime), owner, "train", names)
    assert is_arranged(paths.compared_sets(), paths.GAN, "train", ["clean", *NAMES])


def test_noise_that_is_made_in_memory_lies_beside_the_sets_of_its_regime(folder):
    check.main()
    arrange.main()
    noise = paths.training_sets("cnn", "robust") / NOISE
    assert {one.noise_type: one.strength[0] for one in at_random.load(noise)} == pytest.approx(
        {"salt_pepper": 0.01, "periodic": 7.07, "gaussian": 5.0}
    )
    assert {path.parent.name for path in paths.SETS.rglob(NOISE)} == {"robust"}


def test_a_removed_network_and_noise_type_leave_nothing(folder):
    check.main()
    arrange.main()
    paths.predictions("resnet50-clean").parent.mkdir(parents=True)
    for key in ("resnet50-clean", "cnn-clean"):
        paths.predictions(key).touch()
    values = YAML(typ="safe").load(folder / "params.yaml")
    del values["networks"]["resnet50"], values["noise"]["types"]["gaussian"]
    YAML().dump(values, folder / "params.yaml")
    check.main()
    arrange.main()
    left = [name for name in NAMES if not name.startswith("gaussian")]
    assert {path.name for path in paths.SETS.iterdir()} == {"cnn", "inception_v3", "gan"}
    assert is_arranged(paths.test_sets("cnn"), "cnn", "test", ["clean", *left])
    assert {path.name for path in paths.NOISY.iterdir()} == set(left)
    assert [path.name for path in paths.predictions("any").parent.iterdir()] == ["cnn-clean.parquet"]
