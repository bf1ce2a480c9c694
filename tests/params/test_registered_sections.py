"""A network or a noise type of ``params.yaml`` needs a module, and is checked by what this registers."""

import copy
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from misread import params
from misread.errors import MisreadError
from misread.experiments.project_copy import ROOT
from misread.networks import NETWORKS
from misread.noise.types import NOISE_TYPES

VALUES = YAML(typ="safe").load(ROOT / "params.yaml")


@pytest.fixture
def values():
    return copy.deepcopy(VALUES)


def refusal(values) -> str:
    with pytest.raises(MisreadError) as refused:
        params.validated(values, Path("params.yaml"))
    line = str(refused.value)
    assert "\n" not in line
    return line.removeprefix("params.yaml: ")


def test_a_network_without_a_module_is_told_with_those_that_have_one(values):
    values["networks"]["vgg16"] = values["networks"]["cnn"]
    line = refusal(values)
    assert line.startswith("networks.vgg16: unknown key; ")
    assert all(name in line for name in NETWORKS)


def test_a_noise_type_without_a_module_is_told_with_those_that_have_one(values):
    values["noise"]["types"]["fog"] = values["noise"]["types"]["gaussian"]
    line = refusal(values)
    assert line.startswith("noise.types.fog: unknown key; ")
    assert all(name in line for name in NOISE_TYPES)


@pytest.mark.parametrize("given", [{}, None, [], "cnn", 3])
def test_no_networks_and_no_noise_types_are_told_in_one_line(values, given):
    changed = values | {"networks": given}
    assert refusal(changed).startswith("networks: ")
    values["noise"]["types"] = given
    assert refusal(values).startswith("noise.types: ")


def test_the_baseline_is_a_network_of_the_file_not_just_one_with_a_module(values):
    del values["networks"]["cnn"]
    assert "cnn" in NETWORKS
    assert refusal(values).startswith("baseline: 'cnn': must be 'inception_v3' or 'resnet50'")


def test_the_clean_regime_is_there(values):
    del values["regimes"]["clean"]
    assert refusal(values) == "regimes: must have clean, to which the others are compared"


def test_the_selected_noise_type_is_one_of_the_file_not_just_one_with_a_module(values):
    del values["noise"]["types"]["salt_pepper"]
    assert refusal(values) == "noise.type: 'salt_pepper': must be 'periodic' or 'gaussian'"


def test_an_option_that_a_noise_type_lacks_is_told_with_those_that_it_has(values):
    options = values["noise"]["types"]["periodic"]["options"]
    options["phase"] = 3.0
    assert refusal(values) == (
        "noise.types.periodic.options.phase: unknown key; noise.types.periodic.options may hold period, angle"
    )
    del options["phase"], options["angle"]
    assert refusal(values) == "noise.types.periodic.options.angle: missing; it must be given"


def test_options_and_strengths_are_checked_by_the_noise_types_own_bounds(values):
    values["noise"]["types"]["periodic"]["options"]["period"] = 1.0
    assert refusal(values).startswith("noise.types.periodic.options.period: 1.0: must be ")
    values["noise"]["types"]["periodic"]["options"]["period"] = 8.0
    values["noise"]["types"]["salt_pepper"]["sweep"] = [0.5, 2.0]
    assert refusal(values).startswith("noise.types.salt_pepper.sweep[1]: 2.0: must be less than or equal to 1")
