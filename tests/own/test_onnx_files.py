"""ONNX files as classifiers."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from misread.errors import MisreadError
from misread.own.models.opened import open_model


def write(path, taken, given=("N", 3), nodes=None, elements=TensorProto.FLOAT, inputs=("x",), outputs=("y",)):
    """Write a network whose scores are the means of the channels."""
    nodes = nodes or [helper.make_node("ReduceMean", ["x"], ["y"], axes=[1, 2], keepdims=0)]
    weight = numpy_helper.from_array(np.full((3, 1, 1), 2, np.float32), "w")
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info(name, elements, taken) for name in inputs],
        [helper.make_tensor_value_info(name, elements, given) for name in outputs],
        [weight],
    )
    # Old exporters listed the weights among the inputs too.
    graph.input.append(helper.make_tensor_value_info("w", TensorProto.FLOAT, (3, 1, 1)))
    opset = [helper.make_opsetid("", 13)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), path)
    return path


def channels_first(keepdims):
    """Double the images and take their means over height and width."""
    return [
        helper.make_node("Mul", ["x", "w"], ["double"]),
        helper.make_node("ReduceMean", ["double"], ["y"], axes=[2, 3], keepdims=keepdims),
    ]


def images(count, dtype=np.float32):
    return np.arange(count * 8 * 6 * 3).reshape(count, 8, 6, 3).astype(dtype)


def test_channels_last_and_any_batch(tmp_path):
    path = write(tmp_path / "net.onnx", ("batch", 8, 6, 3))
    model = open_model(str(path), threads=1)
    assert (model.name, model.kind, model.files) == ("net.onnx", "ONNX file", (path,))
    assert (model.height, model.width, model.channels, model.channels_first) == (8, 6, 3, False)
    assert (model.batch, model.dtype, model.classes) == (None, "float32", 3)
    scores = model.predict(images(4))
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores, images(4).mean(axis=(1, 2)), rtol=1e-6)


@pytest.mark.parametrize(("given", "keepdims"), [((1, 3), 0), ((1, 3, 1, 1), 1), ((1, 3, "h", "w"), 1), (None, 1)])
def test_channels_first_and_one_image_at_a_time(tmp_path, given, keepdims):
    path = write(tmp_path / "net.onnx", (1, 3, 8, 6), given, channels_first(keepdims))
    model = open_model(str(path))
    assert (model.height, model.width, model.channels, model.channels_first) == (8, 6, 3, True)
    assert (model.batch, model.classes) == (1, 3)
    batch = images(1).transpose(0, 3, 1, 2)
    np.testing.assert_allclose(model.predict(batch), 2 * batch.mean(axis=(2, 3)), rtol=1e-6)


@pytest.mark.parametrize(
    ("elements", "dtype"),
    [(TensorProto.FLOAT16, "float16"), (TensorProto.DOUBLE, "float64"), (TensorProto.FLOAT, "float32")],
)
def test_the_dtype_is_told(tmp_path, elements, dtype):
    model = open_model(str(write(tmp_path / "net.onnx", ("batch", None, None, 3), elements=elements)))
    assert (model.height, model.width, model.dtype) == (None, None, dtype)
    assert model.predict(np.ones((2, 4, 5, 3), dtype)).tolist() == [[1, 1, 1]] * 2


def test_images_may_be_taken_as_whole_numbers(tmp_path):
    nodes = [helper.make_node("ReduceMax", ["x"], ["y"], axes=[1, 2], keepdims=0)]
    model = open_model(str(write(tmp_path / "net.onnx", ("batch", 8, 6, 3), nodes=nodes, elements=TensorProto.UINT8)))
    assert model.dtype == "uint8"
    assert model.predict(np.full((2, 8, 6, 3), 200, np.uint8)).tolist() == [[200] * 3] * 2


def test_weights_in_a_file_beside_it_belong_to_it(tmp_path):
    (tmp_path / "net.onnx.data").touch()
    path = write(tmp_path / "net.onnx", ("batch", 8, 6, 3))
    assert open_model(str(path)).files == (path, tmp_path / "net.onnx.data")


ROWS = [helper.make_node("ReduceMean", ["x"], ["y"], axes=[1], keepdims=0)]
ALL = [helper.make_node("ReduceMean", ["x"], ["y"], axes=[1, 2, 3], keepdims=0)]
FLAT = [helper.make_node("ReduceMean", ["x"], ["y"], axes=[1], keepdims=1)]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"taken": ("N", 10), "given": ("N", 1), "nodes": FLAT}, "takes inputs of shape (any, 10), expected a batch"),
        ({"taken": ("N", 8, 6, 5), "given": ("N", 5)}, "(any, 8, 6, 5), expected images with 1 or 3 channels"),
        ({"given": ("N", 1), "taken": ("N", 8, 6, 1)}, "a single sigmoid output p stands for two, 1 - p and p"),
        ({"given": ("N", 6, 3), "nodes": ROWS}, "gives (6, 3) for an image, expected a score for each"),
        ({"given": ("N",), "nodes": ALL}, "gives one value for an image, expected a score for each"),
        ({"inputs": ("x", "z")}, "has 2 inputs and 1 outputs, expected one of each"),
        ({"outputs": ("y", "x")}, "has 1 inputs and 2 outputs, expected one of each"),
        ({"elements": TensorProto.INT32}, "takes tensor(int32) inputs, expected images as one of uint8"),
        ({"nodes": [helper.make_node("NoSuchOperator", ["x"], ["y"])]}, "expected a whole ONNX file of standard"),
    ],
)
def test_what_is_no_classifier_of_images_is_told_in_one_line(tmp_path, settings, told):
    path = write(tmp_path / "net.onnx", **{"taken": ("N", 8, 6, 3), **settings})
    with pytest.raises(MisreadError) as error:
        open_model(str(path))
    assert str(error.value).startswith(f"{path}: ")
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_a_part_of_a_file_is_told_in_one_line(tmp_path):
    path = write(tmp_path / "net.onnx", ("batch", 8, 6, 3))
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(MisreadError, match="expected a whole ONNX file"):
        open_model(str(path))


def test_images_of_another_shape_are_told_in_one_line(tmp_path):
    model = open_model(str(write(tmp_path / "net.onnx", ("batch", 8, 6, 3))))
    with pytest.raises(MisreadError, match=r"^net.onnx: fails on a batch \(2, 9, 9, 3\) of float32, .*$"):
        model.predict(np.zeros((2, 9, 9, 3), np.float32))
