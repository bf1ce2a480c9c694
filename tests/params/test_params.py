"""A wrong key, type, range or choice is refused with one line that names it."""

from typing import get_args

import pytest
from ruamel.yaml import YAML

from misread import params
from misread.data.resize import RESIZE_POLICIES
from misread.errors import MisreadError
from misread.experiments.project_copy import ROOT, change_params
from misread.gans import cgan, losses
from misread.params import gan_sections, schema
from misread.training.augment import POLICIES


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
    assert loaded.image_sizes == {"cnn": 40, "inception_v3": 75, "resnet50": 50, "gan": 28}
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
        ("noise.types.gaussian.min", 80.0, ["noise.types.gaussian", "rise"]),
        ("noise.types.salt_pepper.max", 1.5, ["noise.types.salt_pepper.max", "1.5"]),
        ("noise.types.gaussian.options.period", 3.0, ["noise.types.gaussian.options.period", "unknown key", "no keys"]),
        ("train", 3, ["train", "3", "section"]),
        ("data.validation_share", 1.0, ["data.validation_share", "less than 1"]),
        ("repeats.networks", ["vgg"], ["repeats.networks: 'vgg': must be 'cnn' or 'inception_v3' or 'resnet50'"]),
        ("repeats.networks", ["cnn", "cnn"], ["repeats.networks: ['cnn', 'cnn']: must not have a value twice"]),
        ("repeats.further", [2, 2], ["repeats.further: [2, 2]: must not have a value twice"]),
        ("repeats.further", [1, 2], ["repeats.further[0]", "1", "greater than or equal to 2"]),
        ("repeats.further", 3, ["repeats.further", "3", "must be a list"]),
        (
            "sweep.random_options",
            {"periodic": {"period": [9.0, 3.0]}},
            ["sweep.random_options.periodic.period", "rise"],
        ),
        (
            "sweep.random_options",
            {"gaussian": {"period": 3.0}},
            ["sweep.random_options.gaussian.period", "unknown key"],
        ),
        ("noise.types.salt_pepper.options.per_channel", 1, ["per_channel", "1", "must be true or false"]),
        ("regimes.robust.options", {"salt_pepper": {"per_channel": [False, True]}}, ["per_channel", "must be true or"]),
        ("train.replicas", 0, ["train.replicas", "0", "greater than or equal to 1"]),
        ("train.replicas", 257, ["train.replicas", "257", "less than or equal to 256"]),
        ("train.replicas", 3, ["train.replicas: 3: must divide every batch_size", "cnn in the regime clean is 128"]),
    ],
)
def test_wrong_value(folder, key, value, told):
    change_params(folder, {key: value})
    message = refusal(folder)
    for part in told:
        assert part in message


def test_trainings_have_seeds_of_their_own(folder):
    change_params(folder, {"seed": 2**32 - 1, "repeats.further": [2, 5]})
    loaded = params.load(folder / "params.yaml")
    assert loaded.trainings_of("cnn") == (1, 2, 5)
    assert loaded.trainings_of("resnet50") == (1,)
    assert [loaded.seed_of(training) for training in loaded.trainings] == [2**32 - 1, 0, 3]


def test_an_option_that_is_no_number_has_no_range(folder):
    change_params(folder, {"regimes.robust.options": {"salt_pepper": {"per_channel": True}}})
    noises = params.load(folder / "params.yaml").noises_in("robust")
    assert noises["salt_pepper"]["options"] == {"per_channel": (True, True)}
    assert noises["periodic"]["options"]["period"] == (8.0, 8.0)


def test_layers_that_stay_random_are_refused(folder):
    change_params(folder, {"networks.resnet50.weights": None, "networks.resnet50.fine_tune_from": "conv2_block2_out"})
    assert "networks.resnet50.fine_tune_from: 'conv2_block2_out': must be null where weights is null" in refusal(folder)


def test_missing_key(folder):
    path = folder / "params.yaml"
    values = YAML(typ="safe").load(path)
    del values["resize"]
    YAML().dump(values, path)
    assert "resize: missing" in refusal(folder)


def test_broken_and_missing_file(folder):
    path = folder / "params.yaml"
    path.write_text("seed: [1\n")
    assert "not valid YAML" in refusal(folder)
    path.unlink()
    assert "no such file" in refusal(folder)
    path.write_text("")
    assert "section" in refusal(folder)


def test_every_choice_has_its_row_in_a_registry():
    assert set(get_args(schema.ResizePolicy)) == set(RESIZE_POLICIES)
    assert set(get_args(schema.Augmentation)) == set(POLICIES)
    assert set(get_args(gan_sections.GanLoss)) == set(losses.LOSSES)
    assert set(get_args(gan_sections.Condition)) == set(cgan.CONDITIONS)


class TestSectionsOfNetworksAndNoiseTypes:
    """They are made of what is registered and of what the file has."""

    def test_a_file_may_have_some_of_the_networks_and_noise_types_in_its_own_order(self, folder):
        path = folder / "params.yaml"
        values = YAML(typ="safe").load(path)
        values["networks"] = {name: values["networks"][name] for name in ("resnet50", "cnn")}
        del values["noise"]["types"]["periodic"]
        YAML().dump(values, path)
        loaded = params.load(path)
        assert loaded.networks.names == ("resnet50", "cnn")
        assert list(loaded.image_sizes)[-1] == "gan"
        assert loaded.noise.types.names == ("salt_pepper", "gaussian")
        assert len(loaded.noise.sets) == 6
        with pytest.raises(MisreadError, match=r"'cnn2': not in params\.yaml, which has resnet50, cnn"):
            loaded.networks["cnn2"]

    @pytest.mark.parametrize(
        ("key", "value", "told"),
        [
            ("networks.vgg", {}, "networks.vgg: unknown key; networks may hold"),
            ("noise.types.fog", {}, "noise.types.fog: unknown key; noise.types may hold"),
            ("networks", {}, "networks: {}: must have at least one of cnn, inception_v3, resnet50"),
            ("noise.types", {}, "noise.types: {}: must have at least one of gaussian, periodic, salt_pepper"),
            ("baseline", "vgg", "baseline: 'vgg': must be 'cnn' or"),
            ("downstream.network", "resnet50", "downstream.network: 'resnet50': must be 'cnn', without a backbone"),
            ("noise.type", "fog", "noise.type: 'fog': must be 'salt_pepper' or"),
            ("regimes", {}, "regimes: {}: must have at least one of clean, mixed, noisy, robust"),
            ("regimes", ["clean"], "regimes: ['clean']: must be a section of keys and values"),
            ("regimes.blurred", {}, "regimes.blurred: unknown key; regimes may hold clean, noisy, robust, mixed"),
        ],
    )
    def test_what_is_not_registered_or_not_there_is_told(self, folder, key, value, told):
        path = folder / "params.yaml"
        values = YAML(typ="safe").load(path)
        *sections, name = key.split(".")
        section = values
        for part in sections:
            section = section[part]
        section[name] = value
        YAML().dump(values, path)
        assert told in refusal(folder)
