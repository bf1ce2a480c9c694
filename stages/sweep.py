"""Predict a subset of the test set under fine grids of noise, added in memory: sweep NETWORK REGIME."""

import sys
from contextlib import ExitStack

from misread import params, paths, stage
from misread.data import store, texts
from misread.data.table_file import TableFile
from misread.gtsrb import classes
from misread.inference import noise_grids, study_classifiers

GRIDS = ("strengths", "fourier")


def main() -> None:
    name, regime = sys.argv[1:]
    settings, key = params.load(), paths.classifier(name, regime)
    path, size = paths.model(key) / "model.keras", settings.networks[name].image_size
    predict = study_classifiers.open_classifier(path, size, classes.COUNT, settings.seed, settings.threads)
    temperature = texts.read_json(paths.model(key) / "training.json")["temperature"]
    clean = store.open_set(paths.test_sets(name) / "clean")
    energies = {grid: [] for grid in GRIDS}
    with store.complete_or_absent(paths.sweep(key)) as folder, ExitStack() as open_files:
        folder.mkdir()
        files = {grid: open_files.enter_context(TableFile(folder / f"{grid}.parquet")) for grid in GRIDS}
        for point, table, rmse in noise_grids.predict(predict, clean, settings, key, temperature):
            files[point.grid].append(table)
            energies[point.grid].append((point, rmse))
        for grid, found in energies.items():
            noise_grids.energy(found).to_csv(folder / f"{grid}_energy.csv", index=False)


if __name__ == "__main__":
    stage.run(main)
