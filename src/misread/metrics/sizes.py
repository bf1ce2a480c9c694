"""Thresholds of small, middle and large signs."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from misread.metrics.bootstrap import Resampling
from misread.metrics.sweeps import Grid, find_thresholds
from misread.metrics.thresholds import TOO_FEW

PARTS = ("small", "middle", "large")
LEVEL = "p10"


def side(index: pd.DataFrame) -> np.ndarray:
    """Size of each sign in its original image: root of the area of its region of interest, pixels, float ``(N,)``."""
    return np.sqrt((index.x2 - index.x1).to_numpy(float) * (index.y2 - index.y1).to_numpy(float))


def table(
    grids: Mapping[str, Grid], energy: pd.DataFrame, sides: np.ndarray, how: Resampling, name: str
) -> pd.DataFrame:
    """The strength at which 10% of the signs fail, for the smallest, the middle and the largest third of the signs.

    Args:
        grids: noise type -> grid of a network; all have the same images.
        energy: energy of the noise at each strength.
        sides: result of `side` for these images.
        how: resampling of these images.
        name: of the network.

    Returns:
        A row for each noise type and third: noise_type, size, side_low, side_high (pixels), n (images), accuracy
        (without noise), strength, low, high (95% interval), status.

    """
    ends = np.quantile(sides, np.linspace(0, 1, len(PARTS) + 1))
    parts = np.searchsorted(ends[1:-1], sides, side="right")
    rows = []
    for kind, one in grids.items():
        for place, part in enumerate(PARTS):
            chosen = parts == place
            found = dict.fromkeys(("strength", "low", "high")) | {"status": TOO_FEW}
            if chosen.any():
                small = Grid(one.strengths, one.right[:, chosen], one.right_clean[:, chosen])
                found = find_thresholds(small, energy[energy.noise_type == kind], how.of(chosen), name)[LEVEL]
            rows.append(
                {
                    "noise_type": kind, "size": part, "side_low": ends[place], "side_high": ends[place + 1],
                    "n": int(chosen.sum()), "accuracy": one.right_clean[:, chosen].mean() if chosen.any() else np.nan,
                    **{column: found[column] for column in ("strength", "low", "high", "status")},
                }
            )  # fmt: skip
    return pd.DataFrame(rows).astype(dict.fromkeys(("strength", "low", "high"), float))
