"""Turn a classifier's predictions and its sweep into metrics, thresholds and tables: score NETWORK REGIME."""

import sys

import pandas as pd

from misread import params, paths, stage
from misread.data import store, texts
from misread.metrics import accuracy, calibration, failure, sweeps


def main() -> None:
    name, regime = sys.argv[1:]
    settings, key = params.load(), paths.classifier(name, regime)
    noise = settings.noise
    reference = paths.classifier(settings.baseline, "clean")
    predictions, of_reference = (store.read_table(paths.predictions(one)) for one in (key, reference))
    trained = texts.read_json(paths.model(key) / "training.json")
    scored = accuracy.of_classifier(predictions, of_reference, trained)

    folder = paths.sweep(key)
    sweep, fourier = (store.read_table(folder / f"{grid}.parquet") for grid in ("strengths", "fourier"))
    energy, fourier_energy = (pd.read_csv(folder / f"{grid}_energy.csv") for grid in ("strengths", "fourier"))
    thresholds = {
        kind: sweeps.find_thresholds(sweep, energy, kind, settings.sweep.resamples, settings.seed)
        for kind in noise.types.names
    }
    metrics = accuracy.metrics(
        scored, accuracy.by_noise(of_reference), thresholds, trained["parameters"], (noise.type, noise.level)
    )
    with store.complete_or_absent(paths.scores(key)) as target:
        target.mkdir()
        scored.to_csv(target / "by_noise.csv", index=False)
        accuracy.per_class(predictions).to_csv(target / "per_class.csv", index=False)
        for table_name, table, columns in (
            ("calibration", predictions, ["noise_type", "noise_level"]),
            ("calibration_by_strength", sweep, ["noise_type", "strength"]),
        ):
            found = calibration.by(table, columns).assign(temperature=trained["temperature"])
            found.to_csv(target / f"{table_name}.csv", index=False)
        (target / "thresholds.json").write_text(texts.as_json(thresholds), encoding="utf-8")
        for table_name, table in failure.tables(sweep, energy, fourier, fourier_energy).items():
            table.insert(0, "network", key)
            table.to_csv(target / f"{table_name}.csv", index=False)
    texts.write({paths.METRICS / f"{key}.json": texts.as_json(metrics)})


if __name__ == "__main__":
    stage.run(main)
