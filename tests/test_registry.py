"""A registry knows the modules of a package by name, and imports one when it is asked for."""

import sys

import pytest

from misread import paths
from misread.errors import MisreadError
from misread.networks import NETWORKS
from misread.noise.types import NOISE_TYPES
from misread.registry import Registry


@pytest.fixture
def fruit(tmp_path, monkeypatch):
    """A registry of a package with three modules, of which the last cannot be imported."""
    folder = tmp_path / "orchard"
    folder.mkdir()
    (folder / "__init__.py").touch()
    for name, code in (("pear", "FRUIT = 'a pear'"), ("apple", "FRUIT = 'an apple'"), ("rotten", "1 / 0")):
        (folder / f"{name}.py").write_text(code)
    (folder / "notes.txt").touch()
    monkeypatch.syspath_prepend(tmp_path)
    yield Registry("orchard", "FRUIT", "fruit")
    for name in [name for name in sys.modules if name.split(".")[0] == "orchard"]:
        del sys.modules[name]


def test_names_are_those_of_the_modules_in_alphabetical_order(fruit):
    assert fruit.names == ("apple", "pear", "rotten")
    assert list(fruit) == ["apple", "pear", "rotten"]


def test_a_module_is_imported_when_it_is_asked_for_and_no_other(fruit):
    assert "pear" in fruit.names
    assert not {"orchard.pear", "orchard.apple", "orchard.rotten"} & set(sys.modules)
    assert fruit["pear"] == "a pear"
    assert "orchard.pear" in sys.modules
    assert not {"orchard.apple", "orchard.rotten"} & set(sys.modules)
    with pytest.raises(ZeroDivisionError):
        fruit["rotten"]


def test_a_name_without_a_module_is_told_with_those_that_have_one(fruit):
    with pytest.raises(MisreadError, match=r"^fruit 'plum' is unknown; one of apple, pear, rotten$"):
        fruit["plum"]


def test_a_new_file_is_a_new_name(fruit, tmp_path):
    (tmp_path / "orchard/plum.py").write_text("FRUIT = 'a plum'")
    assert "plum" in fruit.names
    assert fruit["plum"] == "a plum"


@pytest.mark.parametrize("registry", [NETWORKS, NOISE_TYPES], ids=["networks", "noise types"])
def test_everything_registered_has_a_title_and_a_colour_of_its_own(registry):
    registered = [registry[name] for name in registry]
    assert len({one.title for one in registered}) == len({one.color for one in registered}) == len(registered) > 0


def test_no_network_has_the_name_of_the_gans():
    """Their image sizes, sets, models and metrics lie side by side."""
    assert not {*NETWORKS} & {paths.GAN, *(key.partition("-")[0] for key in paths.GANS)}


def test_metrics_of_noise_types_have_short_names_of_their_own():
    keys = [NOISE_TYPES[name].metric for name in NOISE_TYPES]
    assert len(set(keys)) == len(keys)
    assert all(len(key) <= 10 for key in keys)
