"""All tables of one network's grids of strengths."""

import pandas as pd

from misread.metrics import ranking, sweeps
from misread.metrics.bootstrap import Resampling

ENERGIES = {"ranking": "psnr", "ranking_luma": "luma_psnr"}  # name of a table -> measure of energy


def tables(
    sweep: pd.DataFrame,
    energy: pd.DataFrame,
    grids: dict[str, sweeps.Grid],
    how: Resampling,
    name: str,
) -> dict[str, pd.DataFrame]:
    """Compute all tables of the grids of strengths: name -> table; see `misread.metrics.sweeps`.

    Args:
        sweep: predictions on the grids of strengths.
        energy: their energy.
        grids: noise type -> its grid of the sweep.
        how: resampling of the images of the sweep.
        name: of the network.

    """
    ranks = {}
    for table, column in ENERGIES.items():
        psnr = {kind: energy[energy.noise_type == kind].sort_values("strength")[column].to_numpy() for kind in grids}
        areas, pairs = ranking.rank(grids, psnr, how, name)
        ranks |= {table: areas, f"{table}_pairs": pairs}
    curves = sweeps.curves(sweep, energy)
    minimal = {kind: sweeps.minimal_noise(sweep, kind) for kind in grids}
    fragile = [
        sweeps.fragility(table, sweeps.dominant_class(curves, kind)).assign(noise_type=kind)
        for kind, table in minimal.items()
    ]
    return {
        "curves": curves,
        **ranks,
        "fragility": pd.concat(fragile, ignore_index=True),
        "minimal_noise": side_by_side(minimal),
    }


def of_images(predictions: pd.DataFrame, every: Resampling) -> Resampling:
    """Resampling of the test images in a table of predictions, in row order."""
    return every.of(predictions.row.drop_duplicates().sort_values().to_numpy())


def side_by_side(minimal: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """A row for each image, a column for each noise type; the tables of all noise types have the same images."""
    strengths = {kind: table.strength for kind, table in minimal.items()}
    return next(iter(minimal.values()))[["row", "label"]].assign(**strengths)
