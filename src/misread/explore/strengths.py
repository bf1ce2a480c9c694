"""Strengths as the page offers and names them."""

import itertools
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

STEPS = 3  # of the slider, from one strength of the grid to the next


class Unit(NamedTuple):
    """How a noise type's strength is called and written."""

    name: str
    short: str  # format of the bare number
    long: str  # format within a sentence
    factor: float = 1.0  # what the number is multiplied by before


UNITS = {
    "salt_pepper": Unit("share of the pixels replaced", "{:.3g}%", "{:.3g}% of the pixels", 100),
    "periodic": Unit("amplitude, grey levels", "{:.3g}", "an amplitude of {:.3g} grey levels"),
    "gaussian": Unit("standard deviation, grey levels", "{:.3g}", "a standard deviation of {:.3g} grey levels"),
}


def short(strength: float, noise_type: str) -> str:
    """The bare number, ``none`` for 0."""
    unit = UNITS[noise_type]
    return unit.short.format(unit.factor * strength) if strength else "none"


def long(strength: float, noise_type: str) -> str:
    """The number with its unit."""
    unit = UNITS[noise_type]
    return unit.long.format(unit.factor * strength)


def positions(grid: list[float], levels: Iterable[float]) -> list[float]:
    """Strengths that a slider offers: none, then the sweep's grid with steps between, and the study's own levels.

    The grid is about geometric; so are the steps, and an equal way on the slider is an equal factor.

    Args:
        grid: ascending, above 0, as in the parameter ``sweep.strengths``.
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
