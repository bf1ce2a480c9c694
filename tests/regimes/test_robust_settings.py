"""The parameters of the regime `robust`: what is refused, and what they decide."""

import copy
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from misread import params
from misread.errors import MisreadError
from misread.experiments.project_copy import ROOT
from misread.params.schema import LEVELS

VALUES = YAML(typ="safe").load(ROOT / "params.yaml")
PLACE = "regimes.robust."


def checked(changes):
    """Parameters with other values of the regime `robust`, by dotted key."""
    values = copy.deepcopy(VALUES)
    for key, value in changes.items():
        *sections, name = f"{PLACE}{key}".split(".")
        section = values
        for part in sections:
            section = section.setdefault(part, {})
        section[name] = value
    return params.validated(values, Path("params.yaml"))


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("strength", [], "[]: must be a number, or a range [lowest, highest]"),
        ("strength", [1.0, 0.05], "[1.0, 0.05]: must rise from the lowest to the highest"),
        ("strength", [0.5, 0.5], "[0.5, 0.5]: must rise from the lowest to the highest"),
        ("strength", [0.1, 0.5, 1.0], "must be a number, or a range"),
        ("strength", [0.0, 1.0], "[0.0, 1.0]: must be above 0, at most 1"),
        ("strength", [0.1, 1.5], "[0.1, 1.5]: must be above 0, at most 1"),
        ("strength", 2.0, "2.0: must be above 0, at most 1: shares of the highest level"),
        ("strength", "weak", "weak: must be a number, or a range"),
        ("strength", True, "True: must be a number, or a range"),
        ("strength", float("nan"), "nan: must be a number, or a range"),
        ("options.periodic.period", [1.0, 3.0], "must be greater than or equal to 2"),
        ("options.periodic.period", [20.0, 2.0], "[20.0, 2.0]: must rise"),
        ("options.periodic.phase", 1.0, "unknown key; regimes.robust.options.periodic may hold period, angle"),
        ("options.fog", {}, "unknown key; regimes.robust.options may hold gaussian"),
        ("leave_out", ["fog"], "['fog']: must be of gaussian, periodic, salt_pepper"),
        ("leave_out", ["gaussian", "periodic", "salt_pepper"], "must leave one of salt_pepper, periodic, gaussian"),
        ("leave_out", "gaussian", "must be a list"),
        ("consistency", 1e300, "must be less than or equal to 100"),
        ("consistency", -0.5, "must be greater than or equal to 0"),
        ("clean_signs", 1, "1: must be true or false"),
        ("networks.cnn.epochs", 0, "must be greater than or equal to 1"),
        ("networks.cnn.image_size", 64, "unknown key; regimes.robust.networks.cnn may hold epochs, batch_size"),
        ("networks.vgg", {}, "unknown key; regimes.robust.networks may hold cnn"),
    ],
)
def test_wrong_values_are_told_in_one_line(key, value, told):
    with pytest.raises(MisreadError) as refused:
        checked({key: value})
    line = str(refused.value)
    assert line.startswith(f"params.yaml: {PLACE}{key}")
    assert told in line
    assert "\n" not in line


def test_pairs_can_only_be_consistent_where_there_are_pairs():
    with pytest.raises(MisreadError, match=r"regimes\.robust\.consistency: 0\.5: must be 0 where clean_signs is false"):
        checked({"consistency": 0.5, "clean_signs": False})
    assert checked({"consistency": 0.5}).regimes.robust.consistency == 0.5


def test_strengths_are_shares_of_the_highest_level():
    settings = checked({"strength": [0.1, 0.5]})
    found = settings.noises_in("robust")
    assert set(found) == set(settings.noise.types.names)
    for name, noise in found.items():
        highest = settings.noise.strength_of(name, LEVELS[-1])
        assert noise["strength"] == pytest.approx((0.1 * highest, 0.5 * highest))


def test_a_number_is_a_strength_that_is_always_taken():
    noise = checked({"strength": 1.0}).noises_in("robust")["gaussian"]
    assert noise["strength"] == (50.0, 50.0)


def test_options_without_a_range_are_as_in_the_noisy_sets():
    found = checked({"options": {"periodic": {"angle": [0.0, 90.0]}}}).noises_in("robust")
    period = VALUES["noise"]["types"]["periodic"]["options"]["period"]
    assert found["periodic"]["options"] == {"period": (period, period), "angle": (0.0, 90.0)}
    assert found["gaussian"]["options"] == {}


def test_a_range_of_whole_numbers_is_one_of_numbers_where_the_option_is():
    found = checked({"options": {"periodic": {"period": [2, 20]}}}).noises_in("robust")
    assert [type(end) for end in found["periodic"]["options"]["period"]] == [float, float]


def test_a_noise_type_can_be_left_out_and_one_that_the_file_lacks_is():
    assert "periodic" not in checked({"leave_out": ["periodic"]}).noises_in("robust")
    values = copy.deepcopy(VALUES)
    del values["noise"]["types"]["periodic"]
    assert "periodic" not in params.validated(values, Path("params.yaml")).noises_in("robust")


def test_only_the_networks_that_are_named_are_trained_otherwise():
    settings = checked({"networks": {"cnn": {"epochs": 7, "dropout": 0.1, "ema": 0.9}}})
    cnn = settings.networks.cnn
    assert settings.network_in("robust", "cnn") == cnn.model_copy(update={"epochs": 7, "dropout": 0.1, "ema": 0.9})
    assert settings.network_in("clean", "cnn") == cnn
    assert settings.network_in("robust", "resnet50") == settings.networks.resnet50
