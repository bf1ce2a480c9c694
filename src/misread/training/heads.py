"""Classification heads, and networks that consist of a backbone and a head."""

from collections.abc import Callable
from pathlib import Path

import keras
from keras import layers

from misread.gtsrb import classes
from misread.network import BackboneSettings
from misread.training import backbones

# Each Adam step changes all weights by about the same amount. With more than 10,000 features, a step of an unscaled
# head at the backbone's learning rate would change the logits by whole units. Scaling the head's input (arXiv
# 2203.03466) reduces the change.
FEATURE_SCALE = 0.1


def on_backbone(name: str, settings: BackboneSettings, weights: Path | None, preprocess: Callable) -> keras.Model:
    """Build a network: a backbone up to ``settings.cut`` with a linear head on the flattened features."""
    backbone = backbones.build(name, settings.image_size, settings.cut, weights)
    backbones.train_from(backbone, settings.fine_tune_from)
    inputs = keras.Input((settings.image_size, settings.image_size, 3), name="image")
    x = layers.Flatten(name="features")(backbone(preprocess(inputs)))
    x = layers.Rescaling(FEATURE_SCALE)(x)
    x = layers.Dropout(settings.dropout)(x)
    return keras.Model(inputs, logits(x), name=name)


def logits(x: keras.KerasTensor) -> keras.KerasTensor:
    """Logits of the classes, in float32 for any precision of the previous layers."""
    return layers.Dense(classes.COUNT, dtype="float32", name="logits")(x)
