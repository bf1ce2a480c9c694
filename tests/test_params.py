"""A wrong key, type, range or choice is refused with one line that names it."""

import pytest
from project_copy import ROOT, change_params
from ruamel.yaml import YAML

from misread import params
from misread.data.geometry import FITS
from misread.errors import MisreadError
from misread.networks.architectures import ARCHITECTURES
from misread.networks.augment import POLICIES
from misread.noise.corruptions import CORRUPTIONS


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "params.yaml").write_bytes((ROOT / "params.yaml").read_bytes())
    return tmp_path


def refusal(folder) -> str:
    with pytest.raises(MisreadError) as refused:
        params.load(folder / "params.yaml")
    message = str(refused.value)
    assert "\n" not in message
    return message


def test_the_projects_own_parameters_are_valid_and_frozen():
    loaded = params.load(ROOT / "params.yaml")
    assert loaded.image_sizes == [28, 40, 50, 75]
    with pytest.raises(ValueError, match="frozen"):
        loaded.seed = 1


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("noise.level", "mean", ["noise.level", "'mean'", "'min', 'avg' or 'max'"]),
        ("noise.levle", "max", ["noise.levle", "unknown key", "level"]),
        ("seed", -1, ["seed", "-1", "greater than or equal to 0"]),
        ("seed", "x", ["seed", "'x'", "whole number"]),
        ("seed", True, ["seed", "True", "whole number"]),
        ("data.images_per_class", 30, ["data.images_per_class", "30", "60"]),
        ("data.images_per_class", 60.5, ["data.images_per_class", "60.5", "whole number or null"]),
        ("networks.resnet50.weights", "coco", ["networks.resnet50.weights", "'coco'", "'imagenet' or null"]),
        ("networks.resnet50.image_size", 31, ["networks.resnet50.image_size", "31", "32"]),
        ("networks.resnet50.cut", "mixed2", ["networks.resnet50.cut", "'mixed2'", "'conv2_block1_out'"]),
        (
            "networks.resnet50.fine_tune_from",
            "x",
            ["networks.resnet50.fine_tune_from", "'conv2_block1_out'", "or null"],
        ),
        ("networks.inception_v3.fine_tune_from", "mixed9", ["networks.inception_v3.fine_tune_from", "after cut"]),
        ("networks.cnn.cut", "mixed2", ["networks.cnn.cut", "unknown key"]),
        ("networks.cnn.learning_rate", float("nan"), ["networks.cnn.learning_rate", "nan"]),
        ("networks.cnn.learning_rate", "1e-3", ["networks.cnn.learning_rate", "'1e-3'", "number"]),
        ("noise.strength.gaussian.min", 80.0, ["noise.strength.gaussian", "rise"]),
        ("noise.strength.salt_pepper.max", 1.5, ["noise.strength.salt_pepper.max", "1.5"]),
        ("noise.options.gaussian.period", 3.0, ["noise.options.gaussian.period", "unknown key", "no keys"]),
        ("train", 3, ["train", "3", "section"]),
        ("data.validation_share", 1.0, ["data.validation_share", "less than 1"]),
    ],
)
def test_wrong_value(folder, key, value, told):
    change_params(folder, {key: value})
    message = refusal(folder)
    for part in told:
        assert part in message


def test_layers_that_stay_random_are_refused(folder):
    change_params(folder, {"networks.resnet50.weights": None, "networks.resnet50.fine_tune_from": "conv2_block2_out"})
    assert "networks.resnet50.fine_tune_from: 'conv2_block2_out': must be null where weights is null" in refusal(folder)


def test_missing_key(folder):
    path = folder / "params.yaml"
    values = YAML(typ="safe").load(path)
    del values["geometry"]["fit"]
    YAML().dump(values, path)
    assert "geometry.fit: missing" in refusal(folder)


def test_broken_and_missing_file(folder):
    path = folder / "params.yaml"
    path.write_text("seed: [1\n")
    assert "not valid YAML" in refusal(folder)
    path.unlink()
    assert "no such file" in refusal(folder)
    path.write_text("")
    assert "section" in refusal(folder)


def test_every_choice_has_its_row_in_a_registry():
    assert set(params.NOISE_TYPES) == set(CORRUPTIONS)
    assert set(params.NETWORKS) == set(ARCHITECTURES)
    assert set(params.get_args(params.FitName)) == set(FITS)
    assert set(params.get_args(params.Augmentation)) == set(POLICIES)
