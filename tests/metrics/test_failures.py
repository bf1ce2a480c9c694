"""Thresholds and misreadings, of failures whose answers are known."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from misread.data import subset
from misread.gtsrb import classes
from misread.metrics import bootstrap, confusions, misreadings, sizes, sweeps, thresholds
from misread.metrics.intervals import mean_estimate, paired_difference
from misread.metrics.sweeps import Grid

STRENGTHS = np.array([1.0, 2.0, 4.0, 8.0])


def failed(counts, n=100):
    """Of n images the first so many fail at each strength."""
    return np.arange(n)[:, None] < np.array(counts)[None, :]


def curves_of(*fails, resamples=200):
    """Failure curves of trainings of which each image fails as the tables say; all are right without noise."""
    right = ~np.stack(fails)
    how = bootstrap.independent(right.shape[1], resamples, 0)
    return thresholds.failure_curves(STRENGTHS, np.ones(right.shape[:2], bool), right, how)


def find(counts, level):
    return thresholds.threshold(curves_of(failed(counts)), level)


def test_a_threshold_lies_on_the_straight_line_between_measured_shares():
    assert find([0, 20, 40, 80], 0.10).strength == pytest.approx(1.5)
    assert find([0, 20, 40, 80], 0.50).strength == pytest.approx(5.0)
    assert find([0, 20, 40, 80], 0.20).strength == pytest.approx(2.0)


def test_its_interval_holds_it_and_narrows_with_more_images():
    few, many = (
        thresholds.threshold(curves_of(np.repeat(failed([0, 20, 40, 80]), copies, axis=0)), 0.3) for copies in (1, 16)
    )
    assert few.low < 3.0 < few.high
    assert many.low < 3.0 < many.high
    assert (few.high - few.low) / (many.high - many.low) == pytest.approx(4, rel=0.3)


def test_the_interval_is_the_same_for_the_same_seed():
    assert find([0, 20, 40, 80], 0.3) == find([0, 20, 40, 80], 0.3)


def test_nothing_is_extrapolated():
    assert find([0, 5, 8, 9], 0.10) == (None, None, None, thresholds.NOT_REACHED, ())
    assert find([30, 40, 60, 90], 0.10) == (None, None, None, thresholds.BELOW_GRID, ())
    reached = find([0, 0, 4, 12], 0.10)
    assert reached.status == thresholds.REACHED
    assert reached.high is None, "some resamples never come to a tenth"


def test_several_trainings_have_one_threshold_and_their_own():
    found = thresholds.threshold(curves_of(failed([0, 20, 40, 80]), failed([0, 0, 20, 60])), 0.2)
    assert found.strength == pytest.approx(3.0), "the mean shares are 0, 0.1, 0.3, 0.7"
    assert found.single == pytest.approx((2.0, 4.0))
    alone = thresholds.threshold(curves_of(failed([0, 20, 40, 80])), 0.2)
    assert alone.single == ()
    assert found.high - found.low > alone.high - alone.low, "another training would be another number"


def test_a_dip_in_the_shares_is_levelled_not_crossed_twice():
    curve = thresholds.monotone_curve([0.0, 0.4, 0.2, 0.8])
    assert curve == pytest.approx([0.0, 0.3, 0.3, 0.8])
    assert thresholds.crossing(STRENGTHS, curve, 0.35) == pytest.approx(4.4)


def test_failures_are_of_images_that_were_right():
    right_clean = np.array([True, True, False])
    right = np.array([[True, False], [False, False], [True, True]])
    assert thresholds.failures(right_clean, right).tolist() == [[False, True], [True, True]]


def test_first_failures():
    table = np.array([[False, True, True, True], [False, False, False, False], [True, False, True, True]])
    assert thresholds.first_failures(STRENGTHS, table).tolist() == [2.0, np.inf, 1.0]


def sweep_table(right):
    """A sweep of one noise type in which image i is right at a strength if ``right[i]`` says so; all without noise."""
    parts = [pd.DataFrame({"noise_type": "none", "strength": 0.0, "right": True, "row": np.arange(len(right))})]
    parts += [
        pd.DataFrame({"noise_type": "gaussian", "strength": s, "right": right[:, i], "row": np.arange(len(right))})
        for i, s in enumerate(STRENGTHS)
    ]
    table = pd.concat(parts, ignore_index=True)
    table["label"] = table.row % 2
    table["prediction"] = np.where(table.right, table.label, 7)
    return table


ENERGY = pd.DataFrame(
    {"noise_type": "gaussian", "strength": STRENGTHS, "rmse": STRENGTHS, "psnr": 20 * np.log10(255 / STRENGTHS)}
)


def find_all(sweep):
    one = sweeps.grid(sweep, "gaussian")
    return sweeps.find_thresholds(one, ENERGY, bootstrap.independent(one.right.shape[1], 100, 0))


def test_thresholds_of_a_sweep_come_with_their_energy():
    found = find_all(sweep_table(~failed([0, 20, 40, 80])))
    assert found["p10"]["strength"] == pytest.approx(1.5)
    assert found["p10"]["rmse"] == pytest.approx(1.5)
    assert found["p10"]["psnr"] == pytest.approx(20 * np.log10(255 / 1.5))
    table = sweeps.threshold_table({"cnn-clean": {"gaussian": found}})
    assert list(table.level) == ["p05", "p10", "p50"]
    assert table.strength[1] == pytest.approx(1.5)


def test_the_error_between_two_strengths_grows_as_the_noise_does():
    shares = np.array([0.01, 0.09])
    assert sweeps.error_between(0.04, shares, 255 * np.sqrt(shares)) == pytest.approx(51), "salt & pepper"
    assert sweeps.error_between(30, np.array([10.0, 50.0]), np.array([10.0, 50.0])) == pytest.approx(30), "Gaussian"


def test_small_signs_fail_at_weaker_noise_and_a_third_without_signs_has_no_threshold():
    fails = np.concatenate([failed([20, 40, 60, 80]), failed([0, 0, 20, 80])])
    grids = {"gaussian": Grid(STRENGTHS, ~fails[None], np.ones((1, 200), bool))}
    how = bootstrap.independent(200, 100, 0)
    sides = np.concatenate([np.full(100, 20.0), np.full(100, 60.0)])
    table = sizes.table(grids, ENERGY, sides, how, "cnn-clean").set_index("size")
    assert table.n.tolist() == [0, 100, 100]
    assert table.status["small"] == thresholds.TOO_FEW
    assert table.strength["large"] == pytest.approx(3.0)
    assert table.strength.isna().tolist() == [True, True, False]


def test_curves_of_a_sweep():
    table = sweeps.curves(sweep_table(~failed([0, 20, 40, 80])), ENERGY)
    assert list(table.accuracy) == pytest.approx([1, 0.8, 0.6, 0.2])
    assert list(table.monotone) == pytest.approx([0, 0.2, 0.4, 0.8])
    assert (table.n == 100).all()


def test_fragile_classes():
    right = np.ones((8, 4), bool)
    right[::2, 2:] = False  # class 0 fails from strength 4 on, class 1 never does
    minimal = sweeps.minimal_noise(sweep_table(right), "gaussian")
    assert list(minimal.strength) == [4.0, np.inf] * 4
    table = sweeps.fragility(minimal).set_index("label")
    assert list(table.loc[0, ["first_quarter", "median", "third_quarter", "never"]]) == [4.0, 4.0, 4.0, 0.0]
    assert list(table.loc[1, ["first_quarter", "median", "third_quarter", "never"]]) == [np.inf] * 3 + [1.0]


def test_the_class_that_dominates_under_the_strongest_noise_is_not_robust():
    sweep = sweep_table(np.ones((8, 4), bool))
    sweep.loc[sweep.strength == 8.0, "prediction"] = 1
    curves = sweeps.curves(sweep, ENERGY)
    assert list(curves.modal_share) == [0.5, 0.5, 0.5, 1.0]
    assert sweeps.dominant_class(curves, "gaussian") == 1
    table = sweeps.fragility(sweeps.minimal_noise(sweep, "gaussian"), 1).set_index("label")
    assert table.never[1] == 1.0
    assert table.dominant.to_dict() == {0: False, 1: True}
    first, second = sweep.assign(training=1), sweep.assign(training=2)
    second.loc[second.strength == 8.0, "prediction"] = 5
    curves = sweeps.curves(pd.concat([first, second], ignore_index=True), ENERGY)
    assert sweeps.dominant_class(curves, "gaussian") == 1, "that of the first training, as all that it is for"
    sweep.loc[(sweep.strength == 8.0) & (sweep.row > 2), "prediction"] = np.arange(5) + 2
    assert sweeps.dominant_class(sweeps.curves(sweep, ENERGY), "gaussian") is None


def test_minimal_noise_leaves_out_what_is_wrong_without_noise():
    sweep = sweep_table(np.ones((8, 4), bool))
    sweep.loc[(sweep.noise_type == "none") & (sweep.row == 3), "prediction"] = 7
    assert list(sweeps.minimal_noise(sweep, "gaussian").row) == [0, 1, 2, 4, 5, 6, 7]


def test_a_network_that_reads_next_to_nothing_right_has_no_thresholds():
    sweep = sweep_table(np.zeros((40, 4), bool))
    sweep.loc[(sweep.noise_type == "none") & (sweep.row > 2), "prediction"] = 7
    unknown = dict.fromkeys(("strength", "low", "high", "rmse", "psnr", "luma_psnr"))
    assert find_all(sweep)["p50"] == unknown | {"status": thresholds.TOO_FEW, "single": []}
    sweep.loc[sweep.noise_type == "none", "prediction"] = 7
    assert find_all(sweep)["p05"]["status"] == thresholds.TOO_FEW
    assert sweeps.curves(sweep, ENERGY).monotone.isna().all()


def test_accuracy_over_waves():
    waves = pd.DataFrame(
        {
            "period": [3.0, 3.0, 4.0, 4.0],
            "angle": 0.0,
            "row": [4, 7, 4, 7],
            "label": [1, 2, 1, 2],
            "prediction": [1, 3, 1, 2],
        }
    )
    energy = pd.DataFrame({"period": [3.0, 4.0], "angle": 0.0, "rmse": [24.0, 25.0]})
    table = sweeps.fourier_sensitivity(waves, energy, bootstrap.independent(2, 100, 0))
    assert list(table.accuracy) == [0.5, 1.0]
    assert list(table.n) == [2, 2]
    assert list(table.rmse) == [24.0, 25.0]


def test_the_interval_of_a_paired_difference_is_that_of_the_paired_bootstrap():
    rng = np.random.default_rng(3)
    first = rng.random(3000) < 0.7
    second = np.where(rng.random(3000) < 0.9, first, rng.random(3000) < 0.5)
    found = paired_difference(first, second)
    resampled = stats.bootstrap(
        (first.astype(float), second.astype(float)), lambda a, b, axis: a.mean(axis) - b.mean(axis), paired=True,
        n_resamples=2000, batch=100, method="percentile", rng=rng,
    ).confidence_interval  # fmt: skip
    assert (found.low, found.high) == pytest.approx((resampled.low, resampled.high), abs=0.0015)


def test_the_interval_of_a_mean_is_the_t_interval():
    found = mean_estimate(np.array([1.0, 2.0, 3.0, 4.0]))
    half = 3.18244630528 * np.std([1, 2, 3, 4], ddof=1) / 2  # 97.5% quantile of t with 3 degrees of freedom
    assert (found.value, found.low, found.high) == pytest.approx((2.5, 2.5 - half, 2.5 + half))


def test_what_permits_more():
    more = misreadings.PERMITS_MORE
    assert more[1, 2]  # 30 read as 50
    assert not more[2, 1]
    assert more[2, 32]  # 50 read as the end of all limits
    assert not more[2, 14]  # 50 read as stop
    assert more[14, 13]  # stop read as yield
    assert not more[13, 14]
    assert more[13, 12]  # yield read as priority road
    assert more[17, 14]  # no entry read as stop
    assert not more[17, 15]  # no entry read as no vehicles
    assert more[8, 25]  # 120 read as road works: no limit at all
    assert not more.diagonal().any()
    assert not more[[sign for sign in range(classes.COUNT) if sign not in misreadings.commanding()]].any()


def test_the_mapping_in_words_names_every_commanding_sign():
    table = misreadings.mapping().set_index("class_id")
    assert set(table.index) == misreadings.commanding()
    assert table.permits_more[1].startswith("a limit of 50, 60, 70, 80, 100, 120, and")
    assert table.permits_more[8].startswith("every sign without a limit")


def test_misreadings_and_confusions_are_counted():
    predictions = pd.DataFrame({"label": [14, 14, 14, 14, 1, 1, 20], "prediction": [14, 13, 12, 17, 2, 1, 1]})
    predictions["row"] = np.arange(7)
    table = misreadings.misreadings(predictions, bootstrap.independent(7, 100, 0), "cnn").set_index("signs")
    signs = table.loc["signs to yield, stop or not enter"]
    assert (signs.n, signs.wrong, signs.permits_more) == (4, 0.75, 0.5)
    assert table.loc["speed limits"].permits_more == 0.5
    pairs = confusions.frequent_confusions(pd.concat([predictions, predictions.tail(1)]), 2)
    assert list(pairs.iloc[0]) == [20, 1, 2, 1.0]
    assert len(pairs) == 2


def test_a_stratified_part_has_each_class_by_its_share_and_smaller_parts_lie_within():
    labels = np.repeat([0, 1, 2], [600, 300, 7])
    part = subset.stratified_rows(labels, 100, 5)
    assert len(np.unique(part)) == 100
    counts = np.bincount(labels[part])
    assert np.abs(counts - 100 * np.array([600, 300, 7]) / 907).max() < 2
    assert set(subset.stratified_rows(labels, 30, 5)) <= set(part)
    assert (part == subset.stratified_rows(labels, 100, 5)).all()
    assert (part != subset.stratified_rows(labels, 100, 6)).any()
    assert (subset.stratified_rows(labels, None, 5) == np.arange(907)).all()
    assert (subset.stratified_rows(labels, 5000, 5) == np.arange(907)).all()


def test_a_part_of_a_set_with_fewer_rows_than_classes():
    assert len(subset.stratified_rows(np.arange(43), 10, 0)) == 10
