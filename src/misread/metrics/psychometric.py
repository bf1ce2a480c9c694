"""A second estimate of the thresholds: psychometric functions, as psychophysics fits them to the errors of people.

The share of failures is a cumulative normal distribution over the logarithm of the strength, between a guess rate (the
share that would fail at a strength of 0) and a lapse rate (the share that never fails). Counts are beta-binomial: they
may vary more than those of independent images. Source: H. Schütt, S. Harmeling, J. Macke and F. Wichmann, "Painfree
and accurate Bayesian estimation of psychometric functions for (potentially) overdispersed data", Vision Research 122,
2016 (psignifit).
"""

import warnings

import numpy as np
import pandas as pd

from misread.metrics import thresholds
from misread.metrics.sweeps import LEVELS, Grid

STEPS = {"threshold": 25, "width": 25, "lambda": 10, "gamma": 10, "eta": 10}  # of the grid that is integrated over


def fit(strengths: np.ndarray, failed: np.ndarray, images: int) -> dict[str, float | None]:
    """Fit a psychometric function to the failures of a network.

    Intervals are left out: those of psignifit at levels below 0.5 are only bounds, and need not contain the estimate.

    Args:
        strengths: ascending, above 0, ``(STRENGTHS,)``.
        failed: int, ``(STRENGTHS,)``: number of images that fail at each.
        images: number of images.

    Returns:
        Key of `misread.metrics.sweeps.LEVELS` -> strength; None where the function does not reach the level on the
        grid.

    """
    import psignifit  # is needed here alone, and takes a second to import

    data = np.column_stack([np.log(strengths), failed, np.full(len(strengths), images)])
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # on intervals that are not used
        found = psignifit.psignifit(data, experiment_type="yes/no", sigmoid="norm", verbose=False, grid_steps=STEPS)
        reached = {name: _at(found, level) for name, level in LEVELS.items()}
    first, last = strengths[0], strengths[-1]
    return {name: value if value and first <= value <= last else None for name, value in reached.items()}


def _at(found, level: float) -> float | None:
    """The strength at which a fitted function reaches a level."""
    guesses, lapses = (found.parameter_estimate[name] for name in ("gamma", "lambda"))
    if not guesses < level < 1 - lapses:
        return None
    return float(np.exp(found.threshold(level, return_ci=False)))


def table(grids: dict[str, Grid], monotone: dict[str, dict[str, float | None]]) -> pd.DataFrame:
    """Thresholds of the fitted functions beside those of the monotone curves, for the first training.

    Args:
        grids: noise type -> grid of a network.
        monotone: noise type -> level -> threshold of the first training alone, by its monotone curve; None: unknown.

    Returns:
        A row for each noise type and level: noise_type, level, strength (of the fit), monotone (strength of the
        monotone curve), ratio (of the fit to it).

    """
    rows = []
    for kind, one in grids.items():
        failed = one.failed
        enough = len(failed) >= thresholds.FEWEST
        fitted = fit(one.strengths, failed.sum(axis=0), len(failed)) if enough else dict.fromkeys(LEVELS)
        for name in LEVELS:
            strength, other = fitted[name], monotone[kind][name]
            ratio = strength / other if strength and other else None
            rows.append({"noise_type": kind, "level": name, "strength": strength, "monotone": other, "ratio": ratio})
    return pd.DataFrame(rows).astype(dict.fromkeys(("strength", "monotone", "ratio"), float))
