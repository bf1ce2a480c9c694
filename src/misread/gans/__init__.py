"""Generative adversarial networks: the plain and the conditional one, their training, and samples from them."""

import misread.training  # noqa: F401  # Keras starts there
