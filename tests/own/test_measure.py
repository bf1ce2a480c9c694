"""`misread.measure`: the tables of a classifier that is a function, and what it refuses."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import softmax

import misread
from misread.errors import MisreadError

STRENGTHS = {"gaussian": (20.0, 60.0, 150.0, 400.0), "salt_pepper": (0.05, 0.2, 0.6)}
LEVELS = {"gaussian": (10.0, 25.0, 50.0), "salt_pepper": (0.004, 0.025, 0.1)}
QUICK = {"strengths": STRENGTHS, "refine": 0, "resamples": 100, "progress": False}


class Tensor:
    """What a PyTorch tensor that is on another device and has a gradient can do."""

    def __init__(self, values):
        self.values = values

    def detach(self):
        return self

    def cpu(self):
        return self

    def numpy(self):
        return self.values


@pytest.fixture(scope="module")
def hard(bands):
    """The images, with the labels of the first 30 changed, so that they are misclassified without noise."""
    labels = bands.labels.copy()
    labels[:30] = (labels[:30] + 1) % 3
    return bands._replace(labels=labels)


@pytest.fixture(scope="module")
def result(hard):
    return misread.measure(hard.predict, hard.images, hard.labels, name="toy", **QUICK)


def test_the_accuracies_are_those_of_the_predictions(result, hard):
    table = result.accuracy.set_index(["noise_type", "strength"])
    assert table.index.tolist() == [
        ("none", 0),
        *(
            (kind, strength)
            for kind, strengths in STRENGTHS.items()
            for strength in sorted({*strengths, *LEVELS[kind]})
        ),
    ]
    assert result.clean == table.accuracy["none", 0] == 210 / 240
    assert (table.n == 240).all()
    assert (table.clean_correct == 210).all()
    assert table.induced["none", 0] == 0
    levels = table[table.noise_level.isin(["min", "avg", "max"])]
    assert [strength for _, strength in levels.index] == [*LEVELS["gaussian"], *LEVELS["salt_pepper"]]
    strong = table.loc[("gaussian", 400)]
    assert strong.noise_level == ""
    assert strong.low < strong.accuracy < strong.high < result.clean
    assert strong.psnr < table.psnr["gaussian", 150]
    scores = softmax(hard.predict(hard.images), axis=1)
    assert table.confidence["none", 0] == pytest.approx(scores.max(axis=1).mean(), rel=1e-6)
    assert table.confidence_when_wrong["none", 0] == pytest.approx(scores[:30].max(axis=1).mean(), rel=1e-6)
    right = hard.labels == scores.argmax(axis=1)
    assert 0 < table.ece["none", 0] <= abs(right - scores.max(axis=1)).mean()


def test_the_thresholds_are_where_the_shares_of_failures_cross_a_level(result):
    table = result.thresholds.set_index(["noise_type", "level"])
    assert table.index.tolist() == [(kind, level) for kind in STRENGTHS for level in ("p05", "p10", "p50")]
    failing = result.accuracy.set_index(["noise_type", "strength"]).induced["gaussian"]
    found = table.loc[("gaussian", "p10")]
    assert found.status == "reached"
    grid = np.array(STRENGTHS["gaussian"])
    above = np.flatnonzero(failing[grid] >= 0.1)[0]
    assert above > 0
    (x0, x1), (y0, y1) = grid[above - 1 : above + 1], failing[grid].iloc[above - 1 : above + 1]
    assert found.strength == pytest.approx(x0 + (0.1 - y0) / (y1 - y0) * (x1 - x0))
    assert found.low < found.strength < found.high


def test_the_noise_that_disrupts_most_has_the_smallest_area(result):
    areas = result.ranking.set_index("noise_type").area
    assert set(areas.index) == set(STRENGTHS)
    assert set(result.ranking_pairs.measure) >= {"area", "psnr_p05", "psnr_p10"}
    (pair,) = result.ranking_pairs[result.ranking_pairs.measure == "area"].itertuples()
    assert pair.difference == pytest.approx(areas[pair.first] - areas[pair.second])
    assert pair.low < pair.difference < pair.high


def test_confusions_are_counted_without_noise_and_at_the_levels(result):
    table = result.confusions
    clean = table[table.noise_type == "none"]
    assert clean[["label", "prediction", "images"]].values.tolist() == [["0", "2", 10], ["1", "0", 10], ["2", "1", 10]]
    assert clean.share.tolist() == [1 / 8] * 3
    assert set(table.noise_level) == {"none", "min", "avg", "max"}
    wrong = table.groupby(["noise_type", "noise_level"]).images.sum()
    accuracy = result.accuracy.set_index(["noise_type", "noise_level"]).accuracy
    for place, count in wrong.items():
        assert count == round(240 * (1 - accuracy[place]))
    assert "unsafe" not in table


def test_classes_lose_recall(result):
    table = result.classes
    assert table["class"].tolist() == ["0", "1", "2"]
    assert table.n.tolist() == [80, 80, 80]
    assert table.clean.tolist() == [7 / 8] * 3
    assert table.loss.tolist() == pytest.approx(table.clean - table.noisy)
    levels = result.accuracy[result.accuracy.noise_level.isin(["min", "avg", "max"])]
    assert table.noisy.mean() == pytest.approx(levels.accuracy.mean())
    medians = result.images.groupby("label")["gaussian"].quantile(0.5, interpolation="lower")
    assert table.gaussian.tolist() == medians.tolist()


def test_each_image_has_the_smallest_noise_that_breaks_it(result, hard):
    table = result.images
    assert table.image.tolist() == list(range(240))
    assert table.label.tolist() == [str(label) for label in hard.labels]
    assert (table.gaussian[:30] == 0).all()
    assert (table.salt_pepper[:30] == 0).all()
    assert (table.prediction[:30] != table.label[:30]).all()
    rest = table[30:]
    assert (rest.prediction == rest.label).all()
    assert set(rest.gaussian) <= {*STRENGTHS["gaussian"], *LEVELS["gaussian"], np.inf}
    assert np.isinf(rest.gaussian).any()
    assert (rest.gaussian < np.inf).any()
    # The smallest of all: no image has failed below it.
    failing = result.accuracy[result.accuracy.noise_type == "gaussian"].set_index("strength").induced
    assert (failing[failing.index < rest.gaussian.min()] == 0).all()
    assert failing[rest.gaussian.min()] == pytest.approx((rest.gaussian == rest.gaussian.min()).mean())


def test_the_images_that_break_first_are_shown_one_of_each_class_before_others(result, hard):
    shown = [one for one in result.examples if one.noise_type == "gaussian"]
    assert len(shown) == 6
    assert {one.label for one in shown} == {0, 1, 2}
    smallest = result.images[30:].groupby("label").gaussian.min()
    assert {str(one.label): one.strength for one in reversed(shown)} == smallest.to_dict()
    for one in shown:
        assert one.prediction != one.label == hard.labels[one.row]
        assert hard.predict(one.noisy[None]).argmax() == one.prediction
        np.testing.assert_array_equal(one.clean, hard.images[one.row])


def test_the_settings_are_told(result):
    assert result.settings["model"] == {"name": "toy", "kind": "Python function"}
    assert result.settings["noise"]["strengths"] == STRENGTHS
    assert result.settings["scores"] == "logits"
    assert repr(result).startswith("<misread result: toy, 240 images>\ntoy classifies 87.5% of 240 images correctly")


def test_labels_may_be_names(hard, result):
    classes = ["top", "middle", "bottom"]
    named = misread.measure(
        hard.predict,
        hard.images,
        [classes[label] for label in hard.labels],
        classes=classes,
        names=[Path(f"image {row}.png") for row in range(240)],
        **QUICK,
    )
    assert named.classes["class"].tolist() == classes
    assert named.images.image[3] == "image 3.png"
    assert named.images.label[:3].tolist() == [classes[label] for label in hard.labels[:3]]
    assert named.accuracy.accuracy.tolist() == result.accuracy.accuracy.tolist()
    assert named.settings["classes"] == classes


@pytest.mark.parametrize("wrap", [Tensor, lambda scores: scores.tolist(), lambda scores: scores.astype(np.float64)])
def test_scores_may_come_from_any_library(few_bands, wrap):
    measured = misread.measure(
        lambda batch: wrap(few_bands.predict(batch)), few_bands.images, few_bands.labels, **QUICK
    )
    assert measured.clean == 1


def test_probabilities_are_taken_for_what_they_are(few_bands):
    def probabilities(batch):
        return softmax(few_bands.predict(batch), axis=1)

    given = [
        misread.measure(one, few_bands.images, few_bands.labels, **QUICK) for one in (probabilities, few_bands.predict)
    ]
    assert [one.settings["scores"] for one in given] == ["probabilities", "logits"]
    np.testing.assert_allclose(given[0].images.confidence, given[1].images.confidence, rtol=1e-5)


def test_a_function_may_change_what_it_gets(few_bands):
    def swapping(batch):
        scores = few_bands.predict(batch)
        batch[:] = 0
        return scores

    images = few_bands.images.copy()
    found, expected = (misread.measure(one, images, few_bands.labels, **QUICK) for one in (swapping, few_bands.predict))
    np.testing.assert_array_equal(images, few_bands.images)
    pd.testing.assert_frame_equal(found.accuracy, expected.accuracy)


def test_nothing_is_written_to_the_terminal_without_a_progress_bar(few_bands, capfd):
    misread.measure(few_bands.predict, few_bands.images, few_bands.labels, **QUICK)
    assert capfd.readouterr() == ("", "")
    misread.measure(few_bands.predict, few_bands.images, few_bands.labels, **QUICK | {"progress": True, "name": "toy"})
    assert "toy: 100%" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            {"images": lambda images: images / 255},
            "images: expected a uint8 array (N, HEIGHT, WIDTH, 1 or 3) of values",
        ),
        ({"images": lambda images: images[0]}, "images: expected a uint8 array (N, HEIGHT, WIDTH, 1 or 3) of values"),
        ({"images": lambda images: images.tolist()}, "images: expected a uint8 array (N, HEIGHT, WIDTH, 1 or 3)"),
        ({"images": lambda images: images[..., :2]}, "images: expected a uint8 array (N, HEIGHT, WIDTH, 1 or 3)"),
        ({"images": lambda images: images[:0], "labels": lambda labels: labels[:0]}, "images: must be at least one"),
        ({"labels": lambda labels: labels[:5]}, "labels: expected 30, one for each image, found the shape (5,)"),
        (
            {"labels": lambda labels: np.eye(3)[labels]},
            "labels: expected 30, one for each image, found the shape (30, 3)",
        ),
        ({"labels": lambda labels: labels + 1}, "labels: 1 to 3: must be 0 to 2, the numbers of the scores"),
        ({"labels": lambda labels: labels - 1}, "labels: -1 to 1: must be 0 to 2, the numbers of the scores"),
        ({"labels": lambda labels: labels / 2}, "labels: '0.0' is neither the number of a score nor among the classes"),
        (
            {"labels": lambda labels: ["cat"] * 30},
            "labels: 'cat' is neither the number of a score nor among the classes",
        ),
        ({"labels": np.zeros_like}, "the network: all images that were tried have one class; two or more are needed"),
        ({"classes": ["a", "b"]}, "classes: 2 names for 3 scores"),
        ({"classes": ["a", "b", "a"]}, "classes: 'a' is given more than once"),
        (
            {"images": lambda images: images[:2], "labels": lambda labels: labels[:2]},
            "the network: its accuracy on 2 clean images is 1.000, which is not clearly better than always naming the",
        ),
        ({"names": ["a"]}, "names: 1 for 30 images"),
        ({"noise": ["fog"]}, "noise: 'fog': must be of salt_pepper, periodic, gaussian"),
        ({"predict": lambda batch: batch}, "the network: gives an array of shape (30, 9, 6, 3) for 30 images"),
        (
            {"predict": lambda batch: np.full((len(batch), 3), np.nan)},
            "the network: gives NaN for some images, 30 of 30",
        ),
        ({"predict": lambda batch: batch.no_such}, "the network: fails on images (30, 9, 6, 3), AttributeError: "),
        ({"predict": "model.keras"}, "the network: of type str; expected a function that takes a batch of images"),
        (
            {"predict": lambda batch: np.eye(3)[[0] * len(batch)]},
            "the network: its accuracy on 30 clean images is 0.333, which is not clearly better than always naming the",
        ),
    ],
)
def test_what_is_wrong_is_told_in_one_line(few_bands, change, told):
    given = {"predict": few_bands.predict, "images": few_bands.images, "labels": few_bands.labels}
    change = {name: value(given[name]) if name in ("images", "labels") else value for name, value in change.items()}
    with pytest.raises(MisreadError) as error:
        misread.measure(**QUICK | {"strengths": None} | given | change)
    assert str(error.value).startswith(told)
    assert "\n" not in str(error.value)


def test_a_classifier_that_fails_under_noise_is_told_in_one_line(few_bands):
    def predict(batch):
        return few_bands.predict(batch) * (np.nan if (batch == 255).any() else 1)

    with pytest.raises(
        MisreadError, match=r"^the network: gives NaN for some images, 30 of 30, expected finite scores$"
    ):
        misread.measure(predict, few_bands.images, few_bands.labels, **QUICK)


def test_there_is_nothing_else_in_the_package():
    with pytest.raises(AttributeError, match="module 'misread' has no attribute 'measured'"):
        misread.measured  # noqa: B018


def test_images_of_one_group_count_as_one(result, hard):
    groups = [f"object {number // 10}" for number in range(240)]  # all of the first three are wrong without noise
    grouped = misread.measure(hard.predict, hard.images, hard.labels, name="toy", groups=groups, **QUICK)
    alone, together = (one.accuracy.iloc[0] for one in (result, grouped))
    assert together.accuracy == alone.accuracy
    assert together.high - together.low > 2 * (alone.high - alone.low)
    assert grouped.settings["groups"] == 24
    assert "groups" not in result.settings


@pytest.mark.parametrize(
    ("groups", "told"),
    [([1, 2], r"^groups: expected 240, one for each image, found the shape \(2,\)$"), ([1] * 240, "of one group")],
)
def test_wrong_groups_are_refused(hard, groups, told):
    with pytest.raises(MisreadError, match=told):
        misread.measure(hard.predict, hard.images, hard.labels, groups=groups, **QUICK)
