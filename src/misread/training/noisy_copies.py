"""Batches of signs and their noisy copies, and a loss that penalises different predictions for the two."""

import copy
import math
from collections.abc import Callable

import keras
import numpy as np

from misread.training.augment import Policy


def with_noisy_copies(
    policy: Policy,
    corrupt: Callable[[np.ndarray, np.random.Generator], np.ndarray],
    *,
    clean: bool,
    noise_last: bool,
) -> Policy:
    """Create a policy that returns the augmented signs, followed by their noisy copies in the same order.

    Args:
        policy: augmentation policy.
        corrupt: ``(images, rng) -> noisy``, uint8, ``(N, SIZE, SIZE, 3)``.
        clean: whether the clean signs are returned too; False: only the noisy copies.
        noise_last: whether noise is added after the augmentation, so that it is as sharp as in the test sets, or
            before. In both cases a copy gets the same augmentation as its sign.

    """

    def pairs(images: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        if noise_last:
            signs, labels = policy(images, labels, rng)
            copies = corrupt(signs, rng)
        else:
            raw = corrupt(images, rng)
            copies, _ = policy(raw, labels, copy.deepcopy(rng))
            signs, labels = policy(images, labels, rng)
        if not clean:
            return copies, labels
        return np.concatenate([signs, copies]), np.concatenate([labels, labels])

    return pairs


class ConsistentCrossEntropy(keras.losses.Loss):
    """Cross-entropy, plus the Jensen-Shannon divergence between the probabilities for a sign and its noisy copy.

    Source: D. Hendrycks et al., "AugMix: A Simple Data Processing Method to Improve Robustness and Uncertainty",
    arXiv 1912.02781, which compares three images instead of two.

    Args:
        weight: weight of the divergence, at least 0.

    """

    def __init__(self, weight: float):
        super().__init__(name="consistent_cross_entropy")
        self.weight = weight

    def call(self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        """Loss of each image from ``y_true``, int ``(2 N,)``, and logits ``(2 N, CLASSES)``; the N signs come first."""
        ops = keras.ops
        loss = keras.losses.sparse_categorical_crossentropy(y_true, y_pred, from_logits=True)
        logs = [ops.log_softmax(half, axis=-1) for half in ops.split(y_pred, 2)]
        middle = ops.logaddexp(*logs) - math.log(2)  # log of the mean probabilities
        divergence = sum(ops.sum(ops.exp(log) * (log - middle), axis=-1) for log in logs) / 2
        return loss + self.weight * ops.concatenate([divergence, divergence])
