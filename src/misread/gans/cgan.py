"""The conditional GAN: both networks get the class as an input.

Source: M. Mirza and S. Osindero, "Conditional Generative Adversarial Nets", arXiv 1411.1784.
"""

from collections.abc import Callable

import keras
import tensorflow as tf
from keras import layers, ops

from misread.gans.adversarial import Adversarial, to_network_range
from misread.gans.dense import discriminator_stack, generator_stack
from misread.gtsrb import classes
from misread.params.gan_sections import Gan


def generator(params: Gan) -> keras.Model:
    """Build the generator: from ``[latent, label]`` to images ``(N, SIZE, SIZE, 3)`` in [-1, 1].

    Latent vectors are standard normal, ``(N, latent_size)``. Labels are int, ``(N,)``; their embedding is concatenated
    to the latent vector.
    """
    latent = keras.Input((params.training.latent_size,), name="latent")
    label = keras.Input((), dtype="int32", name="label")
    embedding = layers.Embedding(classes.COUNT, params.kinds.cgan.embedding_size, name="embedding")(label)
    images = generator_stack(layers.Concatenate()([latent, embedding]), params.image_size)
    return keras.Model([latent, label], images, name="generator")


def concat(image: keras.KerasTensor, label: keras.KerasTensor, params: Gan) -> keras.KerasTensor:
    """Discriminator logits from an embedding of the class concatenated to the flattened image, as in the study."""
    embedding = layers.Embedding(classes.COUNT, params.kinds.cgan.embedding_size, name="embedding")(label)
    features = discriminator_stack(layers.Concatenate()([layers.Flatten()(image), embedding]))
    return layers.Dense(1, name="logit")(features)


def projection(image: keras.KerasTensor, label: keras.KerasTensor, params: Gan) -> keras.KerasTensor:
    """Discriminator logits with a projection of the features onto an embedding of the class.

    Source: T. Miyato and M. Koyama, "cGANs with Projection Discriminator", arXiv 1802.05637.
    """
    features = discriminator_stack(layers.Flatten()(image))
    direction = layers.Embedding(classes.COUNT, features.shape[-1], name="embedding")(label)
    along = layers.Dot(axes=1, name="projection")([features, direction])
    return layers.Add(name="logit")([layers.Dense(1)(features), along])


CONDITIONS: dict[str, Callable[[keras.KerasTensor, keras.KerasTensor, Gan], keras.KerasTensor]] = {
    "concat": concat,
    "projection": projection,
}


def discriminator(params: Gan) -> keras.Model:
    """Build the discriminator: from ``[images, label]`` to logits ``(N, 1)``, high for a real sign of the class.

    Images are ``(N, SIZE, SIZE, 3)`` in [-1, 1]; labels are int, ``(N,)``.
    """
    image = keras.Input((params.image_size, params.image_size, 3), name="image")
    label = keras.Input((), dtype="int32", name="label")
    logit = CONDITIONS[params.kinds.cgan.condition](image, label, params)
    return keras.Model([image, label], logit, name="discriminator")


class ConditionalGAN(Adversarial):
    """Both networks, and the step that trains them on batches ``(images, labels)``.

    Generated images get the labels of the real ones, so that both have the same class proportions.
    """

    def __init__(self, params: Gan, seed: int):
        super().__init__(generator(params), discriminator(params), params.training, seed, name="cgan")

    @tf.function(jit_compile=True)
    def train_step(self, batch: tuple[tf.Tensor, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Update the discriminator, then the generator, with as many generated images as real ones."""
        images, label = batch
        real = to_network_range(images)
        latent = self.latent(ops.shape(real)[0])
        with tf.GradientTape() as generator_tape:
            fake = self.generator([latent, label], training=True)
            with tf.GradientTape() as discriminator_tape:
                on_real = self.discriminator([real, label], training=True)
                on_fake = self.discriminator([ops.stop_gradient(fake), label], training=True)
                discriminator_loss = self.loss_halves.discriminator(on_real, on_fake, self.settings.label_smoothing)
            weights = self.discriminator.trainable_variables
            gradients = discriminator_tape.gradient(discriminator_loss, weights)
            self.discriminator_optimizer.apply(gradients, weights)
            generator_loss = self.loss_halves.generator(self.discriminator([fake, label], training=True))
        weights = self.generator.trainable_variables
        gradients = generator_tape.gradient(generator_loss, weights)
        self.generator_optimizer.apply(gradients, weights)
        self.update_ema()
        return self.record(discriminator_loss, generator_loss, on_real, on_fake)
