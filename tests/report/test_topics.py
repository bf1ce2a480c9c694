"""What the topics of the report say and show, from made-up results."""

import numpy as np
import pandas as pd
import pytest
from report.conftest import BELOW, NOT_REACHED, TYPES, ranked, thresholds

from misread.metrics.thresholds import BELOW_GRID
from misread.report import (
    confidence,
    disruption,
    error_consistency,
    gan_training_data,
    mistakes,
    noise_training,
    onset,
    wording,
)


def with_(results, **changed):
    results.__dict__ |= changed
    return results


class TestOnset:
    def said(self, results, clean, noisy):
        return onset.answer(with_(results, thresholds=thresholds({"cnn-clean": clean, "cnn-noisy": noisy})))[1]

    def test_the_most_and_the_least_sensitive_classifier_are_named(self, results):
        assert self.said(results, 0.03, 0.2) == (
            "Salt & pepper noise: the strengths are between 3% of the pixels (cnn (clean)) and 20% (cnn (noisy))."
        )

    def test_classifiers_without_a_threshold_are_counted(self, results):
        assert self.said(results, 0.03, NOT_REACHED).endswith(
            "the strength is 3% of the pixels for cnn (clean); 1 of 2 classifiers does not fail regularly at any "
            "strength that was tested."
        )
        assert self.said(results, NOT_REACHED, NOT_REACHED).startswith("Salt & pepper noise: 2 of 2 classifiers do not")
        assert "1 of 2 classifiers fails regularly at the smallest strength" in self.said(results, BELOW, 0.2)

    def test_thresholds_sort_by_value_and_those_outside_the_grid_at_its_ends(self, results):
        found = thresholds({"cnn-clean": 0.085, "cnn-noisy": BELOW})
        table = onset.tables(with_(results, thresholds=found))["thresholds"]
        values = {row[3].text: float(row[3].value) for row in table.rows}
        assert values["8.5% (4% to 6%)"] == 0.085
        assert values[BELOW_GRID] < 0.085 < values["not reached"]
        assert table.columns[3].numeric


class TestDisruption:
    def said(self, results, areas, half=0.05):
        ranking, pairs = ranked(areas, half)
        return disruption.answer(with_(results, ranking=ranking, ranking_pairs=pairs))[1:]

    def test_the_most_disruptive_noise_is_told_for_each_regime(self, results):
        assert self.said(results, {"cnn-clean": (0.6, 0.4, 0.5), "cnn-noisy": (0.4, 0.5, 0.6)}) == [
            "Periodic noise is the most disruptive for the only network trained on clean signs.",
            "Salt & pepper noise is the most disruptive for the only network trained on signs with salt & pepper (max) "
            "noise.",
        ]

    def test_networks_that_differ_are_counted(self, results):
        areas = {"a-clean": (0.6, 0.4, 0.5), "b-clean": (0.6, 0.4, 0.5), "c-clean": (0.3, 0.4, 0.5)}
        assert self.said(results, areas) == [
            "Periodic noise is the most disruptive for 2 of the 3 networks trained on clean signs.",
            "Salt & pepper noise is the most disruptive for 1 of the 3 networks trained on clean signs.",
        ]

    def test_a_tie_is_no_finding(self, results):
        areas = {"cnn-clean": (0.6, 0.4, 0.43), "cnn-noisy": (0.8, 0.4, 0.6)}
        assert self.said(results, areas)[0] == (
            "For the only network trained on clean signs, the measures do not decide which type is the most disruptive."
        )
        table = disruption.tables(results)["order"]
        assert [row[1].text for row in table.rows] == [
            "periodic ≈ Gaussian > salt & pepper",
            "periodic > Gaussian > salt & pepper",
        ]


class TestMistakes:
    def test_shares_are_told_with_and_without_noise(self, results):
        [same] = mistakes.answer(results)
        assert "cnn (clean) misclassifies 30% of the speed limits" in same
        assert "cnn (noisy)" not in same, "both networks are alike"
        results.permits_more.loc[3, ["permits_more", "low"]] = 0.1
        [overlap] = mistakes.answer(results)
        assert "cnn (noisy)" not in overlap, "the intervals overlap"
        results.permits_more.loc[3, "high"] = 0.15
        [differ] = mistakes.answer(results)
        assert ", and cnn (noisy) 10% (" in differ

    def test_no_such_signs_give_no_sentence(self, results):
        results.permits_more["permits_more"] = np.nan
        assert mistakes.answer(results) == []

    def test_the_table_when_nothing_is_confused(self, results):
        assert mistakes.confusions(with_(results, confusions=results.confusions.iloc[:0])).rows == []


def test_what_training_on_noise_changes_is_a_range_over_the_networks(results):
    one, seen = noise_training.answer(results)
    assert "over the noisy test sets by +0.050" in one
    assert seen == "Networks of the regime robust are trained on the same types of noise as the test sets."
    more = {"difference": 0.4, "low": 0.3, "high": 0.5}
    results.minus_clean["resnet50-noisy"] = dict.fromkeys(("selected", "clean", "noisy", *TYPES), more)
    both, _ = noise_training.answer(results)
    assert "noise by +0.300 to +0.400, and the accuracy on clean signs by -0.100 to +0.400." in both
    results.minus_clean["resnet50-noisy"]["clean"] = {"difference": 0.1, "low": -0.1, "high": 0.3}
    both, _ = noise_training.answer(results)
    assert "on clean signs by -0.100 to +0.100 (the interval contains 0 for 1 of 2 networks)." in both


def test_what_training_on_a_noise_costs_under_others_is_told(results):
    results.minus_clean["cnn-noisy"]["gaussian"] = {"difference": -0.05, "low": -0.08, "high": -0.02}
    results.minus_clean["cnn-noisy"]["periodic"] = {"difference": -0.05, "low": -0.12, "high": 0.02}
    told = " ".join(noise_training.answer(results))
    assert "noise lowers the accuracy of cnn (noisy) under Gaussian noise by 0.050." in told
    assert "under periodic noise by" not in told


class TestConfidence:
    def test_the_most_confident_wrong_classifier_is_named(self, results):
        table = results.calibration["cnn-noisy"]
        table.loc[(table.noise_type == "periodic") & (table.noise_level == "max"), "confidence_when_wrong"] = 0.97
        worst, errors = confidence.answer(results)
        assert worst == (
            "The wrong predictions of the first training of cnn (noisy) under periodic noise (max) have a mean "
            "confidence of 0.97, the highest in the table."
        )
        assert "error is 0.200 on clean signs" in errors

    def test_few_wrong_predictions_say_nothing(self, results):
        for table in results.calibration.values():
            table["accuracy"] = 0.99
        [errors] = confidence.answer(results)
        assert errors.startswith("The expected calibration error")


def test_error_consistency_is_told_for_each_regime_and_for_the_regimes_of_the_baseline(results):
    assert error_consistency.answer(results)[1:] == [
        "Kappa between regimes of cnn is 0.40 on clean signs and 0.40 under noise."
    ]
    results.scored["resnet50-noisy"] = results.scored["cnn-noisy"]
    pair = results.agreement.assign(one="cnn-noisy", other="resnet50-noisy", kappa=0.1)
    again = results.agreement.assign(one="cnn-noisy", other="cnn-noisy", kappa=0.9)
    results.__dict__["agreement"] = pd.concat([results.agreement, pair, again])
    panels = error_consistency.panels_of(results.agreement, "cnn")
    assert list(panels) == ["networks of the regime noisy", "regimes of cnn", "two trainings of a network"]
    assert set(panels["networks of the regime noisy"].kappa) == {0.1}, "two trainings are no two networks"
    assert len(error_consistency.tables(results)["kappa"].rows) == 3


def test_a_single_classifier_agrees_with_none(results):
    results.__dict__["agreement"] = results.agreement.iloc[:0]
    assert error_consistency.figures(results) == {}
    assert error_consistency.tables(results)["kappa"].rows == []
    assert error_consistency.text(results) == {"compared": False}
    assert error_consistency.answer(results) == []


def test_networks_without_errors_have_no_kappa_and_are_in_no_sentence(results):
    clean = results.agreement.noise_type == "none"
    results.agreement.loc[clean, ["kappa", "low", "high"]] = np.nan
    assert error_consistency.answer(results)[1] == "Kappa between regimes of cnn is 0.40 under noise."
    [row] = error_consistency.tables(results)["kappa"].rows
    assert (row[2].text, row[3].text) == ("-", "0.40")


def test_noise_that_a_regime_leaves_out_is_named_beside_its_results(results):
    robust = results.settings.regimes.robust.model_copy(update={"leave_out": ["periodic"]})
    regimes = results.settings.regimes.model_copy(update={"robust": robust})
    results.settings = results.settings.model_copy(update={"regimes": regimes})
    assert results.seen_in_training == "Networks of the regime robust are not trained on periodic noise."


def test_generated_signs_are_compared_with_real_ones(results):
    sentences = gan_training_data.answer(results)
    assert "reach 0.90 accuracy on the clean test set" in sentences[0]
    assert "raises the accuracy by 0.100 under salt & pepper (max) noise" in sentences[1]
    results.gains["low"] = -0.1
    assert "does not change the accuracy measurably" in gan_training_data.answer(results)[1]


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.1, 0.3, "raises the accuracy by 0.200"),
        (-0.3, -0.1, "lowers the accuracy by 0.200"),
        (-0.1, 0.1, "does not change the accuracy measurably"),
    ],
)
def test_a_difference_is_told_only_if_its_interval_says_so(low, high, said):
    assert wording.change((low + high) / 2, low, high) == said


def test_open_ends_of_an_interval_are_named():
    found = pd.Series({"strength": 0.1, "low": np.nan, "high": np.nan, "noise_type": "salt_pepper"})
    assert wording.threshold(found) == "10% (below the grid to beyond the grid)"


def test_words_of_lists_shares_and_ranges():
    assert wording.listed(["a"]) == "a"
    assert wording.listed(["a", "b", "c"]) == "a, b and c"
    assert wording.share(0.0123) == "1.2%"
    assert wording.share(0.123) == "12%"
    assert wording.between(0.301, 0.304) == "0.30"
