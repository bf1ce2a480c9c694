"""Thresholds: strengths at which noise makes a network fail, with intervals, from predictions on a grid of strengths.

A network's failure curve is the share of noise-induced misclassification over the strength: the share of misclassified
images among those that it classifies correctly without noise. Stronger noise is assumed not to help: the measured
shares are made monotone by isotonic regression (R. E. Barlow et al., "Statistical Inference under Order Restrictions",
1972) and joined by straight lines, beginning with a share of 0 at strength 0. A threshold is the strength at which this
line first reaches a level. Intervals are percentiles of a bootstrap over the images.
"""

from typing import NamedTuple

import numpy as np
from scipy import stats
from sklearn.isotonic import isotonic_regression

from misread.metrics.intervals import CONFIDENCE

REACHED, NOT_REACHED, BELOW_GRID = "reached", "not reached", "already below the smallest strength"
TOO_FEW = "too few signs are classified correctly without noise"
FEWEST = 10  # images; a tenth of fewer is less than one image, so no threshold is given


class Threshold(NamedTuple):
    """A strength with its 95% interval; None if a value is outside the grid."""

    strength: float | None
    low: float | None
    high: float | None
    status: str


def failures(right_clean: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Which of the images that are classified correctly without noise are misclassified with it.

    Args:
        right_clean: bool, ``(N,)``.
        right: bool, ``(N, STRENGTHS)``.

    Returns:
        bool, ``(M, STRENGTHS)``, a row for each of the M images that are classified correctly without noise.

    """
    return ~right[right_clean]


def monotone_curve(shares: np.ndarray) -> np.ndarray:
    """Fit shares of failures that do not decrease with strength: float, ``(STRENGTHS,)``; NaN if the shares are NaN."""
    if np.isnan(shares).any():
        return np.full(len(shares), np.nan)
    return isotonic_regression(np.asarray(shares, float), y_min=0, y_max=1)


def crossing(strengths: np.ndarray, curve: np.ndarray, level: float) -> float:
    """Strength at which a piecewise linear curve from (0, 0) first reaches a level; infinite if it never does.

    Args:
        strengths: ascending, above 0.
        curve: shares from `monotone_curve`.
        level: share of failures, above 0.

    """
    above = np.flatnonzero(curve >= level)
    if not len(above):
        return np.inf
    x = np.concatenate([[0.0], strengths])
    y = np.concatenate([[0.0], curve])
    end = above[0] + 1
    return float(np.interp(level, y[end - 1 : end + 1], x[end - 1 : end + 1]))


def threshold(
    strengths: np.ndarray, failed: np.ndarray, level: float, resamples: int, rng: np.random.Generator
) -> Threshold:
    """The strength at which a share of the images first fails, with a 95% bootstrap interval.

    Nothing is extrapolated: a threshold above the largest strength or below the smallest is only reported as such.

    Args:
        strengths: ascending, above 0, ``(STRENGTHS,)``.
        failed: result of `failures`.
        level: share, above 0, below 1.
        resamples: number of bootstrap resamples of the images.
        rng: random generator for the resamples.

    """

    def statistic(rows: np.ndarray, axis: int = -1) -> np.ndarray:
        # How often each image is drawn, times its failures, is much faster than the failures of all images drawn.
        drawn = [np.bincount(one, minlength=len(failed)) for one in rows.reshape(-1, len(failed))]
        shares = np.asarray(drawn, float) @ counted / len(failed)
        return np.reshape([crossing(strengths, monotone_curve(one), level) for one in shares], rows.shape[:-1])

    rows, counted = np.arange(len(failed)), failed.astype(float)
    if len(rows) < FEWEST:
        return Threshold(None, None, None, TOO_FEW)
    value = float(statistic(rows))
    if not np.isfinite(value):
        return Threshold(None, None, None, NOT_REACHED)
    if value < strengths[0]:
        return Threshold(None, None, None, BELOW_GRID)
    with np.errstate(invalid="ignore"):  # from the unused standard error of values that may be infinite
        interval = stats.bootstrap(
            (rows,), statistic, n_resamples=resamples, batch=50, method="percentile", confidence_level=CONFIDENCE,
            rng=rng,
        ).confidence_interval  # fmt: skip
    low = float(interval.low) if interval.low >= strengths[0] else None
    high = float(interval.high) if np.isfinite(interval.high) else None
    return Threshold(value, low, high, REACHED)


def first_failures(strengths: np.ndarray, failed: np.ndarray) -> np.ndarray:
    """The smallest strength of the grid at which each image fails: float, ``(M,)``; infinite if it fails at none."""
    return np.where(failed.any(axis=1), strengths[failed.argmax(axis=1)], np.inf)
