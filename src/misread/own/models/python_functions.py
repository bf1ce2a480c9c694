"""Functions of the user's that predict a batch of images, in a file or in a module."""

import importlib
import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np

from misread.errors import MisreadError
from misread.own.models import shapes
from misread.own.models.model import Model

PREFIX = "misread_model_"  # of the name under which a file is imported, so that it hides no module


def open_function(spec: str) -> Model:
    """Import a function that predicts.

    Args:
        spec: ``path/to/file.py:function`` or ``package.module:function``; the module is also looked for in the current
            folder. Importing runs the code of the file, as ``python file.py`` does. The function is as for `as_model`.

    Returns:
        The classifier.

    Raises:
        MisreadError: there is no such function, importing it fails, or it does not take a batch as its only argument.

    """
    place, _, name = spec.rpartition(":")
    module = _import_file(Path(place)) if place.endswith(".py") else _import_module(place)
    function = getattr(module, name, None)
    if function is None:
        raise MisreadError(f"{spec}: {place} has no {name}; expected a function that takes a batch of images")
    file = getattr(module, "__file__", None)
    return as_model(function, spec, None if file is None else Path(file))


def as_model(function: Callable, name: str, file: Path | None = None) -> Model:
    """Take a function that predicts for a classifier.

    Args:
        function: gets RGB images as they are, uint8 ``(N, HEIGHT, WIDTH, 3)``, does its preprocessing itself, and
            returns a score for each class, ``(N, CLASSES)``: anything that NumPy takes for an array, or a PyTorch
            tensor.
        name: name of the classifier for texts.
        file: file with its code; None: unknown.

    Returns:
        The classifier.

    Raises:
        MisreadError: it cannot be called with a batch as its only argument.

    """
    _check_takes_a_batch(name, function)
    return Model(
        name=name,
        kind="Python function",
        predict=shapes.checked(name, _as_array(name, function, file)),
        dtype="uint8",
        takes_images=True,
        files=() if file is None else (file,),
    )


def _import_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise MisreadError(f"{path}: no such file; expected a Python file with a function that predicts")
    _add_to_path(path.parent)
    name = PREFIX + path.stem
    spec = importlib.util.spec_from_file_location(name, path.resolve())
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and pickle look up the module of a class there
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise MisreadError(f"{path}: importing it fails, {_where(error, path.resolve())}") from error
    return module


def _import_module(name: str) -> ModuleType:
    _add_to_path(Path.cwd())
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:
        if isinstance(error, ModuleNotFoundError) and error.name and f"{name}.".startswith(f"{error.name}."):
            raise MisreadError(f"{name}: no such module, neither in {Path.cwd()} nor among those installed") from None
        raise MisreadError(f"{name}: importing it fails, {_where(error)}") from error


def _add_to_path(folder: Path) -> None:
    """Let imports find what lies in a folder, also those that the function does later."""
    if str(folder.resolve()) not in sys.path:
        sys.path.insert(0, str(folder.resolve()))


def _check_takes_a_batch(name: str, function: object) -> None:
    expected = "expected a function that takes a batch of images"
    if inspect.isclass(function):
        raise MisreadError(f"{name}: a class; {expected}, or an object of this class that can be called so")
    if not callable(function):
        raise MisreadError(f"{name}: of type {type(function).__name__}; {expected}")
    try:
        signature = inspect.signature(function)
    except ValueError:  # some functions that are not written in Python do not tell theirs
        return
    try:
        signature.bind(None)
    except TypeError:
        raise MisreadError(f"{name}: takes {signature}; {expected} as its only argument") from None


def _as_array(name: str, function: Callable, file: Path | None) -> Callable[[np.ndarray], np.ndarray]:
    def predict(batch: np.ndarray) -> np.ndarray:
        try:
            scores = function(batch.copy())  # it may change what it gets
        except Exception as error:
            raise MisreadError(f"{name}: fails on images {batch.shape}, {_where(error, file)}") from error
        try:
            if hasattr(scores, "detach"):  # a PyTorch tensor
                scores = scores.detach().cpu().numpy()
            return np.asarray(scores)
        except Exception as error:  # each library has its own exceptions
            raise MisreadError(
                f"{name}: gives a {type(scores).__name__}, expected an array of scores ({shapes.cause(error)})"
            ) from error

    return predict


def _where(error: BaseException, file: Path | None = None) -> str:
    """Write an exception in one line, with the last line of the user's file that led to it."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(file)]
    place = f" (line {lines[-1]} of {file.name})" if lines else ""
    return shapes.cause(error) + place
