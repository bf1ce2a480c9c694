"""Predict a subset of the test set under fine grids of noise, added in memory: sweep NETWORK REGIME."""

import sys

from misread import params, paths, stage
from misread.data import store, texts
from misread.gtsrb import classes
from misread.inference import noise_grids, study_classifiers


def main() -> None:
    name, regime = sys.argv[1:]
    settings, key = params.load(), paths.classifier(name, regime)
    path, size = paths.model(key) / "model.keras", settings.networks[name].image_size
    predict = study_classifiers.open_classifier(path, size, classes.COUNT, settings.seed, settings.threads)
    temperature = texts.read_json(paths.model(key) / "training.json")["temperature"]
    clean = store.open_set(paths.test_sets(name) / "clean")
    tables, energies = noise_grids.predict(predict, clean, settings, key, temperature)
    with store.complete_or_absent(paths.sweep(key)) as folder:
        folder.mkdir()
        for grid, table in tables.items():
            table.to_parquet(folder / f"{grid}.parquet", index=False)
        for grid, table in energies.items():
            table.to_csv(folder / f"{grid}_energy.csv", index=False)


if __name__ == "__main__":
    stage.run(main)
