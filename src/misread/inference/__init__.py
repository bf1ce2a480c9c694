"""Predictions of trained classifiers, on stored sets and on noise made in memory."""

import misread.training  # noqa: F401  # Keras starts there
