"""Reading and validation of ``params.yaml``, which contains every setting of the study.

The file is read as YAML 1.2, as DVC reads it, so that both see the same values.
"""

from pathlib import Path

from pydantic import ValidationError
from yaml import YAMLError

from misread.errors import MisreadError
from misread.params import refusals, yaml12
from misread.params.registered import schema_for
from misread.params.schema import LEVELS, Params

__all__ = ["LEVELS", "Params", "load", "validated"]


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
    """Validate the values of a parameter file.

    Args:
        values: values as the YAML parser returns them.
        path: path of the file, for the message.

    Raises:
        MisreadError: one line that names the file, the key, the value and what it may be.

    """
    schema = schema_for(values)
    try:
        return schema.model_validate(values)
    except ValidationError as error:
        raise MisreadError(f"{path}: {refusals.describe(error, schema)}") from None
