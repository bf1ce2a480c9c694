"""Intra-track correlation and design effect, of errors whose answers are known."""

import numpy as np
import pandas as pd
import pytest

from misread.metrics.track_effects import effects, track_effect

TRACKS = np.repeat(np.arange(200), 30)


def test_frames_that_always_fail_together_are_worth_one():
    wrong = (np.random.default_rng(0).random(200) < 0.3)[TRACKS]
    found = track_effect(wrong, TRACKS)
    assert found.correlation == pytest.approx(1)
    assert found.effect == pytest.approx(30)
    assert found.effective == pytest.approx(200)
    assert (found.images, found.tracks) == (6000, 200)


def test_independent_errors_have_no_correlation():
    found = track_effect(np.random.default_rng(0).random(6000) < 0.3, TRACKS)
    assert found.correlation == pytest.approx(0, abs=0.01)
    assert found.effective == pytest.approx(6000, rel=0.25)


def test_a_known_correlation_is_found():
    rng = np.random.default_rng(1)
    chances = rng.beta(0.3 * 1.5, 0.7 * 1.5, size=2000)  # correlation 1 / (1 + 1.5)
    tracks = np.repeat(np.arange(2000), 30)
    found = track_effect(rng.random(60000) < chances[tracks], tracks)
    assert found.correlation == pytest.approx(0.4, abs=0.03)


def test_the_estimate_worked_by_hand():
    # Means 1, 0.5, 0: MSB = 2 (0.25 + 0 + 0.25) / 2 = 0.5; MSW = 0.5 / 3; n0 = 2.
    found = track_effect(np.array([1, 1, 1, 0, 0, 0], bool), np.array([0, 0, 1, 1, 2, 2]))
    assert found.correlation == pytest.approx((0.5 - 0.5 / 3) / (0.5 + 0.5 / 3))
    assert found.effect == pytest.approx(1.5)


def test_the_effect_is_that_of_a_mean_over_tracks_of_different_lengths():
    tracks = np.repeat([0, 1, 2, 3], [30, 30, 1, 1])
    found = track_effect(np.isin(tracks, [0, 2]), tracks)
    assert found.correlation == pytest.approx(1)
    assert found.effect == pytest.approx((30**2 * 2 + 2) / 62)


def test_without_errors_there_is_no_correlation():
    found = track_effect(np.zeros(6000, bool), TRACKS)
    assert np.isnan(found.correlation)


def test_tracks_of_different_classes_have_the_same_numbers():
    index = pd.DataFrame({"class_id": [0] * 4 + [1] * 4, "track": [0, 0, 1, 1] * 2})
    predictions = pd.DataFrame(
        {
            "noise_type": "none",
            "noise_level": "none",
            "row": np.arange(8),
            "label": 0,
            "prediction": [0, 0, 1, 1, 1, 1, 0, 0],
        }
    )
    [row] = effects(predictions, index).itertuples()
    assert (row.tracks, row.images, row.error) == (4, 8, 0.5)
    assert row.correlation == pytest.approx(1)
