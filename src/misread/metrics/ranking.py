"""Comparison of noise types at equal energy.

The area under a network's accuracy over a range of PSNR, divided by the width of the range, is the mean accuracy in
that range. Three more measures are computed: the mean accuracy above 15 dB, and the PSNR at which 5% and 10% of the
images fail. Two noise types are ranked only if all four measures agree.
"""

import itertools
from typing import NamedTuple

import numpy as np
import pandas as pd

from misread.errors import MisreadError
from misread.metrics import bootstrap, thresholds
from misread.metrics.bootstrap import Resampling, interval
from misread.metrics.sweeps import LEVELS, Grid, error_between
from misread.metrics.thresholds import Curves

VISIBLE = 15.0  # decibels; under stronger noise, signs are hard to recognise
FAILING = {name: LEVELS[name] for name in ("p05", "p10")}
PAIR_COLUMNS = ["first", "second", "measure", "difference", "low", "high", "n"]


class Ranks(NamedTuple):
    """Noise types at equal energy.

    Attributes:
        areas: a row for each type: noise_type, area (mean accuracy over the common range of PSNR), low, high (95%
            interval), n, psnr_low, psnr_high.
        pairs: a row for each pair of types and measure: first, second, measure (``area``, ``area_visible``,
            ``psnr_p05``, ``psnr_p10``), difference (first minus second; above 0: the second disrupts more), low, high,
            n. A PSNR counts with the sign reversed, in decibels. If it is outside the grid, the difference is NaN, and
            in the interval it counts as any value beyond the end of the grid.

    """

    areas: pd.DataFrame
    pairs: pd.DataFrame


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


class _Measured(NamedTuple):
    """A measure of how little a noise type disrupts.

    Attributes:
        observed: over all images; NaN if it is outside the grid.
        least: of each resample, or a lower bound of a value outside the grid.
        most: of each resample, or an upper bound of a value outside the grid.

    """

    observed: float
    least: np.ndarray
    most: np.ndarray


def rank(grids: dict[str, Grid], psnr: dict[str, np.ndarray], how: Resampling, name: str = "") -> Ranks:
    """Compare noise types at equal energy, by several measures.

    Args:
        grids: noise type -> its grid; all grids have the same images.
        psnr: noise type -> decibels at each of its strengths; NaN if the noise changed nothing.
        how: resampling of the images for the intervals.
        name: of the network, as for `misread.metrics.bootstrap.totals`.

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
    right = {kind: one.right[..., known[kind]] for kind, one in grids.items()}
    measured: dict[str, dict[str, _Measured]] = {}
    rows = []
    for kind, one in grids.items():
        area = _area(right[kind], psnr[kind], (low, high), how, name)
        ends = dict(zip(("low", "high"), interval(area.least), strict=True))
        rows.append(
            {"noise_type": kind, "area": area.observed, **ends, "n": right[kind].shape[1], "psnr_low": low,
             "psnr_high": high}
        )  # fmt: skip
        measured[kind] = {"area": area}
        if low < VISIBLE < high:
            measured[kind]["area_visible"] = _area(right[kind], psnr[kind], (VISIBLE, high), how, name)
        strengths = one.strengths[known[kind]]
        curves = thresholds.failure_curves(strengths, one.right_clean, right[kind], how, name)
        for level in FAILING:
            measured[kind][f"psnr_{level}"] = _at_level(curves, FAILING[level], psnr[kind])
    pairs = [
        {"first": one, "second": other, "measure": measure}
        | _difference(measured[one][measure], measured[other][measure])
        | {"n": right[one].shape[1]}
        for one, other in itertools.combinations(grids, 2)
        for measure in measured[one]
    ]
    return Ranks(pd.DataFrame(rows), pd.DataFrame(pairs, columns=PAIR_COLUMNS))


def _area(right: np.ndarray, psnr: np.ndarray, ends: tuple[float, float], how: Resampling, name: str) -> _Measured:
    """Mean accuracy in a range of PSNR."""
    of_images = right @ area_weights(psnr, *ends)
    found = bootstrap.totals(np.stack([of_images, np.ones(of_images.shape)], axis=-1), how, name)
    resampled = found.resampled[:, 0] / found.resampled[:, 1]
    return _Measured(float(found.observed[0] / found.observed[1]), resampled, resampled)


def _at_level(curves: Curves, level: float, psnr: np.ndarray) -> _Measured:
    """The PSNR at which a share of the images fails, with the sign reversed, so that more is less disruptive.

    If the share fails at less than the smallest strength or not at the largest one, the PSNR there is a bound.
    """
    strengths, rmse = curves.strengths, 255 * 10 ** (-psnr / 20)

    def bounds(curve: np.ndarray) -> tuple[float, float]:
        if np.isnan(curve).any():
            return -np.inf, np.inf
        strength = thresholds.crossing(strengths, curve, level)
        if not np.isfinite(strength):
            return -psnr[-1], np.inf
        if strength < strengths[0]:
            return -np.inf, -psnr[0]
        value = -float(20 * np.log10(255 / error_between(strength, strengths, rmse)))
        return value, value

    least, most = bounds(curves.observed)
    return _Measured(least if least == most else np.nan, *np.array([bounds(one) for one in curves.resampled]).T)


def _difference(one: _Measured, other: _Measured) -> dict[str, float]:
    """Difference of a measure between two noise types; an end of its interval may be infinite."""
    low, high = interval(one.least - other.most)[0], interval(one.most - other.least)[1]
    return {"difference": one.observed - other.observed, "low": low, "high": high}


def order(pairs: pd.DataFrame) -> dict[tuple[str, str], int]:
    """Which of two noise types disrupts more, if all measures agree.

    Args:
        pairs: `Ranks.pairs` of one network.

    Returns:
        The two types -> -1 if the first disrupts more, 1 if the second does, and 0 if an interval contains zero or the
        measures disagree.

    """
    found = {}
    for (one, other), part in pairs.groupby(["first", "second"], sort=False):
        signs = {int(row.low > 0) - int(row.high < 0) for row in part.itertuples()}
        found[one, other] = signs.pop() if len(signs) == 1 else 0
    return found
