"""``params.yaml`` as a typed, frozen object: every key known, every value checked.

The file is read as YAML 1.2, as DVC reads it, so that both see the same values.
"""

import itertools
from pathlib import Path
from typing import Annotated, ClassVar, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from yaml import YAMLError

from misread import refusals, yaml12
from misread.errors import MisreadError

Source = Literal["gtsrb", "synthetic"]
FitName = Literal["crop_pad", "crop_pad_unscaled", "letterbox", "stretch"]
NoiseType = Literal["salt_pepper", "periodic", "gaussian"]
Level = Literal["min", "avg", "max"]
Augmentation = Literal["none", "paper", "label_safe"]
Precision = Literal["float32", "mixed_bfloat16"]
Regime = Literal["clean", "noisy", "mixed"]
GanLoss = Literal["bce", "hinge", "lsgan"]
Condition = Literal["concat", "projection"]

NOISE_TYPES: tuple[str, ...] = get_args(NoiseType)
LEVELS: tuple[str, ...] = get_args(Level)
REGIMES: tuple[str, ...] = get_args(Regime)

Share = Annotated[float, Field(ge=0, le=1)]
GreyLevels = Annotated[float, Field(ge=0, le=255)]
Amplitude = Annotated[float, Field(ge=0, le=1000)]  # grey levels; far beyond 255 a clipped image is noise alone
Positive = Annotated[int, Field(ge=1)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Data(_Section):
    """Which images, and which of them validate."""

    source: Source
    images_per_class: Annotated[int, Field(ge=60)] | None
    validation_share: Annotated[float, Field(gt=0, lt=1)]


class Geometry(_Section):
    """How an image becomes a square."""

    fit: FitName


class ShareByLevel(_Section):
    """Shares of pixels, 0 to 1."""

    min: Share
    avg: Share
    max: Share


class GreyLevelsByLevel(_Section):
    """Grey levels, 0 to 255."""

    min: GreyLevels
    avg: GreyLevels
    max: GreyLevels


class Strength(_Section):
    """Strength of each noise type at each level, in the type's own unit."""

    salt_pepper: ShareByLevel
    periodic: GreyLevelsByLevel
    gaussian: GreyLevelsByLevel


class NoOptions(_Section):
    """A noise type that its strength describes in full."""


class PeriodicOptions(_Section):
    """Wavelength in pixels and direction in degrees."""

    period: Annotated[float, Field(ge=2)]
    angle: Annotated[float, Field(ge=-360, le=360)]


class NoiseOptions(_Section):
    """Settings of each noise type that hold at every level."""

    salt_pepper: NoOptions
    periodic: PeriodicOptions
    gaussian: NoOptions


class Noise(_Section):
    """The nine noisy sets, and the selected one."""

    type: NoiseType
    level: Level
    strength: Strength
    options: NoiseOptions
    quality_images: Positive

    @property
    def selected(self) -> str:
        """The noisy set that the headline metrics use, ``TYPE-LEVEL``."""
        return f"{self.type}-{self.level}"

    def strength_of(self, noise_type: str, level: str) -> float:
        """Strength in the type's own unit."""
        return getattr(getattr(self.strength, noise_type), level)

    def options_of(self, noise_type: str) -> dict[str, float]:
        """Keyword arguments of the type's function."""
        return getattr(self.options, noise_type).model_dump()


class Train(_Section):
    """What holds for the training of every classifier."""

    augmentation: Augmentation
    balance: Share
    patience: Positive


class Network(_Section):
    """A classifier and how it is trained."""

    image_size: Annotated[int, Field(ge=16, le=512)]
    epochs: Positive
    batch_size: Positive
    learning_rate: Annotated[float, Field(gt=0, le=1)]
    weight_decay: Annotated[float, Field(ge=0, le=1)]
    dropout: Annotated[float, Field(ge=0, lt=1)]
    precision: Precision


class PretrainedNetwork(Network):
    """A classifier on a backbone from ``keras.applications``, whose blocks end at the layers ``BLOCKS``."""

    BLOCKS: ClassVar[tuple[str, ...]]

    weights: Literal["imagenet"] | None
    cut: str
    fine_tune_from: str | None

    @model_validator(mode="after")
    def _starts_before_it_ends(self) -> "PretrainedNetwork":
        first, last = self.fine_tune_from, self.cut
        if first is not None and self.BLOCKS.index(first) > self.BLOCKS.index(last):
            raise ValueError(f"fine_tune_from: {first!r}: must not come after cut, {last!r}")
        if first is not None and self.weights is None:
            raise ValueError(f"fine_tune_from: {first!r}: must be null where weights is null, or layers stay random")
        return self


MIXED = tuple(f"mixed{number}" for number in range(11))
RESNET_BLOCKS = tuple(
    f"conv{stage}_block{block}_out"
    for stage, blocks in ((2, 3), (3, 4), (4, 6), (5, 3))
    for block in range(1, blocks + 1)
)


class InceptionV3(PretrainedNetwork):
    """InceptionV3; it accepts no smaller images."""

    BLOCKS = MIXED

    image_size: Annotated[int, Field(ge=75, le=512)]
    cut: Literal[MIXED]
    fine_tune_from: Literal[MIXED] | None


class ResNet50(PretrainedNetwork):
    """ResNet50; it accepts no smaller images."""

    BLOCKS = RESNET_BLOCKS

    image_size: Annotated[int, Field(ge=32, le=512)]
    cut: Literal[RESNET_BLOCKS]
    fine_tune_from: Literal[RESNET_BLOCKS] | None


class Networks(_Section):
    """The classifiers by name."""

    cnn: Network
    inception_v3: InceptionV3
    resnet50: ResNet50

    def __getitem__(self, name: str) -> Network:
        if name not in Networks.model_fields:
            raise MisreadError(f"network {name!r} is unknown; one of {', '.join(Networks.model_fields)}")
        return getattr(self, name)


NETWORKS: tuple[str, ...] = tuple(Networks.model_fields)


class Defeat(_Section):
    """When the discriminator has won outright, and training stops with an error."""

    accuracy: Annotated[float, Field(gt=0.5, le=1)]
    epochs: Positive


class GanTraining(_Section):
    """What holds for the training of both kinds of GAN."""

    latent_size: Positive
    batch_size: Annotated[int, Field(ge=2)]  # batch normalisation needs two
    loss: GanLoss
    label_smoothing: Annotated[float, Field(ge=0, lt=0.5)]
    learning_rate: Annotated[float, Field(gt=0, le=1)]
    beta_1: Annotated[float, Field(ge=0, lt=1)]
    average: Annotated[float, Field(ge=0, lt=1)]
    samples_every: Positive
    defeat: Defeat


class PlainGan(_Section):
    """The GAN that knows no classes."""

    epochs: Positive


class ConditionalGan(_Section):
    """The GAN that is told the class."""

    epochs: Positive
    condition: Condition
    embedding_size: Positive


class Students(_Section):
    """How the small classifiers learn that show what generated images teach."""

    epochs: Positive
    batch_size: Positive
    learning_rate: Annotated[float, Field(gt=0, le=1)]
    weight_decay: Annotated[float, Field(ge=0, le=1)]
    dropout: Annotated[float, Field(ge=0, lt=1)]


class GanEvaluation(_Section):
    """On how many images generated and real ones are compared."""

    images: Annotated[int, Field(ge=10)]


class Gan(_Section):
    """The generative networks."""

    image_size: Annotated[int, Field(ge=16, le=512)]
    training: GanTraining
    plain: PlainGan
    conditional: ConditionalGan
    students: Students
    evaluation: GanEvaluation

    @property
    def student(self) -> Network:
        """The small CNN at the size of the GANs' images."""
        return Network(image_size=self.image_size, precision="float32", **self.students.model_dump())


def _rising(values: list[float]) -> list[float]:
    if any(low >= high for low, high in itertools.pairwise([0.0, *values])):
        raise ValueError(f"{values}: must rise from above 0")
    return values


class SweepStrengths(_Section):
    """Grids of strengths, each in the type's own unit, ascending."""

    salt_pepper: Annotated[list[Share], Field(min_length=2), AfterValidator(_rising)]
    periodic: Annotated[list[Amplitude], Field(min_length=2), AfterValidator(_rising)]
    gaussian: Annotated[list[Amplitude], Field(min_length=2), AfterValidator(_rising)]


class Waves(_Section):
    """Periodic noise of one energy, over a grid of periods and angles.

    At a period of 2 pixels and less the energy is up to the phase: a wave that crosses zero at every pixel is none.
    """

    amplitude: Annotated[float, Field(gt=0, le=255)]
    periods: Annotated[list[Annotated[float, Field(gt=2)]], Field(min_length=1), AfterValidator(_rising)]
    angles: Annotated[list[Annotated[float, Field(ge=0, lt=180)]], Field(min_length=1)]
    images: Positive | None


class Sweep(_Section):
    """Accuracy over fine grids of noise."""

    images: Positive | None
    strengths: SweepStrengths
    waves: Waves
    resamples: Annotated[int, Field(ge=100)]


class Figures(_Section):
    """What the figures show."""

    signs: Annotated[int, Field(ge=1, le=16)]


class Params(_Section):
    """The whole of ``params.yaml``."""

    seed: Annotated[int, Field(ge=0, lt=2**32)]
    threads: Annotated[int, Field(ge=1, le=256)]
    data: Data
    geometry: Geometry
    noise: Noise
    train: Train
    networks: Networks
    gan: Gan
    sweep: Sweep
    figures: Figures

    @model_validator(mode="after")
    def _levels_rise(self) -> "Params":
        for noise_type in NOISE_TYPES:
            low, middle, high = (self.noise.strength_of(noise_type, level) for level in LEVELS)
            if not low < middle < high:
                raise ValueError(
                    f"noise.strength.{noise_type}: {[low, middle, high]}: must rise from min to avg to max"
                )
        return self

    @property
    def image_sizes(self) -> list[int]:
        """Every size that a network works at, ascending, in pixels."""
        return sorted({self.gan.image_size, *(self.networks[name].image_size for name in NETWORKS)})


def load(path: Path = Path("params.yaml")) -> Params:
    """Read and check the parameters.

    Raises:
        MisreadError: one line that names the file, the key, the value and what it may be.

    """
    try:
        with open(path, encoding="utf-8") as file:
            values = yaml12.load(file)
    except FileNotFoundError:
        raise MisreadError(f"{path}: no such file; run from the project's folder") from None
    except (YAMLError, UnicodeDecodeError) as error:
        raise MisreadError(f"{path}: not valid YAML ({' '.join(str(error).split())})") from None
    return validated(values, path)


def validated(values: object, path: Path) -> Params:
    """Check what a file holds.

    Args:
        values: as the YAML parser gives it.
        path: of the file, for the message.

    Raises:
        MisreadError: one line that names the file, the key, the value and what it may be.

    """
    try:
        return Params.model_validate(values)
    except ValidationError as error:
        raise MisreadError(f"{path}: {refusals.describe(error, Params)}") from None
