"""The parts of a classifier's training that depend on the regime."""

from collections.abc import Callable
from dataclasses import dataclass

import keras

from misread.training.augment import Policy


def _unchanged(policy: Policy) -> Policy:
    return policy


@dataclass(frozen=True)
class Recipe:
    """How batches are made and which loss is minimised.

    Attributes:
        batches: function that turns an augmentation policy into the regime's policy, which may return more images than
            it gets.
        loss: loss of the logits; None: cross-entropy.

    """

    batches: Callable[[Policy], Policy] = _unchanged
    loss: keras.losses.Loss | None = None
