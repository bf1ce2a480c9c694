"""Predictions under noise added in memory.

Grids of the study: a fine grid of strengths; the same with options that are drawn for each image; a grid of periods and
angles (Fourier); and, on the held-out tracks, the levels of the noisy sets.
"""

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
from misread.noise.random_options import add_with_random_options
from misread.parallel import workers
from misread.params import Params
from misread.paths import CLEAN_SET

BLOCK = 2 * BATCH  # images in memory at once; the next block is prepared meanwhile
KEPT = ["row", "label", "prediction", "confidence", "calibrated"]


class GridPoint(NamedTuple):
    """A point of one of the grids: a noise, or no noise."""

    grid: str  # strengths, random_options, fourier or held_out
    place: dict  # coordinates on the grid, as columns of the tables
    made_by: dict | None  # arguments of `add_noise`, or with ``ranges`` of `add_with_random_options`; None: no noise


class Predicted(NamedTuple):
    """Predictions under one noise."""

    point: GridPoint
    table: pd.DataFrame  # the columns `KEPT` and the coordinates on the grid
    errors: quality.Errors  # of all images; without noise, there are none


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
    """All points of the grids of test images, beginning with the clean images."""
    types, fourier = settings.noise.types, settings.sweep.fourier
    waves = [{"period": period, "angle": angle} for period in fourier.periods for angle in fourier.angles]
    points = [
        at_strength("none", 0.0, {}),
        *(
            at_strength(kind, strength, settings.noise.options_of(kind))
            for kind in types.names
            for strength in types[kind].sweep
        ),
    ]
    for kind, ranges in settings.sweep.ranges(types.names).items():
        for strength in types[kind].sweep:
            place = {"noise_type": kind, "strength": strength}
            made_by = place | {"options": settings.noise.options_of(kind), "ranges": ranges}
            points.append(GridPoint("random_options", place, made_by))
    for wave in waves:
        made_by = {"noise_type": "periodic", "strength": fourier.amplitude, "options": wave}
        points.append(GridPoint("fourier", wave, made_by))
    return points


def levels(settings: Params) -> list[GridPoint]:
    """The clean images, and the noise of every noisy set."""
    points = [GridPoint("held_out", dict(zip(("noise_type", "noise_level"), CLEAN_SET, strict=True)), None)]
    for kind, level in settings.noise.sets:
        strength = settings.noise.strength_of(kind, level)
        made_by = {"noise_type": kind, "strength": strength, "options": settings.noise.options_of(kind)}
        points.append(GridPoint("held_out", {"noise_type": kind, "noise_level": level}, made_by))
    return points


class _Block(NamedTuple):
    """Some images that are predicted under one noise."""

    made_by: dict | None  # of the `GridPoint`
    rows: np.ndarray  # int, ascending: which images
    labels: np.ndarray  # int: of these images
    numbers: np.ndarray  # int: on which the noise of each image depends
    boxes: np.ndarray | None  # own pixels of each image


def _corrupted(
    images: store.ArrayFile | np.ndarray, seed: int, split: str, block: _Block
) -> tuple[_Block, np.ndarray, quality.Errors]:
    """The noisy images of a block, and their errors."""
    source = images.open() if isinstance(images, store.ArrayFile) else images
    clean = np.asarray(source[block.rows])
    if block.made_by is None:
        return block, clean, quality.Errors(0, 0, 0, clean.shape[3])
    add = add_with_random_options if "ranges" in block.made_by else add_noise
    noisy = add(clean, block.numbers, seed=seed, split=split, **block.made_by)
    return block, noisy, quality.errors(clean, noisy, block.boxes)


def _predicted(
    predict: Predict, temperature: float | None, block: _Block, noisy: np.ndarray, errors: quality.Errors
) -> tuple[pd.DataFrame, quality.Errors]:
    table = predictions.table(predict, noisy, block.labels, temperature)
    return table.assign(row=block.rows.astype(np.int32)), errors


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
    boxes: np.ndarray | None = None,
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
        boxes: int, ``(N, 4)``: own pixels of each image, from `misread.data.resize.own_pixels`; None: all pixels.
        temperature: the classifier's temperature; None: the tables have no calibrated confidence.
        sharing: what is needed to distribute the work.

    """
    numbers = np.arange(len(images)) if numbers is None else numbers
    blocks = {grid: _divided(part) for grid, part in rows.items()}
    items = (
        (_Block(point.made_by, block, labels[block], numbers[block], None if boxes is None else boxes[block]),)
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
        table, errors = _together(islice(results, len(blocks[point.grid])), bar)
        yield Predicted(point, table[[name for name in KEPT if name in table]].assign(**point.place), errors)


def _divided(rows: np.ndarray) -> list[np.ndarray]:
    return [rows[start : start + BLOCK] for start in range(0, len(rows), BLOCK)]


def _together(results: Iterable[tuple[pd.DataFrame, quality.Errors]], bar: tqdm) -> tuple[pd.DataFrame, quality.Errors]:
    """Put the blocks of a point together."""
    tables, errors = [], []
    for table, of_block in results:
        tables.append(table)
        errors.append(of_block)
        bar.update(len(table))
    return pd.concat(tables, ignore_index=True), quality.added(errors)


def energy(found: Iterable[tuple[GridPoint, quality.Errors]]) -> pd.DataFrame:
    """RMSE and PSNR of noises after clipping, over all images' own pixels, and the same of their luma.

    Args:
        found: points and the errors at each; the point without noise is left out.

    """
    rows = [
        point.place | {"rmse": errors.rmse, "luma_rmse": errors.luma_rmse} for point, errors in found if point.made_by
    ]
    table = pd.DataFrame(rows)
    return table.assign(psnr=table.rmse.map(quality.psnr_of), luma_psnr=table.luma_rmse.map(quality.psnr_of))


def predict(
    predict_batch: Predict,
    test: store.ImageSet,
    boxes: np.ndarray,
    settings: Params,
    grids: Iterable[str],
    title: str,
    temperature: float,
) -> Iterator[Predicted]:
    """Predict the test images under every noise of some grids.

    Args:
        predict_batch: the classifier.
        test: the clean test set.
        boxes: as for `predict_points`.
        settings: the parameters.
        grids: which grids.
        title: label of the progress bar.
        temperature: the classifier's temperature.

    Yields:
        The predictions at each of `noises` that is on one of the grids.

    """
    labels = np.asarray(test.labels)
    counts = dict.fromkeys(("strengths", "random_options"), settings.sweep.images)
    counts["fourier"] = settings.sweep.fourier.images
    rows = {grid: subset.stratified_rows(labels, count, settings.seed) for grid, count in counts.items()}
    points = [point for point in noises(settings) if point.grid in grids]
    with tqdm(total=sum(len(rows[point.grid]) for point in points), desc=title, unit="img", unit_scale=True) as bar:
        yield from predict_points(
            predict_batch, test.images, labels, points, rows, bar, seed=settings.seed, boxes=boxes,
            temperature=temperature, sharing=Sharing(settings.threads),
        )  # fmt: skip


def predict_held_out(
    predict_batch: Predict, training: store.ImageSet, held_out: np.ndarray, settings: Params, title: str
) -> Iterator[Predicted]:
    """Predict the images of the held-out tracks without noise and with that of every noisy set.

    Args:
        predict_batch: the classifier.
        training: the clean training set.
        held_out: int, ascending: its rows that are held out.
        settings: the parameters.
        title: label of the progress bar.

    """
    points = levels(settings)
    with tqdm(total=len(points) * len(held_out), desc=title, unit="img", unit_scale=True) as bar:
        yield from predict_points(
            predict_batch, training.images, np.asarray(training.labels), points, {"held_out": held_out}, bar,
            seed=settings.seed, split="train", sharing=Sharing(settings.threads),
        )  # fmt: skip
