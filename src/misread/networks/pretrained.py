"""Where ImageNet weights come from, and where the pipeline keeps them."""

import os
import tempfile
from pathlib import Path

import keras

from misread.data import download
from misread.errors import MisreadError
from misread.networks import backbones
from misread.params import Network, PretrainedNetwork

FILE = "backbone.weights.h5"


def fetch(name: str, image_size: int, cut: str) -> keras.Model:
    """A cut backbone with ImageNet weights, from the mirror if that has them, else from `keras.applications`.

    Args:
        name: key of `backbones.BACKBONES`.
        image_size: side of the input in pixels.
        cut: Keras name of the last layer.

    Raises:
        MisreadError: no such layer, wrong weights, or nothing to download from.

    """
    order = backbones.layer_names(name, cut)
    mirror = os.environ.get(download.MIRROR_VARIABLE)
    if mirror:
        with tempfile.TemporaryDirectory() as folder:
            for layer in order:
                file = f"{name}-{layer}.weights.h5"
                path = download.from_mirror(mirror, file, Path(folder))
                if path is not None:
                    print(f"{file}: from the mirror, cut at {cut}")
                    return backbones.load_from_longer(name, image_size, cut, path, layer)
    try:
        return backbones.cut_backbone(name, image_size, cut, weights="imagenet")
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split())[:200]
        raise MisreadError(
            f"networks.{name}.weights: cannot download them ({reason}); set {download.MIRROR_VARIABLE} to a "
            f"folder with {name}-{cut}.weights.h5, or the parameter to null"
        ) from None


def stored(name: str, network: Network) -> Path | None:
    """The weights that the stage `pretrained` wrote for a network, or None where it starts from random ones."""
    if isinstance(network, PretrainedNetwork) and network.weights is not None:
        return Path(f"models/pretrained/{name}") / FILE
    return None


def label(name: str, network: Network) -> str:
    """How tables and figures call a network: one whose backbone never saw ImageNet says so."""
    if isinstance(network, PretrainedNetwork) and network.weights is None:
        return f"{name} (random init)"
    return name
