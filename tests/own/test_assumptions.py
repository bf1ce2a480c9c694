"""What a model expects is found out by its accuracy on clean images, and what cannot be found out is said."""

import numpy as np
import pytest
from scipy.special import softmax

from misread.errors import MisreadError
from misread.own import assumptions
from misread.own.class_orders import class_orders
from misread.own.feeding import ASKED_FOR, VALUES, Feeding
from misread.own.images.class_names import in_order
from misread.own.models.model import Model
from misread.own.models.shapes import checked

CLASSES = in_order(str(number) for number in range(12))
ORDERS = class_orders(CLASSES, len(CLASSES))
COLOURS = np.random.default_rng(1).integers(0, 256, (len(CLASSES), 3)).astype(np.float32)  # of the classes, RGB
IN_RANGE = {"0-255": 255, "0-1": 1, "-1-1": 1, "imagenet": 2.7, "caffe": 152}  # largest value of each range


@pytest.fixture(scope="module")
def data():
    """Images of the classes' colours with a little noise, and their classes."""
    rng = np.random.default_rng(0)
    labels = np.arange(240) % len(CLASSES)
    images = COLOURS[labels][:, None, None] + rng.normal(0, 10, (240, 4, 4, 3))
    return images.clip(0, 255).astype(np.uint8), labels


def nearest_colour(order="RGB", values="0-1", class_order="numeric", picky=False, as_scores=lambda scores: scores):
    """A model that finds the class of the nearest colour, if it is fed as it expects.

    Args:
        order: order of the channels that it expects.
        values: range of the values that it expects.
        class_order: order of its classes.
        picky: whether values beyond its range make it fail.
        as_scores: what becomes of its scores.

    """
    centres = VALUES[values](COLOURS)[:, ::-1] if order == "BGR" else VALUES[values](COLOURS)
    centres = centres[np.argsort(ORDERS[class_order])]

    def predict(batch):
        scores = -((batch.mean(axis=(1, 2))[:, None] - centres) ** 2).sum(axis=2)
        return as_scores(scores * (np.nan if picky and batch.max() > 1.001 * IN_RANGE[values] else 1))

    return Model("net", "test", checked("net", predict))


@pytest.mark.parametrize("class_order", ["numeric", "string"])
@pytest.mark.parametrize("values", [name for name in VALUES if name not in ASKED_FOR])
@pytest.mark.parametrize("order", ["RGB", "BGR"])
def test_what_a_model_expects_is_found(data, order, values, class_order):
    found = assumptions.find(nearest_colour(order, values, class_order), *data, ORDERS)
    assert found.feeding == Feeding(order, values, "logits")
    assert found.class_order == class_order
    assert found.remarks == (
        f"Assumed, as it fits best by a margin beyond chance: channel order {order}, values {values}, class order "
        f"{class_order}.",
    )


def test_the_table_has_a_row_for_each_combination(data):
    table = assumptions.find(nearest_colour("BGR"), *data, ORDERS).table
    assert list(table.columns) == ["channel order", "values", "class order", "accuracy", "low", "high", "n"]
    assert len(table) == 2 * 4 * 2
    assert (table.n == 240).all()
    best = table.loc[table.accuracy.idxmax()]
    assert (best["channel order"], best["values"], best["class order"]) == ("BGR", "0-1", "numeric")
    assert best.accuracy > 0.9
    assert best.low < best.accuracy <= best.high
    # The same predictions with the classes as text: wrong for 2 to 11, but for chance.
    assert table[(table["channel order"] == "BGR") & (table["values"] == "0-1")].accuracy.iloc[1] == pytest.approx(
        1 / 6, abs=0.02
    )


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ({"order": "BGR"}, "values 0-1, class order string"),
        ({"values": "0-1"}, "channel order BGR, class order string"),
        ({"order": "BGR", "values": "0-1"}, "class order string"),
    ],
)
def test_what_is_given_is_not_questioned(data, given, left):
    found = assumptions.find(nearest_colour("BGR", class_order="string"), *data, ORDERS, **given)
    assert found.feeding == Feeding("BGR", "0-1", "logits")
    assert found.remarks == (f"Assumed, as it fits best by a margin beyond chance: {left}.",)


def test_nothing_is_assumed_if_all_is_given(data):
    order = {"as given": ORDERS["numeric"]}
    found = assumptions.find(nearest_colour(), *data, order, "RGB", "0-1", "probabilities")
    assert found.feeding == Feeding("RGB", "0-1", "probabilities")
    assert found.remarks == ()
    assert len(found.table) == 1


def test_probabilities_are_told_from_logits(data):
    def as_scores(scores):
        return softmax(20 * scores, axis=1)

    found = assumptions.find(nearest_colour(as_scores=as_scores), *data, ORDERS)
    assert found.feeding == Feeding("RGB", "0-1", "probabilities")


def test_assumptions_that_are_level_are_told(data):
    """A network of ReLUs without biases hardly sees a scale; the most plausible one is taken."""
    images, labels = data
    weights = (COLOURS / np.linalg.norm(COLOURS, axis=1, keepdims=True)).T

    def predict(batch):
        return np.maximum(batch.mean(axis=(1, 2)), 0) @ weights

    model = Model("net", "test", checked("net", predict))
    found = assumptions.find(model, images, labels, {"numeric": ORDERS["numeric"]}, "RGB")
    assert found.feeding.values == "0-255"
    (remark,) = found.remarks
    assert remark.startswith("Assumed: values 0-255. The accuracy on 240 clean images does not tell it from 0-1")
    assert remark.endswith(".")


@pytest.mark.parametrize("values", ["0-1", "-1-1"])
def test_a_model_that_fails_on_a_wrong_range_is_wrong_there(data, values):
    found = assumptions.find(nearest_colour("BGR", values, picky=True), *data, ORDERS)
    assert found.feeding == Feeding("BGR", values, "logits")
    failed = found.table[found.table["values"] == "0-255"]
    assert len(failed) == 4
    assert (failed.accuracy == 0).all()


def test_a_model_that_always_fails_is_told(data):
    with pytest.raises(MisreadError, match=r"^net: gives NaN for some images, 240 of 240, expected finite scores$"):
        assumptions.find(nearest_colour(as_scores=lambda scores: scores * np.nan), *data, ORDERS)
    with pytest.raises(MisreadError, match=r"^net: gives NaN"):
        assumptions.find(nearest_colour(picky=True), *data, ORDERS, values="0-255")


def test_a_model_that_guesses_is_refused_with_what_to_check(data):
    images, labels = data
    with pytest.raises(MisreadError) as error:
        assumptions.find(nearest_colour(), images, np.random.default_rng(3).permutation(labels), ORDERS)
    told = str(error.value)
    assert told.startswith("net: its accuracy on 240 clean images is at most 0.")
    assert (
        " under each assumption, which is not clearly better than always naming the most frequent class (0.083)" in told
    )
    assert told.endswith("check the order of the classes, the resize policy and the preprocessing")


def test_images_of_one_class_tell_nothing(data):
    images, labels = data
    with pytest.raises(MisreadError, match=r"^net: all images that were tried have one class; two or more are needed$"):
        assumptions.find(nearest_colour(), images[labels == 3], labels[labels == 3], ORDERS)


@pytest.mark.parametrize(
    ("told", "given", "message"),
    [
        ({"dtype": "uint8"}, {"values": "0-1"}, "--values: 0-1: net takes 0-255"),
        ({"takes_images": True}, {"order": "BGR"}, "--order: BGR: net takes RGB"),
        ({"channels": 1}, {"values": "imagenet"}, "--values: imagenet: net takes 0-255 or 0-1 or -1-1"),
    ],
)
def test_what_has_no_meaning_for_a_model_is_refused(data, told, given, message):
    model = Model("net", "test", checked("net", lambda batch: np.zeros((len(batch), 12))), **told)
    with pytest.raises(MisreadError) as error:
        assumptions.find(model, *data, ORDERS, **given)
    assert str(error.value) == message


def test_each_class_has_its_share_of_the_images_that_are_tried():
    labels = np.repeat([0, 1, 2], [4000, 1000, 5])
    rows = assumptions.probe_rows(labels, seed=3)
    assert len(rows) == assumptions.PROBE
    assert np.bincount(labels[rows]) == pytest.approx([799, 200, 1], abs=2)
    assert assumptions.probe_rows(labels[:50], 3).tolist() == list(range(50))


def test_what_is_rare_is_used_if_it_is_asked_for(data):
    model = nearest_colour("BGR", "caffe", "numeric")
    found = assumptions.find(model, *data, ORDERS, values="caffe")
    assert found.feeding == Feeding("BGR", "caffe", "logits")
    assert "caffe" not in set(assumptions.find(model, *data, ORDERS).table["values"])
