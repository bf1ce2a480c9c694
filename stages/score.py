"""Turn a classifier's predictions and its sweep into metrics, thresholds and tables: score NETWORK REGIME."""

import sys
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd

from misread import params, paths, stage
from misread.data import store, texts
from misread.metrics import accuracy, calibration, failure, psychometric, sizes, sweeps, track_effects
from misread.metrics.bootstrap import Resampling

Tables = dict[str, pd.DataFrame]
Thresholds = dict[str, dict[str, dict]]


class Sweep(NamedTuple):
    """Predictions under a grid of noise, and the energy at each point."""

    predictions: pd.DataFrame
    energy: pd.DataFrame


def read_sweep(key: str, grid: str) -> Sweep:
    """Read what the stage `sweep` wrote of a grid."""
    folder = paths.sweep(key)
    return Sweep(store.read_table(folder / f"{grid}.parquet"), pd.read_csv(folder / f"{grid}_energy.csv"))


def calibrations(predictions: pd.DataFrame, sweep: pd.DataFrame, temperature: float) -> Tables:
    """Calibration of the first training, by test set and by strength."""
    return {
        name: calibration.by(accuracy.trainings(table)[0], columns).assign(temperature=temperature)
        for name, table, columns in (
            ("calibration", predictions, ["noise_type", "noise_level"]),
            ("calibration_by_strength", sweep, ["noise_type", "strength"]),
        )
    }


def thresholds_of(grids: dict[str, sweeps.Grid], energy: pd.DataFrame, how: Resampling, key: str) -> Thresholds:
    """Noise type -> thresholds."""
    return {
        kind: sweeps.find_thresholds(one, energy[energy.noise_type == kind], how, key) for kind, one in grids.items()
    }


def random_options(key: str, types: Iterable[str], clean: pd.DataFrame, how: Resampling) -> Thresholds:
    """Thresholds of the noise whose options are drawn for each image; a sweep without such noise has none.

    Args:
        key: of the classifier.
        types: noise types with such options.
        clean: predictions of the images without noise.
        how: resampling of the images.

    """
    if not types:
        return {}
    sweep, energy = read_sweep(key, "random_options")
    together = pd.concat([clean, sweep])
    return thresholds_of({kind: sweeps.grid(together, kind) for kind in types}, energy, how, key)


def of_sweep(
    key: str, sweep: Sweep, settings: params.Params, every: Resampling
) -> tuple[Tables, Thresholds, Thresholds]:
    """Tables of the grids of noise, the thresholds, and those of noise with random options.

    Args:
        key: of the classifier.
        sweep: the grids of strengths.
        settings: parameters.
        every: resampling of all test images.

    """
    predictions, fourier = sweep.predictions, read_sweep(key, "fourier")
    how, types = failure.of_images(predictions, every), settings.noise.types.names
    grids = {kind: sweeps.grid(predictions, kind) for kind in types}
    sides = sizes.side(pd.read_csv(paths.index("test")))[np.unique(predictions.row)]
    of_fourier = failure.of_images(fourier.predictions, every)
    tables = failure.tables(*sweep, grids, how, key) | {
        "fourier": sweeps.fourier_sensitivity(*fourier, of_fourier, key),
        "thresholds_by_size": sizes.table(grids, sweep.energy, sides, how, key),
        "psychometric": psychometric.table(grids, {kind: sweeps.strengths(one) for kind, one in grids.items()}),
    }
    for table in tables.values():
        table.insert(0, "network", key)
    clean = predictions[predictions.noise_type == paths.CLEAN_SET[0]]
    randomly = random_options(key, settings.sweep.ranges(types), clean, how)
    return tables, thresholds_of(grids, sweep.energy, how, key), randomly


def main() -> None:
    name, regime = sys.argv[1:]
    settings, key = params.load(), paths.classifier(name, regime)
    reference = paths.classifier(settings.baseline, "clean")
    predictions, of_reference = (store.read_table(paths.predictions(one)) for one in (key, reference))
    trained = texts.read_json(paths.model(key) / "training.json")
    every = Resampling(pd.read_csv(paths.TRACKS / "test.csv").group.to_numpy(), settings.sweep.resamples, settings.seed)
    scored = accuracy.of_classifier(predictions, of_reference, trained, every, key)
    sweep = read_sweep(key, "strengths")
    tables, thresholds, randomly = of_sweep(key, sweep, settings, every)
    noise = settings.noise
    metrics = accuracy.metrics(
        scored, accuracy.means(of_reference), thresholds, trained["parameters"], (noise.type, noise.level)
    )
    held_out = store.read_table(paths.sweep(key) / "held_out.parquet")
    tables |= {
        "by_noise": scored,
        "per_class": accuracy.per_class(predictions),
        "track_effects": track_effects.effects(held_out, pd.read_csv(paths.index("train"))).assign(network=key),
        **calibrations(predictions, sweep.predictions, trained["temperature"]),
    }
    with store.complete_or_absent(paths.scores(key)) as target:
        target.mkdir()
        for table_name, table in tables.items():
            table.to_csv(target / f"{table_name}.csv", index=False)
        for file_name, values in {"thresholds": thresholds, "thresholds_random_options": randomly}.items():
            (target / f"{file_name}.json").write_text(texts.as_json(values), encoding="utf-8")
    texts.write({paths.METRICS / f"{key}.json": texts.as_json(metrics)})


if __name__ == "__main__":
    stage.run(main)
