"""SavedModel folders as classifiers."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from misread.errors import MisreadError
from misread.own.models.opened import open_model

# Made with TensorFlow 2.13.1: Sequential([Input((8, 8, 3)), Conv2D(1, 5), Flatten(), Dense(3)]), trained for a step
# with keras.optimizers.legacy.SGD(momentum=0.9), save(FOLDER, save_format="tf", save_traces=False, signatures=...).
OF_KERAS_2 = Path(__file__).parent / "fixtures/keras2_savedmodel"
EXPECTED = [[0.38974306, 0.91129267, 2.12711516], [0.35995626, 1.11011398, 2.01648617]]  # what it gave there


class Means(tf.Module):
    """Give the double of the mean of each channel, and more."""

    def __init__(self):
        self.factor = tf.Variable(2.0)

    @tf.function
    def one(self, image):
        return {"scores": tf.reduce_mean(tf.cast(image, tf.float32), [1, 2]) * self.factor}

    @tf.function
    def two(self, image):
        return {"scores": tf.reduce_mean(image, [1, 2]), "double": tf.reduce_mean(image, [1, 2]) * self.factor}

    @tf.function
    def pair(self, image, other):
        return {"scores": tf.reduce_mean(image + other, [1, 2])}


def save(path, method="one", shape=(None, 8, 6, 3), dtype=tf.float32, signature="serving_default"):
    module = Means()
    function = getattr(module, method)
    specs = {
        name: tf.TensorSpec(shape, dtype, name=name) for name in function.function_spec.arg_names if name != "self"
    }
    tf.saved_model.save(module, path, signatures={signature: function.get_concrete_function(**specs)})
    return path


def test_a_network_predicts_as_before_it_was_exported(tmp_path):
    net = keras.Sequential(
        [keras.Input((8, 6, 3)), keras.layers.Conv2D(2, 3), keras.layers.Flatten(), keras.layers.Dense(4)]
    )
    net.export(tmp_path / "net", verbose=False)
    model = open_model(str(tmp_path / "net"))
    assert (model.name, model.kind) == ("net", "SavedModel folder")
    assert (model.height, model.width, model.channels, model.channels_first) == (8, 6, 3, False)
    assert (model.batch, model.dtype, model.classes) == (None, "float32", 4)
    assert model.parameters == net.count_params()
    assert tmp_path / "net/saved_model.pb" in model.files
    assert any(file.parent.name == "variables" for file in model.files)
    images = np.random.default_rng(0).uniform(0, 1, (5, 8, 6, 3)).astype(np.float32)
    scores = model.predict(images)
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores, net.predict_on_batch(images), atol=1e-6)


def test_a_folder_that_keras_2_wrote_with_its_optimizer_is_run_as_a_graph():
    with pytest.raises(AttributeError, match="'_UserObject' object has no attribute 'add_slot'"):
        tf.saved_model.load(OF_KERAS_2)
    model = open_model(str(OF_KERAS_2))
    assert (model.height, model.width, model.channels, model.batch, model.classes) == (8, 8, 3, None, 3)
    images = (np.arange(2 * 8 * 8 * 3) % 7 / 7).reshape(2, 8, 8, 3).astype(np.float32)
    np.testing.assert_allclose(model.predict(images), EXPECTED, rtol=1e-5)
    np.testing.assert_allclose(model.predict(images[:1]), EXPECTED[:1], rtol=1e-5)


def test_a_fixed_batch_is_told(tmp_path):
    model = open_model(str(save(tmp_path / "net", shape=(2, 8, 6, 3))))
    assert model.batch == 2
    assert model.predict(np.ones((2, 8, 6, 3), np.float32)).tolist() == [[2, 2, 2]] * 2


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"signature": "classify"}, "has no signature serving_default, which is the one that is run; found classify"),
        ({"method": "two"}, "has 1 inputs and 2 outputs, expected one of each"),
        ({"method": "pair"}, "has 2 inputs and 1 outputs, expected one of each"),
        ({"shape": (None, 8, 6, 6)}, "takes inputs of shape (any, 8, 6, 6), expected images with 1 or 3 channels"),
        ({"dtype": tf.int32}, "takes int32 inputs, expected images as one of uint8"),
        ({"shape": None}, "its signature leaves the shape of its inputs open; export it with a shape"),
    ],
)
def test_what_is_no_classifier_of_images_is_told_in_one_line(tmp_path, settings, told):
    path = save(tmp_path / "net", **settings)
    with pytest.raises(MisreadError) as error:
        open_model(str(path))
    assert str(error.value).startswith(f"{path}: ")
    assert told in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("lost", ["variables/variables.index", None])
def test_a_part_of_a_folder_is_told_in_one_line(tmp_path, lost):
    path = save(tmp_path / "net")
    if lost:
        (path / lost).unlink()
    else:
        (path / "saved_model.pb").write_bytes((path / "saved_model.pb").read_bytes()[:1000])
    with pytest.raises(MisreadError) as error:
        open_model(str(path))
    assert "cannot load it, expected a whole SavedModel folder" in str(error.value)
    assert "\n" not in str(error.value)
