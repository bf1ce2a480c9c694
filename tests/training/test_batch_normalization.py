"""Batch normalisation merged into convolutions: the same function, whatever the backbone."""

import keras
import numpy as np
import pytest

from misread.training import backbones


def with_random_statistics(name, size):
    """A backbone from `keras.applications` whose batch normalisation is not the identity."""
    rng = np.random.default_rng(0)
    model = getattr(keras.applications, name)(include_top=False, weights=None, input_shape=(size, size, 3))
    for layer in normalizations(model):
        positive = {"gamma", "moving_variance"}
        layer.set_weights(
            [
                rng.uniform(0.5, 1.5, value.shape) if value.name in positive else rng.normal(0, 0.2, value.shape)
                for value in layer.weights
            ]
        )
    return model, rng.uniform(0, 1, (2, size, size, 3)).astype(np.float32)


def normalizations(model):
    return [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "left"), [("MobileNetV2", 0), ("ResNet50V2", 17)])
def test_a_merged_backbone_computes_the_same(name, left):
    model, images = with_random_statistics(name, 32)
    merged = backbones.fold_batch_normalization(model)
    expected = model(images, training=False)
    assert np.allclose(merged(images, training=True), expected, atol=1e-4 * np.abs(expected).max())
    assert len(normalizations(merged)) == left, "after a sum, or where its input is used elsewhere too"
    assert not any(layer.trainable_variables for layer in normalizations(merged))
