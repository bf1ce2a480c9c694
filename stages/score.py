"""Turn a classifier's predictions and its sweep into metrics, thresholds and tables: score NETWORK REGIME."""

import sys
from collections.abc import Iterable

import pandas as pd

from misread import params, paths, stage
from misread.data import store, texts
from misread.metrics import accuracy, calibration, failure, psychometric, sizes, sweeps, track_effects
from misread.metrics.bootstrap import Resampling

Tables = dict[str, pd.DataFrame]
Thresholds = dict[str, dict[str, dict]]


def read_sweep(key: str, grid: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Predictions under a grid of noise, and the energy at each point."""
    folder = paths.sweep(key)
    return store.read_table(folder / f"{grid}.parquet"), pd.read_csv(folder / f"{grid}_energy.csv")


def calibrations(predictions: pd.DataFrame, sweep: pd.DataFrame, temperature: float) -> Tables:
    """Calibration of the first training, by test set and by strength."""
    return {
        name: calibration.by(accuracy.trainings(table)[0], columns).assign(temperature=temperature)
        for name, table, columns in (
            ("calibration", predictions, ["noise_type", "noise_level"]),
            ("calibration_by_strength", sweep, ["noise_type", "strength"]),
        )
    }


def thresholds_of(
    grids: dict[str, sweeps.Grid], energy: pd.DataFrame, how: Resampling, key: str
) -> dict[str, dict[str, dict]]:
    """Noise type -> thresholds."""
    return {
        kind: sweeps.find_thresholds(one, energy[energy.noise_type == kind], how, key) for kind, one in grids.items()
    }


def random_options(key: str, types: Iterable[str], how: Resampling) -> Thresholds:
    """Thresholds of the noise whose options are drawn for each image; a sweep without such noise has none."""
    if not types:
        return {}
    sweep, energy = read_sweep(key, "random_options")
    clean, _ = read_sweep(key, "strengths")
    together = pd.concat([clean[clean.noise_type == paths.CLEAN_SET[0]], sweep])
    return thresholds_of({kind: sweeps.grid(together, kind) for kind in types}, energy, how, key)


def of_sweep(key: str, settings: params.Params, every: Resampling) -> tuple[Tables, Thresholds, Thresholds]:
    """Tables of the sweep, its thresholds, and those of noise with random options."""
    (sweep, energy), (fourier, fourier_energy) = (read_sweep(key, grid) for grid in ("strengths", "fourier"))
    rows = sweep.row.drop_duplicates().sort_values().to_numpy()
    how, types = failure.of_images(sweep, every), settings.noise.types.names
    grids = {kind: sweeps.grid(sweep, kind) for kind in types}
    found = thresholds_of(grids, energy, how, key)
    alone = {kind: one.single(0) for kind, one in grids.items()}
    first = {kind: sweeps.strengths(one) for kind, one in alone.items()}
    sides = sizes.side(pd.read_csv(paths.index("test")))[rows]
    tables = failure.tables(sweep, energy, fourier, fourier_energy, every, key)
    tables |= {
        "thresholds_by_size": sizes.table(grids, energy, sides, how, key),
        "psychometric": psychometric.table(alone, first),
    }
    for table in tables.values():
        table.insert(0, "network", key)
    return tables, found, random_options(key, settings.sweep.ranges(types), how)


def main() -> None:
    name, regime = sys.argv[1:]
    settings, key = params.load(), paths.classifier(name, regime)
    reference = paths.classifier(settings.baseline, "clean")
    predictions, of_reference = (store.read_table(paths.predictions(one)) for one in (key, reference))
    trained = texts.read_json(paths.model(key) / "training.json")
    every = Resampling(pd.read_csv(paths.TRACKS / "test.csv").group.to_numpy(), settings.sweep.resamples, settings.seed)
    scored = accuracy.of_classifier(predictions, of_reference, trained, every, key)
    tables, thresholds, randomly = of_sweep(key, settings, every)
    noise = settings.noise
    metrics = accuracy.metrics(
        scored, accuracy.means(of_reference), thresholds, trained["parameters"], (noise.type, noise.level)
    )
    held_out = store.read_table(paths.sweep(key) / "held_out.parquet")
    tables |= {
        "by_noise": scored,
        "per_class": accuracy.per_class(predictions),
        "track_effects": track_effects.effects(held_out, pd.read_csv(paths.index("train"))).assign(network=key),
        **calibrations(predictions, read_sweep(key, "strengths")[0], trained["temperature"]),
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
