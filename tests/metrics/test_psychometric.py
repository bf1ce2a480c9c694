"""Psychometric functions find the parameters with which failures were made."""

import numpy as np
import pytest
from scipy import stats

from misread.metrics import psychometric
from misread.metrics.sweeps import Grid

STRENGTHS = np.geomspace(2, 200, 12)


def shares(guesses=0.01, lapses=0.05, middle=30, width=0.8):
    return guesses + (1 - guesses - lapses) * stats.norm.cdf(np.log(STRENGTHS / middle) / width)


def test_a_known_function_is_found():
    found = psychometric.fit(STRENGTHS, np.round(2000 * shares()).astype(int), 2000)
    for level, name in ((0.1, "p10"), (0.5, "p50")):
        expected = np.exp(np.interp(level, shares(), np.log(STRENGTHS)))
        assert found[name] == pytest.approx(expected, rel=0.05)


def test_a_level_that_is_not_reached_has_no_strength():
    found = psychometric.fit(STRENGTHS, np.round(2000 * shares(guesses=0.2)).astype(int), 2000)
    assert found["p10"] is None
    assert found["p50"] is not None


def test_nothing_is_told_outside_the_grid():
    found = psychometric.fit(STRENGTHS, np.round(2000 * shares(middle=400)).astype(int), 2000)
    assert found["p10"] is not None
    assert found["p50"] is None


def test_the_table_has_both_estimates():
    failed = np.arange(500)[:, None] < np.round(500 * shares())
    grid = Grid(STRENGTHS, ~failed[None], np.ones((1, 500), bool))
    table = psychometric.table({"gaussian": grid}, {"gaussian": {"p05": None, "p10": 10.0, "p50": 30.0}})
    assert list(table.level) == ["p05", "p10", "p50"]
    assert np.isnan(table.ratio[0])
    assert table.ratio[2] == pytest.approx(table.strength[2] / 30)


def test_a_network_that_reads_next_to_nothing_right_has_none():
    grid = Grid(STRENGTHS, np.zeros((1, 50, 12), bool), np.arange(50)[None] < 9)
    table = psychometric.table({"gaussian": grid}, {"gaussian": dict.fromkeys(("p05", "p10", "p50"))})
    assert table.strength.isna().all()
