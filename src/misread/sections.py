"""Base classes and value types of the sections of ``params.yaml``, also for those of noise types and networks."""

import itertools
import math
from collections.abc import Iterable, Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, create_model, model_validator

from misread.errors import MisreadError

Share = Annotated[float, Field(ge=0, le=1)]
Amplitude = Annotated[float, Field(ge=0, le=1000)]  # grey levels; far beyond 255 a clipped image is only noise
Positive = Annotated[int, Field(ge=1)]
Rate = Annotated[float, Field(gt=0, le=1)]
ImageSize = Annotated[int, Field(ge=16, le=512)]
ResizePolicy = Literal["crop_pad", "crop_pad_unscaled", "letterbox", "stretch", "roi"]


class Section(BaseModel):
    """A section in which no key may be missing and no other keys are allowed."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def _rising(values: list[float]) -> list[float]:
    if any(low >= high for low, high in itertools.pairwise([0.0, *values])):
        raise ValueError(f"{values}: must rise from above 0")
    return values


Rising = AfterValidator(_rising)


def _ends(value: object) -> tuple[float, float]:
    """Both ends of a range; a single number is a range with equal ends.

    Raises:
        ValueError: the value is neither a number nor two ascending numbers.

    """
    given = [value, value] if _is_number(value) else value
    if not (isinstance(given, list) and len(given) == 2 and all(map(_is_number, given))):
        raise ValueError(f"{value}: must be a number, or a range [lowest, highest]")
    if given is value and not given[0] < given[1]:
        raise ValueError(f"{value}: must rise from the lowest to the highest; a number stands for itself")
    return given[0], given[1]


def _twice(value: object) -> tuple[object, object]:
    return value, value


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


Range = Annotated[tuple[float, float], BeforeValidator(_ends)]


def ranges_of(section: type[Section]) -> type[Section]:
    """Create a section with an optional range for each number of a section; true or false stands for itself.

    `model_dump(exclude_unset=True)` returns the ranges that the file has.
    """
    fields = {}
    for name, info in section.model_fields.items():
        end = Annotated[info.annotation, *info.metadata, Field()]
        both = _twice if info.annotation is bool else _ends
        fields[name] = (Annotated[tuple[end, end], BeforeValidator(both)], None)
    return create_model(f"RangesOf{section.__name__}", __base__=Section, **fields)


def part_of(section: type[Section], names: Iterable[str]) -> type[Section]:
    """Create a section with some keys of a section, all of them optional.

    `model_dump(exclude_unset=True)` returns the keys that the file has.
    """
    infos = {name: section.model_fields[name] for name in names}
    fields = {name: (Annotated[info.annotation, *info.metadata, Field()], None) for name, info in infos.items()}
    return create_model(f"PartOf{section.__name__}", __base__=Section, **fields)


def any_of(name: str, sections: Mapping[str, type[Section]]) -> type[Section]:
    """Create a section that contains each of ``sections`` as an optional section."""
    return create_model(name, __base__=Section, **{key: (section, section()) for key, section in sections.items()})


class Chosen(Section):
    """A section whose keys are names of registered objects: those that the file has, in the order of the file."""

    REGISTERED: ClassVar[tuple[str, ...]] = ()

    @model_validator(mode="after")
    def _is_not_empty(self) -> "Chosen":
        if not self.names:
            raise ValueError(f"{{}}: must have at least one of {', '.join(self.REGISTERED)}")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """The keys that the file has."""
        return tuple(name for name in type(self).model_fields if getattr(self, name) is not None)

    def __getitem__(self, name: str) -> Section:
        """A section by its key.

        Raises:
            MisreadError: the file has no such key.

        """
        if name not in self.names:
            raise MisreadError(f"{name!r}: not in params.yaml, which has {', '.join(self.names)}")
        return getattr(self, name)
