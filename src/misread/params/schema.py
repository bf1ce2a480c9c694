"""Schema of ``params.yaml``: typed, frozen sections without unknown keys or unchecked values."""

from collections.abc import Iterable
from typing import Annotated, Literal, get_args

from pydantic import Field, ValidationError, model_validator

from misread.errors import MisreadError
from misread.network import Settings as NetworkSettings
from misread.networks import NETWORKS
from misread.noise.option_ranges import OptionRanges
from misread.params import own_entries, refusals
from misread.params.gan_sections import Downstream, Gan, GanKinds
from misread.params.own_entries import OwnNetwork
from misread.sections import Chosen, Positive, ResizePolicy, Rising, Section, Share

Source = Literal["gtsrb", "synthetic"]
Level = Literal["min", "avg", "max"]
Augmentation = Literal["none", "paper", "label_preserving"]

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


class Repeats(Section):
    """Networks that are trained more than once, and the numbers of their further trainings."""

    networks: list[str]
    further: list[Annotated[int, Field(ge=2, le=1000)]]

    @model_validator(mode="after")
    def _none_twice(self) -> "Repeats":
        for key, values in (("networks", self.networks), ("further", self.further)):
            if len(set(values)) < len(values):
                raise ValueError(f"{key}: {values}: must not have a value twice")
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
    random_options: OptionRanges
    fourier: Fourier
    resamples: Annotated[int, Field(ge=100)]

    def ranges(self, noise_types: Iterable[str]) -> dict[str, dict[str, tuple]]:
        """Noise type -> range of each option that is drawn for each image; of the types that have such a grid."""
        found = self.random_options.model_dump(exclude_unset=True)
        return {name: found[name] for name in noise_types if found.get(name)}


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
    repeats: Repeats
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
        for name in self.repeats.networks:
            if name not in self.networks.names:
                raise ValueError(
                    f"repeats.networks: {name!r}: must be {' or '.join(map(repr, self.networks.names))}; "
                    "a removed network must be removed here, too"
                )
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

    def trainings_of(self, network: str) -> tuple[int, ...]:
        """Numbers of the trainings of a network in each regime, from 1."""
        return self.trainings if network in self.repeats.networks else (1,)

    @property
    def trainings(self) -> tuple[int, ...]:
        """Numbers of the trainings of what is trained more than once, from 1."""
        return (1, *self.repeats.further)

    def seed_of(self, training: int) -> int:
        """Seed of a training by its number: of the first, the study's; of each further one, the next number."""
        return (self.seed + training - 1) % 2**32

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
