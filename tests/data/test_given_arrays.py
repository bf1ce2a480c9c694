"""The library's functions check the arrays that they are given: they do it right, or say what they expect."""

import keras
import numpy as np
import pytest
from scipy.special import softmax

from misread.data import resize
from misread.errors import MisreadError
from misread.inference import keras_models, predictions
from misread.noise import quality
from misread.noise.apply import add_noise
from misread.noise.draws import words_of_rows
from misread.noise.types import NOISE_TYPES

OPTIONS = {"salt_pepper": {"per_channel": False}, "periodic": {"period": 8.0, "angle": 45.0}, "gaussian": {}}
STRENGTHS = {"salt_pepper": 0.2, "periodic": 40.0, "gaussian": 30.0}


def add(images, noise_type="gaussian", rows=None, **changes):
    settings = {"strength": STRENGTHS[noise_type], "options": OPTIONS[noise_type], "seed": 1, "split": "test"}
    rows = np.arange(len(images)) if rows is None else rows
    return add_noise(images, rows, **settings | {"noise_type": noise_type} | changes)


@pytest.mark.parametrize("shape", [(3, 32, 48, 3), (3, 48, 32, 1), (3, 24, 24, 1)])
@pytest.mark.parametrize("noise_type", OPTIONS)
def test_noise_fits_grey_and_oblong_images(noise_type, shape):
    images = np.full(shape, 128, np.uint8)
    noisy = add(images, noise_type)
    assert noisy.shape == shape
    assert noisy.dtype == np.uint8
    assert (noisy != images).any(axis=(1, 2, 3)).all()


def test_a_wave_on_an_oblong_image_goes_on_where_that_on_a_square_ends():
    def wave(height, width):
        words = words_of_rows(0, "any", 8, "test", np.arange(1))
        return NOISE_TYPES["periodic"].corrupt(
            np.full((1, height, width, 3), 128, np.uint8), 40.0, words, **OPTIONS["periodic"]
        )

    assert (wave(32, 48)[:, :, :32] == wave(32, 32)).all()


@pytest.mark.parametrize(
    ("images", "told"),
    [
        (np.zeros((2, 8, 8, 3), np.float32), r"uint8 array \(N, HEIGHT, WIDTH, 1 or 3\).*found float32 \(2, 8, 8, 3\)"),
        (np.zeros((8, 8, 3), np.uint8), r"found uint8 \(8, 8, 3\)"),
        (np.zeros((2, 8, 8, 4), np.uint8), r"found uint8 \(2, 8, 8, 4\)"),
        ([[1]], "found list"),
    ],
)
def test_what_is_no_batch_of_images_is_refused(images, told):
    with pytest.raises(MisreadError, match=f"images: expected a {told}" if "uint8 array" in told else told):
        add(images)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"rows": np.arange(3)}, "rows: 3 for 2 images"),
        ({"noise_type": "fog"}, "noise type 'fog' is unknown; one of .*gaussian, periodic, salt_pepper"),
        ({"strength": -1.0}, "strength: -1.0: must be a number of at least 0"),
        ({"strength": float("nan")}, "strength: nan"),
    ],
)
def test_wrong_settings_of_noise_are_refused(changes, told):
    with pytest.raises(MisreadError, match=told):
        add_noise(
            np.zeros((2, 8, 8, 3), np.uint8),
            **{
                "rows": np.arange(2), "noise_type": "gaussian", "strength": 1.0, "options": {}, "seed": 1,
                "split": "test",
            } | changes,
        )  # fmt: skip


def test_quality_of_images_that_are_too_small_for_ssim_and_of_two_shapes():
    clean = np.full((2, 8, 12, 3), 100, np.uint8)
    noisy = clean + np.uint8(3)
    decibels = pytest.approx(38.6, abs=0.1)
    assert quality.measure(clean, noisy) == {"rmse": 3.0, "psnr": decibels, "luma_psnr": decibels, "ssim": None}
    assert quality.measure(*(np.repeat(one, 2, axis=1) for one in (clean, noisy)))["ssim"] == pytest.approx(1, abs=0.01)
    with pytest.raises(MisreadError, match=r"noisy: expected the shape of clean, \(2, 8, 12, 3\)"):
        quality.measure(clean, noisy[..., :1])
    with pytest.raises(MisreadError, match="clean: expected a uint8 array"):
        quality.measure(clean / 255, noisy)


@pytest.mark.parametrize("fit", resize.RESIZE_POLICIES.values())
@pytest.mark.parametrize(
    ("image", "roi", "size", "told"),
    [
        (np.zeros((20, 30), np.uint8), (0, 0, 30, 20), 16, "image: expected a uint8 array"),
        (np.zeros((20, 30, 3)), (0, 0, 30, 20), 16, "found float64"),
        (np.zeros((20, 30, 3), np.uint8), (0, 0, 31, 20), 16, "must lie in the image of 30 x 20 pixels"),
        (np.zeros((20, 30, 3), np.uint8), (9, 0, 9, 20), 16, "must lie in the image"),
        (np.zeros((20, 30, 3), np.uint8), (0, 0, 30, 20), 0, "size: 0: must be at least 1"),
    ],
)
def test_what_cannot_be_fitted_is_refused(fit, image, roi, size, told):
    with pytest.raises(MisreadError, match=told):
        fit(image, roi, size)


def network(outputs=4, activation=None, channels=3):
    """A classifier of 8 px images by their mean colour."""
    keras.utils.set_random_seed(0)
    inputs = keras.Input((8, 8, channels))
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.Rescaling(1 / 25)(inputs))
    return keras.Model(inputs, keras.layers.Dense(outputs, activation=activation)(x), name="own")


IMAGES = np.random.default_rng(0).integers(0, 256, (6, 8, 8, 3), dtype=np.uint8)


def test_probabilities_are_not_taken_for_logits():
    logits, shares = network(), network(activation="softmax")
    expected = softmax(logits.predict_on_batch(IMAGES), axis=1)
    for model in (logits, shares):
        found = predictions.probabilities(keras_models.predictor(model), IMAGES)
        np.testing.assert_allclose(found, expected, atol=1e-6)
    confidence = predictions.table(keras_models.predictor(shares), IMAGES, np.zeros(6, int)).confidence
    assert confidence.max() == pytest.approx(expected.max(), abs=1e-6)


@pytest.mark.parametrize(
    ("of", "images", "labels", "told"),
    [
        ({"outputs": 1, "activation": "sigmoid"}, IMAGES, np.zeros(6, int), r"own: gives \(1,\) for an image.*sigmoid"),
        ({}, IMAGES, np.zeros(5, int), "labels: 5 for 6 images"),
        ({}, IMAGES, np.full(6, 4), "labels: classes 4 to 4, but the classifier has scores for 0 to 3"),
        ({}, IMAGES, np.full(6, -1), "labels: classes -1 to -1"),
        ({}, IMAGES[:, :4], np.zeros(6, int), r"own: takes images \(8, 8, 3\), but these are \(4, 8, 3\)"),
        ({"channels": 1}, IMAGES, np.zeros(6, int), r"own: takes images \(8, 8, 1\)"),
        ({}, IMAGES / 255, np.zeros(6, int), "images: expected a uint8 array"),
    ],
)
def test_predictions_of_what_does_not_fit_are_refused(of, images, labels, told):
    with pytest.raises(MisreadError, match=told):
        predictions.table(keras_models.predictor(network(**of)), images, labels)
