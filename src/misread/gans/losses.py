"""Adversarial losses, computed from logits.

A loss has a function for each network, ``discriminator(real, fake, smoothing)`` and ``generator(fake)``, which take
float32 logits ``(N, 1)`` and return a scalar; and the logit at which the discriminator is undecided.
"""

from collections.abc import Callable
from typing import NamedTuple

import keras
from keras import ops


class Loss(NamedTuple):
    """The losses that the two networks minimise."""

    discriminator: Callable[[keras.KerasTensor, keras.KerasTensor, float], keras.KerasTensor]
    generator: Callable[[keras.KerasTensor], keras.KerasTensor]
    undecided: float


def _cross_entropy_discriminator(real, fake, smoothing):
    """Minimax objective of I. Goodfellow et al., arXiv 1406.2661; the target of real signs is ``1 - smoothing``.

    One-sided label smoothing: T. Salimans et al., arXiv 1606.03498.
    """
    as_real, as_fake = ops.softplus(-real), ops.softplus(real)
    return ops.mean((1 - smoothing) * as_real + smoothing * as_fake) + ops.mean(ops.softplus(fake))


def _cross_entropy_generator(fake):
    """The non-saturating loss: maximise the logarithm of the probability of being classified as real."""
    return ops.mean(ops.softplus(-fake))


def _hinge_discriminator(real, fake, smoothing):
    """J. H. Lim and J. C. Ye, "Geometric GAN", arXiv 1705.02894."""
    return ops.mean(ops.relu(1 - smoothing - real)) + ops.mean(ops.relu(1 + fake))


def _hinge_generator(fake):
    return -ops.mean(fake)


def _least_squares_discriminator(real, fake, smoothing):
    """X. Mao et al., "Least Squares Generative Adversarial Networks", arXiv 1611.04076; targets 1 and 0."""
    return (ops.mean(ops.square(real - (1 - smoothing))) + ops.mean(ops.square(fake))) / 2


def _least_squares_generator(fake):
    return ops.mean(ops.square(fake - 1)) / 2


LOSSES: dict[str, Loss] = {
    "bce": Loss(_cross_entropy_discriminator, _cross_entropy_generator, undecided=0.0),
    "hinge": Loss(_hinge_discriminator, _hinge_generator, undecided=0.0),
    "lsgan": Loss(_least_squares_discriminator, _least_squares_generator, undecided=0.5),
}
