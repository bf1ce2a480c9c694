"""Predict the clean test set and all nine noisy ones with one network: evaluate.py NETWORK REGIME."""

import sys
from pathlib import Path

import stage
import test_sets
from misread import params
from misread.data import store
from misread.networks import determinism, saving


def main() -> None:
    name, regime = sys.argv[1:]
    settings = params.load()
    determinism.make_deterministic(settings.seed, settings.threads)
    model = saving.load(Path(f"models/{name}-{regime}/model.keras"))
    predictions = test_sets.predictions(model, settings.networks[name].image_size, f"{name}-{regime}")
    with store.complete_or_absent(Path(f"reports/predictions/{name}-{regime}.parquet")) as path:
        predictions.to_parquet(path, index=False)


if __name__ == "__main__":
    stage.run(main)
