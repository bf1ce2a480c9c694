"""Which score of a model belongs to which class of the data."""

import numpy as np
import pytest

from misread.errors import MisreadError
from misread.own.class_files import read_names
from misread.own.class_orders import UNKNOWN, class_orders, names_of_scores, refuse_unknown
from misread.own.images.class_names import in_order


def orders(classes, scores, given=None):
    return {name: found.tolist() for name, found in class_orders(classes, scores, given).items()}


def test_names_have_the_order_of_their_letters():
    assert orders(("cat", "dog"), 2) == {"string": [0, 1]}


def test_whole_numbers_may_have_the_order_of_their_digits():
    classes = in_order(str(number) for number in range(12))
    found = orders(classes, 12)
    assert list(found) == ["numeric", "string"]
    assert found["numeric"] == list(range(12))
    # Sorted as text: 0, 1, 10, 11, 2, ..., 9.
    assert found["string"] == [0, 1, 4, 5, 6, 7, 8, 9, 10, 11, 2, 3]


@pytest.mark.parametrize("classes", [tuple("0123456789"), ("00", "01", "02", "10")])
def test_numbers_of_as_many_digits_have_one_order(classes):
    assert orders(classes, len(classes)) == {"numeric": list(range(len(classes)))}


def test_other_numbers_may_have_the_order_of_their_digits_too():
    classes = in_order(["0.5", "9.5", "10.5"])
    assert orders(classes, 3) == {"numeric": [0, 1, 2], "string": [0, 2, 1]}


def test_a_class_that_is_a_number_has_the_score_of_this_number_if_there_are_more_scores():
    assert orders(("0", "2", "41"), 43) == {"numeric": [0, 2, 41]}


@pytest.mark.parametrize("classes", [("cat", "dog"), ("0", "43"), ("1", "01", "2")])
def test_other_classes_do_not_tell_their_scores_if_there_are_more(classes):
    with pytest.raises(MisreadError) as error:
        class_orders(classes, 43)
    assert str(error.value) == (
        f"classes: {len(classes)} in the data, but the model has 43 scores; name the class of each score in a file "
        "(--classes)"
    )


def test_classes_that_are_names_need_as_many_scores():
    with pytest.raises(MisreadError, match=r"^classes: 3 in the data, but the model has only 2 scores; name the class"):
        class_orders(("a", "b", "c"), 2)


def test_images_of_the_last_class_are_counted_if_a_model_has_one_score_too_few():
    classes = in_order(str(number) for number in range(43))
    order = class_orders(classes, 42)["numeric"]
    assert order.tolist() == [*range(42), UNKNOWN]
    labels = np.array([0, 42, 41, 42, 42])
    with pytest.raises(MisreadError) as error:
        refuse_unknown(classes, labels, order, 42)
    assert str(error.value) == (
        "classes: the model's 42 scores leave 3 images of 1 of the 43 classes without one (42); name the class of each "
        "score in a file (--classes), or leave these images out (--skip-unknown)"
    )
    refuse_unknown(classes, labels[[0, 2]], order, 42)  # no image of class 42 is measured


def test_only_some_classes_without_a_score_are_listed():
    classes = in_order(str(number) for number in range(10))
    with pytest.raises(MisreadError, match=r"8 images of 8 of the 10 classes without one \(2, 3, 4, 5, 6 and 3 more\)"):
        refuse_unknown(classes, np.tile(np.arange(10), 2)[:12], class_orders(classes, 2)["numeric"], 2)


def test_the_order_that_is_given_is_the_only_one():
    assert orders(("9", "10"), 3, ["10", "wolf", "9"]) == {"as given": [2, 0]}
    assert orders(("cat", "dog"), 2, ["dog", "wolf"]) == {"as given": [UNKNOWN, 0]}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["a"], "classes: 1 names are given, but the model has 2 scores"),
        (["a", "b", "c"], "classes: 3 names are given, but the model has 2 scores"),
        (["a", "a"], "classes: 'a' is given more than once"),
    ],
)
def test_wrong_names_are_told_in_one_line(given, told):
    with pytest.raises(MisreadError) as error:
        class_orders(("a", "b"), 2, given)
    assert str(error.value) == told


def test_scores_are_named_after_their_classes():
    assert names_of_scores(("a", "b"), 3, np.array([2, UNKNOWN])) == ["score 0", "score 1", "a"]
    assert names_of_scores(("a", "b"), 3, np.array([2, UNKNOWN]), ["wolf", "fox", "a"]) == ["wolf", "fox", "a"]


def test_a_file_names_a_class_on_each_line(tmp_path):
    path = tmp_path / "classes.txt"
    path.write_bytes("\ufeffAmpel grün\r\n stop \r\n".encode())
    assert read_names(path) == ["Ampel grün", "stop"]
    assert read_names(None) is None


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"a\n\nb\n", "line 2: must have the name of a class"),
        (b"\xff\xfe", "not a readable text file"),
        (None, "not a readable text file"),
    ],
)
def test_a_wrong_file_of_classes_is_told_in_one_line(tmp_path, content, told):
    path = tmp_path / "classes.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(MisreadError) as error:
        read_names(path)
    assert str(error.value).startswith(f"{path}: {told}")
    assert "\n" not in str(error.value)
