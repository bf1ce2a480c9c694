"""Settings of a measurement: those of the study unless others are given, and wrong ones are told in one line."""

import json

import pytest

from misread import params
from misread.errors import MisreadError
from misread.experiments.project_copy import ROOT
from misread.own.settings import STUDY, settings

PARAMS = params.load(ROOT / "params.yaml")
TYPES = PARAMS.noise.types


def test_the_defaults_are_those_of_the_study():
    found = settings()
    assert found.noise_types == TYPES.names
    assert (found.seed, found.resamples, found.refine) == (PARAMS.seed, PARAMS.sweep.resamples, 2)
    for name in TYPES.names:
        assert found.strengths[name] == tuple(TYPES[name].sweep)
        assert found.levels[name] == {level: PARAMS.noise.strength_of(name, level) for level in params.LEVELS}
        assert found.options[name] == PARAMS.noise.options_of(name)


def test_the_package_has_the_parameters_of_the_study():
    assert STUDY.read_bytes() == (ROOT / "params.yaml").read_bytes()


@pytest.mark.parametrize("noise", [["gaussian"], "gaussian", ("gaussian", "gaussian")])
def test_noise_types_can_be_picked(noise):
    found = settings(noise)
    assert found.noise_types == ("gaussian",)
    assert list(found.strengths) == list(found.options) == ["gaussian"]


def test_noise_types_are_in_the_order_in_which_they_are_given():
    assert settings(["gaussian", "salt_pepper"]).noise_types == ("gaussian", "salt_pepper")


def test_strengths_pick_their_noise_types_unless_others_are_named():
    assert settings(strengths={"gaussian": [5]}).noise_types == ("gaussian",)
    both = settings(["gaussian", "periodic"], {"gaussian": [5]})
    assert both.strengths["periodic"] == tuple(TYPES["periodic"].sweep)


def test_a_grid_ascends_and_has_no_strength_twice():
    assert settings(strengths={"gaussian": (30, 5, 30.0)}).strengths == {"gaussian": (5.0, 30.0)}


def test_the_levels_are_measured_too():
    found = settings(strengths={"salt_pepper": [0.5, 0.025]})
    assert found.strengths["salt_pepper"] == (0.025, 0.5)
    assert found.measured("salt_pepper") == sorted({0.025, 0.5, *found.levels["salt_pepper"].values()})


def test_the_settings_can_be_written():
    assert json.loads(json.dumps(settings().as_dict()))["seed"] == PARAMS.seed


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"noise": ["gaussian", "fog"]}, "noise: 'fog': must be of salt_pepper, periodic, gaussian"),
        ({"strengths": {"fog": [1]}}, "noise: 'fog': must be of salt_pepper, periodic, gaussian"),
        (
            {"noise": ["periodic"], "strengths": {"gaussian": [5]}},
            "strengths: gaussian: is not among the noise types periodic",
        ),
        (
            {"strengths": {"salt_pepper": [0.5, 1.5]}},
            "strengths: salt_pepper: 1.5: must be above 0, at most 1 (share of pixels)",
        ),
        (
            {"strengths": {"gaussian": [0]}},
            "strengths: gaussian: 0: must be above 0, at most 1000 (standard deviation, grey levels)",
        ),
        (
            {"strengths": {"periodic": [5, float("inf")]}},
            "strengths: periodic: inf: must be above 0, at most 1000 (amplitude, grey levels)",
        ),
        (
            {"strengths": {"gaussian": [float("nan")]}},
            "strengths: gaussian: nan: must be above 0, at most 1000 (standard deviation, grey levels)",
        ),
        ({"strengths": {"gaussian": []}}, "strengths: gaussian: must have at least one strength"),
        ({"strengths": {"gaussian": 5}}, "strengths: gaussian: 5: must be a list of numbers"),
        ({"strengths": {"gaussian": ["much"]}}, "strengths: gaussian: ['much']: must be a list of numbers"),
        ({"refine": -1}, "refine: -1: must be a whole number, at least 0"),
        ({"refine": 1.5}, "refine: 1.5: must be a whole number, at least 0"),
        ({"refine": True}, "refine: True: must be a whole number, at least 0"),
        ({"seed": -1}, "seed: -1: must be a whole number, at least 0"),
        ({"resamples": 99}, "resamples: 99: must be a whole number, at least 100"),
    ],
)
def test_wrong_settings_are_told_in_one_line(given, told):
    with pytest.raises(MisreadError) as error:
        settings(**given)
    assert str(error.value) == told
