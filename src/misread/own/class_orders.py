"""Which score of a model belongs to which class of the data."""

from collections.abc import Sequence

import numpy as np

from misread.errors import MisreadError
from misread.own.images.class_names import listed

UNKNOWN = -1


def class_orders(classes: Sequence[str], scores: int, given: Sequence[str] | None = None) -> dict[str, np.ndarray]:
    """The plausible orders of a model's classes, the most plausible first.

    Args:
        classes: names of the classes of the data, in numeric order if all are numbers, else in string order.
        scores: number of scores of the model.
        given: names of the model's classes in the order of its scores, if the user says so.

    Returns:
        Name of the order -> the score of each class of the data, int ``(CLASSES,)``; `UNKNOWN` if it has none.

    Raises:
        MisreadError: the numbers of classes and scores do not fit.

    """
    if given is not None:
        return {"as given": _given(classes, scores, given)}
    numeric = all(name.isdecimal() for name in classes)
    places = np.arange(len(classes))
    if len(classes) == scores:
        by_string = np.argsort(np.argsort(np.array(classes)))
        if (by_string != places).any():
            return {"numeric": places, "string": by_string}
        return {"numeric" if numeric else "string": places}
    if len(classes) < scores:
        numbers = np.array([int(name) for name in classes]) if numeric else None
        if numbers is not None and numbers.max() < scores and len(set(numbers)) == len(numbers):
            return {"numeric": numbers}
        raise MisreadError(
            f"classes: {len(classes)} in the data, but the model has {scores} scores; name the class of each score in "
            "a file (--classes)"
        )
    if not numeric:
        raise MisreadError(
            f"classes: {len(classes)} in the data, but the model has only {scores} scores; name the class of each "
            "score in a file (--classes)"
        )
    return {"numeric": np.where(places < scores, places, UNKNOWN)}


def _given(classes: Sequence[str], scores: int, given: Sequence[str]) -> np.ndarray:
    if len(given) != scores:
        raise MisreadError(f"classes: {len(given)} names are given, but the model has {scores} scores")
    if len(set(given)) < len(given):
        twice = next(name for name in given if list(given).count(name) > 1)
        raise MisreadError(f"classes: {twice!r} is given more than once")
    place = {name: number for number, name in enumerate(given)}
    return np.array([place.get(name, UNKNOWN) for name in classes])


def refuse_unknown(classes: Sequence[str], labels: np.ndarray, order: np.ndarray, scores: int) -> None:
    """Refuse images of classes without a score.

    Args:
        classes: names of the classes of the data.
        labels: int, ``(N,)``: position of each image's class in ``classes``.
        order: score of each class, an order from `class_orders`.
        scores: number of scores of the model.

    Raises:
        MisreadError: there are such images; the message names the classes and counts the images.

    """
    unknown = np.flatnonzero((order == UNKNOWN) & (np.bincount(labels, minlength=len(classes)) > 0))
    if len(unknown):
        names = listed([classes[number] for number in unknown])
        count = int(np.isin(labels, unknown).sum())
        raise MisreadError(
            f"classes: the model's {scores} scores leave {count:,} images of {len(unknown)} of the {len(classes)} "
            f"classes without one ({names}); name the class of each score in a file (--classes), or leave "
            "these images out (--skip-unknown)"
        )


def names_of_scores(
    classes: Sequence[str], scores: int, order: np.ndarray, given: Sequence[str] | None = None
) -> list[str]:
    """Name of each score: that of its class in the data; without one, the given name, or ``score NUMBER``."""
    names = [f"score {number}" for number in range(scores)] if given is None else list(given)
    for name, score in zip(classes, order, strict=True):
        if score != UNKNOWN:
            names[score] = name
    return names
