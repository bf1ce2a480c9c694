"""The fully connected stacks that both kinds of GAN are made of."""

import keras
from keras import layers


def generator_stack(x: keras.KerasTensor, image_size: int) -> keras.KerasTensor:
    """Dense layers from a vector ``(N, D)`` to images ``(N, image_size, image_size, 3)`` in [-1, 1].

    128-256-512-1024 units with LeakyReLU 0.2, batch normalisation with epsilon 0.8 in the last three layers, then tanh:
    3,117,232 trainable parameters from 100 latent values to 28x28x3.
    """
    x = layers.LeakyReLU(0.2)(layers.Dense(128)(x))
    for units in (256, 512, 1024):
        x = layers.Dense(units)(x)
        x = layers.BatchNormalization(epsilon=0.8)(x)
        x = layers.LeakyReLU(0.2)(x)
    x = layers.Dense(image_size * image_size * 3, activation="tanh")(x)
    return layers.Reshape((image_size, image_size, 3), name="images")(x)


def discriminator_stack(x: keras.KerasTensor) -> keras.KerasTensor:
    """Dense layers from a vector ``(N, D)`` to features ``(N, 256)``: 512-256 units with LeakyReLU 0.2."""
    for units in (512, 256):
        x = layers.LeakyReLU(0.2)(layers.Dense(units)(x))
    return x
