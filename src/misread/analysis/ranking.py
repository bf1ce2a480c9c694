"""Noise types compared at equal energy: accuracy over PSNR.

The area under a network's accuracy over a range of PSNR, divided by the width of the range, is its mean accuracy there.
It is a mean over images too, so that two types are compared paired on the same images.
"""

import itertools

import numpy as np
import pandas as pd

from misread.analysis.intervals import mean_estimate


def common_range(psnr: dict[str, np.ndarray]) -> tuple[float, float]:
    """The range of PSNR in decibels that every noise type's grid of strengths covers."""
    return max(one.min() for one in psnr.values()), min(one.max() for one in psnr.values())


def area_weights(psnr: np.ndarray, low: float, high: float) -> np.ndarray:
    """Weights of the grid points in the normalised area under straight lines between them.

    Args:
        psnr: decibels at each strength, all different, ``(STRENGTHS,)``.
        low: start of the range.
        high: its end.

    Returns:
        ``(STRENGTHS,)``, sum 1.

    """
    order = np.argsort(psnr)
    known = psnr[order]
    points = np.unique(np.concatenate([[low, high], known[(known > low) & (known < high)]]))
    widths = np.diff(points)
    trapezoid = np.concatenate([[0], widths]) / 2 + np.concatenate([widths, [0]]) / 2
    weights = np.empty(len(psnr))
    for position, unit in zip(order, np.eye(len(psnr)), strict=True):
        weights[position] = np.interp(points, known, unit) @ trapezoid
    return weights / (high - low)


def rank(right: dict[str, np.ndarray], psnr: dict[str, np.ndarray]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Mean accuracy of a network over the common range of PSNR under each noise type, and their differences.

    Args:
        right: noise type -> bool, ``(N, STRENGTHS)``, of the same images.
        psnr: noise type -> decibels at each of its strengths.

    Returns:
        A row for each type: noise_type, area, low, high (95% interval), n, psnr_low, psnr_high. A row for each pair:
        first, second, difference (of the areas), low, high, n.

    """
    low, high = common_range(psnr)
    areas = {kind: right[kind] @ area_weights(psnr[kind], low, high) for kind in right}
    rows = [
        {"noise_type": kind, **_named(mean_estimate(values), "area"), "psnr_low": low, "psnr_high": high}
        for kind, values in areas.items()
    ]
    pairs = [
        {"first": one, "second": other, **_named(mean_estimate(areas[one] - areas[other]), "difference")}
        for one, other in itertools.combinations(areas, 2)
    ]
    return pd.DataFrame(rows), pd.DataFrame(pairs)


def _named(estimate, name: str) -> dict:
    return {name: estimate.value, "low": estimate.low, "high": estimate.high, "n": estimate.n}
