"""Predictions of a classifier for the clean and all noisy test sets."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from misread import paths
from misread.data import store
from misread.inference.predictions import BATCH, Predict, table
from misread.parallel import workers

BLOCK = 8 * BATCH  # images of a set that one call predicts


def folders(folder: Path, noisy: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Path]:
    """(noise type, level) -> folder of a test set; the key of the clean set is `paths.CLEAN_SET`.

    Args:
        folder: folder of all test sets at one size.
        noisy: type and level of each noisy set.

    """
    return {paths.CLEAN_SET: folder / "clean"} | {one: folder / paths.noisy_set(*one) for one in noisy}


def _predicted(predict: Predict, temperature: float | None, name: tuple[str, str], folder: Path, start: int):
    """Predict a block of a test set."""
    images, labels = store.open_set(folder)
    part = slice(start, start + BLOCK)
    predicted = table(predict, images[part], labels[part], temperature)
    predicted["row"] += np.int32(start)
    for place, (column, value) in enumerate(zip(("noise_type", "noise_level"), name, strict=True)):
        predicted.insert(place, column, value)
    return predicted


def predictions(
    predict: Predict,
    folder: Path,
    noisy: Iterable[tuple[str, str]],
    title: str,
    threads: int,
    temperature: float | None = None,
) -> pd.DataFrame:
    """Tables of `misread.inference.predictions` for all test sets, with the columns noise_type and noise_level.

    Args:
        predict: the classifier; a `misread.inference.loadable.Loadable`.
        folder: folder of all test sets at one size.
        noisy: type and level of each noisy set.
        title: label of the progress bar.
        threads: threads of the classifier.
        temperature: the classifier's temperature; None: the tables have no calibrated confidence.

    """
    items = [
        (name, one, start)
        for name, one in folders(folder, noisy).items()
        for start in range(0, len(store.open_set(one).labels), BLOCK)
    ]
    function = partial(_predicted, predict, temperature)
    tables = workers.map_in_order(function, items, len(items), networks=True, threads=threads)
    return pd.concat(tqdm(tables, desc=title, unit="block", total=len(items)), ignore_index=True)
