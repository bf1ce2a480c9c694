"""Classifiers: architectures, augmentation, training and prediction with Keras on TensorFlow.

Keras starts here, as `start` says, so that the user's own settings of it decide nothing.
"""

from misread.networks import start

start.keras()
