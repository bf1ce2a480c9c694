"""The section ``own`` of ``params.yaml``: a user's own networks, and the images on which they are measured."""

import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, model_validator

from misread.errors import MisreadError
from misread.networks import NETWORKS
from misread.regimes import REGIMES
from misread.sections import Positive, ResizePolicy, Section
from misread.stage import OUTPUTS

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
WITH_FUNCTION = re.compile(r".+\.py:.*")
PATHS = ("model", "data", "classes")


def _path(value: str) -> str:
    if not value.strip() or "://" in value:
        raise ValueError(f"{value!r}: must be the path of a file or folder")
    if WITH_FUNCTION.fullmatch(value):
        raise ValueError(f"{value!r}: must be the file alone; the key `function` names the function in it")
    return value


def _identifier(value: str) -> str:
    if not value.isidentifier():
        raise ValueError(f"{value!r}: must be the name of a function")
    return value


def _size(value: object) -> tuple[int, int]:
    """Height and width; a number is both.

    Raises:
        ValueError: the value is neither a whole number of pixels nor two of them.

    """
    given = [value, value] if isinstance(value, int) else value
    if not (isinstance(given, list) and len(given) == 2 and all(type(one) is int and one >= 1 for one in given)):
        raise ValueError(f"{value!r}: must be a whole number of pixels, at least 1, or [height, width]")
    return given[0], given[1]


class OwnNetwork(Section):
    """A trained network of the user's own, and the options of `misread measure` for it; only two must be given."""

    model: Annotated[str, AfterValidator(_path)]
    data: Annotated[str, AfterValidator(_path)]
    function: Annotated[str, AfterValidator(_identifier)] | None = None
    resize: ResizePolicy = "stretch"
    size: Annotated[tuple[int, int], BeforeValidator(_size)] | None = None
    order: Literal["RGB", "BGR"] | None = None
    values: Literal["0-255", "0-1", "-1-1", "imagenet", "caffe"] | None = None
    scores: Literal["logits", "probabilities"] | None = None
    classes: Annotated[str, AfterValidator(_path)] | None = None
    images: Positive | None = None
    skip_unreadable: bool = False
    skip_unknown: bool = False

    @model_validator(mode="after")
    def _has_a_function_if_it_is_code(self) -> "OwnNetwork":
        is_code = self.model.endswith(".py")
        if is_code and self.function is None:
            raise ValueError("function: missing; it must name the function of the Python file that predicts")
        if self.function is not None and not is_code:
            raise ValueError(f"function: {self.function!r}: must be left out unless model is a Python file")
        return self

    @property
    def options(self) -> dict[str, Any]:
        """The options of `misread measure`, with the arguments MODEL and DATA."""
        given = self.model_dump(exclude={"function", "classes"})
        if self.function is not None:
            given["model"] = f"{self.model}:{self.function}"
        return given | {"classes": None if self.classes is None else Path(self.classes)}


def check_names(names: list[str], kinds: list[str]) -> None:
    """Check that names can be those of files and stages, and stand for nothing else in figures and tables.

    Args:
        names: keys of the section ``own``.
        kinds: kinds of GANs.

    Raises:
        ValueError: a name is no such name.

    """
    taken = {*NETWORKS.names, *kinds}
    for name in names:
        if not NAME.fullmatch(name):
            raise ValueError(f"own: {name!r}: must be of letters, digits, _ and -, and begin with a letter or a digit")
        first, _, last = name.rpartition("-")
        if name in taken or (first in taken and last in REGIMES.names):
            raise ValueError(f"own.{name}: must have another name; the study has a network or a GAN of this one")


def check_files(own: dict[str, OwnNetwork], folder: Path = Path()) -> None:
    """Check that there is something at each path, before other stages take their time.

    Args:
        own: the section ``own``.
        folder: folder of the project.

    Raises:
        MisreadError: there is nothing, and neither does a stage write it nor does DVC know it.

    """
    for name, one in own.items():
        for key in PATHS:
            value = getattr(one, key)
            if value is not None and not _may_exist(folder / value, folder):
                hint = "; data/gtsrb is the benchmark" if value == "gtsrb" else ""
                raise MisreadError(f"params.yaml: own.{name}.{key}: {value!r}: must exist; there is no such file{hint}")


def _may_exist(path: Path, folder: Path) -> bool:
    """Whether there is something at a path, or a stage or `dvc pull` may bring it."""
    made = any(path.is_relative_to(folder / name) for name in OUTPUTS)
    return path.exists() or made or any(Path(f"{one}.dvc").exists() for one in (path, *path.parents))
