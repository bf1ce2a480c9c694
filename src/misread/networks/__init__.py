"""Classifiers: architectures, augmentation, training and prediction with Keras.

Keras loads scikit-learn and matplotlib wherever they are installed, for wrappers and plots that nothing here uses. It
starts without them: that is a quarter of what every stage with a network needs to begin.
"""

import importlib
import sys

UNUSED_BY_KERAS = ("matplotlib", "sklearn")


def _start_keras() -> None:
    hidden = [name for name in UNUSED_BY_KERAS if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # an import of what is None fails as if it were not installed
    try:
        importlib.import_module("tensorflow")
    finally:
        for name in hidden:
            del sys.modules[name]


_start_keras()
