"""Base class of both kinds of GAN: optimizers, random numbers, the EMA of the generator, and metrics."""

import keras
import tensorflow as tf
from keras import ops

from misread.gans.losses import LOSSES, Loss
from misread.params.gan_sections import GanTraining

RECORDED = ("discriminator_loss", "generator_loss", "real_accuracy", "fake_accuracy")


class Adversarial(keras.Model):
    """A generator and a discriminator; subclasses add ``train_step``.

    ``ema_generator`` is the generator to sample from: its weights are the exponential moving average (EMA) of the
    generator's weights.
    """

    def __init__(self, generator: keras.Model, discriminator: keras.Model, settings: GanTraining, seed: int, name: str):
        super().__init__(name=name)
        self.settings = settings
        self.loss_halves: Loss = LOSSES[settings.loss]
        self.generator = generator
        self.discriminator = discriminator
        self.ema_generator = keras.models.clone_model(generator)
        self.random = keras.random.SeedGenerator(seed)
        self.trackers = {name: keras.metrics.Mean(name) for name in RECORDED}

    def compile(self) -> None:
        """Create an optimizer for each network."""
        super().compile(jit_compile=False)  # refused with deterministic kernels; train_step is compiled instead
        self.generator_optimizer = self._adam(self.generator)
        self.discriminator_optimizer = self._adam(self.discriminator)

    def _adam(self, network: keras.Model) -> keras.optimizers.Optimizer:
        optimizer = keras.optimizers.Adam(self.settings.learning_rate, self.settings.beta_1)
        optimizer.build(network.trainable_variables)
        return optimizer

    @property
    def metrics(self) -> list[keras.Metric]:
        """Both losses, and the discriminator's accuracy on real and on generated images."""
        return list(self.trackers.values())

    def latent(self, count: int) -> tf.Tensor:
        """Draw standard normal noise vectors, float32 ``(count, latent_size)``."""
        return keras.random.normal((count, self.settings.latent_size), seed=self.random)

    def update_ema(self) -> None:
        """Update ``ema_generator`` with the generator's weights, including the statistics of batch normalisation.

        The momentum rises to its final value as ``(1 + step) / (10 + step)``, so that the random initial weights soon
        lose their influence.
        """
        step = ops.cast(self.generator_optimizer.iterations, "float32")
        momentum = ops.minimum(self.settings.ema, (1.0 + step) / (10.0 + step))
        for mean, value in zip(self.ema_generator.weights, self.generator.weights, strict=True):
            mean.assign(momentum * mean + (1.0 - momentum) * value)

    def record(self, discriminator_loss, generator_loss, on_real, on_fake) -> dict[str, tf.Tensor]:
        """Add the values of one step to the means of the epoch.

        Args:
            discriminator_loss: scalar.
            generator_loss: scalar.
            on_real: the discriminator's logits on real images, ``(N, 1)``.
            on_fake: the discriminator's logits on generated images, ``(N, 1)``.

        """
        undecided = self.loss_halves.undecided
        values = (
            discriminator_loss,
            generator_loss,
            ops.cast(on_real > undecided, "float32"),
            ops.cast(on_fake < undecided, "float32"),
        )
        for tracker, value in zip(self.metrics, values, strict=True):
            tracker.update_state(value)
        return {tracker.name: tracker.result() for tracker in self.metrics}


def to_network_range(images: tf.Tensor) -> tf.Tensor:
    """Convert images from uint8 to float32 in [-1, 1]."""
    return ops.cast(images, "float32") / 127.5 - 1.0
