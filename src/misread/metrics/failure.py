"""All tables of one network's sweep."""

import pandas as pd

from misread.metrics import ranking, sweeps


def tables(
    sweep: pd.DataFrame, energy: pd.DataFrame, fourier: pd.DataFrame, fourier_energy: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Compute all tables from the results of the stage `sweep`: name -> table; see `misread.metrics.sweeps`."""
    psnr = {kind: part.sort_values("strength").psnr.to_numpy() for kind, part in energy.groupby("noise_type")}
    areas, pairs = ranking.rank({kind: sweeps.grid(sweep, kind).right for kind in psnr}, psnr)
    minimal = {kind: sweeps.minimal_noise(sweep, kind) for kind in energy.noise_type.unique()}
    fragile = [sweeps.fragility(table).assign(noise_type=kind) for kind, table in minimal.items()]
    return {
        "curves": sweeps.curves(sweep, energy),
        "ranking": areas,
        "ranking_pairs": pairs,
        "fourier": sweeps.fourier_sensitivity(fourier, fourier_energy),
        "fragility": pd.concat(fragile, ignore_index=True),
        "minimal_noise": side_by_side(minimal),
    }


def side_by_side(minimal: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """A row for each image, a column for each noise type; the tables of all noise types have the same images."""
    strengths = {kind: table.strength for kind, table in minimal.items()}
    return next(iter(minimal.values()))[["row", "label"]].assign(**strengths)
