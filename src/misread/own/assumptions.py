"""Finding out what a model expects, by its accuracy on clean images under each plausible assumption."""

import itertools
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from misread.data.subset import stratified_rows
from misread.errors import MisreadError
from misread.inference.predictions import are_probabilities
from misread.metrics.intervals import paired_difference, proportion
from misread.own.feeding import ASKED_FOR, Feeding, possible_orders, possible_values, raw_scores
from misread.own.models.model import Model

PROBE = 1000  # images, at most, on which the assumptions are compared
BATCH = 250
CHANCE = 0.01  # largest probability of an accuracy by chance, over all assumptions together
NAMES = ("channel order", "values", "class order")


class Found(NamedTuple):
    """Result of the comparison.

    Attributes:
        feeding: the assumptions that were taken on inputs and scores.
        class_order: the class order that was taken.
        table: a row for each combination, in order of plausibility: the columns `NAMES`, accuracy, low, high (95%
            interval), n.
        remarks: sentences on what was found.

    """

    feeding: Feeding
    class_order: str
    table: pd.DataFrame
    remarks: tuple[str, ...]


def probe_rows(labels: np.ndarray, seed: int) -> np.ndarray:
    """Rows of the images on which assumptions are compared: int, at most `PROBE`, each class with its share."""
    return stratified_rows(labels, PROBE, seed)


def find(
    model: Model,
    images: np.ndarray,
    labels: np.ndarray,
    class_orders: dict[str, np.ndarray],
    order: str | None = None,
    values: str | None = None,
    scores: str | None = None,
) -> Found:
    """Compare the assumptions on a model, and take the best if it is better than the others beyond chance.

    Args:
        model: the model.
        images: uint8, ``(N, HEIGHT, WIDTH, CHANNELS)``, RGB: a part of the clean images.
        labels: int, ``(N,)``: position of each image's class among the classes of the data.
        class_orders: name of an order -> the score of each class of the data: int, ``(CLASSES,)``. The first is the
            most plausible.
        order: order of the channels; None: to be found.
        values: range of the values; None: to be found.
        scores: ``logits`` or ``probabilities``; None: to be found.

    Raises:
        MisreadError: the model fails under each combination, or none is better than chance, or what is given has no
            meaning for the model.

    """
    orders = _given("order", order, possible_orders(model), model)
    ranges = _given("values", values, possible_values(model), model)
    right: dict[tuple[str, str, str], np.ndarray] = {}
    kinds = {}
    failures = []
    for one, other in itertools.product(orders, ranges):
        try:
            found = _scores(raw_scores(model, one, other), images)
        except MisreadError as error:  # values of a wrong range may be too large for the model
            failures.append(error)
            found = None
        kinds[one, other] = "probabilities" if found is not None and are_probabilities(found) else "logits"
        for name, columns in class_orders.items():
            hits = np.zeros(len(labels), bool) if found is None else found.argmax(axis=1) == columns[labels]
            right[one, other, name] = hits
    if len(failures) == len(kinds):
        raise failures[0]
    table = pd.DataFrame([dict(zip(NAMES, key, strict=True)) | _accuracy(hits) for key, hits in right.items()])
    _check_chance(model.name, right, labels)
    best, remarks = _choose(right)
    feeding = Feeding(best[0], best[1], scores or kinds[best[:2]])
    return Found(feeding, best[2], table, tuple(remarks))


def _given(name: str, given: str | None, possible: tuple[str, ...], model: Model) -> tuple[str, ...]:
    """What is given, or all that is possible and plausible.

    Raises:
        MisreadError: what is given has no meaning for the model.

    """
    if given is not None and given not in possible:
        raise MisreadError(f"--{name}: {given}: {model.name} takes {' or '.join(possible)}")
    return (given,) if given else tuple(one for one in possible if one not in ASKED_FOR)


def _scores(predict: Callable[[np.ndarray], np.ndarray], images: np.ndarray) -> np.ndarray:
    return np.concatenate([predict(images[start : start + BATCH]) for start in range(0, len(images), BATCH)])


def _accuracy(hits: np.ndarray) -> dict[str, float]:
    found = proportion(hits)
    return {"accuracy": found.value, "low": found.low, "high": found.high, "n": found.n}


def _check_chance(name: str, right: dict[tuple, np.ndarray], labels: np.ndarray) -> None:
    """Refuse a model that is no better than always predicting the most frequent class.

    Raises:
        MisreadError: no combination is better than that beyond chance.

    """
    total = len(labels)
    guess = np.bincount(labels).max() / total
    best = max(int(hits.sum()) for hits in right.values())
    if guess == 1:
        raise MisreadError(f"{name}: all images that were tried have one class; two or more are needed")
    chance = stats.binomtest(best, total, guess, alternative="greater").pvalue
    if chance * len(right) > CHANCE:
        found = f"{best / total:.3f}" if len(right) == 1 else f"at most {best / total:.3f} under each assumption"
        raise MisreadError(
            f"{name}: its accuracy on {total:,} clean images is {found}, which is not clearly better than always "
            f"naming the most frequent class ({guess:.3f}); check the order of the classes, the resize policy and the "
            "preprocessing"
        )


def _choose(right: dict[tuple[str, str, str], np.ndarray]) -> tuple[tuple[str, str, str], list[str]]:
    """The best combination, or the most plausible one of those that are level with it, and remarks on the choice."""
    keys = list(right)
    best = max(keys, key=lambda key: right[key].mean())  # the most plausible one if several have the same accuracy
    level = [key for key in keys if key == best or paired_difference(right[best], right[key]).low <= 0]
    taken = level[0]
    if len(keys) == 1:
        return taken, []
    told = [_differing(taken, other) for other in level if other != taken]
    if not told:
        return taken, [f"Assumed, as it fits best by a margin beyond chance: {_described(taken, keys)}."]
    return taken, [
        f"Assumed: {_described(taken, keys)}. The accuracy on {len(right[taken]):,} clean images does not tell it from "
        f"{' or '.join(told)}."
    ]


def _described(key: Sequence[str], keys: list[tuple[str, str, str]]) -> str:
    """The parts of a combination that differ among the combinations."""
    places = [place for place in range(len(NAMES)) if len({one[place] for one in keys}) > 1]
    return ", ".join(f"{NAMES[place]} {key[place]}" for place in places)


def _differing(taken: Sequence[str], other: Sequence[str]) -> str:
    return " and ".join(part for part, reference in zip(other, taken, strict=True) if part != reference)
