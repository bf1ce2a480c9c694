"""What a regime changes in the training of a classifier."""

from collections.abc import Callable
from dataclasses import dataclass

import keras

from misread.training.augment import Policy


def _unchanged(policy: Policy) -> Policy:
    return policy


@dataclass(frozen=True)
class Recipe:
    """How batches are made and what is minimised.

    Attributes:
        batches: turns an augmentation policy into that of the regime, which may return more images than it gets.
        loss: of the logits; None: the cross-entropy.

    """

    batches: Callable[[Policy], Policy] = _unchanged
    loss: keras.losses.Loss | None = None
