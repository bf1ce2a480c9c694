"""Predicting images under all noises, with grids of strengths that are refined where the model starts to fail."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from tqdm import tqdm

from misread.inference.noise_grids import ALONE, GridPoint, Predicted, Sharing, at_strength, energy, predict_points
from misread.inference.predictions import Predict
from misread.metrics import sweeps, thresholds
from misread.metrics.accuracy import CLEAN
from misread.own.settings import Settings

FINE = 1.02  # ratio of two neighbouring strengths between which no other is measured
BESIDE = 0.995  # factor by which a strength is moved away from that of a level, which is not on the grid


def measure_grids(
    predict: Predict,
    images: np.ndarray,
    labels: np.ndarray,
    settings: Settings,
    numbers: np.ndarray | None = None,
    boxes: np.ndarray | None = None,
    title: str = "images",
    quiet: bool = False,
    sharing: Sharing = ALONE,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Predict all images under every noise of the grids, and refine these.

    Args:
        predict: function from uint8 images to logits; see `misread.inference.predictions`.
        images: uint8, ``(N, HEIGHT, WIDTH, CHANNELS)``; may be memory-mapped.
        labels: int, ``(N,)``.
        settings: the settings.
        numbers: int, ``(N,)``: number of each image in its set, on which its noise depends; None: its row.
        boxes: int, ``(N, 4)``: pixels of each image that are not padding, from `misread.data.resize.own_box`; None: all
            pixels.
        title: label of the progress bar.
        quiet: whether there is no progress bar.
        sharing: what is needed to distribute the work.

    Returns:
        The predictions, with the columns row, label, prediction, confidence, noise_type (``none`` without noise) and
        strength; and the energy of each noise: noise_type, strength, rmse, psnr.

    """
    rows, points = {"strengths": np.arange(len(images))}, first_points(settings)
    total, shared = (
        len(points) * len(images),
        {"seed": settings.seed, "numbers": numbers, "boxes": boxes, "sharing": sharing},
    )
    with tqdm(desc=title, unit="img", unit_scale=True, disable=quiet, total=total) as bar:

        def predicted(points: Sequence[GridPoint]) -> list[Predicted]:
            return list(predict_points(predict, images, labels, points, rows, bar, **shared))

        found = predicted(points)
        for _ in range(settings.refine):
            finer = refined(found, settings)
            bar.total += len(finer) * len(images)
            found += predicted(finer)
    found.sort(key=lambda one: _place(one.point, settings))
    energies = energy((one.point, one.errors) for one in found)
    return _together(found, settings), energies[["noise_type", "strength", "rmse", "psnr"]]


def first_points(settings: Settings) -> list[GridPoint]:
    """No noise, and the strengths that are measured before any refinement."""
    return [
        at_strength(CLEAN[0], 0.0, {}),
        *(
            at_strength(kind, strength, settings.options[kind])
            for kind in settings.noise_types
            for strength in settings.measured(kind)
        ),
    ]


def _together(found: Sequence[Predicted], settings: Settings) -> pd.DataFrame:
    """All predictions in one table; its noise types are categories, which take little memory."""
    kinds = pd.CategoricalDtype([CLEAN[0], *settings.noise_types])
    return pd.concat([one.table.astype({"noise_type": kinds}) for one in found], ignore_index=True)


def refined(found: Sequence[Predicted], settings: Settings) -> list[GridPoint]:
    """Strengths between those around each threshold: their geometric mean, or half of the smallest.

    Args:
        found: predictions without noise and at all strengths so far.
        settings: the settings.

    """
    points = []
    for kind in settings.noise_types:
        of_type = [one for one in found if one.point.place["noise_type"] in (CLEAN[0], kind)]
        grid = sweeps.grid(settings.on_grids(_together(of_type, settings)), kind)
        if not len(grid.failed):
            continue
        curve = thresholds.monotone_curve(grid.failed.mean(axis=0))
        levels = settings.levels[kind].values()
        new = {_between(grid.strengths, curve, level) for level in sweeps.LEVELS.values()} - {None}
        new = {BESIDE * strength if strength in levels else strength for strength in new}
        points += [at_strength(kind, strength, settings.options[kind]) for strength in sorted(new)]
    return points


def _between(strengths: np.ndarray, curve: np.ndarray, level: float) -> float | None:
    """A strength between the two where a curve crosses a level; None if it does not, or if they are close."""
    above = np.flatnonzero(curve >= level)
    if not len(above):
        return None
    high = float(strengths[above[0]])
    if above[0] == 0:
        return high / 2
    low = float(strengths[above[0] - 1])
    return (low * high) ** 0.5 if high / low > FINE else None


def _place(point: GridPoint, settings: Settings) -> tuple[int, float]:
    """Sort key: no noise first, then by type and strength."""
    kind, strength = point.place["noise_type"], point.place["strength"]
    return (settings.noise_types.index(kind) if kind in settings.noise_types else -1), strength
