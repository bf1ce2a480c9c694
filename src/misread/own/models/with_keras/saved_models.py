"""SavedModel folders of TensorFlow, run by their signature."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf

from misread.errors import MisreadError
from misread.own.models import shapes
from misread.own.models.model import Model
from misread.training import start

SIGNATURE = "serving_default"


@dataclass(frozen=True)
class _Signature:
    """What a SavedModel computes: the shape and dtype of its input and output by name, and the computation."""

    inputs: Mapping[str, tf.TensorSpec]
    outputs: Mapping[str, tf.TensorSpec]
    predict: Callable[[np.ndarray], np.ndarray]
    parameters: int | None


def open_saved_model(path: Path) -> Model:
    """Open a SavedModel folder.

    Args:
        path: folder with ``saved_model.pb``; its signature ``serving_default`` is run.

    Returns:
        The classifier.

    Raises:
        MisreadError: TensorFlow cannot load the folder, it has no such signature, or it is not a classifier of images
            with one input and one output.

    """
    signature = _load(path)
    shapes.check_one_of_each(str(path), len(signature.inputs), len(signature.outputs))
    (taken,), (given,) = signature.inputs.values(), signature.outputs.values()
    layout = shapes.layout(str(path), _dimensions(path, taken, "inputs"))
    classes = shapes.classes(str(path), _dimensions(path, given, "outputs"))
    return Model(
        name=path.name,
        kind="SavedModel folder",
        predict=shapes.checked(path.name, signature.predict, classes),
        **layout,
        dtype=shapes.check_dtype(str(path), taken.dtype.name),
        classes=classes,
        parameters=signature.parameters,
        files=tuple(sorted(file for file in path.rglob("*") if file.is_file())),
    )


def _dimensions(path: Path, spec: tf.TensorSpec, what: str) -> tuple[int | None, ...]:
    if spec.shape.rank is None:
        raise MisreadError(f"{path}: its signature leaves the shape of its {what} open; export it with a shape")
    return tuple(spec.shape)


def _load(path: Path) -> _Signature:
    try:
        loaded = tf.saved_model.load(path)
    except Exception:  # TensorFlow has a class for each of its codes
        # Keras 2 saved its optimizer too, whose class is needed to load the whole, but not to run the graph.
        try:
            return _load_graph(path)
        except MisreadError:
            raise
        except Exception as error:
            raise MisreadError(
                f"{path}: TensorFlow {tf.__version__} cannot load it, expected a whole SavedModel folder "
                f"({shapes.cause(error)})"
            ) from None
    _check_signature(path, loaded.signatures)
    function = loaded.signatures[SIGNATURE]
    (inputs, outputs) = function.structured_input_signature[1], function.structured_outputs

    def predict(batch: np.ndarray) -> np.ndarray:
        loaded  # noqa: B018 TensorFlow frees the weights with the object that was loaded
        (scores,) = function(**{name: tf.constant(batch) for name in inputs}).values()
        return scores.numpy()

    count = sum(int(np.prod(variable.shape)) for variable in function.variables)
    return _Signature(inputs, outputs, predict, count or None)


def _check_signature(path: Path, signatures: Mapping[str, object]) -> None:
    if SIGNATURE not in signatures:
        own = sorted(name for name in signatures if not name.startswith("__"))  # those with __ are TensorFlow's
        found = ", ".join(own) or "none"
        raise MisreadError(f"{path}: has no signature {SIGNATURE}, which is the one that is run; found {found}")


def _load_graph(path: Path) -> _Signature:
    """Load a SavedModel as TensorFlow 1 did: its graph and weights, without the Python objects that made it."""
    graph = tf.Graph()
    threads = tf.compat.v1.ConfigProto(
        intra_op_parallelism_threads=tf.config.threading.get_intra_op_parallelism_threads(),
        inter_op_parallelism_threads=tf.config.threading.get_inter_op_parallelism_threads(),
    )
    session = tf.compat.v1.Session(graph=graph, config=threads)
    with graph.as_default(), start.quiet():
        signatures = tf.compat.v1.saved_model.load(session, ["serve"], str(path)).signature_def
    _check_signature(path, signatures)
    inputs, outputs = signatures[SIGNATURE].inputs, signatures[SIGNATURE].outputs

    def predict(batch: np.ndarray) -> np.ndarray:
        (taken,), (given,) = inputs.values(), outputs.values()
        return session.run(given.name, {taken.name: batch})

    return _Signature(_specs(inputs), _specs(outputs), predict, None)


def _specs(tensors: Mapping[str, object]) -> dict[str, tf.TensorSpec]:
    return {name: tf.TensorSpec(tf.TensorShape(one.tensor_shape), one.dtype) for name, one in tensors.items()}
