"""Predictions under noise added in memory: a fine grid of strengths, and a grid of periods and angles (Fourier)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from tqdm import tqdm

from misread.data import store, subset
from misread.inference import predictions
from misread.inference.loadable import Loadable
from misread.inference.predictions import BATCH, Predict
from misread.noise import quality
from misread.noise.apply import add_noise
from misread.parallel import workers
from misread.params import Params

BLOCK = 2 * BATCH  # images in memory at once; the next block is prepared meanwhile
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
    rmse: float  # of all images, grey levels; 0 without noise


class Sharing(NamedTuple):
    """What is needed to distribute predictions, as for `misread.parallel.workers.map_in_order`."""

    threads: int = 1  # of the classifier
    folder: Path = Path()  # that all workers must see


ALONE = Sharing()


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


class _Block(NamedTuple):
    """Some images that are predicted under one noise."""

    made_by: dict | None  # of the `GridPoint`
    rows: np.ndarray  # int, ascending: which images
    labels: np.ndarray  # int: of these images
    numbers: np.ndarray  # int: on which the noise of each image depends


def _corrupted(
    images: store.ArrayFile | np.ndarray, seed: int, split: str, block: _Block
) -> tuple[_Block, np.ndarray, float]:
    """The noisy images of a block, and the sum of their squared errors."""
    source = images.open() if isinstance(images, store.ArrayFile) else images
    clean = np.asarray(source[block.rows])
    if block.made_by is None:
        return block, clean, 0.0
    noisy = add_noise(clean, block.numbers, seed=seed, split=split, **block.made_by)
    return block, noisy, quality.squared_error(clean, noisy)


def _predicted(
    predict: Predict, temperature: float | None, block: _Block, noisy: np.ndarray, squares: float
) -> tuple[pd.DataFrame, float]:
    table = predictions.table(predict, noisy, block.labels, temperature)
    return table.assign(row=block.rows.astype(np.int32)), squares


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
    sharing: Sharing = ALONE,
) -> Iterator[Predicted]:
    """Predict images under noises, one after another; memory does not grow with the number of images.

    If the classifier is a `Loadable` and the images are memory-mapped, ``MISREAD_SCHEDULER`` may distribute the work.

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
        sharing: what is needed to distribute the work.

    """
    numbers = np.arange(len(images)) if numbers is None else numbers
    blocks = {grid: _divided(part) for grid, part in rows.items()}
    items = (
        (_Block(point.made_by, block, labels[block], numbers[block]),)
        for point in points
        for block in blocks[point.grid]
    )
    file = store.array_file(images) if isinstance(predict, Loadable) else None
    results = workers.map_in_order(
        partial(_predicted, predict, temperature), items, sum(len(blocks[point.grid]) for point in points),
        before=partial(_corrupted, file or images, seed, split), networks=True, here=file is None,
        **sharing._asdict(),
    )  # fmt: skip
    for point in points:
        table, squares = _together(islice(results, len(blocks[point.grid])), bar)
        table = table[[name for name in KEPT if name in table]].assign(**point.place)
        yield Predicted(point, table, (squares / (len(table) * images[0].size)) ** 0.5)


def _divided(rows: np.ndarray) -> list[np.ndarray]:
    return [rows[start : start + BLOCK] for start in range(0, len(rows), BLOCK)]


def _together(results: Iterable[tuple[pd.DataFrame, float]], bar: tqdm) -> tuple[pd.DataFrame, float]:
    """Put the blocks of a point together."""
    tables, total = [], 0.0
    for table, squares in results:
        tables.append(table)
        total += squares
        bar.update(len(table))
    return pd.concat(tables, ignore_index=True), total


def energy(found: Iterable[tuple[GridPoint, float]]) -> pd.DataFrame:
    """RMSE and PSNR of noises after clipping, over all images.

    Args:
        found: points and the RMSE at each; the point without noise is left out.

    """
    table = pd.DataFrame([point.place | {"rmse": rmse} for point, rmse in found if point.made_by])
    return table.assign(psnr=table.rmse.map(quality.psnr_of))


def predict(
    predict_batch: Predict, test: store.ImageSet, settings: Params, title: str, temperature: float
) -> Iterator[Predicted]:
    """Predict the test images under every noise of both grids.

    Args:
        predict_batch: the classifier.
        test: the clean test set.
        settings: the parameters.
        title: label of the progress bar.
        temperature: the classifier's temperature.

    Yields:
        The predictions at each of `noises`.

    """
    labels = np.asarray(test.labels)
    counts = {"strengths": settings.sweep.images, "fourier": settings.sweep.fourier.images}
    rows = {grid: subset.stratified_rows(labels, count, settings.seed) for grid, count in counts.items()}
    points = noises(settings)
    with tqdm(total=sum(len(rows[point.grid]) for point in points), desc=title, unit="img", unit_scale=True) as bar:
        yield from predict_points(
            predict_batch, test.images, labels, points, rows, bar, seed=settings.seed, temperature=temperature,
            sharing=Sharing(settings.threads),
        )  # fmt: skip
