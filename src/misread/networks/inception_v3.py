"""InceptionV3, fine-tuned.

Source: C. Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", arXiv 1512.00567.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from misread.network import BackboneSettings, Network

if TYPE_CHECKING:
    import keras

MIXED = tuple(f"mixed{number}" for number in range(11))


class Settings(BackboneSettings):
    """Settings of InceptionV3, with the smallest image size that it accepts."""

    BLOCKS = MIXED

    image_size: Annotated[int, Field(ge=75, le=512)]
    cut: Literal[MIXED]
    fine_tune_from: Literal[MIXED] | None


def build(settings: Settings, weights: Path | None) -> keras.Model:
    """Build InceptionV3 up to ``settings.cut`` with a linear head on the flattened features."""
    from keras import layers

    from misread.training.heads import on_backbone

    return on_backbone("inception_v3", settings, weights, layers.Rescaling(1 / 127.5, offset=-1))


NETWORK = Network(settings=Settings, build=build, title="inception_v3", color="#D55E00", backbone="InceptionV3")
