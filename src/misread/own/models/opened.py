"""Opening a trained classifier, whatever its file is."""

import dataclasses
import importlib.util
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from misread.errors import MisreadError
from misread.gtsrb import zips
from misread.own.models import python_functions, shapes
from misread.own.models.model import Model

KERAS = (".keras", ".h5", ".hdf5")
FUNCTION = re.compile(r"(.+\.py|[^\W\d][\w.]*):[^\W\d]\w*")  # path/to/file.py:function or package.module:function
EXPECTED = (
    "expected a .keras or .h5 file of Keras, a SavedModel folder, an .onnx file, or a function, as `file.py:function`"
)
EXTRAS = {"tensorflow": ("tensorflow", "keras", "h5py"), "onnx": ("onnxruntime",)}  # as in pyproject.toml

LFS = b"version https://git-lfs"
HDF5 = b"\x89HDF\r\n\x1a\n"
PICKLE = re.compile(rb"\x80[\x02-\x05]")
PICKLES = (".pkl", ".pickle", ".pt", ".pth", ".joblib")
NOT_OPENED = {
    ".py": "a Python file; name the function in it that predicts, as `file.py:function`",
    ".safetensors": "weights alone; export the network with its weights to ONNX, or give a function that predicts with "
    "it, as `file.py:function`",
    ".tflite": "a TensorFlow Lite file, which is not run; give the network that it was converted from, or a function "
    "that runs it, as `file.py:function`",
}


def open_model(spec: str, size: tuple[int, int] | None = None, threads: int | None = None) -> Model:
    """Open a classifier.

    Args:
        spec: ``.keras``, ``.h5``, ``.hdf5`` or ``.onnx`` file, SavedModel folder, or function, as
            ``path/to/file.py:function`` or ``package.module:function``. Only a function is the user's code that runs.
        size: height and width of its images in pixels, for a classifier that takes any; None: as the file says.
        threads: number of threads of an operation of an ONNX file; None: as onnxruntime chooses.

    Returns:
        The classifier. What it predicts is checked, see `misread.own.models.shapes.check_scores`.

    Raises:
        MisreadError: there is no such file or function, it is of another kind, it is broken, it needs a package that is
            not installed, it is not a classifier of images, or it takes images of another size.

    """
    path = Path(spec)
    if not path.exists() and FUNCTION.fullmatch(str(spec)):
        return _with_size(python_functions.open_function(str(spec)), size)
    if not path.exists():
        raise MisreadError(f"{path}: no such file or folder; {EXPECTED}")
    return _with_size(_open_folder(path) if path.is_dir() else _open_file(path, threads), size)


def _open_folder(path: Path) -> Model:
    if (path / "saved_model.pb").exists():
        return _with_extra(path, "tensorflow", _open_saved_model)
    inner = sorted(file.parent for file in path.glob("*/saved_model.pb"))
    hint = f", as {inner[0]} is" if inner else ""
    raise MisreadError(f"{path}: a folder without saved_model.pb, expected a SavedModel folder{hint}")


def _open_file(path: Path, threads: int | None) -> Model:
    suffix = path.suffix.lower()
    try:
        with open(path, "rb") as file:
            start = file.read(64)
        is_zip = zipfile.is_zipfile(path)
    except OSError as error:
        raise MisreadError(f"{path}: cannot be read ({error.strerror})") from None
    if not start:
        raise MisreadError(f"{path}: an empty file; {EXPECTED}")
    if start.startswith(LFS):
        raise MisreadError(f"{path}: a pointer of Git LFS, not the file itself; `git lfs pull` brings it")
    if suffix in PICKLES or PICKLE.match(start) or (is_zip and _is_pytorch(path)):
        raise MisreadError(
            f"{path}: a pickle, which is not opened, as that would run code that is in it; export the network to ONNX, "
            "or give a function that predicts with it, as `file.py:function`"
        )
    if suffix == ".onnx":
        return _with_extra(path, "onnx", lambda path: _open_onnx(path, threads))
    if suffix == ".pb":
        raise MisreadError(f"{path}: {_lone_graph(path)}")
    if suffix in NOT_OPENED:
        raise MisreadError(f"{path}: {NOT_OPENED[suffix]}")
    if suffix in KERAS or is_zip or start.startswith(HDF5):
        return _with_extra(path, "tensorflow", _open_keras)
    raise MisreadError(f"{path}: of no known kind; {EXPECTED}")


def _is_pytorch(path: Path) -> bool:
    return any(name.endswith("data.pkl") for name in zips.member_names(path))


def _lone_graph(path: Path) -> str:
    if path.name == "saved_model.pb":
        return f"a part of a SavedModel folder; give the folder, {path.parent}"
    return (
        "a graph of TensorFlow 1, which is not opened; convert it to ONNX, with `python -m tf2onnx.convert --graphdef`"
    )


def _with_extra(path: Path, extra: str, opener: Callable[[Path], Model]) -> Model:
    """Open a file with the packages of an optional extra.

    Raises:
        MisreadError: a package is not installed, or cannot be imported.

    """
    for package in EXTRAS[extra]:
        if importlib.util.find_spec(package) is None:
            raise MisreadError(f"{path}: needs {package}; `pip install 'misread[{extra}]'` adds it")
    try:
        return opener(path)
    except ImportError as error:
        raise MisreadError(f"{path}: a package that it needs cannot be imported ({shapes.cause(error)})") from error


def _open_keras(path: Path) -> Model:
    from misread.own.models.with_keras import keras_files

    return keras_files.open_keras(path)


def _open_saved_model(path: Path) -> Model:
    from misread.own.models.with_keras import saved_models

    return saved_models.open_saved_model(path)


def _open_onnx(path: Path, threads: int | None) -> Model:
    from misread.own.models import onnx_files

    return onnx_files.open_onnx(path, threads)


def _with_size(model: Model, size: tuple[int, int] | None) -> Model:
    """Set the size of the images of a classifier that takes any."""
    if size is None:
        return model
    if any(own not in (None, asked) for own, asked in zip((model.height, model.width), size, strict=True)):
        own = shapes.written((model.height, model.width))
        raise MisreadError(f"{model.name}: takes images of height and width {own}, not {shapes.written(size)}")
    return dataclasses.replace(model, height=size[0], width=size[1])
