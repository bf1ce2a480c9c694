"""Files of Keras 3, and those of Keras 2 that it reads, as classifiers."""

import keras
import numpy as np
import pytest

from misread.errors import MisreadError
from misread.own.models.opened import open_model

pytestmark = pytest.mark.filterwarnings("ignore:You are saving")
L = keras.layers


def network(*more, shape=(8, 6, 3), batch=None, dtype=None):
    head = more or (L.Dense(4, activation="softmax"),)
    return keras.Sequential(
        [keras.Input(shape, batch_size=batch, dtype=dtype), L.Conv2D(2, 3, padding="same"), L.Flatten(), *head]
    )


def images(count=5):
    return np.random.default_rng(0).uniform(0, 1, (count, 8, 6, 3)).astype(np.float32)


@pytest.mark.parametrize("name", ["net.keras", "net.h5", "net.hdf5"])
def test_a_network_predicts_as_before_it_was_saved(tmp_path, name):
    net, path = network(), tmp_path / name
    net.save(path)
    model = open_model(str(path))
    assert (model.name, model.kind, model.files) == (name, "Keras 3 file", (path,))
    assert (model.height, model.width, model.channels, model.channels_first) == (8, 6, 3, False)
    assert (model.batch, model.dtype, model.classes, model.takes_images) == (None, "float32", 4, False)
    assert model.parameters == net.count_params()
    scores = model.predict(images())
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores, net.predict_on_batch(images()), atol=1e-6)


def test_a_fixed_batch_and_the_dtype_are_told(tmp_path):
    inputs = keras.Input((3, 8, 8), batch_size=2, dtype="uint8")
    net = keras.Model(inputs, L.Dense(3)(L.Flatten()(L.Rescaling(1 / 255)(inputs))))
    net.save(tmp_path / "net.keras")
    model = open_model(str(tmp_path / "net.keras"))
    assert (model.channels_first, model.height, model.width, model.batch) == (True, 8, 8, 2)
    assert model.dtype == "uint8"
    assert model.predict(np.zeros((2, 3, 8, 8), np.uint8)).shape == (2, 3)


def test_inputs_and_outputs_with_names_are_taken(tmp_path):
    inputs = keras.Input((None, None, 3), name="image")
    keras.Model({"image": inputs}, {"scores": L.Dense(3)(L.GlobalMaxPooling2D()(inputs))}).save(tmp_path / "net.keras")
    model = open_model(str(tmp_path / "net.keras"), size=(8, 6))
    assert (model.height, model.width) == (8, 6)
    assert model.predict(images()).shape == (5, 3)


def test_half_precision_gives_float32(tmp_path):
    network(L.Dense(3, dtype="float16")).save(tmp_path / "net.keras")
    assert open_model(str(tmp_path / "net.keras")).predict(images()).dtype == np.float32


def two_inputs():
    inputs = [keras.Input((8, 6, 3)), keras.Input((8, 6, 3))]
    return keras.Model(inputs, L.Dense(3)(L.Flatten()(L.add(inputs))))


def two_outputs():
    inputs = keras.Input((8, 6, 3))
    flat = L.Flatten()(inputs)
    return keras.Model(inputs, [L.Dense(3)(flat), L.Dense(3)(flat)])


def without_input():
    return keras.Sequential([L.Flatten(), L.Dense(3)])


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize(
    ("build", "told"),
    [
        (two_inputs, "has 2 inputs and 1 outputs, expected one of each"),
        (two_outputs, "has 1 inputs and 2 outputs, expected one of each"),
        (without_input, "its input has no shape; start the network with `keras.Input(shape)`, and save it"),
        (lambda: network(L.Dense(1, activation="sigmoid")), "a single sigmoid output p stands for two, 1 - p and p"),
        (lambda: network(L.Reshape((8, 6, 2))), "gives (8, 6, 2) for an image, expected a score for each"),
        (
            lambda: network(shape=(8, 6, 4)),
            "takes inputs of shape (any, 8, 6, 4), expected images with 1 or 3 channels",
        ),
        (lambda: network(shape=(8, 6, 3), dtype="int32"), "takes int32 inputs, expected images as one of uint8"),
        (
            lambda: keras.Sequential([keras.Input((5,)), L.Dense(3)]),
            "takes inputs of shape (any, 5), expected a batch of images, 4 dimensions",
        ),
        (lambda: network(L.Lambda(lambda x: 2 * x)), "with a Lambda layer, Python code that is not run"),
    ],
)
def test_what_is_no_classifier_of_images_is_told_in_one_line(tmp_path, suffix, build, told):
    path = tmp_path / f"net{suffix}"
    build().save(path)
    with pytest.raises(MisreadError) as error:
        open_model(str(path))
    assert str(error.value).startswith(f"{path}: ")
    assert told in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_a_part_of_a_file_is_told_in_one_line(tmp_path, suffix):
    path = tmp_path / f"net{suffix}"
    network().save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(MisreadError) as error:
        open_model(str(path))
    assert str(error.value).startswith(f"{path}: ")
    assert str(error.value).endswith("or only a part of one")


def test_another_size_is_refused(tmp_path):
    network().save(tmp_path / "net.keras")
    with pytest.raises(MisreadError, match=r"^net.keras: takes images of height and width \(8, 6\), not \(8, 8\)$"):
        open_model(str(tmp_path / "net.keras"), size=(8, 8))
    assert open_model(str(tmp_path / "net.keras"), size=(8, 6)).width == 6


def test_scores_that_are_not_numbers_are_told(tmp_path):
    net = network(L.Dense(3))
    net.layers[-1].bias.assign([0, np.nan, 0])
    net.save(tmp_path / "net.keras")
    model = open_model(str(tmp_path / "net.keras"))
    with pytest.raises(MisreadError, match=r"^net.keras: gives NaN for some images, 5 of 5"):
        model.predict(images())


def test_images_of_another_shape_are_told_in_one_line(tmp_path):
    network().save(tmp_path / "net.keras")
    with pytest.raises(MisreadError, match=r"^net.keras: fails on a batch \(2, 9, 9, 3\) of float64, ValueError: .*$"):
        open_model(str(tmp_path / "net.keras")).predict(np.zeros((2, 9, 9, 3)))
