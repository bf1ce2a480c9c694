"""Training of classifiers with Keras on TensorFlow: backbones, augmentation, input pipeline, determinism.

Keras starts here, as `start` says, so that the user's own settings of it decide nothing.
"""

from misread.training import start

start.keras()
