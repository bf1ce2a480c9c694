"""Files that need TensorFlow. Importing this package imports Keras as described in `misread.training.start`."""

import misread.training  # noqa: F401
