"""Sections whose keys are registered networks, noise types and regimes: as many of them as a file has."""

from typing import Annotated

from pydantic import Field, create_model

from misread.networks import NETWORKS
from misread.noise.registration import NoiseType
from misread.noise.types import NOISE_TYPES
from misread.params.schema import Noise, NoiseTypeSettings, Params
from misread.regimes import REGIMES
from misread.registry import Registry
from misread.sections import Chosen, Rising, Section


def noise_type_settings(name: str, noise: NoiseType) -> type[NoiseTypeSettings]:
    """Create the section of one noise type."""
    strength = noise.strength
    return create_model(
        name, __base__=NoiseTypeSettings, min=strength, avg=strength, max=strength, options=noise.options,
        sweep=Annotated[list[strength], Field(min_length=2), Rising],
    )  # fmt: skip


def chosen(registry: Registry, given: object, settings_of) -> type[Chosen]:
    """Create a section with the keys that a file has; the value of each is checked with the settings of that name.

    Args:
        registry: registry of the allowed keys.
        given: value of the section in the file, of any type.
        settings_of: function from a name to its section.

    """
    here = [name for name in given if name in registry.names] if isinstance(given, dict) else []
    others = [name for name in registry.names if name not in here]
    fields = {name: (settings_of(name), ...) for name in here} | dict.fromkeys(others, (Section | None, None))
    section = create_model("Chosen", __base__=Chosen, **fields)
    section.REGISTERED = registry.names
    return section


def schema_for(values: object) -> type[Params]:
    """Create the schema of a file with the noise types, networks and regimes that it names."""
    values = values if isinstance(values, dict) else {}
    noise = values.get("noise")
    types = chosen(
        NOISE_TYPES,
        noise.get("types") if isinstance(noise, dict) else None,
        lambda name: noise_type_settings(name, NOISE_TYPES[name]),
    )
    networks = chosen(NETWORKS, values.get("networks"), lambda name: NETWORKS[name].settings)
    regimes = chosen(REGIMES, values.get("regimes"), lambda name: REGIMES[name].settings)
    noise_section = create_model("Noise", __base__=Noise, types=types)
    return create_model("Params", __base__=Params, noise=noise_section, networks=networks, regimes=regimes)
