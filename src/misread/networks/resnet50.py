"""ResNet50, fine-tuned.

Source: K. He et al., "Deep Residual Learning for Image Recognition", arXiv 1512.03385.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from misread.network import BackboneSettings, Network

if TYPE_CHECKING:
    import keras

BLOCKS = tuple(
    f"conv{stage}_block{block}_out"
    for stage, blocks in ((2, 3), (3, 4), (4, 6), (5, 3))
    for block in range(1, blocks + 1)
)


class Settings(BackboneSettings):
    """Settings of ResNet50, with the smallest image size that it accepts."""

    BLOCKS = BLOCKS

    image_size: Annotated[int, Field(ge=32, le=512)]
    cut: Literal[BLOCKS]
    fine_tune_from: Literal[BLOCKS] | None


def build(settings: Settings, weights: Path | None) -> keras.Model:
    """Build ResNet50 up to ``settings.cut`` with a linear head on the flattened features."""
    from misread.training.heads import on_backbone

    return on_backbone("resnet50", settings, weights, to_centered_bgr)


def to_centered_bgr(images: keras.KerasTensor) -> keras.KerasTensor:
    """Convert RGB to BGR minus the ImageNet means, as the published weights expect."""
    import keras

    images = keras.ops.flip(images, axis=-1)
    return keras.layers.Rescaling(1.0, offset=[-103.939, -116.779, -123.68])(images)


NETWORK = Network(settings=Settings, build=build, title="resnet50", color="#009E73", backbone="ResNet50")
