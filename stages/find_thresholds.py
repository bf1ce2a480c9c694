"""From the sweeps: thresholds, curves, the ranking of noise types, waves, fragile signs.

find_thresholds.py NETWORK-REGIME ...
"""

import sys
from pathlib import Path

import pandas as pd

import stage
import texts
from misread import params
from misread.analysis import ranking, sweeps
from misread.data import store

FOLDER = Path("reports/failure")
TABLES = ("curves", "ranking", "ranking_pairs", "waves", "fragility", "minimal_noise")


def side_by_side(minimal: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """A row for each image, a column for each noise type: all types have the same images."""
    strengths = {kind: table.strength for kind, table in minimal.items()}
    return next(iter(minimal.values()))[["row", "label"]].assign(**strengths)


def main() -> None:
    settings = params.load()
    found, tables = {}, {name: [] for name in TABLES}
    for key in sys.argv[1:]:
        folder = Path(f"reports/sweep/{key}")
        sweep, waves = (store.read_table(folder / f"{name}.parquet") for name in ("strengths", "waves"))
        energy = pd.read_csv(folder / "energy.csv")
        found[key] = {
            kind: sweeps.find_thresholds(sweep, energy, kind, settings.sweep.resamples, settings.seed)
            for kind in params.NOISE_TYPES
        }
        psnr = {kind: part.sort_values("strength").psnr.to_numpy() for kind, part in energy.groupby("noise_type")}
        areas, pairs = ranking.rank({kind: sweeps.grid(sweep, kind).right for kind in psnr}, psnr)
        minimal = {kind: sweeps.minimal_noise(sweep, kind) for kind in params.NOISE_TYPES}
        fragile = [sweeps.fragility(table).assign(noise_type=kind) for kind, table in minimal.items()]
        for name, table in (
            ("curves", sweeps.curves(sweep, energy)),
            ("ranking", areas),
            ("ranking_pairs", pairs),
            ("waves", sweeps.over_waves(waves, pd.read_csv(folder / "wave_energy.csv"))),
            ("fragility", pd.concat(fragile, ignore_index=True)),
            ("minimal_noise", side_by_side(minimal)),
        ):
            table.insert(0, "network", key)
            tables[name].append(table)
    texts.write(
        {Path("metrics/thresholds.json"): texts.as_json(found)}
        | {FOLDER / f"{name}.csv": pd.concat(parts).to_csv(index=False) for name, parts in tables.items()}
    )


if __name__ == "__main__":
    stage.run(main)
