"""Tables of a measurement, from the predictions under all noises."""

import warnings
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from misread.errors import MisreadError
from misread.metrics import accuracy, bootstrap, calibration, ranking, sweeps, thresholds
from misread.metrics.accuracy import CLEAN
from misread.metrics.bootstrap import Resampling
from misread.metrics.confusions import frequent_confusions
from misread.own.settings import Settings

CONFUSIONS = 10  # listed for each noise


class Ranking(NamedTuple):
    """The noise types at equal energy: results of `misread.metrics.ranking.rank`, or the reason why there are none."""

    areas: pd.DataFrame
    pairs: pd.DataFrame
    obstacle: str | None


def accuracy_table(
    sweep: pd.DataFrame, energy: pd.DataFrame, settings: Settings, how: Resampling | None = None
) -> pd.DataFrame:
    """Accuracy without noise and under every noise.

    Args:
        sweep: first result of `misread.own.measurement.measure_grids`.
        energy: second result of it.
        settings: the settings.
        how: resampling of the images for the intervals; None: images are independent, and the intervals are Wilson's.

    Returns:
        A row for each noise: noise_type (``none`` without noise), noise_level (``min``, ``avg``, ``max``, or empty
        between the levels), strength; rmse and psnr after clipping; accuracy with low, high (95% interval) and n;
        balanced_accuracy; induced (share of misclassified images among the clean_correct images that are classified
        correctly without noise) with induced_low, induced_high; monotone (the failure curve fitted to the grid);
        confidence (mean), confidence_when_wrong, ece (expected calibration error).

    """
    clean = sweep[sweep.noise_type == CLEAN[0]]
    groups = sweep.groupby(["noise_type", "strength"], sort=False, observed=True)
    # One noise at a time, so that no copies of all predictions are made.
    table = pd.concat([_of_noise(clean, part, how) for _, part in groups], ignore_index=True)
    level_of = {(kind, value): name for kind, levels in settings.levels.items() for name, value in levels.items()}
    places = zip(table.noise_type, table.strength, strict=True)
    table["noise_level"] = [CLEAN[1] if kind == CLEAN[0] else level_of.get((kind, value), "") for kind, value in places]
    curves = _curves(settings.on_grids(sweep), settings.on_grids(energy))
    place = ["noise_type", "strength"]
    table = table.merge(curves[[*place, "monotone"]], "left", on=place).merge(energy, "left", on=place)
    first = ["noise_type", "noise_level", "strength", "rmse", "psnr", "accuracy", "low", "high", "n"]
    return table[first + [name for name in table if name not in first]]


def _curves(sweep: pd.DataFrame, energy: pd.DataFrame) -> pd.DataFrame:
    """`misread.metrics.sweeps.curves`, one noise type at a time."""
    of_types = [sweeps.curves(_under(sweep, kind), part) for kind, part in energy.groupby("noise_type", sort=False)]
    return pd.concat(of_types, ignore_index=True)


def _of_noise(clean: pd.DataFrame, part: pd.DataFrame, how: Resampling | None) -> pd.DataFrame:
    """Row of one noise, or of the clean images, without its level."""
    kind, strength = part.noise_type.iloc[0], part.strength.iloc[0]
    both = part if kind == CLEAN[0] else pd.concat([clean, part])
    both = both.assign(noise_level=np.where(both.noise_type == CLEAN[0], CLEAN[1], "noise"))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="y_pred contains classes not in y_true")
        row = accuracy.by_noise(both, how).tail(1).drop(columns=["trainings", "spread"])
    return row.assign(strength=strength, confidence=part.confidence.mean(), ece=_calibration_error(part))


def _calibration_error(part: pd.DataFrame) -> float:
    if part.confidence.isna().any():  # predictions that were made elsewhere may have none
        return float("nan")
    return calibration.expected_calibration_error(
        part.confidence.to_numpy(), (part.label == part.prediction).to_numpy()
    )


def all_thresholds(
    sweep: pd.DataFrame, energy: pd.DataFrame, settings: Settings, how: Resampling
) -> dict[str, dict[str, dict]]:
    """Noise type -> result of `misread.metrics.sweeps.find_thresholds`, from its grid."""
    sweep, energy = settings.on_grids(sweep), settings.on_grids(energy)
    return {
        kind: sweeps.find_thresholds(sweeps.grid(_under(sweep, kind), kind), energy[energy.noise_type == kind], how)
        for kind in settings.noise_types
    }


def resampling(sweep: pd.DataFrame, settings: Settings, groups: Sequence | np.ndarray | None) -> Resampling:
    """Resampling of the images of a sweep.

    Args:
        sweep: as for `accuracy_table`.
        settings: the settings.
        groups: group of each image, in the order of the rows; None: all images are independent.

    """
    if groups is None:
        return bootstrap.independent(int((sweep.noise_type == CLEAN[0]).sum()), settings.resamples, settings.seed)
    _, positions = np.unique(np.asarray(groups).astype(str), return_inverse=True)
    return Resampling(positions, settings.resamples, settings.seed)


def _under(sweep: pd.DataFrame, kind: str) -> pd.DataFrame:
    """The predictions without noise and under one noise type."""
    return sweep[sweep.noise_type.isin([CLEAN[0], kind])]


def rank(sweep: pd.DataFrame, energy: pd.DataFrame, settings: Settings, how: Resampling) -> Ranking:
    """Compare the noise types at equal energy, from their grids."""
    sweep, energy = settings.on_grids(sweep), settings.on_grids(energy)
    psnr = {
        kind: energy[energy.noise_type == kind].sort_values("strength").psnr.to_numpy(float)
        for kind in settings.noise_types
    }
    grids = {kind: sweeps.grid(_under(sweep, kind), kind) for kind in settings.noise_types}
    try:
        areas, pairs = ranking.rank(grids, psnr, how)
    except MisreadError as error:
        areas = pd.DataFrame(columns=["noise_type", "area", "low", "high", "n"])
        return Ranking(areas, pd.DataFrame(columns=ranking.PAIR_COLUMNS), str(error))
    return Ranking(areas, pairs, None)


def confusion_table(
    sweep: pd.DataFrame, settings: Settings, classes: Sequence[str], unsafe: np.ndarray | None
) -> pd.DataFrame:
    """The most frequent confusions without noise and at the levels of each noise type.

    Args:
        sweep: as for `accuracy_table`.
        settings: the settings.
        classes: name of each class.
        unsafe: bool, ``(CLASSES, CLASSES)``: true and predicted classes that are unsafe to confuse; None: unknown.

    Returns:
        noise_type, noise_level, label, prediction (names of classes), images, share (of the images of the class) and,
        if ``unsafe`` is given, unsafe.

    """
    names, parts = np.asarray(classes, object), []
    places = [(*CLEAN, 0.0)] + [
        (kind, level, strength) for kind, levels in settings.levels.items() for level, strength in levels.items()
    ]
    for kind, level, strength in places:
        found = frequent_confusions(sweep[(sweep.noise_type == kind) & (sweep.strength == strength)], CONFUSIONS)
        if unsafe is not None:
            found["unsafe"] = unsafe[found.label, found.prediction]
        found = found.assign(label=names[found.label], prediction=names[found.prediction])
        found.insert(0, "noise_type", kind)
        found.insert(1, "noise_level", level)
        parts.append(found)
    return pd.concat(parts, ignore_index=True)


def minimal_noise(sweep: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """The smallest measured strength of each noise type at which each image is misclassified.

    Returns:
        A row for each image in order: row, label, prediction and confidence (without noise), and a column for each
        noise type: 0 if the image is misclassified without noise, infinite if no strength makes it fail.

    """
    clean = sweep[sweep.noise_type == CLEAN[0]].sort_values("row")[["row", "label", "prediction", "confidence"]]
    table = clean.reset_index(drop=True)
    for kind in settings.noise_types:
        grid = sweeps.grid(_under(sweep, kind), kind)
        first = thresholds.first_failures(grid.strengths, ~grid.right[0])
        table[kind] = np.where(grid.right_clean[0], first, 0.0)
    return table


def class_table(sweep: pd.DataFrame, minimal: pd.DataFrame, settings: Settings, classes: Sequence[str]) -> pd.DataFrame:
    """Recall of each class without noise and under noise, and the noise at which its images fail.

    Args:
        sweep: as for `accuracy_table`.
        minimal: result of `minimal_noise`.
        settings: the settings.
        classes: name of each class.

    Returns:
        A row for each class in the data: class, n, clean (recall), noisy (mean recall over the levels of all noise
        types), loss (their difference), and for each noise type the median of the smallest strength at which its
        images are misclassified.

    """
    right = sweep.label == sweep.prediction
    wanted = pd.Series(False, index=sweep.index)
    for kind, levels in settings.levels.items():
        wanted |= (sweep.noise_type == kind) & sweep.strength.isin(list(levels.values()))
    labels = sweep.label
    clean = right[sweep.noise_type == CLEAN[0]].groupby(labels).mean()
    noisy = right[wanted].groupby(labels).mean()
    medians = minimal.groupby("label")[list(settings.noise_types)].quantile(0.5, interpolation="lower")
    counts = minimal.groupby("label").size()
    table = pd.DataFrame({"n": counts, "clean": clean, "noisy": noisy, "loss": clean - noisy}).join(medians)
    table.insert(0, "class", [classes[label] for label in table.index])
    return table.reset_index(drop=True)
