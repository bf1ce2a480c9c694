"""The section `own` of ``params.yaml``: what an entry may hold, how it may be named, and what must exist."""

import copy
import textwrap
from pathlib import Path
from typing import get_args

import pytest
from ruamel.yaml import YAML

from misread import params
from misread.data.resize import RESIZE_POLICIES
from misread.errors import MisreadError
from misread.experiments.project_copy import ROOT
from misread.own import feeding, files
from misread.params import yaml12
from misread.params.own_entries import OwnNetwork, check_files

VALUES = YAML(typ="safe").load(ROOT / "params.yaml")
LEAST = {"model": "mine.keras", "data": "data/gtsrb"}


def loaded(own):
    return params.validated(copy.deepcopy(VALUES) | {"own": own}, Path("params.yaml"))


def refusal(own) -> str:
    with pytest.raises(MisreadError) as refused:
        loaded(own)
    line = str(refused.value)
    assert "\n" not in line
    return line.removeprefix("params.yaml: ")


def test_a_file_may_have_none_but_must_say_so():
    assert loaded({}).own == {}
    without = {name: value for name, value in VALUES.items() if name != "own"}
    with pytest.raises(MisreadError, match=r"^params\.yaml: own: missing; it must be given$"):
        params.validated(without, Path("params.yaml"))


def test_the_examples_beside_the_section_are_valid():
    comment = (ROOT / "params.yaml").read_text(encoding="utf-8").partition("For example:\n")[2].partition("own:")[0]
    own = loaded(yaml12.load(textwrap.dedent(comment.replace("#", " ")))).own
    assert list(own) == ["mine", "other"]
    assert (own["other"].values, own["other"].size) == ("-1-1", (48, 64))


def test_an_entry_needs_two_keys_and_gives_the_options_of_the_command():
    asked = loaded({"mine": LEAST}).own_network("mine").options
    assert files.Request(**asked, out=Path("any")) == files.Request("mine.keras", "data/gtsrb", Path("any"))
    given = {"size": [32, 48], "order": "BGR", "values": "0-1", "classes": "names.txt", "skip_unknown": True}
    asked = files.Request(**loaded({"mine": LEAST | given}).own["mine"].options, out=Path("any"))
    assert (asked.size, asked.order, asked.values, asked.skip_unknown) == ((32, 48), "BGR", "0-1", True)
    assert asked.classes == Path("names.txt")
    assert loaded({"mine": LEAST | {"size": 32}}).own["mine"].size == (32, 32)


def test_a_function_has_a_key_of_its_own_as_a_dependency_must_be_a_file():
    asked = loaded({"mine": LEAST | {"model": "nets/mine.py", "function": "predict"}}).own["mine"].options
    assert asked["model"] == "nets/mine.py:predict"
    assert "function" not in asked


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"modle": "x"}, "own.mine.modle: unknown key; own.mine may hold model, data, function, resize, size"),
        ({"model": None}, "own.mine.model: None: must be text"),
        ({"model": ""}, "own.mine.model: '': must be the path of a file or folder"),
        ({"data": "https://example.org/x"}, "own.mine.data: 'https://example.org/x': must be the path of a file"),
        ({"model": "a.py:f"}, "own.mine.model: 'a.py:f': must be the file alone; the key `function` names"),
        ({"model": "a.py"}, "own.mine.function: missing; it must name the function"),
        ({"function": "f"}, "own.mine.function: 'f': must be left out unless model is a Python file"),
        ({"model": "a.py", "function": "f()"}, "own.mine.function: 'f()': must be the name of a function"),
        ({"resize": "crop"}, "own.mine.resize: 'crop': must be 'crop_pad', "),
        ({"size": "32x48"}, "own.mine.size: '32x48': must be a whole number of pixels, at least 1, or [height, width]"),
        ({"size": [32, 0]}, "own.mine.size: [32, 0]: must be"),
        ({"size": True}, "own.mine.size: True: must be"),
        ({"values": 255}, "own.mine.values: 255: must be '0-255', '0-1', '-1-1', 'imagenet' or 'caffe' or null"),
        ({"order": "rgb"}, "own.mine.order: 'rgb': must be 'RGB' or 'BGR' or null"),
        ({"images": 0}, "own.mine.images: 0: must be greater than or equal to 1 or null"),
        ({"skip_unknown": "yes"}, "own.mine.skip_unknown: 'yes': must be true or false"),
    ],
)
def test_a_wrong_value_is_told(changed, told):
    assert refusal({"mine": LEAST | changed}).startswith(told)


@pytest.mark.parametrize("key", LEAST)
def test_model_and_data_must_be_given(key):
    assert refusal({"mine": {name: value for name, value in LEAST.items() if name != key}}) == (
        f"own.mine.{key}: missing; it must be given"
    )


@pytest.mark.parametrize("own", [None, [], "mine", {"mine": None}, {"mine": "mine.keras"}])
def test_what_is_no_section_is_told(own):
    assert refusal(own).endswith("must be a section of keys and values")


@pytest.mark.parametrize("name", ["cnn", "resnet50", "gan", "cgan", "cnn-clean", "inception_v3-robust", "cgan-noisy"])
def test_names_of_the_study_are_taken(name):
    assert refusal({name: LEAST}) == (
        f"own.{name}: must have another name; the study has a network or a GAN of this one"
    )


@pytest.mark.parametrize("name", ["", "a b", "a.b", "a/b", "größe", "a[0]", "..", "-a", "_a"])
def test_names_are_those_of_files_and_stages(name):
    assert refusal({name: LEAST}).endswith("must be of letters, digits, _ and -, and begin with a letter or a digit")


def test_other_names_are_free():
    names = ["mine", "cnn2", "my-cnn", "cnn-mine", "clean", "A_1", "0"]
    assert list(loaded(dict.fromkeys(names, LEAST)).own) == names
    assert refusal({3: LEAST}) == "own[3]: 3: must be text"


def test_an_unknown_network_is_told_with_those_that_are_there():
    with pytest.raises(MisreadError, match=r"'other': not in params\.yaml, whose section own has mine"):
        loaded({"mine": LEAST}).own_network("other")


def test_choices_are_those_of_the_command():
    choices = {
        name: {*get_args(field.annotation), *(one for part in get_args(field.annotation) for one in get_args(part))}
        for name, field in OwnNetwork.model_fields.items()
    }
    assert set(RESIZE_POLICIES) == choices["resize"]
    for name, known in (("order", feeding.ORDERS), ("values", feeding.VALUES), ("scores", feeding.SCORES)):
        assert choices[name] >= {*known}, name
        assert {one for one in choices[name] if isinstance(one, str)} == {*known}, name


class TestWhatMustExist:
    def check(self, folder, **changed):
        check_files({"mine": OwnNetwork(**LEAST | changed)}, folder)

    def test_a_wrong_path_is_told_before_any_other_stage(self, tmp_path):
        with pytest.raises(MisreadError, match=r"params\.yaml: own\.mine\.model: 'mine\.keras': must exist; there is"):
            self.check(tmp_path)
        (tmp_path / "mine.keras").touch()
        self.check(tmp_path)
        with pytest.raises(MisreadError, match=r"own\.mine\.classes: 'names\.txt': must exist"):
            self.check(tmp_path, classes="names.txt")

    def test_what_stages_write_or_dvc_brings_need_not_be_there_yet(self, tmp_path):
        self.check(tmp_path, model="models/cnn-clean/model.keras")
        (tmp_path / "nets.dvc").touch()
        self.check(tmp_path, model="nets/mine.keras")
