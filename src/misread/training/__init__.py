"""Training of classifiers with Keras on TensorFlow: backbones, augmentation, input pipeline, determinism.

Importing this package imports Keras as described in `misread.training.start`, so that the user's Keras settings have no
effect.
"""

from misread.training import start

start.keras()
