"""Turn a classifier's predictions and its sweep into metrics, thresholds and tables: score.py NETWORK-REGIME."""

import json
import sys
from pathlib import Path

import pandas as pd

import stage
import texts
from misread import params
from misread.analysis import ranking, scores, sweeps
from misread.data import store

REFERENCE = "cnn-clean"
REPORTS = Path("reports")


def failures(sweep: pd.DataFrame, energy: pd.DataFrame, waves: pd.DataFrame, wave_energy: pd.DataFrame) -> dict:
    """Name -> table: where the network fails, from the tables of the stage `sweep`."""
    psnr = {kind: part.sort_values("strength").psnr.to_numpy() for kind, part in energy.groupby("noise_type")}
    areas, pairs = ranking.rank({kind: sweeps.grid(sweep, kind).right for kind in psnr}, psnr)
    minimal = {kind: sweeps.minimal_noise(sweep, kind) for kind in params.NOISE_TYPES}
    fragile = [sweeps.fragility(table).assign(noise_type=kind) for kind, table in minimal.items()]
    return {
        "curves": sweeps.curves(sweep, energy),
        "ranking": areas,
        "ranking_pairs": pairs,
        "waves": sweeps.over_waves(waves, wave_energy),
        "fragility": pd.concat(fragile, ignore_index=True),
        "minimal_noise": side_by_side(minimal),
    }


def side_by_side(minimal: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """A row for each image, a column for each noise type: all types have the same images."""
    strengths = {kind: table.strength for kind, table in minimal.items()}
    return next(iter(minimal.values()))[["row", "label"]].assign(**strengths)


def main() -> None:
    [key] = sys.argv[1:]
    settings = params.load()
    predictions, reference = (store.read_table(REPORTS / f"predictions/{one}.parquet") for one in (key, REFERENCE))
    trained = json.loads(Path(f"models/{key}/training.json").read_text(encoding="utf-8"))
    scored, relative_to = scores.by_noise(predictions), scores.by_noise(reference)
    scored["corruption_error"] = scored.noise_type.map(scores.corruption_error(scored, relative_to))
    for position, column in enumerate(("label", "image_size", "regime")):
        scored.insert(position, column, trained[column])

    folder = REPORTS / f"sweep/{key}"
    sweep, waves = (store.read_table(folder / f"{name}.parquet") for name in ("strengths", "waves"))
    energy, wave_energy = (pd.read_csv(folder / f"{name}.csv") for name in ("energy", "wave_energy"))
    thresholds = {
        kind: sweeps.find_thresholds(sweep, energy, kind, settings.sweep.resamples, settings.seed)
        for kind in params.NOISE_TYPES
    }
    metrics = scores.metrics(
        scored, relative_to, thresholds, trained["parameters"], (settings.noise.type, settings.noise.level)
    )
    with store.complete_or_absent(REPORTS / f"failure/{key}") as target:
        target.mkdir()
        for name, table in failures(sweep, energy, waves, wave_energy).items():
            table.insert(0, "network", key)
            table.to_csv(target / f"{name}.csv", index=False)
    texts.write(
        {
            REPORTS / f"by_noise/{key}.csv": scored.to_csv(index=False),
            REPORTS / f"per_class/{key}.csv": scores.per_class(predictions).to_csv(index=False),
            REPORTS / f"thresholds/{key}.json": texts.as_json(thresholds),
            Path(f"metrics/{key}.json"): texts.as_json(metrics),
        }
    )


if __name__ == "__main__":
    stage.run(main)
