"""Sections whose keys are registered networks, noise types and regimes: as many of them as a file has."""

from collections.abc import Callable
from functools import cache
from typing import Annotated

from pydantic import Field, create_model

from misread.networks import NETWORKS
from misread.noise.registration import NoiseType
from misread.noise.types import NOISE_TYPES
from misread.params.schema import Noise, NoiseTypeSettings, Params
from misread.regimes import REGIMES
from misread.registry import Registry
from misread.sections import Chosen, Rising, Section

Names = tuple[str, ...]


def noise_type_settings(name: str, noise: NoiseType) -> type[NoiseTypeSettings]:
    """Create the section of one noise type."""
    strength = noise.strength
    return create_model(
        name, __base__=NoiseTypeSettings, min=strength, avg=strength, max=strength, options=noise.options,
        sweep=Annotated[list[strength], Field(min_length=2), Rising],
    )  # fmt: skip


@cache
def chosen(here: Names, allowed: Names, settings_of: Callable[[str], type[Section]]) -> type[Chosen]:
    """Create a section with the keys that a file has; the value of each is checked with the settings of that name.

    Args:
        here: the allowed keys that the file has.
        allowed: the names of a registry.
        settings_of: function from a name to its section.

    """
    others = [name for name in allowed if name not in here]
    fields = {name: (settings_of(name), ...) for name in here} | dict.fromkeys(others, (Section | None, None))
    section = create_model("Chosen", __base__=Chosen, **fields)
    section.REGISTERED = allowed
    return section


def _of_type(name: str) -> type[Section]:
    return noise_type_settings(name, NOISE_TYPES[name])


def _of_network(name: str) -> type[Section]:
    return NETWORKS[name].settings


def _of_regime(name: str) -> type[Section]:
    return REGIMES[name].settings


def _names(registry: Registry, given: object) -> tuple[Names, Names]:
    """The keys of a section of any type that are registered, and all registered names."""
    allowed = registry.names
    return tuple(name for name in given if name in allowed) if isinstance(given, dict) else (), allowed


def schema_for(values: object) -> type[Params]:
    """Create the schema of a file with the noise types, networks and regimes that it names."""
    values = values if isinstance(values, dict) else {}
    noise = values.get("noise")
    types = chosen(*_names(NOISE_TYPES, noise.get("types") if isinstance(noise, dict) else None), _of_type)
    networks = chosen(*_names(NETWORKS, values.get("networks")), _of_network)
    return _params(types, networks, chosen(*_names(REGIMES, values.get("regimes")), _of_regime))


@cache
def _params(types: type[Chosen], networks: type[Chosen], regimes: type[Chosen]) -> type[Params]:
    noise = create_model("Noise", __base__=Noise, types=types)
    return create_model("Params", __base__=Params, noise=noise, networks=networks, regimes=regimes)
