"""A wrong value of any kind in ``params.yaml`` is refused with its key and what it may be, never with a traceback."""

import copy
import datetime
import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from misread import params
from misread.errors import MisreadError
from misread.experiments.project_copy import ROOT

VALUES = YAML(typ="safe").load(ROOT / "params.yaml")
PATH = Path("params.yaml")


def places(values, above=()):
    """Every key, sections and items of lists among them."""
    inner = values.items() if isinstance(values, dict) else enumerate(values) if isinstance(values, list) else ()
    for name, value in inner:
        yield (*above, name)
        yield from places(value, (*above, name))


def replaced(place, value):
    """The project's own parameters with another value at one place."""
    result = copy.deepcopy(VALUES)
    inner = result
    for part in place[:-1]:
        inner = inner[part]
    inner[place[-1]] = value
    return result


def accepted(place, value):
    """Whether a value is accepted; a refusal names the key and what it may be."""
    try:
        params.validated(replaced(place, value), PATH)
    except MisreadError as error:
        names = [part for part in place if isinstance(part, str)]
        line = str(error)
        assert "\n" not in line
        # A problem of several keys together, as levels that do not rise, is told at the section of both.
        assert line.startswith(f"params.yaml: {'.'.join(names)}") or line.startswith(
            f"params.yaml: {'.'.join(names[:-1])}: "
        ), (place, value, line)
        assert "must " in line or "may hold" in line, line
        return False
    return True


SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.dates() | st.just(10**400)
    | st.sampled_from(["1e-3", "null", "yes", "", " ", "noise", "[", "a: b"])
)  # fmt: skip
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SCALARS, inner, max_size=2), max_leaves=4
)


def refusals(place):
    """How many of a few wrong and right values of a key are refused, each as it should be."""
    refused = []

    @settings(max_examples=15, deadline=None, database=None, derandomize=True)
    @given(ANYTHING)
    def try_value(value):
        refused.append(not accepted(place, value))

    try_value()
    return sum(refused)


def test_every_wrong_value_of_every_key_is_told():
    assert sum(refusals(place) for place in places(VALUES)) > 500


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_an_infinite_value_is_never_accepted(value):
    for place in places(VALUES):
        assert not accepted(place, value)
        assert not accepted(place, [value])


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        ("noise.types.gaussian.sweep", ["a"], "noise.types.gaussian.sweep[0]: 'a': must be a number"),
        ("noise.types.gaussian.sweep", [5.0], "noise.types.gaussian.sweep: [5.0]: must be a list of at least 2 values"),
        ("noise.types.gaussian.sweep", [math.nan, 1.0], "noise.types.gaussian.sweep[0]: nan: must be a finite number"),
        ("noise.types.gaussian.sweep", [9.0, 5.0], "noise.types.gaussian.sweep: [9.0, 5.0]: must rise from above 0"),
        ("sweep.fourier.periods", [1], "sweep.fourier.periods[0]: 1: must be greater than 2"),
        ("sweep.fourier.periods", 3.0, "sweep.fourier.periods: 3.0: must be a list"),
        ("sweep.fourier.angles", [None], "sweep.fourier.angles[0]: None: must be a number"),
        (
            "noise.types.periodic.options.period",
            math.inf,
            "noise.types.periodic.options.period: inf: must be a finite number",
        ),
        ("data", {1: 2}, "data.source: missing"),
        ("seed", datetime.date(2021, 1, 1), "seed: datetime.date(2021, 1, 1): must be a whole number"),
        ("networks.cnn.epochs", "x" * 500, "networks.cnn.epochs: 'xxx"),
    ],
)
def test_messages(place, value, told):
    with pytest.raises(MisreadError) as error:
        params.validated(replaced(place.split("."), value), PATH)
    assert str(error.value).startswith(f"params.yaml: {told}")
    assert len(str(error.value)) < 300


def test_a_key_that_is_no_text_is_unknown():
    with pytest.raises(MisreadError, match=r"params\.yaml: figures.*: unknown key; figures may hold signs"):
        params.validated(replaced(["figures", 7], 1), PATH)
