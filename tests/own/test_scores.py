"""What is told of the inputs and outputs of a classifier, whatever its file is."""

import numpy as np
import pytest

from misread.errors import MisreadError
from misread.own.models import shapes


@pytest.mark.parametrize(
    ("shape", "found"),
    [
        ((None, 30, 40, 3), (30, 40, 3, False, None)),
        ((1, 3, 30, 40), (30, 40, 3, True, 1)),
        ((None, 1, 28, 28), (28, 28, 1, True, None)),
        ((None, 28, 28, 1), (28, 28, 1, False, None)),
        ((8, 3, 32, 3), (3, 32, 3, False, 8)),
        ((None, None, None, 3), (None, None, 3, False, None)),
        ((None, 3, None, None), (None, None, 3, True, None)),
        ((None, None, None, None), (None, None, None, False, None)),
    ],
)
def test_the_layout_is_that_of_the_shape(shape, found):
    assert tuple(shapes.layout("net", shape).values()) == found


@pytest.mark.parametrize(
    ("shape", "told"),
    [
        ((None, 30, 30, 4), r"takes inputs of shape \(any, 30, 30, 4\), expected images with 1 or 3 channels"),
        ((None, 2700), r"takes inputs of shape \(any, 2700\), expected a batch of images, 4 dimensions"),
    ],
)
def test_other_inputs_are_refused(shape, told):
    with pytest.raises(MisreadError, match=f"^net: {told}$"):
        shapes.layout("net", shape)


def test_other_dtypes_are_refused():
    with pytest.raises(MisreadError, match="net: takes string inputs, expected images as one of uint8, float16"):
        shapes.check_dtype("net", "string")


@pytest.mark.parametrize(("shape", "count"), [((None, 43), 43), ((1, 2), 2), ((None, None), None)])
def test_the_classes_are_counted(shape, count):
    assert shapes.classes("net", shape) == count


@pytest.mark.parametrize(
    ("shape", "told"),
    [
        ((None, 1), r"gives \(1\) for an image, .* a single sigmoid output p stands for two, 1 - p and p"),
        ((None, 4, 4, 8), r"gives \(4, 4, 8\) for an image, expected a score for each of two or more classes"),
        ((None,), "gives one value for an image, expected a score for each of two or more classes"),
    ],
)
def test_other_outputs_are_refused(shape, told):
    with pytest.raises(MisreadError, match=f"^net: {told}$"):
        shapes.classes("net", shape)


@pytest.mark.parametrize(
    ("scores", "told"),
    [
        ([[1, 2], [np.nan, 0], [0, 0]], "gives NaN for some images, 1 of 3, expected finite scores"),
        ([[1, 2], [np.inf, 0], [0, -np.inf]], "gives infinity for some images, 1 of 3, expected finite scores"),
        ([[1, 2], [0, 1e300], [0, 0]], "gives infinity for some images, 1 of 3, expected finite scores"),
        ([[1, 2], [-np.inf] * 2, [0, 0]], "gives only minus infinity for some images, 1 of 3, expected finite scores"),
        ([[1, 2]], "gives scores for 1 images, expected 3"),
        ([[1, 2, 3]] * 3, "gives 3 scores for an image, expected 2"),
        ([0, 1, 1], r"gives an array of shape \(3,\) for 3 images, expected \(3, CLASSES\): a score for each class"),
        ([["a", "b"]] * 3, "gives values of dtype <U1, expected numbers"),
        (None, "gives values of dtype object, expected numbers"),
    ],
)
def test_wrong_scores_are_refused(scores, told):
    with pytest.raises(MisreadError, match=f"^net: {told}$"):
        shapes.checked("net", lambda batch: scores, count=2)(np.zeros((3, 8, 8, 3)))


def test_scores_become_float32():
    scores = shapes.checked("net", lambda batch: [[1, 2]] * len(batch))(np.zeros((3, 8, 8, 3)))
    assert scores.dtype == np.float32
    assert scores.tolist() == [[1, 2]] * 3


def test_minus_infinity_is_the_logarithm_of_probability_0():
    scores = shapes.checked("net", lambda batch: [[0, -np.inf]] * len(batch))(np.zeros((2, 8, 8, 3)))
    assert scores.tolist() == [[0, -np.inf]] * 2


def test_a_failing_prediction_is_told_in_one_line():
    def predict(batch):
        raise RuntimeError("no\n  memory \x1b[1mleft\x1b[0m")

    with pytest.raises(MisreadError) as error:
        shapes.checked("net", predict)(np.zeros((3, 8, 8, 3), np.uint8))
    assert str(error.value) == "net: fails on a batch (3, 8, 8, 3) of uint8, RuntimeError: no memory left"
