"""What sections of ``params.yaml`` are made of; noise types and networks describe their own sections with it."""

import itertools
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from misread.errors import MisreadError

Share = Annotated[float, Field(ge=0, le=1)]
Amplitude = Annotated[float, Field(ge=0, le=1000)]  # grey levels; far beyond 255 a clipped image is noise alone
Positive = Annotated[int, Field(ge=1)]
Rate = Annotated[float, Field(gt=0, le=1)]
ImageSize = Annotated[int, Field(ge=16, le=512)]


class Section(BaseModel):
    """Keys of which none may be missing, and no others."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def _rising(values: list[float]) -> list[float]:
    if any(low >= high for low, high in itertools.pairwise([0.0, *values])):
        raise ValueError(f"{values}: must rise from above 0")
    return values


Rising = AfterValidator(_rising)


class Chosen(Section):
    """A section whose keys name what is registered, as many of them as the file has, in its order."""

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
