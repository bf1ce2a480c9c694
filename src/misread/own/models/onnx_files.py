"""ONNX files, run by onnxruntime on the processor."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime

from misread.errors import MisreadError
from misread.own.models import shapes
from misread.own.models.model import Model

DTYPES = {
    "tensor(uint8)": "uint8",
    "tensor(float16)": "float16",
    "tensor(float)": "float32",
    "tensor(double)": "float64",
}
WEIGHTS_BESIDE = (".data", "_data")  # endings of the file of weights that exporters put beside a large network
FATAL = 4  # level of logging; errors are raised too


def open_onnx(path: Path, threads: int | None = None) -> Model:
    """Open an ONNX file.

    Args:
        path: the file; weights in files beside it are found by onnxruntime.
        threads: number of threads of an operation; None: as onnxruntime chooses.

    Returns:
        The classifier. An output ``(N, CLASSES, 1, 1)`` counts as ``(N, CLASSES)``.

    Raises:
        MisreadError: onnxruntime cannot run the file, or it is not a classifier of images with one input and one
            output.

    """
    options = onnxruntime.SessionOptions()
    options.log_severity_level = FATAL
    if threads is not None:
        options.intra_op_num_threads = threads
    try:
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime has a class for each of its codes
        raise MisreadError(
            f"{path}: onnxruntime {onnxruntime.__version__} cannot run it, expected a whole ONNX file of standard "
            f"operators ({shapes.cause(error)})"
        ) from None
    inputs, outputs = session.get_inputs(), session.get_outputs()
    shapes.check_one_of_each(str(path), len(inputs), len(outputs))
    layout = shapes.layout(str(path), _dimensions(inputs[0].shape))
    classes = _classes(path, _dimensions(outputs[0].shape))

    def predict(batch: np.ndarray) -> np.ndarray:
        (scores,) = session.run([outputs[0].name], {inputs[0].name: batch})
        return scores[:, :, 0, 0] if scores.ndim == 4 and scores.shape[2:] == (1, 1) else scores

    beside = [path.with_name(path.name + ending) for ending in WEIGHTS_BESIDE]
    return Model(
        name=path.name,
        kind="ONNX file",
        predict=shapes.checked(path.name, predict, classes),
        **layout,
        dtype=shapes.check_dtype(str(path), DTYPES.get(inputs[0].type, inputs[0].type)),
        classes=classes,
        files=(path, *(file for file in beside if file.exists())),
    )


def _dimensions(shape: Sequence[int | str | None]) -> tuple[int | None, ...]:
    """Replace dimensions that have a name, or none, by None."""
    return tuple(one if isinstance(one, int) and one >= 0 else None for one in shape)


def _classes(path: Path, shape: tuple[int | None, ...]) -> int | None:
    if not shape:  # onnxruntime gives no dimensions for an output whose shape the file leaves open
        return None
    if len(shape) == 4 and set(shape[2:]) <= {1, None}:
        shape = shape[:2]
    return shapes.classes(str(path), shape)
