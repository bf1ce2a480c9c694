"""A model gets images in its own range of values, order of channels, layout and batch, and its scores become logits."""

import numpy as np
import pytest

from misread.errors import MisreadError
from misread.own.feeding import Feeding, possible_orders, possible_values, predictor, raw_scores
from misread.own.models.model import Model
from misread.own.models.shapes import checked

PIXEL = np.array([255, 51, 0], np.uint8)  # red, green, blue


def images(count=2, height=4, width=6):
    return np.broadcast_to(PIXEL, (count, height, width, 3)).copy()


class Recorder:
    """A model that keeps what it gets, and gives the same scores for every image."""

    def __init__(self, scores=(0.0, 1.0), **told):
        self.batches = []
        self.scores = np.array(scores, np.float32)
        self.model = Model("net", "test", checked("net", self.predict), **told)

    def predict(self, batch):
        self.batches.append(batch)
        return np.tile(self.scores, (len(batch), 1))

    def fed(self, order="RGB", values="0-255", given=None):
        raw_scores(self.model, order, values)(images() if given is None else given)
        return self.batches[-1]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ("0-255", [255, 51, 0]),
        ("0-1", [1, 0.2, 0]),
        ("-1-1", [1, -0.6, -1]),
        # Mean and deviation of ImageNet's colours: (1 - 0.485) / 0.229, (0.2 - 0.456) / 0.224, (0 - 0.406) / 0.225.
        ("imagenet", [2.2489, -1.1429, -1.8044]),
        # As in keras.applications: 255 - 123.68, 51 - 116.779, 0 - 103.939.
        ("caffe", [131.32, -65.779, -103.939]),
    ],
)
def test_every_range_of_values(values, expected):
    batch = Recorder().fed(values=values)
    assert batch.dtype == np.float32
    np.testing.assert_allclose(batch[0, 0, 0], expected, atol=1e-4)


def test_the_mean_of_each_colour_is_taken_before_the_channels_are_swapped():
    recorder = Recorder()
    rgb, bgr = recorder.fed("RGB", "imagenet"), recorder.fed("BGR", "imagenet")
    np.testing.assert_array_equal(rgb[..., ::-1], bgr)


def test_channels_first_of_oblong_images():
    recorder = Recorder(channels_first=True)
    given = np.random.default_rng(0).integers(0, 256, (2, 4, 6, 3), np.uint8)
    batch = recorder.fed("BGR", "0-255", given)
    assert batch.shape == (2, 3, 4, 6)
    assert batch.flags.c_contiguous
    np.testing.assert_array_equal(batch[:, 0], given[..., 2])
    np.testing.assert_array_equal(batch[:, 2], given[..., 0])


@pytest.mark.parametrize("dtype", ["uint8", "float16", "float32", "float64"])
def test_a_batch_has_the_dtype_of_the_model(dtype):
    batch = Recorder(dtype=dtype).fed()
    assert batch.dtype == dtype
    assert batch[0, 0, 0].tolist() == PIXEL.tolist()


def test_a_function_gets_images_as_they_are():
    given = images()
    assert Recorder(takes_images=True).fed(given=given) is given


def test_the_last_of_fixed_batches_is_filled_up():
    def predict(batch):
        assert len(batch) == 4
        return np.stack([batch.mean(axis=(1, 2, 3)), batch.max(axis=(1, 2, 3))], axis=1)

    model = Model("net", "test", checked("net", predict), batch=4)
    given = np.random.default_rng(0).integers(0, 256, (10, 4, 6, 3), np.uint8)
    scores = raw_scores(model, "RGB", "0-255")(given)
    np.testing.assert_allclose(scores[:, 0], given.mean(axis=(1, 2, 3)), rtol=1e-5)
    assert scores[:, 1].tolist() == given.max(axis=(1, 2, 3)).tolist()
    assert raw_scores(model, "RGB", "0-255")(given[:1]).shape == (1, 2)


def test_only_what_a_model_can_take_is_possible():
    assert possible_values(Recorder().model) == ("0-255", "0-1", "-1-1", "imagenet", "caffe")
    assert possible_values(Recorder(channels=1).model) == ("0-255", "0-1", "-1-1")
    assert possible_values(Recorder(dtype="uint8").model) == ("0-255",)
    assert possible_values(Recorder(takes_images=True).model) == ("0-255",)
    assert possible_orders(Recorder().model) == ("RGB", "BGR")
    assert possible_orders(Recorder(channels=1).model) == ("RGB",)
    assert possible_orders(Recorder(takes_images=True).model) == ("RGB",)


def test_logits_stay_as_they_are():
    assert predictor(Recorder((-3, 2)).model, Feeding())(images()).tolist() == [[-3, 2]] * 2


def test_probabilities_become_their_logarithms():
    logits = predictor(Recorder((0.25, 0.75, 0)).model, Feeding(scores="probabilities"))(images())
    assert logits.dtype == np.float32
    np.testing.assert_allclose(np.exp(logits), [[0.25, 0.75, 0]] * 2, rtol=1e-6)
    assert logits[0, 2] == -np.inf


@pytest.mark.parametrize(
    ("scores", "told"),
    [
        ((-0.5, 1.5), "net: scores: must be at least 0 if they are probabilities; try logits"),
        ((0, 0), "net: scores: all are 0 for some images, so they are no probabilities"),
    ],
)
def test_what_cannot_be_probabilities_is_told_in_one_line(scores, told):
    with pytest.raises(MisreadError) as error:
        predictor(Recorder(scores).model, Feeding(scores="probabilities"))(images())
    assert str(error.value) == told
