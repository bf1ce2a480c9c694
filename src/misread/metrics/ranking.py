"""Comparison of noise types at equal energy: accuracy over PSNR.

The area under a network's accuracy over a range of PSNR, divided by the width of the range, is the mean accuracy in
that range. It is also a mean over images, so two types are compared with paired differences on the same images.
"""

import itertools

import numpy as np
import pandas as pd

from misread.errors import MisreadError
from misread.metrics.intervals import mean_estimate, named


def common_range(psnr: dict[str, np.ndarray]) -> tuple[float, float]:
    """The range of PSNR in decibels that every noise type's grid of strengths covers; empty if the first is larger."""
    ends = [(one.min(), one.max()) if len(one) else (np.inf, -np.inf) for one in psnr.values()]
    return max(low for low, _ in ends), min(high for _, high in ends)


def area_weights(psnr: np.ndarray, low: float, high: float) -> np.ndarray:
    """Weights of the grid points in the normalised area under a piecewise linear curve.

    Args:
        psnr: decibels at each strength, all different, ``(STRENGTHS,)``.
        low: start of the range in decibels.
        high: end of the range in decibels.

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
        right: noise type -> which images are classified correctly: bool, ``(N, STRENGTHS)``, of the same images.
        psnr: noise type -> decibels at each of its strengths; NaN if the noise changed nothing.

    Returns:
        A table with a row for each type: noise_type, area, low, high (95% interval), n, psnr_low, psnr_high; and a
        table with a row for each pair: first, second, difference (of the areas), low, high, n.

    Raises:
        MisreadError: the grids of the types have no common range of PSNR.

    """
    known = {
        kind: np.isfinite(values) for kind, values in psnr.items()
    }  # the PSNR of noise too weak to change a pixel is not finite
    psnr = {kind: values[known[kind]] for kind, values in psnr.items()}
    low, high = common_range(psnr)
    if low >= high:
        raise MisreadError(
            f"grids of strengths: no PSNR is within all of them (one begins at {high:.1f} dB, another ends at "
            f"{low:.1f} dB): the noise types cannot be compared at equal energy; widen them"
        )
    areas = {kind: right[kind][:, known[kind]] @ area_weights(psnr[kind], low, high) for kind in right}
    rows = [
        {"noise_type": kind, **named(mean_estimate(values), "area"), "psnr_low": low, "psnr_high": high}
        for kind, values in areas.items()
    ]
    pairs = [
        {"first": one, "second": other, **named(mean_estimate(areas[one] - areas[other]), "difference")}
        for one, other in itertools.combinations(areas, 2)
    ]
    return pd.DataFrame(rows), pd.DataFrame(pairs)
