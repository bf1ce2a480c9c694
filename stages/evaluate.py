"""Predict the clean test set and all nine noisy ones with one network: evaluate.py NETWORK REGIME."""

import sys
from pathlib import Path

import pandas as pd
from tqdm import tqdm

import stage
from misread import params
from misread.data import store
from misread.networks import determinism, prediction, saving


def main() -> None:
    name, regime = sys.argv[1:]
    settings = params.load()
    size = settings.networks[name].image_size
    determinism.make_deterministic(settings.seed)
    model = saving.load(Path(f"models/{name}-{regime}/model.keras"))
    folders = {("none", "none"): Path(f"data/clean/{size}/test")}
    for noise_type in params.NOISE_TYPES:
        for level in params.LEVELS:
            folders[noise_type, level] = Path(f"data/noisy/{noise_type}-{level}/{size}/test")
    tables = []
    for (noise_type, level), folder in tqdm(folders.items(), desc=f"{name}-{regime}", unit="set"):
        table = prediction.table(model, *store.open_set(folder))
        table.insert(0, "noise_type", noise_type)
        table.insert(1, "noise_level", level)
        tables.append(table)
    with store.complete_or_absent(Path(f"reports/predictions/{name}-{regime}.parquet")) as path:
        pd.concat(tables, ignore_index=True).to_parquet(path, index=False)


if __name__ == "__main__":
    stage.run(main)
