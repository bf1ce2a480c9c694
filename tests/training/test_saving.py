"""Networks on the disk that cannot be loaded."""

import json

import h5py
import keras
import pytest

from misread.errors import MisreadError
from misread.training import saving


class Doubled(keras.layers.Layer):
    """A layer that is not Keras's."""

    def call(self, x):
        return 2 * x


def own(*layers):
    return keras.Sequential([keras.Input((8, 8, 3)), *layers])


def hdf5_of_keras_2(path):
    """As Keras 2 wrote it: its depthwise convolutions have groups."""
    own(keras.layers.DepthwiseConv2D(3)).save(path)
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        config["config"]["layers"][1]["config"]["groups"] = 1
        file.attrs["model_config"] = json.dumps(config)
        file.attrs["keras_version"] = "2.13.1"


def saved_model(path):
    path.mkdir()
    (path / "saved_model.pb").touch()


@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")
@pytest.mark.parametrize(
    ("name", "write", "told"),
    [
        ("x.keras", lambda path: None, "no such file"),
        ("x.keras", lambda path: path.write_bytes(b"nonsense"), "neither a .keras file nor an HDF5 file of Keras"),
        ("x.keras", lambda path: path.write_text("version https://git-lfs.github.com/spec/v1"), "git lfs pull"),
        ("x.keras", lambda path: path.mkdir(), "a folder; save the network as one file"),
        ("x.keras", saved_model, "a SavedModel folder, which Keras 3 does not load; save the network as one file"),
        ("x.h5", hdf5_of_keras_2, "an HDF5 file of Keras 2.13.1 that Keras 3"),
        ("x.keras", lambda path: own(Doubled()).save(path), "a .keras file with Doubled, which Keras does not know"),
        ("x.h5", lambda path: own(Doubled()).save(path), "an HDF5 file with Doubled, which Keras does not know"),
        ("x.keras", lambda path: own(keras.layers.Lambda(lambda x: 2 * x)).save(path), "a Lambda layer"),
        ("x.weights.h5", lambda path: own(keras.layers.Dense(2)).save_weights(path), "weights alone"),
        (
            "x.keras",
            lambda path: (
                own(keras.layers.Dense(2)).save(path.with_suffix(".h5")) or path.with_suffix(".h5").rename(path)
            ),
            "an HDF5 file under another name; let it end in .h5",
        ),
    ],
)
def test_what_cannot_be_loaded_is_told_in_one_line(tmp_path, name, write, told):
    write(tmp_path / name)
    with pytest.raises(MisreadError) as error:
        saving.load(tmp_path / name)
    assert str(error.value).startswith(f"{tmp_path / name}: ")
    assert told in str(error.value)
    assert "\n" not in str(error.value)
