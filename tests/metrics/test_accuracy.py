"""Scores of predictions that were made up so that the right answers are known."""

import numpy as np
import pandas as pd
import pytest

from misread.metrics import accuracy, bootstrap, summary, tables
from misread.metrics.intervals import paired_difference, proportion
from misread.noise.types import NOISE_TYPES
from misread.params import LEVELS
from misread.report import levels, style

LABELS = np.repeat([0, 1, 2], [60, 30, 10])


def predictions(wrong_by_noise):
    """Predictions for every noise: the first so many images are wrong, predicted one class up."""
    parts = []
    for noise_type, level in [accuracy.CLEAN, *((t, lev) for t in NOISE_TYPES for lev in LEVELS)]:
        predicted = LABELS.copy()
        wrong = wrong_by_noise.get((noise_type, level), 0)
        predicted[:wrong] += 1
        parts.append(
            pd.DataFrame(
                {
                    "noise_type": noise_type,
                    "noise_level": level,
                    "row": np.arange(100),
                    "label": LABELS,
                    "prediction": predicted,
                    "confidence": np.where(np.arange(100) < wrong, 0.4, 0.9),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


BASELINE = predictions(
    {accuracy.CLEAN: 10} | {(t, lev): 20 * (i + 1) for t in NOISE_TYPES for i, lev in enumerate(LEVELS)}
)
BETTER = predictions(
    {accuracy.CLEAN: 5} | {(t, lev): 10 * (i + 1) for t in NOISE_TYPES for i, lev in enumerate(LEVELS)}
)


def test_wilson_interval_of_known_values():
    # 8 of 10, worked by hand from the formula: (p + z2/2n -+ z sqrt(pq/n + z2/4n2)) / (1 + z2/n), z = 1.959964.
    estimate = proportion(np.arange(10) < 8)
    assert estimate.value == 0.8
    assert estimate.low == pytest.approx(0.49016, abs=1e-5)
    assert estimate.high == pytest.approx(0.94331, abs=1e-4)
    assert estimate.n == 10
    assert proportion(np.ones(5, bool)).high == 1
    assert np.isnan(proportion(np.zeros(0, bool)).value)


def test_paired_difference_uses_the_pairs():
    first, second = np.arange(1000) < 900, np.arange(1000) < 880
    gain = paired_difference(first, second)
    assert gain.value == pytest.approx(0.02)
    # Standard error of 20 ones among 1000: sqrt(0.02 * 0.98 / 999).
    half = 1.9623 * np.sqrt(0.02 * 0.98 / 999)
    assert gain.low == pytest.approx(0.02 - half, abs=1e-5)
    assert gain.high == pytest.approx(0.02 + half, abs=1e-5)
    same = paired_difference(first, first)
    assert (same.value, same.low, same.high) == (0, 0, 0)


def test_scores_by_noise():
    table = accuracy.by_noise(BASELINE).set_index(["noise_type", "noise_level"])
    clean, worst = table.loc[accuracy.CLEAN], table.loc["gaussian", "max"]
    assert clean.accuracy == 0.9
    assert worst.accuracy == pytest.approx(0.4)
    assert worst.n == 100
    assert worst.low < worst.accuracy < worst.high
    # All 60 of class 0 are wrong, the other two classes are right.
    assert worst.balanced_accuracy == pytest.approx(2 / 3)
    # Of the 90 that are right on the clean set, 50 are wrong here.
    assert worst.clean_correct == 90
    assert worst.induced == pytest.approx(50 / 90)
    assert worst.confidence_when_wrong == pytest.approx(0.4)


def test_row_order_does_not_matter():
    shuffled = BASELINE.sample(frac=1, random_state=0).sort_values(["noise_type", "noise_level"], kind="stable")
    key = ["noise_type", "noise_level"]
    pd.testing.assert_frame_equal(
        accuracy.by_noise(shuffled).sort_values(key, ignore_index=True),
        accuracy.by_noise(BASELINE).sort_values(key, ignore_index=True),
    )


def test_recall_of_each_class():
    table = accuracy.per_class(BASELINE).set_index("class_id")
    assert table.n.tolist() == [60, 30, 10]
    assert table.loc[0, "clean"] == pytest.approx(50 / 60)
    assert table.loc[0, "gaussian-max"] == 0
    assert table.loc[1, "gaussian-max"] == 1


def test_corruption_error_is_relative_to_the_baseline():
    better, baseline = accuracy.by_noise(BETTER), accuracy.by_noise(BASELINE)
    assert accuracy.corruption_error(better, baseline).tolist() == pytest.approx([0.5, 0.5, 0.5])
    assert accuracy.corruption_error(baseline, baseline).tolist() == pytest.approx([1, 1, 1])
    assert accuracy.mean_noisy_accuracy(better) == pytest.approx(0.8)


def test_the_baseline_has_a_corruption_error_of_one_over_several_trainings():
    both = pd.concat([BASELINE.assign(training=1), BETTER.assign(training=2)], ignore_index=True)
    trained = {"label": "cnn", "image_size": 40, "regime": "clean", "parameters": 1}
    table = accuracy.of_classifier(both, both, trained, bootstrap.independent(100, 100, 0), "cnn-clean")
    assert table.corruption_error.dropna().tolist() == pytest.approx([1] * 9)


def test_metrics_hold_what_dvc_compares_and_no_more():
    found = {"salt_pepper": 0.012345, "periodic": None, "gaussian": 13.77}
    thresholds = {kind: {"p10": {"strength": strength}} for kind, strength in found.items()}
    metrics = accuracy.metrics(
        accuracy.by_noise(BETTER), accuracy.by_noise(BASELINE), thresholds, 234_059, ("gaussian", "avg")
    )
    assert metrics == {
        "clean": 0.95, "chosen": 0.8, "noisy": 0.8, "mce": 0.5, "salt10": 0.0123, "wave10": None, "gauss10": 13.8,
        "params": 234_059,
    }  # fmt: skip
    assert max(map(len, metrics)) <= 10


def scored(table, regime="clean"):
    result = accuracy.by_noise(table)
    for position, (column, value) in enumerate({"label": "cnn", "image_size": 40, "regime": regime}.items()):
        result.insert(position, column, value)
    return result


def test_results_table_has_the_studys_columns_first():
    table = tables.results([scored(BASELINE), scored(BETTER, "noisy")])
    assert table.columns.tolist() == [
        "Network", "Image size", "Noise type", "Noise level", "Accuracy", "regime", "n", "low", "high",
        "trainings", "spread",
    ]  # fmt: skip
    assert len(table) == 20


def test_headline_pairs_the_regimes():
    found = {"cnn-clean": BASELINE, "cnn-noisy": BETTER}
    how, selected = bootstrap.independent(100, 200, 0), ("gaussian", "max")
    result = summary.headline({key: scored(one) for key, one in found.items()}, found, "gtsrb", selected, how)
    assert result["minus_clean"]["cnn-noisy"]["selected"]["difference"] == pytest.approx(0.3)
    assert result["minus_clean"]["cnn-noisy"]["selected"]["low"] > 0.2
    assert result["minus_clean"]["cnn-noisy"]["clean"]["difference"] == pytest.approx(0.05)
    noisy = [noise for noise in BETTER.groupby(["noise_type", "noise_level"]).groups if noise != accuracy.CLEAN]
    means = [accuracy.mean_noisy_accuracy(accuracy.by_noise(table)) for table in (BETTER, BASELINE)]
    assert len(noisy) == 9
    assert result["minus_clean"]["cnn-noisy"]["noisy"]["difference"] == pytest.approx(means[0] - means[1])
    assert result["test_images"] == 100


def test_several_trainings_have_their_mean_and_spread():
    both = pd.concat([BASELINE.assign(training=1), BETTER.assign(training=2)], ignore_index=True)
    how = bootstrap.independent(100, 200, 0)
    table = accuracy.by_noise(both, how).set_index(["noise_type", "noise_level"])
    worst = table.loc["gaussian", "max"]
    assert (worst.accuracy, worst.trainings, worst.n) == (pytest.approx(0.55), 2, 100)
    assert worst.spread == pytest.approx(np.std([0.4, 0.7], ddof=1))
    assert worst.induced == pytest.approx((50 + 25) / (90 + 95)), (
        "of the images that each training classifies correctly"
    )
    assert worst.low < 0.4 + 0.05, "another training may be as bad as the first"
    assert accuracy.by_noise(BASELINE, how).spread.isna().all()
    assert accuracy.correct(both, "gaussian", "max").shape == (2, 100)
    assert accuracy.per_class(both).n.tolist() == [60, 30, 10]


@style.applied()
def test_figures_are_the_same_bytes_twice_and_say_what_they_show(tmp_path):
    for name in ("one", "two"):
        figure = levels.accuracy_by_level({"cnn-clean": scored(BASELINE)}, {"cnn-clean": "cnn (clean)"}, "synthetic")
        texts = [axes.get_title() for axes in figure.axes]
        assert texts == [style.noise_title(noise_type) for noise_type in NOISE_TYPES]
        assert figure.get_supxlabel() == "Rendered signs, not GTSRB"
        style.save(figure, tmp_path / f"{name}.svg")
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()
