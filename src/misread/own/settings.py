"""Settings of a measurement: the noises, and how precisely they are measured."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from misread import params
from misread.errors import MisreadError
from misread.noise.types import NOISE_TYPES

STUDY = Path(__file__).parents[1] / "study.yaml"  # the parameters of the study, part of the package
REFINEMENTS = 2


@cache
def study() -> params.Params:
    """The parameters of the study."""
    return params.load(STUDY)


@dataclass(frozen=True)
class Settings:
    """Settings of a measurement.

    Attributes:
        levels: noise type -> level (``min``, ``avg``, ``max``) -> strength.
        strengths: noise type -> grid of strengths for its thresholds before they are refined, ascending.
        options: noise type -> options of its function.
        refine: how often the grid of strengths is refined where the failure curve crosses a threshold's share.
        seed: seed of the noise, of the subset of the images and of the bootstrap.
        resamples: number of bootstrap resamples for intervals.

    """

    levels: dict[str, dict[str, float]]
    strengths: dict[str, tuple[float, ...]]
    options: dict[str, dict[str, Any]]
    refine: int
    seed: int
    resamples: int

    def measured(self, noise_type: str) -> list[float]:
        """Strengths at which the accuracy is measured first: those of the grid and of the levels, ascending."""
        return sorted({*self.strengths[noise_type], *self.levels[noise_type].values()})

    def on_grids(self, table: pd.DataFrame) -> pd.DataFrame:
        """The rows of a table whose strength is not only that of a level: thresholds are those of the grids."""
        left_out = pd.Series(False, index=table.index)
        for kind, levels in self.levels.items():
            only = [value for value in levels.values() if value not in self.strengths[kind]]
            left_out |= (table.noise_type == kind) & table.strength.isin(only)
        return table[~left_out]

    @property
    def noise_types(self) -> tuple[str, ...]:
        """The noise types."""
        return tuple(self.levels)

    def as_dict(self) -> dict[str, Any]:
        """The settings as they are written to ``settings.json``."""
        return asdict(self)


def settings(
    noise: Sequence[str] | None = None,
    strengths: Mapping[str, Sequence[float]] | None = None,
    refine: int = REFINEMENTS,
    seed: int | None = None,
    resamples: int | None = None,
) -> Settings:
    """Check the settings; those that are not given are the study's.

    Args:
        noise: noise types; None: all types of the study, or those of ``strengths``.
        strengths: noise type -> its grid of strengths; the study's grid for types that are not given.
        refine: at least 0.
        seed: at least 0.
        resamples: at least 100.

    Raises:
        MisreadError: a noise type is unknown, or a value is outside its range; the message names it.

    """
    found, strengths = study(), strengths or {}
    types = found.noise.types
    chosen = [noise] if isinstance(noise, str) else list(noise) if noise else list(strengths) or list(types.names)
    for name in [*chosen, *strengths]:
        if name not in types.names:
            raise MisreadError(f"noise: {name!r}: must be of {', '.join(types.names)}")
    if unused := [name for name in strengths if name not in chosen]:
        raise MisreadError(f"strengths: {unused[0]}: is not among the noise types {', '.join(chosen)}")
    _check_whole("refine", refine, 0)
    seed = found.seed if seed is None else seed
    _check_whole("seed", seed, 0)
    resamples = found.sweep.resamples if resamples is None else resamples
    _check_whole("resamples", resamples, 100)
    return replace(of_params(found, chosen, strengths), refine=refine, seed=seed, resamples=resamples)


def of_params(
    found: params.Params, noise: Sequence[str] | None = None, strengths: Mapping[str, Sequence[float]] | None = None
) -> Settings:
    """The settings of a parameter file.

    Args:
        found: the parameters.
        noise: noise types; None: all of the file.
        strengths: noise type -> its grid of strengths; the file's grid for types that are not given.

    """
    types, given = found.noise.types, strengths or {}
    chosen = list(noise or types.names)
    levels = {name: {level: found.noise.strength_of(name, level) for level in params.LEVELS} for name in chosen}
    grids = {name: _grid(name, given.get(name, types[name].sweep)) for name in chosen}
    options = {name: dict(found.noise.options_of(name)) for name in chosen}
    return Settings(levels, grids, options, REFINEMENTS, found.seed, found.sweep.resamples)


def _grid(name: str, given: Sequence[float]) -> tuple[float, ...]:
    """The grid of a noise type, ascending."""
    try:
        values = [float(value) for value in given]
    except (TypeError, ValueError):
        raise MisreadError(f"strengths: {name}: {given!r}: must be a list of numbers") from None
    if not values:
        raise MisreadError(f"strengths: {name}: must have at least one strength")
    highest = _highest(name)
    for value in values:
        if not 0 < value <= highest:
            limit = f"must be above 0, at most {highest:g} ({NOISE_TYPES[name].unit})"
            raise MisreadError(f"strengths: {name}: {value:g}: {limit}")
    return tuple(sorted({*values}))


def _highest(name: str) -> float:
    """The highest strength that ``params.yaml`` may have for a noise type."""
    bounds = [bound for field in NOISE_TYPES[name].strength.__metadata__ for bound in field.metadata]
    return min(bound.le for bound in bounds if hasattr(bound, "le"))


def _check_whole(name: str, value: object, least: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise MisreadError(f"{name}: {value}: must be a whole number, at least {least}")
