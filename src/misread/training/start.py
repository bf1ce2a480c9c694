"""The start of Keras: on TensorFlow, with its default settings, and without packages that nothing here uses.

A user's shell and ``~/.keras/keras.json`` may name another backend, another image layout or other precisions, any of
which changes results or fails in the middle of a training.
"""

import importlib
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import platformdirs

from misread.errors import MisreadError

# Keras loads them wherever they are installed, for wrappers and plots: a quarter of the time that it takes to start.
UNUSED_BY_KERAS = ("matplotlib", "sklearn")
# What decides results: how long Keras trains at most, its other model class, and compilers of TensorFlow.
DECISIVE = ("KERAS_MAX_EPOCHS", "KERAS_MAX_STEPS_PER_EPOCH", "KERAS_NNX_ENABLED", "TF_XLA_FLAGS", "XLA_FLAGS")
DEFAULTS = {
    "backend": "tensorflow",
    "image_data_format": "channels_last",
    "floatx": "float32",
    "epsilon": 1e-7,
    "max_epochs": None,
    "max_steps_per_epoch": None,
}


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what is written to standard error for the case of an error.

    TensorFlow tells of kernels, compilers and missing GPUs before it reads its own settings of what to tell.
    """
    sys.stderr.flush()
    before = os.dup(2)
    with tempfile.TemporaryFile() as kept:
        os.dup2(kept.fileno(), 2)
        try:
            yield
        except BaseException:
            os.dup2(before, 2)
            kept.seek(0)
            with open(before, "wb", closefd=False) as screen:
                shutil.copyfileobj(kept, screen)
            raise
        finally:
            os.dup2(before, 2)
            os.close(before)


def keras() -> None:
    """Import Keras and TensorFlow, whatever settings of them the user has.

    Raises:
        MisreadError: Keras was imported before, with other settings.

    """
    for name in DECISIVE:
        os.environ.pop(name, None)
    os.environ["KERAS_BACKEND"] = DEFAULTS["backend"]
    # A folder of our own has no keras.json but the one that Keras writes, of defaults. Downloaded weights stay there.
    folder = os.environ.get("KERAS_HOME")
    os.environ["KERAS_HOME"] = str(platformdirs.user_cache_path("misread") / "keras")
    hidden = [name for name in UNUSED_BY_KERAS if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # an import of what is None fails as if it were not installed
    try:
        with _quiet():
            tensorflow = importlib.import_module("tensorflow")
            tensorflow.config.list_physical_devices()
        config = importlib.import_module("keras").config
    finally:
        for name in hidden:
            del sys.modules[name]
        os.environ.pop("KERAS_HOME")
        if folder is not None:
            os.environ["KERAS_HOME"] = folder
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # of retracing, which users need not see
    for name, expected in DEFAULTS.items():
        if (found := getattr(config, name)()) != expected:
            raise MisreadError(
                f"Keras was imported with {name} {found!r}, misread needs {expected!r}; import misread first"
            )
