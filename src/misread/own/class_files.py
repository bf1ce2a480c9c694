"""Files on classes: the class of each score, and the confusions that are unsafe."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from misread.errors import MisreadError
from misread.own.models.shapes import one_line


def read_names(path: Path | None) -> list[str] | None:
    """Read the class of each score, one on each line; None if there is no file.

    Raises:
        MisreadError: the file cannot be read, or a line is empty.

    """
    if path is None:
        return None
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise MisreadError(f"{path}: not a readable text file ({_reason(error)})") from None
    names = [line.strip() for line in lines]
    if not all(names):
        raise MisreadError(f"{path}: line {names.index('') + 1}: must have the name of a class")
    return names


def read_unsafe(path: Path | None, classes: Sequence[str]) -> np.ndarray | None:
    """Read which classes are unsafe to confuse, from a CSV file with the columns true and predicted.

    Args:
        path: the file; None: unknown.
        classes: name of each class.

    Returns:
        bool, ``(CLASSES, CLASSES)``: true and predicted classes; None if there is no file.

    Raises:
        MisreadError: the file is not such a table, or has a name that is no class.

    """
    if path is None:
        return None
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise MisreadError(f"{path}: not a readable CSV file ({_reason(error)})") from None
    if missing := [name for name in ("true", "predicted") if name not in table]:
        raise MisreadError(f"{path}: column {missing[0]!r} is missing; expected true,predicted")
    place = {name: number for number, name in enumerate(classes)}
    if unknown := sorted({*table.true, *table.predicted} - place.keys()):
        raise MisreadError(f"{path}: {unknown[0]!r} is no class")
    marked = np.zeros((len(classes), len(classes)), bool)
    marked[table.true.map(place), table.predicted.map(place)] = True
    return marked


def _reason(error: Exception) -> str:
    return one_line(error.strerror if isinstance(error, OSError) and error.strerror else str(error))
