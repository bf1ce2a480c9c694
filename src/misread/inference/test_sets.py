"""Predictions of a classifier for the clean and all noisy test sets."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd
from tqdm import tqdm

from misread import paths
from misread.data import store
from misread.inference.predictions import Predict, table


def folders(folder: Path, noisy: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Path]:
    """(noise type, level) -> folder of a test set; the key of the clean set is `paths.CLEAN_SET`.

    Args:
        folder: folder of all test sets at one size.
        noisy: type and level of each noisy set.

    """
    return {paths.CLEAN_SET: folder / "clean"} | {one: folder / paths.noisy_set(*one) for one in noisy}


def predictions(
    predict: Predict, folder: Path, noisy: Iterable[tuple[str, str]], title: str, temperature: float | None = None
) -> pd.DataFrame:
    """Tables of `misread.inference.predictions` for all test sets, with the columns noise_type and noise_level."""
    tables = []
    for (noise_type, level), one in tqdm(folders(folder, noisy).items(), desc=title, unit="set"):
        predicted = table(predict, *store.open_set(one), temperature)
        predicted.insert(0, "noise_type", noise_type)
        predicted.insert(1, "noise_level", level)
        tables.append(predicted)
    return pd.concat(tables, ignore_index=True)
