"""params.yaml means to the program what it means to DVC."""

import io
import math

import pytest
import yaml
from dvc.utils.serialize import parse_yaml
from ruamel.yaml import YAML

from misread.params import yaml12

SCALARS = """
1 +1 -1 0 -0 00 050 -050 08 0o17 0o8 0x1F -0x1F 0x 0b11 +0b1 0b2 1_000 1__0 _1
1.0 1. 0. .5 -.5 +0.5 1_0.5 1e3 1e-3 1e+3 1E5 1.5e3 1.e2 .5e-2 .5e2 .5e+3 1e e3 1.2.3
.inf -.inf +.inf .NaN inf nan
true True TRUE tRue false False yes Yes no on off y n
null Null NULL ~ None none
1:30 12:30:45 2020-01-01 '1' "1e-3" salt_pepper
"""


def read_by_dvc(text):
    return parse_yaml(text, "params.yaml")


@pytest.mark.parametrize("scalar", SCALARS.split())
def test_a_scalar_is_what_dvc_reads(scalar):
    [ours], [theirs] = yaml12.load(f"- {scalar}"), read_by_dvc(f"- {scalar}")
    assert type(ours) is type(theirs)
    assert ours == theirs or (math.isnan(ours) and math.isnan(theirs))


@pytest.mark.parametrize(
    "document", ["a:\n", "{a: [1, 2], b: {c: 1e-3}}", "- &x {b: 1}\n- {<<: *x, c: 2}", "- &x {b: 1}\n- {<<: *x, b: 2}"]
)
def test_a_document_is_what_dvc_reads(document):
    assert yaml12.load(document) == read_by_dvc(document)


@pytest.mark.parametrize("scalar", ["=", "<<", "!foo 1", "!!python/name:os.system x"])
def test_what_dvc_refuses_is_refused(scalar):
    with pytest.raises(yaml.YAMLError):
        yaml12.load(f"a: {scalar}")


@pytest.mark.parametrize("document", ["a: 1\na: 2\n", "x: {b: 1, b: 1}"])
def test_a_key_that_occurs_twice_is_refused(document):
    with pytest.raises(yaml.YAMLError, match="occurs twice"):
        yaml12.load(document)


def test_what_dvc_writes_is_read_back():
    """`-S` writes params.yaml anew."""
    values = {"rate": 1e-05, "large": 1e16, "word": "1e-3", "yes": True, "none": None}
    stream = io.StringIO()
    YAML().dump(values, stream)
    assert yaml12.load(stream.getvalue()) == values
