"""The study's small network: three convolutions with pooling, two dense layers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from misread.network import Network, Settings

if TYPE_CHECKING:
    import keras


def build(settings: Settings, weights: Path | None = None) -> keras.Model:
    """Build the network: 234,059 parameters at 40x40."""
    import keras
    from keras import layers

    from misread.training.heads import logits

    inputs = keras.Input((settings.image_size, settings.image_size, 3), name="image")
    x = layers.Rescaling(1 / 255)(inputs)
    for filters in (16, 32, 64):
        x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
        x = layers.MaxPooling2D(2)(x)
    x = layers.Flatten()(x)
    x = layers.Dropout(settings.dropout)(x)
    x = layers.Dense(128, activation="relu", name="features")(x)
    return keras.Model(inputs, logits(x), name="cnn")


NETWORK = Network(settings=Settings, build=build, title="cnn", color="#0072B2")
