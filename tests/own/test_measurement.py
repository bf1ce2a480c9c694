"""The grids of noises, and how they are refined where a classifier starts to fail."""

from dataclasses import replace

import numpy as np
import pytest

from misread.metrics.accuracy import CLEAN
from misread.own import measured_tables
from misread.own.measurement import measure_grids
from misread.own.settings import settings

COARSE = (2.0, 60.0, 150.0, 900.0)


def measured(bands, chosen, rows=None):
    """The predictions and energies of some of the images."""
    rows = np.arange(len(bands.images)) if rows is None else rows
    return measure_grids(bands.predict, bands.images[rows], bands.labels[rows], chosen, rows, quiet=True)


def strengths(sweep, kind="gaussian"):
    return sorted(sweep[sweep.noise_type == kind].strength.unique())


def thresholds(bands, chosen):
    sweep, energy = measured(bands, chosen)
    how = measured_tables.resampling(sweep, chosen, None)
    return measured_tables.all_thresholds(sweep, energy, chosen, how)["gaussian"]


def test_without_refinement_exactly_the_grids_and_the_levels_are_measured(bands):
    chosen = settings(strengths={"gaussian": [5, 25, 300], "salt_pepper": [0.5]}, refine=0)
    sweep, energy = measured(bands, chosen)
    assert strengths(sweep) == [5, 10, 25, 50, 300]
    assert strengths(sweep, "salt_pepper") == [0.004, 0.025, 0.1, 0.5]
    assert strengths(sweep, CLEAN[0]) == [0]
    assert len(sweep) == (5 + 4 + 1) * len(bands.images)
    assert list(sweep) == ["row", "label", "prediction", "confidence", "noise_type", "strength"]
    assert list(energy) == ["noise_type", "strength", "rmse", "psnr"]
    assert len(energy) == 5 + 4
    assert energy.strength.tolist() == [5, 10, 25, 50, 300, 0.004, 0.025, 0.1, 0.5]  # as the types are given, ascending


def test_the_images_are_not_changed(bands):
    before = bands.images.copy()
    measured(bands, settings(["gaussian"], refine=1))
    np.testing.assert_array_equal(bands.images, before)


def test_a_refined_grid_has_the_thresholds_of_a_fine_one(bands):
    fine = tuple(np.geomspace(COARSE[0], COARSE[-1], 60))
    expected = thresholds(bands, settings(strengths={"gaussian": fine}, refine=0, resamples=400))
    refined = thresholds(bands, settings(strengths={"gaussian": COARSE}, refine=4, resamples=400))
    for level in ("p05", "p10", "p50"):
        assert expected[level]["low"] < refined[level]["strength"] < expected[level]["high"], level
        width = expected[level]["high"] - expected[level]["low"]
        assert refined[level]["high"] - refined[level]["low"] == pytest.approx(width, rel=0.5)


def test_refinement_brings_a_threshold_closer(bands):
    fine = tuple(np.geomspace(COARSE[0], COARSE[-1], 60))
    expected = thresholds(bands, settings(strengths={"gaussian": fine}, refine=0, resamples=100))["p10"]["strength"]
    coarse, refined = (
        thresholds(bands, settings(strengths={"gaussian": COARSE}, refine=count, resamples=100))["p10"]["strength"]
        for count in (0, 4)
    )
    assert abs(refined - expected) < abs(coarse - expected) / 3


def test_each_refinement_adds_at_most_a_strength_for_each_threshold(bands):
    counts = [
        len(strengths(measured(bands, settings(strengths={"gaussian": COARSE}, refine=refine))[0]))
        for refine in range(4)
    ]
    assert counts[0] < counts[1] < counts[2] < counts[3] <= counts[0] + 3 * 3


def test_strengths_that_are_close_are_not_refined(few_bands):
    close = tuple(np.geomspace(5, 400, 250))
    sweep, _ = measured(few_bands, settings(strengths={"gaussian": close}, refine=3))
    assert len(strengths(sweep)) == 250 + 3


@pytest.mark.parametrize("lowest", [150.0, 100.0])
def test_smaller_strengths_are_measured_if_the_smallest_is_too_strong(bands, lowest):
    """Half of 100 is a level, which is measured, but not on the grid."""
    chosen = settings(strengths={"gaussian": [lowest, 300.0]}, refine=4, resamples=100)
    sweep, energy = measured(bands, chosen)
    assert not sweep.duplicated(["noise_type", "strength", "row"]).any()
    how = measured_tables.resampling(sweep, chosen, None)
    found = measured_tables.all_thresholds(sweep, energy, chosen, how)["gaussian"]
    assert found["p10"]["status"] == "reached"
    assert found["p10"]["strength"] < lowest
    before = thresholds(bands, replace(chosen, refine=0))
    assert before["p10"]["status"] == "already below the smallest strength"


def test_a_threshold_that_is_not_reached_is_not_searched(bands):
    chosen = settings(strengths={"gaussian": [0.1, 0.2]}, refine=3)
    sweep, _ = measured(bands, chosen)
    assert strengths(sweep) == [0.1, 0.2, 10, 25, 50]


def test_the_noise_of_an_image_does_not_depend_on_the_others(bands):
    chosen = settings(refine=0)
    rows = np.array([3, 50, 51, 200])
    whole, _ = measured(bands, chosen)
    part, _ = measured(bands, chosen, rows)
    expected = whole[whole.row.isin(rows)]
    assert part.prediction.tolist() == expected.prediction.tolist()
    assert part.confidence.tolist() == expected.confidence.tolist()
    assert part.strength.tolist() == expected.strength.tolist()


def test_another_seed_is_another_noise(bands):
    first, second = (measured(bands, settings(["gaussian"], seed=seed, refine=0))[0] for seed in (1, 2))
    assert (first.confidence != second.confidence).mean() > 0.5


def test_the_energy_is_the_root_mean_square_error_after_clipping(bands):
    _, energy = measured(bands, settings(strengths={"gaussian": [5, 500]}, refine=0))
    weak, strong = energy[energy.strength == 5].iloc[0], energy[energy.strength == 500].iloc[0]
    assert weak.rmse == pytest.approx(5, abs=0.1)  # nothing is clipped
    assert strong.rmse < 160
    assert weak.psnr == pytest.approx(20 * np.log10(255 / weak.rmse))
