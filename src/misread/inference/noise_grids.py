"""Predictions under noise added in memory: a fine grid of strengths, and a grid of periods and angles (Fourier)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import keras
import numpy as np
import pandas as pd
from tqdm import tqdm

from misread.data import store, subset
from misread.inference import predictions
from misread.noise import quality
from misread.noise.apply import add_noise
from misread.params import Params

BLOCK = 2000  # images in memory at once; the next block is prepared meanwhile
KEPT = ["row", "label", "prediction", "confidence", "calibrated"]


class GridPoint(NamedTuple):
    """A point of one of the grids: a noise, or no noise."""

    grid: str  # strengths or fourier
    place: dict  # coordinates on the grid
    made_by: dict | None  # arguments of `add_noise`; None: no noise


def noises(settings: Params) -> list[GridPoint]:
    """All points of both grids, beginning with the clean images."""
    types, fourier = settings.noise.types, settings.sweep.fourier
    places = [{"noise_type": kind, "strength": strength} for kind in types.names for strength in types[kind].sweep]
    waves = [{"period": period, "angle": angle} for period in fourier.periods for angle in fourier.angles]
    return [
        GridPoint("strengths", {"noise_type": "none", "strength": 0.0}, None),
        *(
            GridPoint("strengths", place, place | {"options": settings.noise.options_of(place["noise_type"])})
            for place in places
        ),
        *(
            GridPoint("fourier", wave, {"noise_type": "periodic", "strength": fourier.amplitude, "options": wave})
            for wave in waves
        ),
    ]


def blocks_of(noise: GridPoint, images: np.ndarray, rows: np.ndarray, seed: int) -> Iterator[tuple]:
    """Add a noise block by block: yields the noise, and the rows, clean and noisy images of each block."""
    for block in np.array_split(rows, -(-len(rows) // BLOCK)):
        clean = np.asarray(images[block])
        made = noise.made_by
        yield noise, block, clean, clean if made is None else add_noise(clean, block, seed=seed, split="test", **made)


def read_ahead(items: Iterator) -> Iterator:
    """Prepare the next item in a thread while the current one is used."""
    with ThreadPoolExecutor(1) as thread:
        coming = thread.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = thread.submit(next, items, None)
            yield item


def energy(squares: list[dict]) -> pd.DataFrame:
    """RMSE and PSNR of every noise after clipping, over all blocks."""
    sums = pd.DataFrame(squares)
    sums = sums.groupby([name for name in sums if name not in ("square", "n")], sort=False).sum().reset_index()
    sums["rmse"] = (sums.pop("square") / sums.pop("n")) ** 0.5
    return sums.assign(psnr=sums.rmse.map(quality.psnr_of))


def predict(
    model: keras.Model, test: store.ImageSet, settings: Params, title: str, temperature: float
) -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]:
    """Predict the test images under every noise of both grids.

    Args:
        model: the classifier.
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
    blocks = (block for point in points for block in blocks_of(point, test.images, rows[point.grid], settings.seed))
    tables: dict[str, list[pd.DataFrame]] = {"strengths": [], "fourier": []}
    squares: dict[str, list[dict]] = {"strengths": [], "fourier": []}
    with tqdm(total=sum(len(rows[point.grid]) for point in points), desc=title, unit="img", unit_scale=True) as bar:
        for point, block, clean, noisy in read_ahead(blocks):
            table = predictions.table(model, noisy, labels[block], temperature).assign(row=block.astype(np.int32))[KEPT]
            tables[point.grid].append(table.assign(**point.place))
            if point.made_by:
                square = quality.mean_square(clean, noisy)
                squares[point.grid].append(point.place | {"square": square * len(block), "n": len(block)})
            bar.update(len(block))
    return (
        {grid: pd.concat(parts, ignore_index=True) for grid, parts in tables.items()},
        {grid: energy(parts) for grid, parts in squares.items()},
    )
