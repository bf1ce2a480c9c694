"""Measures of generated images, on features and images whose answers are known."""

import numpy as np
import pytest

from misread.metrics import gan_scores, generation, residuals
from misread.noise.draws import words_of_rows
from misread.noise.types import NOISE_TYPES


def test_frechet_distance_of_known_normal_distributions():
    rng = np.random.default_rng(0)
    first, second = rng.normal(0, 1, (200_000, 2)), rng.normal([3, 0], [2, 1], (200_000, 2))
    # |m1 - m2|^2 = 9; variances 1 and 4 in the first direction: 1 + 4 - 2 * sqrt(4) = 1; none in the second.
    assert generation.frechet_distance(first, second) == pytest.approx(10, abs=0.1)
    assert generation.frechet_distance(first, first) == pytest.approx(0, abs=1e-6)


def test_kernel_distance_is_unbiased_and_grows():
    rng = np.random.default_rng(0)
    first, same, other = (rng.normal(mean, 1, (2000, 8)) for mean in (0, 0, 1))
    near, spread = generation.kernel_distance(first, same, rng, subsets=20, size=500)
    far, _ = generation.kernel_distance(first, other, rng, subsets=20, size=500)
    assert abs(near) < 2 * spread
    assert far > 10 * spread


def test_precision_and_recall_tell_fidelity_from_coverage():
    rng = np.random.default_rng(0)
    real = np.concatenate([rng.normal(0, 1, (500, 4)), rng.normal(20, 1, (500, 4))])
    half = rng.normal(0, 1, (1000, 4))  # one mode of two
    precise, recalled = generation.precision_recall(real, half, 3)
    assert precise.mean() > 0.9
    assert 0.4 < recalled.mean() < 0.55
    precise, _ = generation.precision_recall(real, rng.normal(100, 1, (200, 4)), 3)
    assert not precise.any()


def test_images_are_spread_over_all_tracks_and_over_each():
    tracks = np.repeat(np.arange(10), 30)
    chosen, frames = generation.spread_over_tracks(tracks, 50)
    assert frames == 5
    assert (np.bincount(tracks[chosen]) == 5).all()
    assert (np.diff(chosen) > 0).all()
    assert (np.diff(chosen[:5]) > 5).all(), "evenly over the track"
    every, frames = generation.spread_over_tracks(tracks, 10_000)
    assert (len(every), frames) == (300, 30), "no more frames than there are"


def test_what_fills_small_sets_is_no_subset_of_itself():
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=(2, 100, 4))
    _, spread = generation.kernel_distance(first, second, rng, subsets=20, size=1000)
    assert spread > 0.01


def test_diversity_is_the_root_mean_square_distance_of_pairs():
    features = np.array([[0.0, 0], [3, 4], [1, 1], [1, 1], [9, 9]])
    assert generation.diversity(features, np.array([0, 0, 1, 1, 2])) == pytest.approx({0: 5.0, 1: 0.0})


def test_coverage_counts_classes_and_compares_distributions():
    expected = np.repeat([0, 1, 2, 3], 100)
    assert generation.coverage(expected, expected, 5) == (4, 0)
    covered, distance = generation.coverage(np.repeat([0, 1], [100, 300]), expected, 5)
    assert (covered, distance) == (2, pytest.approx(0.5))


def test_residuals_grow_with_noise_and_waves_stand_out():
    rng = np.random.default_rng(0)
    flat = np.full((50, 28, 28, 3), 128, np.uint8)
    assert residuals.residual_rms(flat).max() == 0
    noisy, stronger = (
        NOISE_TYPES["gaussian"].corrupt(flat, strength, words_of_rows(0, "any", 28, "test", np.arange(50)))
        for strength in (20.0, 40.0)
    )
    assert 0 < residuals.residual_rms(noisy).mean() < residuals.residual_rms(stronger).mean()
    x = np.arange(28)
    wave = np.clip(128 + 40 * np.sin(2 * np.pi * x / 7), 0, 255).astype(np.uint8)
    waves = np.broadcast_to(wave[None, None, :, None], (5, 28, 28, 3))
    spectrum = residuals.power_spectrum(waves)
    assert residuals.periodic_power(spectrum, 7, 0) > 100 * residuals.periodic_power(spectrum, 7, 90)
    white = residuals.power_spectrum(rng.normal(0, 10, (400, 28, 28, 1)).repeat(3, axis=3))
    assert np.delete(white.ravel(), 14 * 28 + 14).mean() == pytest.approx(100, rel=0.05)


def test_tables_of_a_conditional_gan():
    seen, wanted = np.array([0, 0, 1, 0]), np.array([0, 0, 1, 1])
    features = np.random.default_rng(0).normal(size=(4, 3))
    table = gan_scores.per_class(seen, features, wanted, np.array([0, 1, 1, 1]), features)
    assert table.gan_test.tolist() == [1.0, 0.5]
    assert table.training_share.tolist() == [0.25, 0.75]
    assert table.seen_share.tolist() == [0.75, 0.25]
    plain = gan_scores.per_class(seen, features, None, np.array([0, 1, 1, 1]), features)
    assert "gan_test" not in plain
