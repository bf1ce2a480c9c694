"""Predict the clean and all noisy test sets with one network: evaluate NETWORK REGIME."""

import sys

from misread import params, paths, stage
from misread.data import store, texts
from misread.gtsrb import classes
from misread.inference import keras_models, test_sets
from misread.training import determinism


def main() -> None:
    name, regime = sys.argv[1:]
    settings, key = params.load(), paths.classifier(name, regime)
    determinism.make_deterministic(settings.seed, settings.threads)
    size = settings.networks[name].image_size
    predict = keras_models.load(paths.model(key) / "model.keras", size, classes.COUNT)
    temperature = texts.read_json(paths.model(key) / "training.json")["temperature"]
    predictions = test_sets.predictions(predict, paths.test_sets(name), settings.noise.sets, key, temperature)
    with store.complete_or_absent(paths.predictions(key)) as path:
        predictions.to_parquet(path, index=False)


if __name__ == "__main__":
    stage.run(main)
