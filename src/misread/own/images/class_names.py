"""Names of classes: their order, which a model's scores are assumed to have, and what is noticed about them."""

import re
from collections.abc import Iterable, Sequence

import numpy as np

NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
SHOWN = 5  # names that a sentence lists


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Sort different names: by value if all of them are numbers (``10`` after ``9``), else as text."""
    names = set(names)
    if all(NUMBER.fullmatch(name) for name in names):
        return tuple(sorted(names, key=lambda name: (float(name), name)))
    return tuple(sorted(names))


def positions(labels: Sequence[str], classes: Sequence[str]) -> np.ndarray:
    """Position of each label among the classes: int64, ``(N,)``."""
    place = {name: position for position, name in enumerate(classes)}
    return np.fromiter((place[label] for label in labels), np.int64, len(labels))


def gaps(classes: Sequence[str]) -> tuple[str, ...]:
    """A sentence if the classes are whole numbers with some left out, as a model may have scores for these too."""
    if not all(name.isascii() and name.isdecimal() for name in classes):
        return ()
    numbers = {int(name) for name in classes}
    lost = max(numbers) + 1 - len(numbers)
    if lost == 0 or numbers == set(range(1, max(numbers) + 1)):
        return ()
    first = [str(number) for number in range(min(max(numbers), len(numbers) + SHOWN)) if number not in numbers]
    shown = listed(first, count=lost)
    return (f"The classes are numbers, but no image has {shown}: only numbers that images have are taken for classes.",)


def listed(names: Sequence[str], shown: int = SHOWN, count: int | None = None) -> str:
    """List the first names for a sentence, and tell how many more there are.

    Args:
        names: the names, or at least the first of them.
        shown: how many are listed at most.
        count: how many there are; None: as many as are given.

    """
    first, count = names[:shown], len(names) if count is None else count
    return ", ".join(first) + (f" and {count - len(first):,} more" if count > len(first) else "")
