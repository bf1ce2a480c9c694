"""Description of a network. Each network is a module of `misread.networks`; no other module refers to it by name.

Every network takes uint8 or float32 images ``(N, SIZE, SIZE, 3)``, RGB, 0 to 255, and returns float32 logits
``(N, 43)``. The preprocessing for a backbone is part of the network. Keras is imported only when a network is built,
because every stage reads the parameters of all networks, but few stages need Keras.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from misread.sections import ImageSize, Positive, Rate, Section, Share

if TYPE_CHECKING:
    import keras


class Settings(Section):
    """Settings of a network and its training."""

    image_size: ImageSize
    epochs: Positive
    batch_size: Positive
    learning_rate: Rate
    weight_decay: Share
    dropout: Annotated[float, Field(ge=0, lt=1)]
    ema: Annotated[float, Field(ge=0, lt=1)]
    precision: Literal["float32", "mixed_bfloat16"]


class BackboneSettings(Settings):
    """Settings of a network with a backbone from `keras.applications`; ``BLOCKS`` are the last layers of its blocks."""

    BLOCKS: ClassVar[tuple[str, ...]]

    weights: Literal["imagenet"] | None
    cut: str
    fine_tune_from: str | None

    @model_validator(mode="after")
    def _starts_before_it_ends(self) -> BackboneSettings:
        first, last = self.fine_tune_from, self.cut
        if first is not None and self.BLOCKS.index(first) > self.BLOCKS.index(last):
            raise ValueError(f"fine_tune_from: {first!r}: must not come after cut, {last!r}")
        if first is not None and self.weights is None:
            raise ValueError(f"fine_tune_from: {first!r}: must be null where weights is null, or layers stay random")
        return self


@dataclass(frozen=True)
class Network:
    """A network: its parameters, its builder, and its name and colour in texts and figures.

    Attributes:
        settings: its section of ``params.yaml``.
        build: ``(settings, weights) -> model``, not compiled; ``weights``: file with the backbone's weights, or None.
        title: name in tables and figures.
        color: Matplotlib colour of its curves.
        backbone: name of the function of `keras.applications` that builds its backbone; None: no backbone.

    """

    settings: type[Settings]
    build: Callable[[Settings, Path | None], keras.Model]
    title: str
    color: str
    backbone: str | None = None

    def label(self, settings: Settings) -> str:
        """Name of the network in tables and figures; it says if the backbone has no ImageNet weights."""
        random = self.backbone is not None and settings.weights is None
        return f"{self.title} (random init)" if random else self.title
