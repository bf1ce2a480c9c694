"""Predict the clean and all noisy test sets with all trainings of one network: evaluate NETWORK REGIME."""

import sys

import numpy as np
import pandas as pd

from misread import params, paths, stage
from misread.data import store, texts
from misread.gtsrb import classes
from misread.inference import study_classifiers, test_sets


def main() -> None:
    name, regime = sys.argv[1:]
    settings, key = params.load(), paths.classifier(name, regime)
    size, tables = settings.networks[name].image_size, []
    for training in study_classifiers.trainings(name, regime):
        folder = paths.model(key, training)
        predict = study_classifiers.open_classifier(
            folder / "model.keras", size, classes.COUNT, settings.seed, settings.threads
        )
        temperature = texts.read_json(folder / "training.json")["temperature"]
        table = test_sets.predictions(
            predict, paths.test_sets(name), settings.noise.sets, f"{key}, training {training}", settings.threads,
            temperature,
        )  # fmt: skip
        table.insert(0, "training", np.int16(training))
        tables.append(table)
    with store.complete_or_absent(paths.predictions(key)) as path:
        pd.concat(tables, ignore_index=True).to_parquet(path, index=False)


if __name__ == "__main__":
    stage.run(main)
