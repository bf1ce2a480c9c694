"""The GAN: a generator turns noise vectors into signs, and a discriminator distinguishes them from real signs.

Source: I. Goodfellow et al., "Generative Adversarial Nets", arXiv 1406.2661.
"""

import keras
import tensorflow as tf
from keras import layers, ops

from misread.gans.adversarial import Adversarial, to_network_range
from misread.gans.dense import discriminator_stack, generator_stack
from misread.params.gan_sections import Gan


def generator(params: Gan) -> keras.Model:
    """Build the generator: standard normal vectors ``(N, latent_size)`` to images ``(N, SIZE, SIZE, 3)`` in [-1, 1].

    3,117,232 trainable parameters at 28 px and latent size 100.
    """
    latent = keras.Input((params.training.latent_size,), name="latent")
    return keras.Model(latent, generator_stack(latent, params.image_size), name="generator")


def discriminator(params: Gan) -> keras.Model:
    """Build the discriminator: images ``(N, SIZE, SIZE, 3)`` in [-1, 1] to logits ``(N, 1)``, high for real images.

    1,336,321 parameters at 28 px.
    """
    image = keras.Input((params.image_size, params.image_size, 3), name="image")
    features = discriminator_stack(layers.Flatten()(image))
    return keras.Model(image, layers.Dense(1, name="logit")(features), name="discriminator")


class GAN(Adversarial):
    """Both networks, and the step that trains them on batches ``(images, labels)``; it ignores the labels."""

    def __init__(self, params: Gan, seed: int):
        super().__init__(generator(params), discriminator(params), params.training, seed, name="gan")

    @tf.function(jit_compile=True)
    def train_step(self, batch: tuple[tf.Tensor, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Update the discriminator, then the generator, with as many generated images as real ones."""
        images, _ = batch
        real = to_network_range(images)
        latent = self.latent(ops.shape(real)[0])
        with tf.GradientTape() as generator_tape:
            fake = self.generator(latent, training=True)
            with tf.GradientTape() as discriminator_tape:
                on_real = self.discriminator(real, training=True)
                on_fake = self.discriminator(ops.stop_gradient(fake), training=True)
                discriminator_loss = self.loss_halves.discriminator(on_real, on_fake, self.settings.label_smoothing)
            weights = self.discriminator.trainable_variables
            gradients = discriminator_tape.gradient(discriminator_loss, weights)
            self.discriminator_optimizer.apply(gradients, weights)
            generator_loss = self.loss_halves.generator(self.discriminator(fake, training=True))
        weights = self.generator.trainable_variables
        gradients = generator_tape.gradient(generator_loss, weights)
        self.generator_optimizer.apply(gradients, weights)
        self.update_ema()
        return self.record(discriminator_loss, generator_loss, on_real, on_fake)
