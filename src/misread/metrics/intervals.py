"""95% intervals of proportions and of paired differences."""

from typing import NamedTuple

import numpy as np
from scipy import stats

CONFIDENCE = 0.95


class Estimate(NamedTuple):
    """A value, its 95% interval, and the number of images behind it."""

    value: float
    low: float
    high: float
    n: int


def named(estimate: Estimate, name: str) -> dict[str, float]:
    """An estimate as columns of a table; the value gets the given name."""
    return {name: estimate.value, "low": estimate.low, "high": estimate.high, "n": estimate.n}


def proportion(hits: np.ndarray) -> Estimate:
    """Share of True, with the Wilson score interval (E. B. Wilson, JASA 22, 1927).

    Args:
        hits: bool, ``(N,)``; with N = 0 all values are NaN.

    """
    n, successes = len(hits), int(np.sum(hits))
    if n == 0:
        return Estimate(float("nan"), float("nan"), float("nan"), 0)
    return Estimate(successes / n, *wilson(successes, n), n)


def wilson(successes: int, n: int) -> tuple[float, float]:
    """Ends of the Wilson score interval of a share."""
    interval = stats.binomtest(successes, n).proportion_ci(CONFIDENCE, method="wilson")
    return float(interval.low), float(interval.high)


def mean_estimate(values: np.ndarray) -> Estimate:
    """Mean over images with its t interval.

    Args:
        values: float, ``(N,)``.

    """
    mean = float(values.mean())
    if len(values) < 2 or np.ptp(values) == 0:
        return Estimate(mean, mean, mean, len(values))
    interval = stats.ttest_1samp(values, 0).confidence_interval(CONFIDENCE)
    return Estimate(mean, float(interval.low), float(interval.high), len(values))


def paired_difference(first: np.ndarray, second: np.ndarray) -> Estimate:
    """Difference of two accuracies on the same images, ``first - second``, with the t interval of its mean.

    Args:
        first: bool, ``(N,)``: which images one network classifies correctly; or float: for which share of some noises.
        second: the same for another network, on the same images.

    """
    return mean_estimate(first.astype(float) - second.astype(float))
