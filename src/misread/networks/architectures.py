"""The classifiers: one function for each, and the registry that names them.

Every classifier takes uint8 or float32 images ``(N, SIZE, SIZE, 3)``, RGB, 0 to 255, and returns float32 logits
``(N, 43)``. What a backbone expects of its input is part of the network.
"""

from collections.abc import Callable
from pathlib import Path

import keras
from keras import layers

from misread.data import classes
from misread.networks import backbones
from misread.params import Network, PretrainedNetwork

# Adam moves every weight equally far, and a backbone has more than 10,000 features: at its rate of learning the steps
# of a plain head would change the logits by whole units. A multiplier of the readout (arXiv 2203.03466) tames them.
FEATURE_SCALE = 0.1


def cnn(params: Network, weights: Path | None = None) -> keras.Model:
    """The study's small network: three convolutions with pooling, two dense layers.

    234,059 parameters at 40x40.
    """
    inputs = keras.Input((params.image_size, params.image_size, 3), name="image")
    x = layers.Rescaling(1 / 255)(inputs)
    for filters in (16, 32, 64):
        x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
        x = layers.MaxPooling2D(2)(x)
    x = layers.Flatten()(x)
    x = layers.Dropout(params.dropout)(x)
    x = layers.Dense(128, activation="relu", name="features")(x)
    return keras.Model(inputs, _logits(x), name="cnn")


def inception_v3(params: PretrainedNetwork, weights: Path | None) -> keras.Model:
    """InceptionV3 up to ``params.cut`` with a linear head on the flattened features.

    Source: C. Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", arXiv 1512.00567.
    """
    return _on_backbone("inception_v3", params, weights, layers.Rescaling(1 / 127.5, offset=-1))


def resnet50(params: PretrainedNetwork, weights: Path | None) -> keras.Model:
    """ResNet50 up to ``params.cut`` with a linear head on the flattened features.

    Source: K. He et al., "Deep Residual Learning for Image Recognition", arXiv 1512.03385. The published weights expect
    blue, green, red, less the means of ImageNet.
    """
    return _on_backbone("resnet50", params, weights, _to_centered_bgr)


def _to_centered_bgr(images: keras.KerasTensor) -> keras.KerasTensor:
    images = keras.ops.flip(images, axis=-1)
    return layers.Rescaling(1.0, offset=[-103.939, -116.779, -123.68])(images)


def _on_backbone(name: str, params: PretrainedNetwork, weights: Path | None, preprocess: Callable) -> keras.Model:
    backbone = backbones.build(name, params.image_size, params.cut, weights)
    backbones.train_from(backbone, params.fine_tune_from)
    inputs = keras.Input((params.image_size, params.image_size, 3), name="image")
    x = layers.Flatten(name="features")(backbone(preprocess(inputs)))
    x = layers.Rescaling(FEATURE_SCALE)(x)
    x = layers.Dropout(params.dropout)(x)
    return keras.Model(inputs, _logits(x), name=name)


def _logits(x: keras.KerasTensor) -> keras.KerasTensor:
    """Scores of the classes, in float32 whatever the precision of the layers before."""
    return layers.Dense(classes.COUNT, dtype="float32", name="logits")(x)


ARCHITECTURES: dict[str, Callable[..., keras.Model]] = {"cnn": cnn, "inception_v3": inception_v3, "resnet50": resnet50}


def label(name: str, params: Network) -> str:
    """How tables and figures call a network: one whose backbone never saw ImageNet says so."""
    if isinstance(params, PretrainedNetwork) and params.weights is None:
        return f"{name} (random init)"
    return name
