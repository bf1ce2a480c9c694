"""The hierarchical bootstrap: frames of one track, and several trainings."""

import numpy as np
import pytest
from scipy import stats

from misread.metrics import bootstrap
from misread.metrics.bootstrap import Resampling
from misread.metrics.intervals import proportion

RESAMPLES = 2000


def width(estimate):
    return estimate.high - estimate.low


def test_independent_images_have_the_interval_that_theory_gives():
    hits = np.random.default_rng(0).random(2000) < 0.3
    found = bootstrap.share(hits[None], bootstrap.independent(2000, RESAMPLES, 1))
    assert found.value == hits.mean()
    assert (found.low, found.high) == pytest.approx(proportion(hits)[1:3], abs=0.003)
    assert found.n == 2000


def test_frames_of_one_track_that_fail_together_count_once():
    tracks = np.random.default_rng(0).random(300) < 0.3
    groups = np.repeat(np.arange(300), 30)
    found = bootstrap.share(tracks[groups][None], Resampling(groups, RESAMPLES, 1))
    once = bootstrap.share(tracks[None], bootstrap.independent(300, RESAMPLES, 1))
    assert found[:3] == pytest.approx(once[:3])
    assert width(found) > 5 * width(bootstrap.share(tracks[groups][None], bootstrap.independent(9000, 200, 1)))


def test_the_interval_is_that_of_the_bootstrap_over_groups_of_scipy():
    rng = np.random.default_rng(2)
    groups = np.sort(rng.integers(60, size=900))
    groups = np.unique(groups, return_inverse=True)[1]
    values = rng.random(60)[groups] + 0.1 * rng.random(900)
    found = bootstrap.difference(values[None], np.zeros((1, 900)), Resampling(groups, RESAMPLES, 3))
    sums, counts = np.bincount(groups, weights=values), np.bincount(groups)
    expected = stats.bootstrap(
        (sums, counts), lambda s, n, axis: s.sum(axis) / n.sum(axis), paired=True, n_resamples=RESAMPLES,
        method="percentile", rng=rng,
    ).confidence_interval  # fmt: skip
    assert (found.low, found.high) == pytest.approx(tuple(expected), abs=0.01)


def test_trainings_that_differ_widen_the_interval():
    hits = np.random.default_rng(0).random((3, 4000)) < np.array([[0.80], [0.85], [0.90]])
    how = bootstrap.independent(4000, RESAMPLES, 0)
    found = bootstrap.share(hits, how)
    assert found.value == pytest.approx(hits.mean())
    assert width(found) > 3 * width(bootstrap.share(np.sort(hits.ravel())[None, ::3], how))
    assert found.low == pytest.approx(hits[0].mean(), abs=0.02)
    assert found.high == pytest.approx(hits[2].mean(), abs=0.02)


def test_the_variance_over_trainings_is_that_of_their_mean():
    means = np.array([0.80, 0.85, 0.95])
    values = np.repeat(means[:, None], 1000, axis=1)
    found = bootstrap.totals(values, bootstrap.independent(1000, 20_000, 0))
    assert (found.resampled / 1000).var() == pytest.approx(means.var(ddof=1) / 3, rel=0.05)


def test_a_share_among_some_images_counts_those_of_each_training():
    hits, among = np.array([[1, 1, 0, 0], [1, 0, 0, 0]], bool), np.array([[1, 1, 1, 0], [1, 1, 0, 0]], bool)
    found = bootstrap.share(hits, bootstrap.independent(4, 200, 0), among=among)
    assert found.value == pytest.approx(3 / 5)
    assert found.n == 2, "5 images of 2 trainings, rounded"
    nothing = bootstrap.share(hits, bootstrap.independent(4, 200, 0), among=np.zeros_like(among))
    assert np.isnan(nothing.value)


@pytest.mark.parametrize("value", [0, 1])
def test_no_errors_at_all_have_wilsons_interval_over_the_groups(value):
    groups = np.repeat(np.arange(20), 30)
    found = bootstrap.share(np.full((1, 600), value, bool), Resampling(groups, 200, 0))
    assert found[:3] == proportion(np.full(20, value, bool))[:3]


def test_differences_are_paired_on_the_images_and_not_on_the_trainings():
    rng = np.random.default_rng(0)
    hard = rng.random(3000)
    one, other = (np.stack([hard < level + step for step in (-0.05, 0, 0.05)]) for level in (0.60, 0.65))
    how = bootstrap.independent(3000, RESAMPLES, 0)
    apart, together = (bootstrap.difference(one, other, how, names) for names in (("a", "b"), ("a", "a")))
    assert apart.value == together.value == pytest.approx(one.mean() - other.mean())
    assert width(together) < 0.03 < width(apart)
    same = bootstrap.difference(one, one, how, ("a", "a"))
    assert (same.value, same.low, same.high) == (0, 0, 0)


def test_a_single_training_can_be_compared_with_several():
    hits = np.random.default_rng(0).random((3, 500)) < 0.7
    found = bootstrap.difference(hits, hits[:1], bootstrap.independent(500, 200, 0))
    assert found.value == pytest.approx(hits.mean() - hits[0].mean())


def test_resamples_depend_on_the_seed_alone_and_not_on_how_they_are_cut(monkeypatch):
    hits = np.random.default_rng(0).random((2, 300)) < 0.7
    how = bootstrap.independent(300, 120, 4)
    first = bootstrap.share(hits, how)
    assert first == bootstrap.share(hits, how)
    assert first != bootstrap.share(hits, how._replace(seed=5))


def test_some_of_the_images_keep_their_groups():
    how = Resampling(np.array([0, 0, 1, 2, 2, 3]), 100, 0)
    assert how.of(np.array([1, 3, 4])).groups.tolist() == [0, 1, 1]
    assert how.of(np.array([False, True, True, False, False, True])).groups.tolist() == [0, 1, 2]


def test_an_interval_may_end_at_infinity():
    values = np.concatenate([np.arange(90.0), [np.inf] * 10])
    low, high = bootstrap.interval(values)
    assert (low, high) == (2.0, np.inf)
    assert np.isnan(bootstrap.interval(np.array([1.0, np.nan]))).all()
