"""Import of Keras with the TensorFlow backend and default settings, and without optional packages that are not used.

The user's environment variables and ``~/.keras/keras.json`` may set another backend, image layout or precision, which
would change results or make training fail.
"""

import importlib
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import ModuleType

import platformdirs

from misread.errors import MisreadError

# Keras imports these for wrappers and plots if they are installed, which takes a quarter of its import time.
UNUSED_BY_KERAS = ("matplotlib", "sklearn")
# Variables that affect results: Keras's limits on training, its other model class, and TensorFlow's compilers.
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
def quiet() -> Iterator[None]:
    """Hide output on standard error unless an error occurs.

    TensorFlow logs messages on kernels, compilers and missing GPUs before it reads its logging settings.
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


def _share_gpus(tensorflow: ModuleType) -> None:
    """Let TensorFlow take memory of a GPU as it needs it, not all of it at once, so that processes can share a GPU."""
    for gpu in tensorflow.config.list_physical_devices("GPU"):
        with suppress(RuntimeError, ValueError):  # the program that imports misread has set it up
            tensorflow.config.experimental.set_memory_growth(gpu, True)


def keras() -> None:
    """Import Keras and TensorFlow, ignoring the user's settings.

    Raises:
        MisreadError: Keras was imported before, with other settings.

    """
    for name in DECISIVE:
        os.environ.pop(name, None)
    os.environ["KERAS_BACKEND"] = DEFAULTS["backend"]
    # The only keras.json in this folder is the default one that Keras writes. Downloaded weights are kept there.
    folder = os.environ.get("KERAS_HOME")
    os.environ["KERAS_HOME"] = str(platformdirs.user_cache_path("misread") / "keras")
    hidden = [name for name in UNUSED_BY_KERAS if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # importing a module that is None fails as if it were not installed
    try:
        with quiet():
            tensorflow = importlib.import_module("tensorflow")
            _share_gpus(tensorflow)
        config = importlib.import_module("keras").config
    finally:
        for name in hidden:
            del sys.modules[name]
        os.environ.pop("KERAS_HOME")
        if folder is not None:
            os.environ["KERAS_HOME"] = folder
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # hides warnings of retracing
    for name, expected in DEFAULTS.items():
        if (found := getattr(config, name)()) != expected:
            raise MisreadError(
                f"Keras was imported with {name} {found!r}, misread needs {expected!r}; import misread first"
            )
