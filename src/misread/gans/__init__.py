"""Generative adversarial networks: a plain and a conditional GAN, their training, and samples from them."""

import misread.training  # noqa: F401  # imports Keras with the right settings
