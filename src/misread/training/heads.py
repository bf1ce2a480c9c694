"""Heads of the networks, and the backbones below them."""

from collections.abc import Callable
from pathlib import Path

import keras
from keras import layers

from misread.gtsrb import classes
from misread.network import BackboneSettings
from misread.training import backbones

# Adam moves every weight equally far, and a backbone has more than 10,000 features: at its rate of learning the steps
# of a plain head would change the logits by whole units. A multiplier of the readout (arXiv 2203.03466) tames them.
FEATURE_SCALE = 0.1


def on_backbone(name: str, settings: BackboneSettings, weights: Path | None, preprocess: Callable) -> keras.Model:
    """A backbone up to ``settings.cut`` with a linear head on the flattened features."""
    backbone = backbones.build(name, settings.image_size, settings.cut, weights)
    backbones.train_from(backbone, settings.fine_tune_from)
    inputs = keras.Input((settings.image_size, settings.image_size, 3), name="image")
    x = layers.Flatten(name="features")(backbone(preprocess(inputs)))
    x = layers.Rescaling(FEATURE_SCALE)(x)
    x = layers.Dropout(settings.dropout)(x)
    return keras.Model(inputs, logits(x), name=name)


def logits(x: keras.KerasTensor) -> keras.KerasTensor:
    """Scores of the classes, in float32 whatever the precision of the layers before."""
    return layers.Dense(classes.COUNT, dtype="float32", name="logits")(x)
