"""Scores of the predictions of one network over fine grids of noise.

A sweep is a table with a row for each training, image and noise: ``training`` (its number), ``noise_type`` and
``strength`` (``none`` and 0 without noise), ``row``, ``label``, ``prediction``. Its energy is a table with
``noise_type``, ``strength`` and the errors after clipping: ``rmse``, ``psnr``, and those of the luma, ``luma_rmse`` and
``luma_psnr``.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from misread.metrics import accuracy, bootstrap, thresholds
from misread.metrics.accuracy import CLEAN
from misread.metrics.bootstrap import Resampling
from misread.metrics.intervals import named

NUMBERS = ("strength", "low", "high", "rmse", "psnr", "luma_psnr", "least", "most")  # columns of `threshold_table`
DOMINANT = 0.5  # a class is dominant if at least this share of the images is classified as it
LEVELS = {"p05": 0.05, "p10": 0.10, "p50": 0.50}  # shares of noise-induced misclassification


class Grid(NamedTuple):
    """One noise type of a sweep; images are in row order."""

    strengths: np.ndarray  # float, ascending, (STRENGTHS,)
    right: np.ndarray  # bool, (TRAININGS, N, STRENGTHS)
    right_clean: np.ndarray  # bool, (TRAININGS, N)

    @property
    def failed(self) -> np.ndarray:
        """`thresholds.failures` of the first training: bool, ``(M, STRENGTHS)``."""
        return thresholds.failures(self.right_clean[0], self.right[0])


def grid(sweep: pd.DataFrame, noise_type: str) -> Grid:
    """Which images are classified correctly at each strength of a noise type, for each training."""
    right, clean = [], []
    for part in accuracy.trainings(sweep.assign(right=sweep.label == sweep.prediction)):
        clean.append(part[part.noise_type == CLEAN[0]].sort_values("row").right.to_numpy(bool))
        wide = part[part.noise_type == noise_type].pivot(index="row", columns="strength", values="right").sort_index()
        right.append(wide.to_numpy(bool))
    return Grid(wide.columns.to_numpy(float), np.stack(right), np.stack(clean))


def find_thresholds(one: Grid, energy: pd.DataFrame, how: Resampling, name: str = "") -> dict[str, dict]:
    """Find the thresholds of one noise type.

    Args:
        one: its grid.
        energy: its energy at each strength.
        how: resampling of the images for the intervals.
        name: of the network, as for `misread.metrics.bootstrap.totals`.

    Returns:
        Key of `LEVELS` -> strength, low, high (95% interval), rmse, psnr, luma_psnr (of the noise at that strength
        after clipping), status, and single (strength of each training alone, if there are several); unknown values are
        None.

    """
    curves = thresholds.failure_curves(one.strengths, one.right_clean, one.right, how, name)
    result = {}
    for level_name, level in LEVELS.items():
        found = thresholds.threshold(curves, level)
        rmse, luma = (_error_at(found.strength, energy, column) for column in ("rmse", "luma_rmse"))
        result[level_name] = {
            "strength": found.strength, "low": found.low, "high": found.high, "rmse": rmse, "psnr": _decibels(rmse),
            "luma_psnr": _decibels(luma), "status": found.status, "single": list(found.single),
        }  # fmt: skip
    return result


def strengths(one: Grid) -> dict[str, float | None]:
    """Key of `LEVELS` -> threshold of a grid's first training, without its interval; None if it is unknown."""
    if len(one.failed) < thresholds.FEWEST:
        return dict.fromkeys(LEVELS)
    curve = thresholds.monotone_curve(one.failed.mean(axis=0))
    found = {name: thresholds.crossing(one.strengths, curve, level) for name, level in LEVELS.items()}
    return {name: value if one.strengths[0] <= value < np.inf else None for name, value in found.items()}


def _error_at(strength: float | None, energy: pd.DataFrame, column: str) -> float | None:
    """Error at a strength of the grid or between two; None if it is unknown."""
    if strength is None or column not in energy:
        return None
    known = energy[energy[column] > 0].sort_values("strength")
    if known.empty or strength < known.strength.iloc[0]:
        return None
    return error_between(strength, known.strength.to_numpy(), known[column].to_numpy())


def error_between(strength: float, strengths: np.ndarray, errors: np.ndarray) -> float:
    """RMS error of noise whose strength is between two of a grid.

    Logarithms are interpolated: the error grows with the standard deviation and with the amplitude, and with the root
    of the share of the pixels.

    Args:
        strength: from the first to the last of the grid.
        strengths: ascending, above 0, ``(STRENGTHS,)``.
        errors: at each of them, above 0, ``(STRENGTHS,)``.

    """
    return float(np.exp(np.interp(np.log(strength), np.log(strengths), np.log(errors))))


def _decibels(rmse: float | None) -> float | None:
    return None if not rmse else float(20 * np.log10(255 / rmse))


def threshold_table(thresholds: dict) -> pd.DataFrame:
    """Thresholds of several networks as a table.

    Returns:
        A row for each threshold: network (key), noise_type, level (key of `LEVELS`), strength, low, high, rmse, psnr,
        luma_psnr, status; and least, most: the ends of the range of the trainings' own thresholds, NaN for a single
        training or where one of them has none.

    """
    rows = [
        {"network": network, "noise_type": noise_type, "level": level, **_ranged(found)}
        for network, types in thresholds.items()
        for noise_type, levels in types.items()
        for level, found in levels.items()
    ]
    table = pd.DataFrame(rows)
    return table.astype(dict.fromkeys([name for name in NUMBERS if name in table], float))


def _ranged(found: dict) -> dict:
    """A threshold with the range of those of the trainings in place of all of them."""
    single = found.get("single", [])
    known = single if single and None not in single else [None]
    shown = {name: value for name, value in found.items() if name != "single"}
    return shown | {"least": min(known, default=None), "most": max(known, default=None)}


def curves(sweep: pd.DataFrame, energy: pd.DataFrame) -> pd.DataFrame:
    """A row for each noise type and strength: noise_type, strength, rmse, psnr, accuracy, failed, monotone, n.

    ``failed`` is the share of noise-induced misclassification, ``monotone`` the monotone curve fitted to it, and ``n``
    the number of images that are classified correctly without noise, all on average over the trainings; ``lowest`` and
    ``highest`` are the smallest and the largest accuracy of a training. ``modal`` is the class that most images are
    classified as by the first training, and ``modal_share`` the share of these images.
    """
    tables, first = [], accuracy.trainings(sweep)[0]
    for noise_type in energy.noise_type.unique():
        one = grid(sweep, noise_type)
        failed = (~one.right & one.right_clean[..., None]).sum(axis=(0, 1))
        with np.errstate(invalid="ignore"):
            shares = failed / one.right_clean.sum()
        of_trainings = one.right.mean(axis=1)
        tables.append(
            pd.DataFrame(
                {
                    "noise_type": noise_type,
                    "strength": one.strengths,
                    "accuracy": of_trainings.mean(axis=0),
                    "lowest": of_trainings.min(axis=0),
                    "highest": of_trainings.max(axis=0),
                    "failed": shares,
                    "monotone": thresholds.monotone_curve(shares),
                    "n": round(one.right_clean.sum(axis=1).mean()),
                }
            ).join(_modal(first, noise_type), on="strength")
        )
    return pd.concat(tables, ignore_index=True).merge(energy, on=["noise_type", "strength"])


def _modal(sweep: pd.DataFrame, noise_type: str) -> pd.DataFrame:
    """The class that most images are classified as, and the share of these images, by strength."""
    of_type = sweep[sweep.noise_type == noise_type]
    counts = of_type.groupby(["strength", "prediction"]).size()
    shares = counts / of_type.groupby("strength").size()
    best = shares.groupby("strength").idxmax()
    modal = [prediction for _, prediction in best]
    return pd.DataFrame({"modal": modal, "modal_share": shares[best].to_numpy()}, index=best.index)


def minimal_noise(sweep: pd.DataFrame, noise_type: str) -> pd.DataFrame:
    """The smallest strength at which each image fails in the first training, if it is right without noise.

    Returns:
        row, label, strength (infinite if the image fails at no strength of the grid).

    """
    one = grid(sweep, noise_type)
    clean = accuracy.trainings(sweep)[0]
    clean = clean[clean.noise_type == CLEAN[0]].sort_values("row")[["row", "label"]][one.right_clean[0]]
    first = thresholds.first_failures(one.strengths, one.failed)
    return clean.reset_index(drop=True).assign(strength=first)


def dominant_class(curves: pd.DataFrame, noise_type: str) -> int | None:
    """The class that most images are classified as under the strongest noise; None if their share is below `DOMINANT`.

    Images of this class are then classified correctly by chance, and not because the network is robust.

    Args:
        curves: result of `curves`.
        noise_type: the noise type.

    """
    strongest = curves[curves.noise_type == noise_type].sort_values("strength").iloc[-1]
    return int(strongest.modal) if strongest.modal_share >= DOMINANT else None


def fragility(minimal: pd.DataFrame, dominant: int | None = None) -> pd.DataFrame:
    """Robustness of each class to noise, from a table of `minimal_noise`.

    Args:
        minimal: the table.
        dominant: result of `dominant_class`.

    Returns:
        A row for each class: label, n, first_quarter, median and third_quarter (strengths up to which that share of the
        images has failed; infinite if fewer fail on the whole grid), never (share that fails at no strength) and
        dominant (whether it is that class).

    """
    rows = []
    for label, values in minimal.groupby("label").strength:
        # Quantiles without interpolation, as some strengths are infinite.
        quartiles = np.quantile(values, [0.25, 0.5, 0.75], method="inverted_cdf")
        rows.append((label, len(values), *quartiles, np.mean(np.isinf(values))))
    table = pd.DataFrame(rows, columns=["label", "n", "first_quarter", "median", "third_quarter", "never"])
    return table.assign(dominant=table.label == dominant)


def fourier_sensitivity(waves: pd.DataFrame, energy: pd.DataFrame, how: Resampling, name: str = "") -> pd.DataFrame:
    """Accuracy at each period and angle: period, angle, accuracy, low, high (95% interval), n, rmse.

    Args:
        waves: a row for each image and wave: period, angle, row, label, prediction.
        energy: a row for each wave: period, angle, rmse (after clipping).
        how: resampling of the images, in row order.
        name: of the network, as for `misread.metrics.bootstrap.totals`.

    """
    rows = []
    for (period, angle), part in waves.groupby(["period", "angle"]):
        part = part.sort_values("row")
        right = (part.label == part.prediction).to_numpy()[None]
        rows.append({"period": period, "angle": angle, **named(bootstrap.share(right, how, name), "accuracy")})
    return pd.DataFrame(rows).merge(energy, on=["period", "angle"])
