"""Files of Keras 2 that Keras 3 does not read, as classifiers."""

import io
import json
import shutil
import zipfile
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest

from misread.errors import MisreadError
from misread.own.models.opened import open_model
from misread.training import saving

# Saved by Keras 2.13.1 and 2.15.0, then compressed: a functional network with augmentation, a sequential network as a
# layer, whose layers have names with `/`, batch normalization, a depthwise convolution, and branches.
FIXTURES = Path(__file__).parent / "fixtures"
OF_2_13 = FIXTURES / "keras-2.13.keras"
EXPECTED = [[0.12524444, 0.30315122, 0.57160431], [0.38795933, 0.31517670, 0.29686400]]  # what Keras 2 gave


def images():
    return (np.arange(2 * 8 * 8 * 3) * 37 % 256).reshape(2, 8, 8, 3).astype(np.float32)


def copy(path, config=lambda config: None, weights=lambda path, values: path, version="2.13.1"):
    """Copy the file of Keras 2.13 with another configuration and other weights.

    Args:
        path: the copy.
        config: changes the configuration in place.
        weights: turns the path of each array, as ``group/vars/0``, and the array into the path in the copy, or
            None to leave it out.
        version: version of Keras that it names.

    """
    with zipfile.ZipFile(OF_2_13) as archive:
        contents = json.loads(archive.read("config.json"))
        config(contents)
        new = io.BytesIO()
        with h5py.File(io.BytesIO(archive.read("model.weights.h5"))) as old, h5py.File(new, "w") as file:

            def add(name, item):
                if isinstance(item, h5py.Dataset) and (changed := weights(name, item)):
                    file[changed] = item[()]

            old.visititems(add)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": version}))
        archive.writestr("config.json", json.dumps(contents))
        archive.writestr("model.weights.h5", new.getvalue())
    return path


def layer(config, name):
    (found,) = [one for one in config["config"]["layers"] if one["config"]["name"] == name]
    return found


def backslashes(name, values):
    """Name a group as Keras 2 did on Windows."""
    group, _, number = name.rpartition("/vars/")
    return f"{group.replace('/', chr(92))}/vars/{number}"


@pytest.mark.parametrize("name", ["keras-2.13.keras", "keras-2.15.keras"])
def test_a_network_predicts_as_it_did_with_keras_2(name):
    with pytest.raises(MisreadError):
        saving.load(FIXTURES / name)
    model = open_model(str(FIXTURES / name))
    assert (model.name, model.kind) == (name, "Keras 2 file")
    assert (model.height, model.width, model.channels, model.batch, model.classes) == (8, 8, 3, None, 3)
    assert model.parameters == 241
    np.testing.assert_allclose(model.predict(images()), EXPECTED, rtol=1e-5)


def test_weights_that_windows_wrote_are_found(tmp_path):
    path = copy(tmp_path / "net.keras", weights=backslashes)
    with zipfile.ZipFile(path) as archive, h5py.File(io.BytesIO(archive.read("model.weights.h5"))) as file:
        assert "_layer_checkpoint_dependencies\\conv2d_4" in file
    np.testing.assert_allclose(open_model(str(path)).predict(images()), EXPECTED, rtol=1e-5)


def test_layers_are_numbered_and_not_sorted_as_text(tmp_path):
    def eleventh(name, values):
        return name.replace("dependencies/conv2d_4", "dependencies/conv2d_11")

    path = copy(tmp_path / "net.keras", weights=eleventh)
    np.testing.assert_allclose(open_model(str(path)).predict(images()), EXPECTED, rtol=1e-5)


def test_a_sequential_network_may_have_its_input_in_its_first_layer(tmp_path):
    def first_only(config):
        base = layer(config, "sequential")
        base["config"]["layers"][1]["config"]["batch_input_shape"] = base["config"]["layers"].pop(0)["config"][
            "batch_input_shape"
        ]

    path = copy(tmp_path / "net.keras", first_only)
    np.testing.assert_allclose(open_model(str(path)).predict(images()), EXPECTED, rtol=1e-5)


@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")
def test_an_hdf5_file_of_keras_2_is_read(tmp_path):
    path = tmp_path / "net.h5"
    net = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            keras.layers.DepthwiseConv2D(3, name="block_depthwise"),
            keras.layers.Flatten(),
            keras.layers.Dense(4),
        ]
    )
    net.save(path)
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        config["config"]["layers"][1]["config"] |= {"groups": 1, "name": "block/depthwise"}
        file.attrs["model_config"] = json.dumps(config)
        file.attrs["keras_version"] = np.bytes_("2.6.0")
    with pytest.raises(MisreadError, match=r"an HDF5 file of Keras 2\.6\.0 that Keras 3"):
        saving.load(path)
    model = open_model(str(path))
    assert model.kind == "Keras 2 file"
    np.testing.assert_allclose(model.predict(images()), net.predict_on_batch(images()), rtol=1e-5)


def change(name, **values):
    return lambda config: layer(config, name).update(values)


def set_argument(name, **values):
    return lambda config: layer(config, name)["config"].update(values)


def lose(text):
    return lambda name, values: None if text in name else name


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"config": change("dropout", class_name="Lambda")}, "a Lambda layer, Python code that is not run"),
        ({"config": change("dropout", class_name="TFOpLambda")}, "TFOpLambda, which is not a layer of Keras 3"),
        (
            {"config": change("dropout", registered_name="Mine>Dropout", module=None)},
            "Dropout, which is not a layer of Keras 3",
        ),
        ({"config": change("dropout", module="os")}, "Dropout, which is not a layer of Keras 3"),
        (
            {"config": change("dropout", class_name="TFSMLayer", config={"name": "dropout", "filepath": "x"})},
            "TFSMLayer",
        ),
        (
            {"config": set_argument("conv2d", activation={"class_name": "__lambda__", "config": {"value": "x"}})},
            "deserialization",
        ),
        ({"config": set_argument("dropout", rates=[0.5])}, "rates=[0.5] of Dropout, which Keras 3"),
        (
            {"config": change("dense", inbound_nodes=[[["dropout", 0, 0, {"other": ["add", 0, 0]}]]])},
            "a layer that takes the output of dropout and others by the names of its arguments",
        ),
        (
            {"config": lambda config: config.update(class_name="Mine")},
            "a network of the class Mine, which is not Keras's",
        ),
        ({"config": set_argument("dense", units=5)}, "weights of other shapes than those of its layer dense"),
        ({"weights": lose("conv2d_2/")}, "weights of another number of Conv2D layers than its 3"),
        ({"weights": lose("dense/vars/1")}, "weights of other shapes than those of its layer dense"),
        ({"weights": lose("sequential")}, "weights of another number of Sequential layers than its 1"),
    ],
)
def test_what_cannot_be_rebuilt_is_told_in_one_line(tmp_path, changes, told):
    path = copy(tmp_path / "net.keras", **changes)
    with pytest.raises(MisreadError) as error:
        open_model(str(path))
    assert str(error.value).startswith(f"{path}: a file of Keras 2.13.1 that Keras {keras.__version__} does not read, ")
    assert told in str(error.value)
    assert "save it as a SavedModel folder where it was made" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_of_another_version_is_not_rebuilt(tmp_path):
    path = copy(tmp_path / "net.keras", version="3.0.0")
    with pytest.raises(MisreadError, match=r"a \.keras file of Keras 3\.0\.0 that Keras"):
        open_model(str(path))


def test_a_part_of_a_file_is_told_in_one_line(tmp_path):
    path = tmp_path / "net.keras"
    shutil.copy(OF_2_13, path)
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(MisreadError, match="or only a part of one"):
        open_model(str(path))
