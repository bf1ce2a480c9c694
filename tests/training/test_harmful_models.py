"""Files of networks with code in them: it is not run, and one line says what is in the file."""

import json
import zipfile

import h5py
import keras
import pytest

from misread.errors import MisreadError
from misread.own.models.opened import open_model
from misread.training import saving

pytestmark = pytest.mark.filterwarnings("ignore:You are saving")
L = keras.layers
LOADERS = {"stages": saving.load, "misread measure": lambda path: open_model(str(path))}


def network(*more):
    return keras.Sequential([keras.Input((8, 8, 3)), L.Flatten(), L.Dense(4), *more])


def part(module, name, **config):
    """A part of a network, as a file of Keras describes it."""
    return {"module": module, "class_name": name, "config": config, "registered_name": None}


def function(module, name):
    return {"module": module, "class_name": "function", "config": name, "registered_name": name}


def code_of_lambda(sentinel):
    """Python code, as Keras saves it."""
    layer = L.Lambda(eval(f"lambda x: open({str(sentinel)!r}, 'w') and x"))
    return layer.get_config()["function"]["config"]["code"]


def lambda_layer(sentinel):
    parts = {"code": code_of_lambda(sentinel), "defaults": None, "closure": None}
    return part("keras.layers", "Lambda", function={"class_name": "__lambda__", "config": parts})


def lambda_activation(sentinel):
    parts = {"value": code_of_lambda(sentinel), "defaults": None, "closure": None}
    return {"class_name": "__lambda__", "config": parts}


def layers(sentinel):
    """What a file may ask for as a layer -> its description, and what is told."""
    command = f"touch {sentinel}"
    return {
        "os.system": (part("os", "system", command=command), "with system, which Keras does not know"),
        "subprocess.Popen": (
            part("subprocess", "Popen", args=["touch", str(sentinel)]),
            "with Popen, which Keras do",
        ),
        "builtins.exec": (
            part("builtins", "exec", source=f"open({str(sentinel)!r}, 'w')"),
            "with exec, which Keras",
        ),
        "pickle.loads": (part("pickle", "loads", data=""), "with loads, which Keras does not know"),
        "a module beside it": (part("harmful_module", "Harmful"), "with Harmful, which Keras does not know"),
        "a Lambda layer": (lambda_layer(sentinel), "with a Lambda layer"),
        "a Lambda layer of a function": (
            part("keras.layers", "Lambda", function=function("os", "system"), arguments={"command": command}),
            "with a Lambda layer",
        ),
        "a switch": (part("keras.config", "enable_unsafe_deserialization"), "Cannot deserialize `keras.config.enable"),
        "a download": (
            part("keras.utils", "get_file", fname="x", origin="file:///etc/passwd"),
            "Cannot deserialize",
        ),
        "a SavedModel": (part("keras.layers", "TFSMLayer", filepath="/x"), "deserialization of a `TFSMLayer`"),
        "another file": (part("keras.layers", "StringLookup", vocabulary="/etc/passwd"), "vocabulary file outside"),
    }


@pytest.fixture
def sentinel(tmp_path, monkeypatch):
    """A file that the code would make; it must not be there after the test."""
    path = tmp_path / "sentinel"
    (tmp_path / "harmful_module.py").write_text(f"open({str(path)!r}, 'w')\nclass Harmful: pass\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield path
    assert not path.exists()


def check(loader, path, told):
    with pytest.raises(MisreadError) as error:
        loader(path)
    assert str(error.value).startswith(f"{path}: ")
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def write_keras(path, change):
    """A .keras file whose configuration is changed."""
    network().save(path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(members["config.json"])
    change(config["config"]["layers"])
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, json.dumps(config) if name == "config.json" else content)
    return path


def write_hdf5(path, change):
    """An HDF5 file whose configuration is changed."""
    network().save(path)
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        change(config["config"]["layers"])
        file.attrs["model_config"] = json.dumps(config)
    return path


WRITERS = {".keras": write_keras, ".h5": write_hdf5}


@pytest.mark.parametrize("loader", LOADERS.values(), ids=LOADERS)
@pytest.mark.parametrize("end", WRITERS)
@pytest.mark.parametrize("name", layers("x"))
def test_code_in_place_of_a_layer_is_not_run(tmp_path, sentinel, loader, end, name):
    layer, told = layers(sentinel)[name]
    check(loader, WRITERS[end](tmp_path / f"net{end}", lambda layers: layers.append(layer)), told)


@pytest.mark.parametrize("loader", LOADERS.values(), ids=LOADERS)
@pytest.mark.parametrize("end", WRITERS)
@pytest.mark.parametrize(
    ("activation", "told"),
    [
        (lambda_activation, "deserialization of a Python lambda"),
        (lambda _: function("builtins", "exec"), "Could not locate function 'exec'"),
    ],
    ids=["a lambda", "a function"],
)
def test_code_in_place_of_an_activation_is_not_run(tmp_path, sentinel, loader, end, activation, told):
    def change(layers):
        layers[-1]["config"]["activation"] = activation(sentinel)

    check(loader, WRITERS[end](tmp_path / f"net{end}", change), told)
