"""The ranking of noise types at equal energy, of failures whose answers are known."""

import numpy as np
import pandas as pd
import pytest

from misread.errors import MisreadError
from misread.metrics import bootstrap, ranking
from misread.metrics.sweeps import Grid
from misread.report import wording

STRENGTHS = np.array([1.0, 2.0, 4.0])


def rank(right, psnr):
    """Rank noise types; all images are right without noise."""
    grids = {
        kind: Grid(STRENGTHS[: one.shape[1]], one[None], np.ones((1, len(one)), bool)) for kind, one in right.items()
    }
    return ranking.rank(grids, psnr, bootstrap.independent(len(next(iter(right.values()))), 200, 0))


def test_area_of_a_straight_line_is_its_middle():
    psnr = np.array([40.0, 30.0, 20.0, 10.0])
    weights = ranking.area_weights(psnr, 10, 40)
    assert weights.sum() == pytest.approx(1)
    assert psnr / 40 @ weights == pytest.approx(25 / 40)
    assert psnr / 40 @ ranking.area_weights(psnr, 15, 25) == pytest.approx(20 / 40)


def test_ranking_compares_paired_over_the_range_that_all_types_cover():
    psnr = {"a": np.array([40.0, 30.0, 10.0]), "b": np.array([35.0, 20.0, 5.0])}
    rng = np.random.default_rng(0)
    good = rng.random((400, 3)) < 0.8
    bad = good & (rng.random((400, 3)) < 0.9)
    areas, pairs = rank({"a": good, "b": bad}, psnr)
    assert ranking.common_range(psnr) == (10.0, 35.0)
    assert areas.set_index("noise_type").area["a"] == pytest.approx(0.8, abs=0.04)
    pair = pairs.set_index("measure").loc["area"]
    assert pair.difference == pytest.approx(areas.area[0] - areas.area[1])
    assert 0 < pair.low < pair.difference < pair.high
    unpaired = np.hypot(*(areas.high - areas.area))
    assert pair.high - pair.difference < unpaired, "the same images: narrower than for different ones"


def test_types_are_ranked_if_all_measures_agree():
    psnr = dict.fromkeys("ab", np.array([40.0, 30.0, 10.0]))
    images = np.arange(400)
    strong = np.stack([images >= 4, images >= 200, images >= 390], axis=1)
    weak = np.stack([images >= 2, images >= 60, images >= 390], axis=1)
    _, pairs = rank({"a": strong, "b": weak}, psnr)
    assert list(pairs.measure) == ["area", "area_visible", "psnr_p05", "psnr_p10"]
    assert (pairs.high < 0).all(), "a is worse by each measure"
    assert ranking.order(pairs) == {("a", "b"): -1}
    assert ranking.order(rank({"b": weak, "a": strong}, psnr).pairs) == {("b", "a"): 1}


def test_the_order_is_open_if_measures_disagree_or_an_interval_contains_zero():
    psnr = dict.fromkeys("ab", np.array([40.0, 30.0, 10.0]))
    images = np.arange(400)
    early = np.stack([images >= 4, images >= 80, images >= 100], axis=1)  # a tenth fails early, the rest never
    late = np.stack([images >= 2, images >= 30, images >= 390], axis=1)
    _, pairs = rank({"a": early, "b": late}, psnr)
    by_measure = pairs.set_index("measure")
    assert by_measure.high["psnr_p10"] < 0 < by_measure.low["area"]
    assert ranking.order(pairs) == {("a", "b"): 0}
    same = rank({"a": early, "b": early}, psnr)
    assert (same.pairs.difference == 0).all()
    assert ranking.order(same.pairs) == {("a", "b"): 0}


def test_the_order_in_words():
    areas = pd.DataFrame({"noise_type": ["salt_pepper", "periodic", "gaussian"], "area": [0.6, 0.4, 0.5]})
    rows = [
        ("salt_pepper", "periodic", 0.1, 0.3),
        ("salt_pepper", "gaussian", -0.1, 0.2),
        ("periodic", "gaussian", -0.2, -0.1),
    ]
    pairs = pd.DataFrame(rows, columns=["first", "second", "low", "high"]).assign(measure="area")
    assert wording.by_disruption(areas, pairs) == "periodic > Gaussian ≈ salt & pepper"


def test_noise_that_changes_nothing_is_left_out_of_the_ranking():
    psnr = {"a": np.array([40.0, 30.0, 10.0]), "b": np.array([np.nan, 40.0, 10.0])}
    areas, _ = rank({kind: np.ones((20, 3), bool) for kind in psnr}, psnr)
    assert list(areas.area) == [1.0, 1.0]


def test_a_psnr_outside_the_grid_is_known_by_a_bound():
    psnr = {kind: np.array([40.0, 30.0, 10.0]) for kind in ("a", "b")}
    images = np.arange(400)
    early = images[:, None] >= [200, 240, 360]  # half fails at the smallest strength
    late = images[:, None] >= [2, 4, 300]
    never = np.ones((400, 3), bool)
    _, pairs = rank({"a": early, "b": late}, psnr)
    at = pairs.set_index("measure").loc["psnr_p10"]
    assert np.isnan(at.difference)
    assert at.low == -np.inf
    assert -30 < at.high < -10, "a needs more than 40 dB, b between 30 and 10"
    assert ranking.order(pairs) == {("a", "b"): -1}
    _, pairs = rank({"a": early, "b": never}, psnr)
    at = pairs.set_index("measure").loc["psnr_p10"]
    assert (at.low, at.high) == (-np.inf, -30), "a needs more than 40 dB, b less than 10"
    assert ranking.order(pairs) == {("a", "b"): -1}


def test_two_psnr_outside_the_grid_on_the_same_side_are_not_ordered():
    psnr = {"a": np.array([40.0, 30.0, 10.0]), "b": np.array([44.0, 32.0, 12.0])}
    early = np.arange(400)[:, None] >= [200, 240, 360]
    at = rank({"a": early, "b": early}, psnr).pairs.set_index("measure").loc["psnr_p10"]
    assert (at.low, at.high) == (-np.inf, np.inf)
    never = np.ones((400, 3), bool)
    at = rank({"a": never, "b": never}, psnr).pairs.set_index("measure").loc["psnr_p10"]
    assert (at.low, at.high) == (-np.inf, np.inf)


def test_a_bound_that_is_not_far_enough_leaves_the_order_open():
    psnr = {"a": np.array([30.0, 20.0, 10.0]), "b": np.array([44.0, 34.0, 12.0])}
    early = np.arange(400)[:, None] >= [200, 240, 360]  # more than 30 dB
    late = np.arange(400)[:, None] >= [2, 80, 360]  # between 44 and 34 dB
    at = rank({"a": early, "b": late}, psnr).pairs.set_index("measure").loc["psnr_p10"]
    assert at.low == -np.inf
    assert at.high > 0


def test_types_without_a_common_psnr_cannot_be_ranked():
    psnr = {"a": np.array([40.0, 30.0]), "b": np.array([20.0, 10.0])}
    with pytest.raises(MisreadError, match=r"^grids of strengths: .* 20\.0 dB, another ends at 30\.0 dB"):
        rank({kind: np.ones((20, 2), bool) for kind in psnr}, psnr)
