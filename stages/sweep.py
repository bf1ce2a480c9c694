"""Predict test images and held-out tracks under grids of noise, added in memory: sweep NETWORK REGIME.

The further trainings of a network are predicted under the grids of strengths only.
"""

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from misread import params, paths, stage
from misread.data import resize, store, texts
from misread.data.table_file import TableFile
from misread.gtsrb import classes
from misread.inference import noise_grids, study_classifiers
from misread.inference.predictions import Predict

STRENGTHS = ("strengths", "random_options")


class Trained(NamedTuple):
    """A training of the network."""

    predict: Predict
    temperature: float


def main() -> None:
    name, regime = sys.argv[1:]
    settings, key = params.load(), paths.classifier(name, regime)
    size = settings.networks[name].image_size
    numbers = study_classifiers.trainings(name, regime)
    trained = {number: opened(paths.model(key, number), size, settings) for number in numbers}
    clean = store.open_set(paths.test_sets(name) / "clean")
    boxes = resize.own_pixels(settings.resize, pd.read_csv(paths.index("test")), size)
    grids = dict.fromkeys(one.grid for one in noise_grids.noises(settings))
    energies = {}
    with store.complete_or_absent(paths.sweep(key)) as folder, ExitStack() as open_files:
        folder.mkdir()
        files = {grid: open_files.enter_context(TableFile(folder / f"{grid}.parquet")) for grid in grids}
        for training, one in trained.items():
            first, title = training == 1, f"{key}, training {training}"
            wanted = grids if first else STRENGTHS
            found = noise_grids.predict(one.predict, clean, boxes, settings, wanted, title, one.temperature)
            for point, table, errors in found:
                table.insert(0, "training", np.int16(training))
                files[point.grid].append(table)
                if first:
                    energies.setdefault(point.grid, []).append((point, errors))
        held_out(trained[1].predict, name, settings, folder / "held_out.parquet")
        for grid, found in energies.items():
            noise_grids.energy(found).to_csv(folder / f"{grid}_energy.csv", index=False)


def opened(folder: Path, size: int, settings: params.Params) -> Trained:
    """Open a trained network and its temperature."""
    predict = study_classifiers.open_classifier(
        folder / "model.keras", size, classes.COUNT, settings.seed, settings.threads
    )
    return Trained(predict, texts.read_json(folder / "training.json")["temperature"])


def held_out(predict: Predict, name: str, settings: params.Params, path: Path) -> None:
    """Predict the held-out tracks, whose frames are known to belong together, under the noise of every noisy set."""
    training = store.open_set(paths.training_sets(name, "clean") / "clean")
    rows = np.flatnonzero(pd.read_csv(paths.index("train")).validation)
    with TableFile(path) as file:
        for found in noise_grids.predict_held_out(predict, training, rows, settings, f"{name}, held-out tracks"):
            file.append(found.table)


if __name__ == "__main__":
    stage.run(main)
