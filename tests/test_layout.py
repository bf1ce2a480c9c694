"""The code is cut into small pieces, each of which is the one place of what it is about."""

import ast
import importlib.metadata
import sys
from collections import Counter

import pytest

from misread.experiments.project_copy import ROOT
from misread.networks import NETWORKS
from misread.noise.types import NOISE_TYPES

FOLDERS = ("src", "stages", "scripts", "benchmarks")
MODULES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))


def test_modules_have_at_most_300_lines():
    assert [path for path in [*MODULES, *TESTS] if len(path.read_text(encoding="utf-8").splitlines()) > 300] == []


def test_functions_have_at_most_50_lines():
    long = [
        (path, node.name)
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno >= 50
    ]
    assert long == []


def test_no_two_modules_have_the_same_name():
    names = Counter(path.name for path in MODULES if path.parent != ROOT / "stages" and path.name != "__init__.py")
    assert [name for name, count in names.items() if count > 1] == []


def test_no_script_hides_a_package():
    """Python looks for imports first in the folder of the file that it runs; `run` leaves out that of the stages."""
    packages = importlib.metadata.packages_distributions().keys()
    scripts = {path.stem for path in MODULES if path.parent in (ROOT / "scripts", ROOT / "benchmarks")}
    assert scripts
    assert not scripts & {*packages, *sys.stdlib_module_names}


def keys(node: ast.AST) -> set[str]:
    """The keys of a dictionary as it is written, `{"a": 1}` or `dict(a=1)`; of anything else none."""
    if isinstance(node, ast.Dict):
        return {key.value for key in node.keys if isinstance(key, ast.Constant)}
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict":
        return {one.arg for one in node.keywords}
    return set()


def test_keys_of_dictionaries_are_seen_however_they_are_written():
    tree = ast.parse("a = {'cnn': 1, **b}\nc = dict(resnet50=2)\nd = f(gaussian=3)\n")
    assert set().union(*map(keys, ast.walk(tree))) - {None} == {"cnn", "resnet50"}


def test_networks_and_noise_types_are_keys_of_no_dictionary():
    """What there is to know of one is in its own module, or in params.yaml."""
    registered = {*NETWORKS, *NOISE_TYPES}
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            assert not registered & keys(node), path


def lacks_encoding(call: ast.Call) -> bool:
    """Whether a call reads or writes text in the encoding of the user's locale."""
    name = getattr(call.func, "attr", getattr(call.func, "id", None))
    given = {one.arg: getattr(one.value, "value", None) for one in call.keywords}
    text = name in ("read_text", "write_text") or given.get("text") is True
    if name == "open":  # also those of images and archives, which have no mode, or a binary one
        words = [str(getattr(one, "value", "")) for word in call.args for one in ast.walk(word)]
        modes = [word for word in words if word and set(word) <= set("rwaxbt+")]
        text = not any("b" in mode for mode in modes) and (isinstance(call.func, ast.Name) or bool(modes))
    return text and "encoding" not in given


@pytest.mark.parametrize(
    ("call", "lacks"),
    [
        ("open(path)", True), ("open(path, 'w')", True), ("path.open('a')", True), ("path.read_text()", True),
        ("path.write_text(text)", True), ("subprocess.run(command, text=True)", True), ("open(path, 'rb')", False),
        ("Image.open(path)", False), ("path.read_text(encoding='utf-8')", False), ("path.open('ab')", False),
    ],
)  # fmt: skip
def test_a_missing_encoding_is_seen(call, lacks):
    assert lacks_encoding(ast.parse(call).body[0].value) == lacks


def test_text_is_read_and_written_in_the_same_encoding_everywhere():
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            assert not (isinstance(node, ast.Call) and lacks_encoding(node)), f"{path}:{node.lineno}"


def test_tests_lie_as_the_code_does():
    folders = {path.name for path in (ROOT / "src/misread").iterdir() if path.is_dir()}
    ours = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir()} - {"__pycache__", "faults", "pipeline"}
    assert ours <= folders
    names = Counter(path.name for path in TESTS if path.name != "conftest.py")
    assert [name for name, count in names.items() if count > 1] == []
