"""Predictions of trained classifiers, for stored sets and for images with noise added in memory."""

import misread.training  # noqa: F401  # imports Keras with the right settings
