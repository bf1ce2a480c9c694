"""Predictions under noise added in memory: a fine grid of strengths, and a grid of periods and angles (Fourier)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import pandas as pd
from tqdm import tqdm

from misread.data import store, subset
from misread.inference import predictions
from misread.inference.predictions import Predict
from misread.noise import quality
from misread.noise.apply import add_noise
from misread.params import Params

BLOCK = 2000  # images in memory at once; the next block is prepared meanwhile
KEPT = ["row", "label", "prediction", "confidence", "calibrated"]


class GridPoint(NamedTuple):
    """A point of one of the grids: a noise, or no noise."""

    grid: str  # strengths or fourier
    place: dict  # coordinates on the grid, as columns of the tables
    made_by: dict | None  # arguments of `add_noise`; None: no noise


class Predicted(NamedTuple):
    """Predictions under one noise."""

    point: GridPoint
    table: pd.DataFrame  # the columns `KEPT` and the coordinates on the grid
    squares: float  # sum over the images of their mean squared errors; 0 without noise


def at_strength(noise_type: str, strength: float, options: dict) -> GridPoint:
    """A point of the grid of strengths; ``none`` is no noise."""
    place = {"noise_type": noise_type, "strength": strength}
    return GridPoint("strengths", place, None if noise_type == "none" else place | {"options": options})


def noises(settings: Params) -> list[GridPoint]:
    """All points of both grids, beginning with the clean images."""
    types, fourier = settings.noise.types, settings.sweep.fourier
    waves = [{"period": period, "angle": angle} for period in fourier.periods for angle in fourier.angles]
    return [
        at_strength("none", 0.0, {}),
        *(
            at_strength(kind, strength, settings.noise.options_of(kind))
            for kind in types.names
            for strength in types[kind].sweep
        ),
        *(
            GridPoint("fourier", wave, {"noise_type": "periodic", "strength": fourier.amplitude, "options": wave})
            for wave in waves
        ),
    ]


def _read_ahead(items: Iterator) -> Iterator:
    """Prepare the next item in a thread while the current one is used."""
    with ThreadPoolExecutor(1) as thread:
        coming = thread.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = thread.submit(next, items, None)
            yield item


def predict_points(
    predict: Predict,
    images: np.ndarray,
    labels: np.ndarray,
    points: Sequence[GridPoint],
    rows: Mapping[str, np.ndarray],
    bar: tqdm,
    *,
    seed: int,
    split: str = "test",
    numbers: np.ndarray | None = None,
    temperature: float | None = None,
) -> Iterator[Predicted]:
    """Predict images under noises, one after another; memory does not grow with the number of images.

    Args:
        predict: the classifier.
        images: uint8, ``(N, HEIGHT, WIDTH, CHANNELS)``; may be memory-mapped.
        labels: int, ``(N,)``.
        points: the noises.
        rows: grid -> the images that are predicted under its noises: int, ascending.
        bar: progress bar, which counts images.
        seed: the study's seed.
        split: ``train`` or ``test``.
        numbers: int, ``(N,)``: the number of each image in its set, on which its noise depends; None: its row.
        temperature: the classifier's temperature; None: the tables have no calibrated confidence.

    """

    def blocks() -> Iterator[tuple]:
        for point in points:
            part = rows[point.grid]
            for block in np.array_split(part, -(-len(part) // BLOCK)):
                clean, made = np.asarray(images[block]), point.made_by
                which = block if numbers is None else numbers[block]
                yield block, clean, clean if made is None else add_noise(clean, which, seed=seed, split=split, **made)

    prepared = _read_ahead(blocks())
    for point in points:
        tables, squares, left = [], 0.0, len(rows[point.grid])
        while left:
            block, clean, noisy = next(prepared)
            table = predictions.table(predict, noisy, labels[block], temperature)
            tables.append(table.assign(row=block.astype(np.int32)))
            if point.made_by:
                squares += quality.mean_square(clean, noisy) * len(block)
            left -= len(block)
            bar.update(len(block))
        table = pd.concat(tables, ignore_index=True)
        yield Predicted(point, table[[name for name in KEPT if name in table]].assign(**point.place), squares)


def energy(predicted: Iterable[Predicted]) -> pd.DataFrame:
    """RMSE and PSNR of every noise after clipping, over all images."""
    found = pd.DataFrame(
        [one.point.place | {"rmse": (one.squares / len(one.table)) ** 0.5} for one in predicted if one.point.made_by]
    )
    return found.assign(psnr=found.rmse.map(quality.psnr_of))


def predict(
    predict_batch: Predict, test: store.ImageSet, settings: Params, title: str, temperature: float
) -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]:
    """Predict the test images under every noise of both grids.

    Args:
        predict_batch: the classifier.
        test: the clean test set.
        settings: the parameters.
        title: label of the progress bar.
        temperature: the classifier's temperature.

    Returns:
        Two dictionaries with the keys ``strengths`` and ``fourier``: the predictions, with the columns `KEPT` and the
        coordinates on the grid; and the RMSE and PSNR of each noise.

    """
    labels = np.asarray(test.labels)
    counts = {"strengths": settings.sweep.images, "fourier": settings.sweep.fourier.images}
    rows = {grid: subset.stratified_rows(labels, count, settings.seed) for grid, count in counts.items()}
    points = noises(settings)
    with tqdm(total=sum(len(rows[point.grid]) for point in points), desc=title, unit="img", unit_scale=True) as bar:
        found = list(
            predict_points(
                predict_batch, test.images, labels, points, rows, bar, seed=settings.seed, temperature=temperature
            )
        )
    by_grid = {grid: [one for one in found if one.point.grid == grid] for grid in rows}
    return (
        {grid: pd.concat([one.table for one in parts], ignore_index=True) for grid, parts in by_grid.items()},
        {grid: energy(parts) for grid, parts in by_grid.items()},
    )
