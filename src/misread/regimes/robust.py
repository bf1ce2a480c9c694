"""Training on clean signs and as many noisy copies, which are made in memory and differ in every epoch."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from misread import regime
from misread.networks import NETWORKS
from misread.noise import at_random
from misread.noise.option_ranges import OptionRanges
from misread.noise.types import NOISE_TYPES
from misread.sections import Range, any_of, part_of

if TYPE_CHECKING:
    from misread.training.recipe import Recipe


REPLACED = ("epochs", "batch_size", "learning_rate", "weight_decay", "dropout", "ema")


def _below_highest(ends: tuple[float, float]) -> tuple[float, float]:
    if not 0 < ends[0] <= ends[1] <= 1:
        shown = ends[0] if ends[0] == ends[1] else list(ends)
        raise ValueError(f"{shown}: must be above 0, at most 1: shares of the highest level")
    return ends


def _known(names: list[str]) -> list[str]:
    if unknown := [name for name in names if name not in NOISE_TYPES.names]:
        raise ValueError(f"{unknown}: must be of {', '.join(NOISE_TYPES.names)}")
    return names


NetworkSettings = any_of("NetworkSettings", {name: part_of(NETWORKS[name].settings, REPLACED) for name in NETWORKS})


class Settings(regime.Settings):
    """Settings of the noise in training, and the settings of networks that differ in this regime."""

    clean_signs: bool
    noise_after_augmentation: bool
    strength: Annotated[Range, AfterValidator(_below_highest)]
    options: OptionRanges
    leave_out: Annotated[list[str], AfterValidator(_known)]
    consistency: Annotated[float, Field(ge=0, le=100)]
    networks: NetworkSettings

    @model_validator(mode="after")
    def _copies_have_their_signs(self) -> Settings:
        if self.consistency > 0 and not self.clean_signs:
            raise ValueError(f"consistency: {self.consistency}: must be 0 where clean_signs is false")
        return self

    def replaced(self, network: str) -> dict[str, Any]:
        """Settings of a network that differ in this regime from those in the other regimes."""
        return getattr(self.networks, network).model_dump(exclude_unset=True)

    @property
    def decisive(self) -> dict[str, Any]:
        """Settings that affect the training, other than those of the network, the images and the noise."""
        return self.model_dump(include={"clean_signs", "noise_after_augmentation", "consistency"})

    def noises(self, highest: Mapping[str, float], options: Mapping[str, dict]) -> dict[str, dict]:
        """Noise type -> strengths, options, and the digest of the code that generates it.

        Args:
            highest: noise type -> its strength at the highest level.
            options: noise type -> its options at all levels, which apply unless this regime gives a range.

        Raises:
            ValueError: every noise type is left out.

        """
        described = {}
        for name in highest:
            if name not in self.leave_out:
                ranges = {key: (value, value) for key, value in options[name].items()}
                ranges |= getattr(self.options, name).model_dump(exclude_unset=True)
                low, high = (share * highest[name] for share in self.strength)
                described[name] = at_random.RandomNoise(name, (low, high), ranges).description()
        if not described:
            raise ValueError(f"leave_out: {self.leave_out}: must leave one of {', '.join(highest)}")
        return described


def trained_on(settings: Settings | None) -> str:
    """Wording for sentences of what networks are trained on."""
    return (
        "clean signs and noisy copies of them" if settings is None or settings.clean_signs else "noisy copies of signs"
    )


def recipe(settings: Settings, folder: Path) -> Recipe:
    """Recipe for batches with the augmented signs and a noisy copy of each, or with the copies alone."""
    from misread.training.noisy_copies import ConsistentCrossEntropy, with_noisy_copies
    from misread.training.recipe import Recipe

    noises = at_random.load(folder / regime.NOISE)
    batches = partial(
        with_noisy_copies,
        corrupt=partial(at_random.corrupt, noises=noises),
        clean=settings.clean_signs,
        noise_last=settings.noise_after_augmentation,
    )
    if settings.consistency == 0:
        return Recipe(batches)
    return Recipe(batches, ConsistentCrossEntropy(settings.consistency))


REGIME = regime.Regime(
    settings=Settings,
    trained_on=trained_on,
    line="-.",
    marker="D",
    sets=lambda selected, noisy: ["clean"],
    recipe=recipe,
)
