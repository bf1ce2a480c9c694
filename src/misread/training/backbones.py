"""ImageNet backbones from `keras.applications`: cutting, loading weights, and folding of batch normalisation."""

import warnings
from collections.abc import Callable
from pathlib import Path

import h5py
import keras
import numpy as np

from misread.errors import MisreadError
from misread.networks import NETWORKS


def whole_backbone(name: str) -> Callable[..., keras.Model]:
    """The function of `keras.applications` that builds a network's backbone."""
    return getattr(keras.applications, NETWORKS[name].backbone)


def cut_backbone(name: str, image_size: int, cut: str, weights: str | None = None) -> keras.Model:
    """Build the backbone's layers up to ``cut``, as published, with batch normalisation.

    Args:
        name: name of the network.
        image_size: side of the input in pixels.
        cut: Keras name of the last layer.
        weights: as in `keras.applications`; ``imagenet``: download; None: random initialisation.

    Raises:
        MisreadError: the backbone has no such layer.

    """
    whole = whole_backbone(name)(include_top=False, weights=weights, input_shape=(image_size, image_size, 3))
    return keras.Model(whole.input, _layer(whole, name, cut, f"networks.{name}.cut").output, name=name)


def _layer(model: keras.Model, name: str, layer: str, parameter: str) -> keras.Layer:
    try:
        return model.get_layer(layer)
    except ValueError:
        ends = ", ".join(NETWORKS[name].settings.BLOCKS)
        raise MisreadError(f"{parameter}: {layer!r}: no such layer; {name} has for example {ends}") from None


def load_weights(backbone: keras.Model, path: Path) -> None:
    """Load weights that were saved from the same backbone, cut at the same layer.

    Raises:
        MisreadError: the file lacks a layer, has other shapes, or is not a weights file.

    """
    try:
        check_complete(backbone, path)
        with warnings.catch_warnings():
            warnings.simplefilter(
                "error", UserWarning
            )  # if the file lacks weights, Keras only warns and leaves them random
            backbone.load_weights(path)
    except FileNotFoundError:
        raise MisreadError(f"{path}: no such file; `dvc repro pretrained` or `dvc pull` brings it") from None
    except (ValueError, OSError, KeyError, RuntimeError, Warning) as error:
        reason = " ".join(str(error).split())[:200]
        raise MisreadError(f"{path}: these are not the weights of {backbone.name} ({reason})") from None


def check_complete(backbone: keras.Model, path: Path) -> None:
    """Compare the number of values in a weights file with the backbone's.

    Raises:
        MisreadError: the numbers differ because a layer is missing or has another shape.

    """
    with h5py.File(path) as file:
        sizes: list[int] = []
        file.visititems(lambda _, item: sizes.append(item.size) if isinstance(item, h5py.Dataset) else None)
    if sum(sizes) != backbone.count_params():
        raise MisreadError(
            f"{path}: these are not the weights of {backbone.name} at this cut ({sum(sizes):,} values, expected "
            f"{backbone.count_params():,})"
        )


def load_from_longer(name: str, image_size: int, cut: str, path: Path, longer_cut: str) -> keras.Model:
    """Build a backbone from weights that were saved with a later cut.

    Args:
        path: file with the weights of the backbone cut at ``longer_cut``.
        longer_cut: layer at or after ``cut``.

    Raises:
        MisreadError: the file does not contain the weights of that backbone.

    """
    longer = cut_backbone(name, image_size, longer_cut)
    load_weights(longer, path)
    return keras.Model(longer.input, longer.get_layer(cut).output, name=name)


def layer_names(name: str, cut: str) -> list[str]:
    """Keras names of ``cut`` and of the block ends after it, in order; weights saved with any of these cuts fit.

    Raises:
        MisreadError: the backbone has no such layer.

    """
    whole = whole_backbone(name)(include_top=False, weights=None)
    _layer(whole, name, cut, f"networks.{name}.cut")
    order = [layer.name for layer in whole.layers]
    return [cut, *(layer for layer in order[order.index(cut) + 1 :] if layer in NETWORKS[name].settings.BLOCKS)]


def build(name: str, image_size: int, cut: str, weights: Path | None) -> keras.Model:
    """Build a cut backbone that is ready to train.

    Fine-tuning keeps batch normalisation in inference mode, where it is a fixed scale and shift of each channel. It is
    folded into the preceding convolution: the network's output stays the same and training is faster. With random
    weights there are no statistics to keep, so batch normalisation is trained.

    Args:
        weights: file written by the stage `pretrained`; None: random initialisation.

    Returns:
        A model from ``(N, image_size, image_size, 3)`` to the features of ``cut``.

    """
    backbone = cut_backbone(name, image_size, cut)
    if weights is None:
        return backbone
    load_weights(backbone, weights)
    return fold_batch_normalization(backbone)


def fold_batch_normalization(model: keras.Model) -> keras.Model:
    """Rebuild a model with batch normalisation in inference mode, folded into the preceding convolutions.

    With scale ``s = gamma / sqrt(variance + epsilon)``: kernel ``k * s``, bias ``(b - mean) * s + beta``. Batch
    normalisation stays, frozen, if it does not follow a convolution or if the convolution's output is used elsewhere.
    """
    followers = {
        before.name: layer
        for layer in model.layers
        if isinstance(layer, keras.layers.BatchNormalization) and _is_foldable(before := _layer_before(layer))
    }
    folded = {layer.name for layer in followers.values()}

    def clone(layer: keras.Layer) -> keras.Layer:
        config = layer.get_config()
        if layer.name in followers:
            config["use_bias"] = True
        elif isinstance(layer, keras.layers.BatchNormalization):
            config["trainable"] = False
        return layer.__class__.from_config(config)

    def call(layer: keras.Layer, *args, **kwargs):
        return args[0] if layer.name in folded else layer(*args, **kwargs)

    result = keras.models.clone_model(model, clone_function=clone, call_function=call)
    for layer in model.layers:
        if layer.name in folded or not layer.weights:
            continue
        weights = layer.get_weights()
        if layer.name in followers:
            depthwise = isinstance(layer, keras.layers.DepthwiseConv2D)
            weights = _merge(weights, followers[layer.name], depthwise)
        result.get_layer(layer.name).set_weights(weights)
    return result


def _layer_before(layer: keras.Layer) -> keras.Layer:
    return layer.input._keras_history.operation


def _is_foldable(layer: keras.Layer) -> bool:
    """Whether batch normalisation of a layer's output can be folded into the layer."""
    return (
        type(layer) in (keras.layers.Conv2D, keras.layers.DepthwiseConv2D)
        and layer.activation is keras.activations.linear
        and len(layer._outbound_nodes) == 1
    )


def _merge(
    weights: list[np.ndarray], normalization: keras.layers.BatchNormalization, depthwise: bool
) -> list[np.ndarray]:
    kernel, bias = weights[0], weights[1] if len(weights) == 2 else 0.0
    values = {variable.name: np.asarray(variable) for variable in normalization.weights}
    scale = values.get("gamma", 1.0) / np.sqrt(values["moving_variance"] + normalization.epsilon)
    # In a depthwise kernel the input channels come before the depth multiplier, in the order of the outputs.
    by_output = scale.reshape(kernel.shape[2:]) if depthwise else scale
    return [kernel * by_output, (bias - values["moving_mean"]) * scale + values.get("beta", 0.0)]


def train_from(backbone: keras.Model, first: str | None) -> None:
    """Freeze the layers before ``first`` (a Keras name); None: train all layers.

    Raises:
        MisreadError: the cut backbone has no such layer.

    """
    if first is None:
        return
    start = backbone.layers.index(_layer(backbone, backbone.name, first, f"networks.{backbone.name}.fine_tune_from"))
    for layer in backbone.layers[:start]:
        layer.trainable = False


def save_weights(backbone: keras.Model, path: Path) -> None:
    """Save the weights with Keras, and check that the file contains every variable of the backbone."""
    backbone.save_weights(path)
    check_complete(backbone, path)
