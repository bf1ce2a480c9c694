"""Schema of ``params.yaml``: typed, frozen sections without unknown keys or unchecked values."""

from typing import Annotated, Literal, get_args

from pydantic import Field, ValidationError, model_validator

from misread.errors import MisreadError
from misread.network import Settings as NetworkSettings
from misread.networks import NETWORKS
from misread.params import own_entries, refusals
from misread.params.own_entries import OwnNetwork
from misread.sections import Chosen, ImageSize, Positive, Rate, ResizePolicy, Rising, Section, Share

Source = Literal["gtsrb", "synthetic"]
Level = Literal["min", "avg", "max"]
Augmentation = Literal["none", "paper", "label_preserving"]
GanLoss = Literal["bce", "hinge", "lsgan"]
Condition = Literal["concat", "projection"]

LEVELS: tuple[str, ...] = get_args(Level)


class Data(Section):
    """The images of the study, and the share that is held out for validation."""

    source: Source
    images_per_class: Annotated[int, Field(ge=60)] | None
    validation_share: Annotated[float, Field(gt=0, lt=1)]


class NoiseTypeSettings(Section):
    """Strengths of a noise type at each level and over a fine grid, in its own unit, and its options."""

    min: float
    avg: float
    max: float
    sweep: list[float]
    options: Section

    @model_validator(mode="after")
    def _levels_rise(self) -> "NoiseTypeSettings":
        if not self.min < self.avg < self.max:
            raise ValueError(f"{[self.min, self.avg, self.max]}: must rise from min to avg to max")
        return self


class Noise(Section):
    """The noisy sets, and the selected one."""

    type: str
    level: Level
    quality_images: Positive
    types: Chosen

    @model_validator(mode="after")
    def _type_is_there(self) -> "Noise":
        if self.type not in self.types.names:
            raise ValueError(f"type: {self.type!r}: must be {' or '.join(map(repr, self.types.names))}")
        return self

    @property
    def selected(self) -> str:
        """The noisy set, ``TYPE-LEVEL``, that the regime ``noisy`` is trained on and the headline metrics use."""
        return f"{self.type}-{self.level}"

    @property
    def sets(self) -> tuple[tuple[str, str], ...]:
        """Type and level of every noisy set."""
        return tuple((name, level) for name in self.types.names for level in LEVELS)

    def strength_of(self, noise_type: str, level: str) -> float:
        """Strength in the type's own unit.

        Raises:
            MisreadError: there is no such type or level.

        """
        if level not in LEVELS:
            raise MisreadError(f"{level!r}: must be one of {', '.join(LEVELS)}")
        return getattr(self.types[noise_type], level)

    def options_of(self, noise_type: str) -> dict[str, float]:
        """Keyword arguments of the type's function."""
        return self.types[noise_type].options.model_dump()


class Train(Section):
    """Training settings that all classifiers share."""

    augmentation: Augmentation
    balance: Share
    patience: Positive
    replicas: Annotated[int, Field(ge=1, le=256)]


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


class Fourier(Section):
    """Fourier sensitivity: periodic noise of one energy on a grid of periods and angles.

    At a period of 2 pixels or less the energy depends on the phase: a wave that is zero at every pixel adds nothing.
    """

    amplitude: Annotated[float, Field(gt=0, le=255)]
    periods: Annotated[list[Annotated[float, Field(gt=2)]], Field(min_length=1), Rising]
    angles: Annotated[list[Annotated[float, Field(ge=0, lt=180)]], Field(min_length=1)]
    images: Positive | None


class Sweep(Section):
    """Accuracy over fine grids of noise."""

    images: Positive | None
    fourier: Fourier
    resamples: Annotated[int, Field(ge=100)]


class Figures(Section):
    """Settings of the figures."""

    signs: Annotated[int, Field(ge=1, le=16)]


class Params(Section):
    """The whole of ``params.yaml``."""

    seed: Annotated[int, Field(ge=0, lt=2**32)]
    threads: Annotated[int, Field(ge=1, le=256)]
    data: Data
    resize: ResizePolicy
    noise: Noise
    regimes: Chosen
    baseline: str
    train: Train
    networks: Chosen
    gan: Gan
    downstream: Downstream
    sweep: Sweep
    figures: Figures
    own: dict[str, OwnNetwork]

    @model_validator(mode="after")
    def _baseline_is_there(self) -> "Params":
        if self.baseline not in self.networks.names:
            raise ValueError(f"baseline: {self.baseline!r}: must be {' or '.join(map(repr, self.networks.names))}")
        if "clean" not in self.regimes.names:
            raise ValueError("regimes: must have clean, to which the others are compared")
        return self

    @model_validator(mode="after")
    def _no_two_have_one_name(self) -> "Params":
        for name in self.networks.names:
            if name in GanKinds.model_fields:
                raise ValueError(f"networks.{name}: must have another name; outputs of the GANs begin with this one")
        own_entries.check_names(list(self.own), list(GanKinds.model_fields))
        return self

    @model_validator(mode="after")
    def _trainings_are_possible(self) -> "Params":
        for name, regime in self.classifiers:
            try:
                batch_size = self.network_in(regime, name).batch_size
            except ValidationError as error:
                problem = refusals.describe(error, NETWORKS[name].settings)
                raise ValueError(f"regimes.{regime}.networks.{name}.{problem}") from None
            if batch_size % self.train.replicas:
                raise ValueError(
                    f"train.replicas: {self.train.replicas}: must divide every batch_size; that of {name} in the "
                    f"regime {regime} is {batch_size}"
                )
        for regime in self.regimes.names:
            try:
                self.noises_in(regime)
            except ValueError as error:
                raise ValueError(f"regimes.{regime}.{error}") from None
        return self

    @property
    def image_sizes(self) -> dict[str, int]:
        """Side of the images of every network and of the GANs, in pixels."""
        return {name: self.networks[name].image_size for name in self.networks.names} | {"gan": self.gan.image_size}

    @property
    def classifiers(self) -> tuple[tuple[str, str], ...]:
        """Network and regime of every classifier."""
        return tuple((name, regime) for name in self.networks.names for regime in self.regimes.names)

    def network_in(self, regime: str, name: str) -> NetworkSettings:
        """Settings of a network in a regime.

        Raises:
            MisreadError: there is no such network or regime.

        """
        replaced = self.regimes[regime].replaced(name)
        return NETWORKS[name].settings(**(self.networks[name].model_dump() | replaced))

    def own_network(self, name: str) -> OwnNetwork:
        """A network of the user's own.

        Raises:
            MisreadError: the section ``own`` has none of this name.

        """
        if name not in self.own:
            raise MisreadError(
                f"{name!r}: not in params.yaml, whose section own has {', '.join(self.own) or 'nothing'}"
            )
        return self.own[name]

    def noises_in(self, regime: str) -> dict[str, dict]:
        """Noise that is added in memory in a regime: type -> everything that determines the noise."""
        names = self.noise.types.names
        highest = {name: self.noise.strength_of(name, LEVELS[-1]) for name in names}
        return self.regimes[regime].noises(highest, {name: self.noise.options_of(name) for name in names})

    @property
    def downstream_network(self) -> NetworkSettings:
        """The small CNN at the size of the GANs' images."""
        settings = self.downstream.model_dump(exclude={"network"})
        settings |= {"image_size": self.gan.image_size, "ema": 0.0, "precision": "float32"}
        return NETWORKS[self.downstream.network].settings(**settings)
