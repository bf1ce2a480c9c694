"""Strengths that the page offers, and their names."""

import itertools
from collections.abc import Iterable

import numpy as np

from misread.noise.types import NOISE_TYPES

STEPS = 3  # slider steps between two strengths of the grid


def short(strength: float, noise_type: str) -> str:
    """A strength as a number without unit; ``none`` for 0."""
    return NOISE_TYPES[noise_type].number(strength) if strength else "none"


def positions(grid: list[float], levels: Iterable[float]) -> list[float]:
    """Strengths of the slider: 0, the sweep's grid with steps in between, and the levels of the study.

    The grid and the steps are approximately geometric, so equal distances on the slider are equal factors.

    Args:
        grid: ascending, above 0, as in the parameter ``noise.types.TYPE.sweep``.
        levels: additional strengths; those outside the grid are omitted.

    Returns:
        Strengths, ascending. Steps are rounded to 3 significant digits, so that no two look the same; grid and levels
        are not rounded.

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
