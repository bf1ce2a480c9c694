"""Strengths as the page offers and names them."""

import itertools
from collections.abc import Iterable

import numpy as np

from misread.noise.types import NOISE_TYPES

STEPS = 3  # of the slider, from one strength of the grid to the next


def short(strength: float, noise_type: str) -> str:
    """The bare number, ``none`` for 0."""
    return NOISE_TYPES[noise_type].number(strength) if strength else "none"


def positions(grid: list[float], levels: Iterable[float]) -> list[float]:
    """Strengths that a slider offers: none, then the sweep's grid with steps between, and the study's own levels.

    The grid is about geometric; so are the steps, and an equal way on the slider is an equal factor.

    Args:
        grid: ascending, above 0, as in the parameter ``noise.types.TYPE.sweep``.
        levels: further strengths; those beyond the grid are left out.

    Returns:
        Ascending, of 3 significant digits, so that no two are written alike; grid and levels as they are.

    """
    exact = {*grid, *(level for level in levels if grid[0] <= level <= grid[-1])}
    written = {f"{strength:.3g}" for strength in exact}
    between = [
        strength
        for low, high in itertools.pairwise(grid)
        for strength in np.geomspace(low, high, STEPS + 1)[1:-1]
        if f"{strength:.3g}" not in written
    ]
    return sorted({0.0, *exact, *(float(f"{strength:.3g}") for strength in between)})
