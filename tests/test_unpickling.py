"""Nothing that is read from a file is unpickled, as that runs code that is in the file."""

import ast

import numpy as np
import pytest

from misread.data import store
from misread.errors import MisreadError
from misread.experiments.project_copy import ROOT
from misread.own.images.choosing import open_images

# Packages that unpickle, functions of other packages that may, and arguments that let functions do so.
PACKAGES = {"cloudpickle", "dill", "jsonpickle", "marshal", "pickle", "shelve"}
FUNCTIONS = {"enable_unsafe_deserialization", "joblib.load", "read_pickle", "torch.load", "unsafe_load"}
ARGUMENTS = {"allow_pickle": False, "safe_mode": True, "weights_only": True}  # the only value of each that is allowed


def unpickling(code):
    """The lines of Python code that may unpickle, or run what a file says."""
    found = []
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.Import(names=names):
                bad = any(alias.name.partition(".")[0] in PACKAGES for alias in names)
            case ast.ImportFrom(module=module, names=names):
                of = module or ""
                bad = of.partition(".")[0] in PACKAGES
                bad |= any(is_function(f"{of}.{alias.name}") for alias in names)
            case ast.Attribute() | ast.Name():
                bad = is_function(ast.unparse(node))
            case ast.keyword(arg=argument, value=value) if argument in ARGUMENTS:
                bad = not (isinstance(value, ast.Constant) and value.value is ARGUMENTS[argument])
            case _:
                bad = False
        found += [node.lineno] if bad else []
    return sorted(set(found))


def is_function(name):
    return any(f".{name}".endswith(f".{function}") for function in FUNCTIONS)


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from pickle import loads",
        "import torch\ntorch.load('x')",
        "from torch import load",
        "np.load(path, allow_pickle=True)",
        "np.load(path, allow_pickle=trusted)",
        "pd.read_pickle(path)",
        "from pandas import read_pickle",
        "keras.config.enable_unsafe_deserialization()",
        "keras.models.load_model(path, safe_mode=False)",
    ],
)
def test_unpickling_is_seen_however_it_is_written(code):
    assert unpickling(code)


def test_no_code_of_the_project_unpickles():
    assert not unpickling("np.load(path, mmap_mode='r', allow_pickle=False)\nkeras.models.load_model(path)\njoblib.x()")
    paths = [path for folder in ("src", "stages", "scripts", "benchmarks") for path in (ROOT / folder).rglob("*.py")]
    assert len(paths) > 100
    found = {path for path in paths if unpickling(path.read_text(encoding="utf-8"))}
    assert found == {ROOT / "src/misread/parallel/dask_cluster.py"}, "what the processes of one run send each other"


class Harmful:
    """An object that makes a file when it is unpickled."""

    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return open, (self.path, "w")


@pytest.fixture
def folder(tmp_path):
    """A function that writes an image set in which the given array has objects in it."""

    def write(pickled):
        objects = np.array([Harmful(tmp_path / "sentinel")] * 3, object)
        arrays = {"images": np.zeros((3, 20, 20, 3), np.uint8), "labels": np.arange(3)} | {pickled: objects}
        for name, array in arrays.items():
            np.save(tmp_path / f"{name}.npy", array, allow_pickle=True)
        return tmp_path

    return write


def test_the_objects_would_do_harm(folder):
    path = folder("labels")
    np.load(path / "labels.npy", allow_pickle=True)
    assert (path / "sentinel").exists()


@pytest.mark.parametrize("read", [store.open_set, open_images], ids=["stages", "misread measure"])
@pytest.mark.parametrize("pickled", ["images", "labels"])
def test_objects_in_an_array_are_not_unpickled(folder, read, pickled):
    path = folder(pickled)
    with pytest.raises(MisreadError) as error:
        read(path)
    assert str(error.value).startswith(f"{path / pickled}.npy: ")
    assert "Python objects" in str(error.value)
    assert not (path / "sentinel").exists()
