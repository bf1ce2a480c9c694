"""Thresholds: strengths at which noise makes a network fail, with intervals, from predictions on a grid of strengths.

A network's failure curve is the share of noise-induced misclassification over the strength: the share of misclassified
images among those that it classifies correctly without noise. Stronger noise is assumed not to help: the measured
shares are made monotone by isotonic regression (R. E. Barlow et al., "Statistical Inference under Order Restrictions",
1972) and joined by straight lines, beginning with a share of 0 at strength 0. A threshold is the strength at which this
line first reaches a level. Intervals are those of `misread.metrics.bootstrap`.
"""

from typing import NamedTuple

import numpy as np
from sklearn.isotonic import isotonic_regression

from misread.metrics import bootstrap
from misread.metrics.bootstrap import Resampling

REACHED, NOT_REACHED, BELOW_GRID = "reached", "not reached", "already below the smallest strength"
TOO_FEW = "too few signs are classified correctly without noise"
FEWEST = 10  # images; a tenth of fewer is less than one image, so no threshold is given


class Threshold(NamedTuple):
    """A strength with its 95% interval; None if a value is outside the grid."""

    strength: float | None
    low: float | None
    high: float | None
    status: str
    single: tuple[float | None, ...] = ()  # threshold of each training alone, if there are several


class Curves(NamedTuple):
    """Failure curves of a network under one noise type: monotone shares of failures at each strength.

    Attributes:
        strengths: ascending, above 0, ``(STRENGTHS,)``.
        observed: over all trainings, ``(STRENGTHS,)``; NaN if no image is classified correctly without noise.
        resampled: of each resample, ``(RESAMPLES, STRENGTHS)``.
        single: of each training, ``(TRAININGS, STRENGTHS)``.
        images: number of images classified correctly without noise, on average over the trainings.

    """

    strengths: np.ndarray
    observed: np.ndarray
    resampled: np.ndarray
    single: np.ndarray
    images: float


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


def failure_curves(
    strengths: np.ndarray, right_clean: np.ndarray, right: np.ndarray, how: Resampling, name: str = ""
) -> Curves:
    """Fit the failure curves of a network, as observed and of each resample.

    Args:
        strengths: ascending, above 0, ``(STRENGTHS,)``.
        right_clean: which images are classified correctly without noise: bool, ``(TRAININGS, N)``.
        right: which are with noise: bool, ``(TRAININGS, N, STRENGTHS)``.
        how: resampling of the images.
        name: of the network, as for `misread.metrics.bootstrap.totals`.

    """
    counted = np.concatenate([~right & right_clean[..., None], right_clean[..., None]], axis=-1)
    found = bootstrap.totals(counted, how, name)
    of_single = counted.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        observed, resampled, single = (
            one[..., :-1] / one[..., -1:] for one in (found.observed, found.resampled, of_single)
        )
    return Curves(
        np.asarray(strengths, float),
        monotone_curve(observed),
        np.stack([monotone_curve(one) for one in resampled]),
        np.stack([monotone_curve(one) for one in single]),
        float(found.observed[-1]),
    )


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


def threshold(curves: Curves, level: float) -> Threshold:
    """The strength at which a share of the images first fails, with its 95% interval.

    Nothing is extrapolated: a threshold above the largest strength or below the smallest is only reported as such.

    Args:
        curves: failure curves.
        level: share, above 0, below 1.

    """
    if curves.images < FEWEST:
        return Threshold(None, None, None, TOO_FEW)
    smallest = curves.strengths[0]
    value = crossing(curves.strengths, curves.observed, level)
    if not np.isfinite(value):
        return Threshold(None, None, None, NOT_REACHED)
    if value < smallest:
        return Threshold(None, None, None, BELOW_GRID)

    def inside(strength: float) -> float | None:
        return strength if smallest <= strength < np.inf else None

    ends = bootstrap.interval(np.array([crossing(curves.strengths, one, level) for one in curves.resampled]))
    single = [inside(crossing(curves.strengths, one, level)) for one in curves.single]
    return Threshold(value, *map(inside, ends), REACHED, tuple(single) if len(single) > 1 else ())


def first_failures(strengths: np.ndarray, failed: np.ndarray) -> np.ndarray:
    """The smallest strength of the grid at which each image fails: float, ``(M,)``; infinite if it fails at none."""
    return np.where(failed.any(axis=1), strengths[failed.argmax(axis=1)], np.inf)
