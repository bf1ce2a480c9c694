"""Calibration, rejection of unsure images, and error consistency: known values and properties."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import cohen_kappa_score

from misread.metrics import agreement, bootstrap, calibration

RNG = np.random.default_rng(0)


def predictions(confidence, right, **columns):
    label = np.zeros(len(right), int)
    return pd.DataFrame(
        {
            "row": np.arange(len(right)), "label": label, "prediction": np.where(right, 0, 1),
            "confidence": confidence, "calibrated": confidence,
        }
        | columns
    )  # fmt: skip


class TestExpectedCalibrationError:
    def test_a_calibrated_classifier_has_none_and_a_boastful_one_has_what_it_lacks(self):
        confidence = RNG.uniform(0.2, 1, 200_000)
        right = RNG.random(200_000) < confidence
        assert calibration.expected_calibration_error(confidence, right) < 0.005
        assert calibration.expected_calibration_error(np.full(10, 0.9), np.arange(10) < 6) == pytest.approx(0.3)

    def test_bins_are_weighted_by_their_images(self):
        confidence = np.array([0.95, 0.95, 0.95, 0.35])
        right = np.array([True, True, False, False])
        expected = 3 / 4 * abs(2 / 3 - 0.95) + 1 / 4 * 0.35
        assert calibration.expected_calibration_error(confidence, right) == pytest.approx(expected)

    def test_errors_of_one_bin_cancel_and_those_of_two_do_not(self):
        right = np.array([True, False])
        assert calibration.expected_calibration_error(np.array([0.5, 0.5]), right) == pytest.approx(0)
        assert calibration.expected_calibration_error(np.array([0.45, 0.55]), right, bins=2) == pytest.approx(0.55)

    def test_certainty_and_nothing(self):
        assert calibration.expected_calibration_error(np.ones(3), np.ones(3, bool)) == 0
        assert np.isnan(calibration.expected_calibration_error(np.array([]), np.array([], bool)))


class TestRiskAndCoverage:
    def test_the_most_confident_are_kept_first(self):
        risk = calibration.risk_coverage(np.array([0.1, 0.9, 0.5, 0.7]), np.array([False, True, False, True]))
        assert risk.tolist() == [0, 0, 1 / 3, 1 / 2]
        assert calibration.coverage_at(risk) == 0.5
        assert calibration.coverage_at(risk, 0.4) == 0.75
        assert calibration.coverage_at(np.array([1.0, 0.5])) == 0

    def test_images_of_equal_confidence_come_in_no_order(self):
        right = np.arange(100) >= 10
        for order in (right, right[::-1], RNG.permutation(right)):
            assert calibration.risk_coverage(np.full(100, 0.9), order) == pytest.approx(0.1)
        risk = calibration.risk_coverage(np.array([0.9, 0.5, 0.5]), np.array([True, False, True]))
        assert risk == pytest.approx([0, 0.25, 1 / 3])

    def test_confidence_that_says_nothing_gives_the_error_at_every_coverage(self):
        right = RNG.random(50_000) < 0.8
        risk = calibration.risk_coverage(RNG.random(50_000), right)
        assert risk[5000:] == pytest.approx(0.2, abs=0.02)

    def test_the_curve_ends_with_the_error_of_all(self):
        table = predictions(RNG.random(1234), RNG.random(1234) < 0.7)
        curve = calibration.curve(table)
        assert len(curve) == calibration.POINTS
        assert curve.coverage.iloc[-1] == 1
        assert curve.risk.iloc[-1] == pytest.approx((table.label != table.prediction).mean())
        assert len(calibration.curve(table.head(3))) == 3


def test_each_noise_has_its_row_with_scores_before_and_after_scaling():
    sure = predictions(np.full(10, 0.9), np.arange(10) < 5, noise_type="none", noise_level="none")
    sure["calibrated"] = 0.5
    all_right = predictions(np.full(10, 0.8), np.ones(10, bool), noise_type="gaussian", noise_level="max")
    table = calibration.by(pd.concat([sure, all_right]), ["noise_type", "noise_level"])
    assert table.noise_type.tolist() == ["none", "gaussian"]
    assert table.ece.tolist() == pytest.approx([0.4, 0.2])
    assert table.ece_scaled.tolist() == pytest.approx([0.0, 0.2])
    assert table.confidence_when_wrong[0] == pytest.approx(0.9)
    assert np.isnan(table.confidence_when_wrong[1])
    assert table.coverage.tolist() == [0.0, 1.0], (
        "of images that are equally confident none can be told from the others"
    )


def consistency(one, other):
    return agreement.error_consistency(one, other, bootstrap.independent(len(one), 1000, 1))


class TestErrorConsistency:
    def test_it_is_scikit_learns_kappa(self):
        one, other = RNG.random((2, 5000)) < 0.8
        other[:2000] = one[:2000]
        found = consistency(one, other)
        assert found["kappa"] == pytest.approx(cohen_kappa_score(one, other))
        assert found["low"] < found["kappa"] < found["high"]
        assert found["high"] - found["low"] < 0.1

    def test_equal_independent_and_opposite_classifiers(self):
        right = RNG.random(20_000) < 0.7
        assert consistency(right, right)["kappa"] == 1
        independent = consistency(right, RNG.random(20_000) < 0.9)
        assert independent["low"] < 0 < independent["high"]
        half = np.arange(1000) < 500
        assert consistency(half, ~half)["kappa"] == pytest.approx(-1)

    @pytest.mark.parametrize("errors", [0, 2])
    def test_a_classifier_that_is_always_right_has_none(self, errors):
        found = consistency(np.ones(5, bool), np.arange(5) >= errors)
        assert np.isnan([found["kappa"], found["low"], found["high"]]).all()

    def test_one_error_gives_no_interval(self):
        right = np.arange(300) > 0
        found = consistency(right, right)
        assert found["kappa"] == 1
        assert np.isnan([found["low"], found["high"]]).all()

    def test_every_two_classifiers_on_every_set(self):
        sets = [("none", "none"), ("gaussian", "max")]
        tables = {
            key: pd.concat(
                predictions(np.ones(50), RNG.random(50) < 0.5, noise_type=kind, noise_level=level).sample(frac=1)
                for kind, level in sets
            )
            for key in ("a-clean", "b-clean", "a-noisy")
        }
        found = agreement.table(tables, bootstrap.independent(50, 200, 1))
        assert len(found) == 3 * 2
        assert list(zip(found.noise_type, found.noise_level, strict=True))[:2] == sets
        assert agreement.table({"a-clean": tables["a-clean"]}, bootstrap.independent(50, 200, 1)).empty
