"""Sections of ``params.yaml`` on GANs and on the downstream classifiers."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from misread.networks import NETWORKS
from misread.sections import ImageSize, Positive, Rate, Section, Share

GanLoss = Literal["bce", "hinge", "lsgan"]
Condition = Literal["concat", "projection"]


class Collapse(Section):
    """Conditions of discriminator collapse, at which training stops with an error."""

    accuracy: Annotated[float, Field(gt=0.5, le=1)]
    epochs: Positive


class GanTraining(Section):
    """Training settings that both kinds of GAN share."""

    latent_size: Positive
    batch_size: Annotated[int, Field(ge=2)]  # batch normalisation needs at least two images
    loss: GanLoss
    label_smoothing: Annotated[float, Field(ge=0, lt=0.5)]
    learning_rate: Rate
    beta_1: Annotated[float, Field(ge=0, lt=1)]
    ema: Annotated[float, Field(ge=0, lt=1)]
    samples_every: Positive
    collapse: Collapse


class PlainGan(Section):
    """Settings of the unconditional GAN."""

    epochs: Positive


class ConditionalGan(Section):
    """Settings of the conditional GAN."""

    epochs: Positive
    condition: Condition
    embedding_size: Positive


class GanKinds(Section):
    """Settings of both kinds of GAN."""

    gan: PlainGan
    cgan: ConditionalGan


class GanEvaluation(Section):
    """Number of images for the comparison of generated and real images."""

    images: Annotated[int, Field(ge=10)]


class Gan(Section):
    """Settings of the GANs."""

    image_size: ImageSize
    training: GanTraining
    kinds: GanKinds
    evaluation: GanEvaluation


class Downstream(Section):
    """Training of the downstream classifiers, which measure the usefulness of generated signs as training data."""

    network: str
    epochs: Positive
    batch_size: Positive
    learning_rate: Rate
    weight_decay: Share
    dropout: Annotated[float, Field(ge=0, lt=1)]

    @model_validator(mode="after")
    def _network_is_small(self) -> "Downstream":
        known = [name for name in NETWORKS if NETWORKS[name].backbone is None]
        if self.network not in known:
            raise ValueError(f"network: {self.network!r}: must be {' or '.join(map(repr, known))}, without a backbone")
        return self
