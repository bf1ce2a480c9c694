"""The clean test set and the nine noisy ones, and what a classifier says of them."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from tqdm import tqdm

from misread import params
from misread.data import store
from misread.networks import prediction

if TYPE_CHECKING:
    import keras  # which `misread.networks` starts


def folders(size: int) -> dict[tuple[str, str], Path]:
    """(noise type, level) -> folder of the test set at a size in pixels; the clean one is ``none, none``."""
    noisy = {
        (kind, level): Path(f"data/noisy/{kind}-{level}/{size}/test")
        for kind in params.NOISE_TYPES
        for level in params.LEVELS
    }
    return {("none", "none"): Path(f"data/clean/{size}/test"), **noisy}


def predictions(model: "keras.Model", size: int, title: str) -> pd.DataFrame:
    """The tables of `misread.networks.prediction` for all ten sets, told apart by noise_type and noise_level."""
    tables = []
    for (noise_type, level), folder in tqdm(folders(size).items(), desc=title, unit="set"):
        table = prediction.table(model, *store.open_set(folder))
        table.insert(0, "noise_type", noise_type)
        table.insert(1, "noise_level", level)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)
