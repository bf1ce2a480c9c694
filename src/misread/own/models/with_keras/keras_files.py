"""Files of Keras 2 and Keras 3: ``.keras`` and HDF5."""

import warnings
from pathlib import Path

import keras

from misread.errors import MisreadError
from misread.own.models import shapes
from misread.own.models.model import Model
from misread.own.models.with_keras import keras2_files
from misread.training import saving


def open_keras(path: Path) -> Model:
    """Open a network in one file of Keras.

    Nothing but Keras's own layers is loaded, and no code that the file may hold is run.

    Args:
        path: a ``.keras`` file of Keras 2.12 or later, or an HDF5 file of Keras 2 or 3.

    Returns:
        The classifier.

    Raises:
        MisreadError: the file cannot be read, or is not a classifier of images with one input and one output.

    """
    network = _load(path)
    if not network.built or not network.inputs:
        raise MisreadError(f"{path}: its input has no shape; start the network with `keras.Input(shape)`, and save it")
    shapes.check_one_of_each(str(path), len(network.inputs), len(network.outputs))
    layout = shapes.layout(str(path), network.inputs[0].shape)
    classes = shapes.classes(str(path), network.outputs[0].shape)
    plain = keras.Model(network.inputs[0], network.outputs[0])  # whose input and output have no names
    return Model(
        name=path.name,
        kind=f"Keras {_version(path).partition('.')[0]} file",
        predict=shapes.checked(path.name, plain.predict_on_batch, classes),
        **layout,
        dtype=shapes.check_dtype(str(path), keras.backend.standardize_dtype(network.inputs[0].dtype)),
        classes=classes,
        parameters=network.count_params(),
        files=(path,),
    )


def _load(path: Path) -> keras.Model:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras gives advice on how the network should have been written
        try:
            return saving.load(path)
        except MisreadError:
            if not _version(path).startswith("2"):
                raise
        return keras2_files.rebuild(path)


def _version(path: Path) -> str:
    return saving.version(path) or "3"
