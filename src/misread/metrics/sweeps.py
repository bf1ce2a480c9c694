"""Scores of the predictions of one network over fine grids of noise.

A sweep is a table with a row for each image and noise: ``noise_type`` and ``strength`` (``none`` and 0 without noise),
``row``, ``label``, ``prediction``. Its energy is a table with ``noise_type``, ``strength``, ``rmse`` and ``psnr`` after
clipping.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from misread.metrics import thresholds
from misread.metrics.accuracy import CLEAN
from misread.metrics.intervals import named, proportion

LEVELS = {"p05": 0.05, "p10": 0.10, "p50": 0.50}  # shares of noise-induced misclassification


class Grid(NamedTuple):
    """One noise type of a sweep; images are in row order."""

    strengths: np.ndarray  # float, ascending, (STRENGTHS,)
    right: np.ndarray  # bool, (N, STRENGTHS)
    right_clean: np.ndarray  # bool, (N,)


def grid(sweep: pd.DataFrame, noise_type: str) -> Grid:
    """Which images are classified correctly at each strength of a noise type."""
    right = sweep.assign(right=sweep.label == sweep.prediction)
    clean = right[right.noise_type == CLEAN[0]].sort_values("row")
    wide = right[right.noise_type == noise_type].pivot(index="row", columns="strength", values="right").sort_index()
    return Grid(wide.columns.to_numpy(float), wide.to_numpy(bool), clean.right.to_numpy(bool))


def find_thresholds(
    sweep: pd.DataFrame, energy: pd.DataFrame, noise_type: str, resamples: int, seed: int
) -> dict[str, dict]:
    """Find the thresholds of one noise type.

    Returns:
        Key of `LEVELS` -> strength, low, high (95% interval), rmse, psnr (of the noise at that strength after clipping)
        and status; unknown values are None.

    """
    one = grid(sweep, noise_type)
    failed = thresholds.failures(one.right_clean, one.right)
    of_type = energy[energy.noise_type == noise_type].sort_values("strength")
    result = {}
    for name, level in LEVELS.items():
        found = thresholds.threshold(one.strengths, failed, level, resamples, np.random.default_rng(seed))
        rmse = None
        if found.strength is not None:
            rmse = float(np.interp(found.strength, [0, *of_type.strength], [0, *of_type.rmse]))
        psnr = None if not rmse else float(20 * np.log10(255 / rmse))
        result[name] = {
            "strength": found.strength, "low": found.low, "high": found.high, "rmse": rmse, "psnr": psnr,
            "status": found.status,
        }  # fmt: skip
    return result


def threshold_table(thresholds: dict) -> pd.DataFrame:
    """Thresholds of several networks as a table.

    Returns:
        A row for each threshold: network (key), noise_type, level (key of `LEVELS`), strength, low, high, rmse, psnr,
        status.

    """
    rows = [
        {"network": network, "noise_type": noise_type, "level": level, **found}
        for network, types in thresholds.items()
        for noise_type, levels in types.items()
        for level, found in levels.items()
    ]
    return pd.DataFrame(rows).astype(dict.fromkeys(("strength", "low", "high", "rmse", "psnr"), float))


def curves(sweep: pd.DataFrame, energy: pd.DataFrame) -> pd.DataFrame:
    """A row for each noise type and strength: noise_type, strength, rmse, psnr, accuracy, failed, monotone, n.

    ``failed`` is the share of noise-induced misclassification, ``monotone`` the monotone curve fitted to it, and ``n``
    the number of images that are classified correctly without noise.
    """
    tables = []
    for noise_type in energy.noise_type.unique():
        one = grid(sweep, noise_type)
        failed = thresholds.failures(one.right_clean, one.right)
        shares = failed.mean(axis=0) if len(failed) else np.full(len(one.strengths), np.nan)
        tables.append(
            pd.DataFrame(
                {
                    "noise_type": noise_type,
                    "strength": one.strengths,
                    "accuracy": one.right.mean(axis=0),
                    "failed": shares,
                    "monotone": thresholds.monotone_curve(shares),
                    "n": len(failed),
                }
            )
        )
    return pd.concat(tables, ignore_index=True).merge(energy, on=["noise_type", "strength"])


def minimal_noise(sweep: pd.DataFrame, noise_type: str) -> pd.DataFrame:
    """The smallest strength at which each image fails, for the images classified correctly without noise.

    Returns:
        row, label, strength (infinite if the image fails at no strength of the grid).

    """
    one = grid(sweep, noise_type)
    clean = sweep[sweep.noise_type == CLEAN[0]].sort_values("row")[["row", "label"]][one.right_clean]
    first = thresholds.first_failures(one.strengths, thresholds.failures(one.right_clean, one.right))
    return clean.reset_index(drop=True).assign(strength=first)


def fragility(minimal: pd.DataFrame) -> pd.DataFrame:
    """Robustness of each class to noise, from a table of `minimal_noise`.

    Returns:
        A row for each class: label, n, first_quarter, median and third_quarter (strengths up to which that share of the
        images has failed; infinite if fewer fail on the whole grid) and never (share that fails at no strength).

    """
    rows = []
    for label, values in minimal.groupby("label").strength:
        # Quantiles without interpolation, as some strengths are infinite.
        quartiles = np.quantile(values, [0.25, 0.5, 0.75], method="inverted_cdf")
        rows.append((label, len(values), *quartiles, np.mean(np.isinf(values))))
    return pd.DataFrame(rows, columns=["label", "n", "first_quarter", "median", "third_quarter", "never"])


def fourier_sensitivity(waves: pd.DataFrame, energy: pd.DataFrame) -> pd.DataFrame:
    """Accuracy at each period and angle: period, angle, accuracy, low, high (95% interval), n, rmse.

    Args:
        waves: a row for each image and wave: period, angle, label, prediction.
        energy: a row for each wave: period, angle, rmse (after clipping).

    """
    rows = [
        {"period": period, "angle": angle, **named(proportion(part.label == part.prediction), "accuracy")}
        for (period, angle), part in waves.groupby(["period", "angle"])
    ]
    return pd.DataFrame(rows).merge(energy, on=["period", "angle"])
