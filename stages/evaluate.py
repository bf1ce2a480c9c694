"""Predict the clean and all noisy test sets with one network: evaluate NETWORK REGIME."""

import sys

from misread import params, paths, stage
from misread.data import store, texts
from misread.gtsrb import classes
from misread.inference import study_classifiers, test_sets


def main() -> None:
    name, regime = sys.argv[1:]
    settings, key = params.load(), paths.classifier(name, regime)
    path, size = paths.model(key) / "model.keras", settings.networks[name].image_size
    predict = study_classifiers.open_classifier(path, size, classes.COUNT, settings.seed, settings.threads)
    temperature = texts.read_json(paths.model(key) / "training.json")["temperature"]
    predictions = test_sets.predictions(
        predict, paths.test_sets(name), settings.noise.sets, key, settings.threads, temperature
    )
    with store.complete_or_absent(paths.predictions(key)) as path:
        predictions.to_parquet(path, index=False)


if __name__ == "__main__":
    stage.run(main)
