"""Fetching ImageNet weights."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from misread import transfer
from misread.errors import MisreadError
from misread.training import backbones

if TYPE_CHECKING:
    import keras


def fetch(name: str, image_size: int, cut: str) -> keras.Model:
    """Build a cut backbone with ImageNet weights from the mirror, or from `keras.applications` if the mirror has none.

    Args:
        name: key of `backbones.BACKBONES`.
        image_size: side of the input in pixels.
        cut: Keras name of the last layer.

    Raises:
        MisreadError: there is no such layer, the weights are wrong, or they cannot be downloaded.

    """
    order = backbones.layer_names(name, cut)
    mirror = transfer.mirror()
    if mirror:
        with tempfile.TemporaryDirectory() as folder:
            for layer in order:
                file = f"{name}-{layer}.weights.h5"
                path = transfer.from_mirror(mirror, file, Path(folder), Path(folder))
                if path is not None:
                    print(f"{file}: from the mirror, cut at {cut}")
                    with transfer.naming_mirror(mirror, path):
                        return backbones.load_from_longer(name, image_size, cut, path, layer)
    try:
        return backbones.cut_backbone(name, image_size, cut, weights="imagenet")
    except MisreadError:
        raise
    except Exception as error:  # Keras raises no more specific exception for a failed download
        reason = " ".join(str(error).split())[:200]
        raise MisreadError(
            f"networks.{name}.weights: cannot download them ({reason}); set {transfer.MIRROR_VARIABLE} to a "
            f"folder with {name}-{cut}.weights.h5, or the parameter to null"
        ) from None
