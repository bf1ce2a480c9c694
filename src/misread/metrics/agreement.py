"""Error consistency: whether two classifiers fail on the same images."""

import itertools

import numpy as np
import pandas as pd

from misread.metrics import accuracy
from misread.metrics.intervals import CONFIDENCE

RESAMPLES = 1000


def kappa(counts: np.ndarray) -> np.ndarray:
    """Cohen's kappa of the correctness of two classifiers.

    Source: R. Geirhos et al., "Beyond accuracy: quantifying trial-by-trial behaviour of CNNs and humans by measuring
    error consistency", arXiv 2006.16736.

    Args:
        counts: ``(..., 4)``: numbers of images classified correctly by both, only the first, only the second, neither.

    Returns:
        ``(...)``: 1 if both fail on the same images; 0 if their errors coincide as often as those of two independent
        classifiers with the same accuracies; NaN if one of them is always right or always wrong.

    """
    both, first, second, neither = np.moveaxis(np.asarray(counts, float), -1, 0)
    total = both + first + second + neither
    one, other = (both + first) / total, (both + second) / total
    expected = one * other + (1 - one) * (1 - other)
    varies = (one * (1 - one) > 0) & (other * (1 - other) > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(varies, ((both + neither) / total - expected) / (1 - expected), np.nan)


def error_consistency(one: np.ndarray, other: np.ndarray, seed: int) -> dict[str, float]:
    """`kappa` of two classifiers on the same images.

    Args:
        one: bool, ``(N,)``: which images the first classifier classifies correctly.
        other: bool, ``(N,)``: which images the second classifier classifies correctly.
        seed: seed of the bootstrap.

    Returns:
        ``kappa`` with ``low`` and ``high`` (95% interval: percentiles of a bootstrap over images; NaN if
        more than 5% of the resamples have no kappa), and ``n``.

    """
    counts = np.bincount(3 - (2 * one.astype(int) + other.astype(int)), minlength=4)
    drawn = np.random.default_rng(seed).multinomial(len(one), counts / len(one), RESAMPLES)
    resampled = kappa(drawn)
    outside = (1 - CONFIDENCE) / 2
    low = high = np.nan
    if np.isnan(resampled).mean() <= 1 - CONFIDENCE:
        low, high = np.nanquantile(resampled, [outside, 1 - outside])
    return {"kappa": float(kappa(counts)), "low": float(low), "high": float(high), "n": len(one)}


def table(predictions: dict[str, pd.DataFrame], seed: int) -> pd.DataFrame:
    """Error consistency of each pair of classifiers under each noise.

    Args:
        predictions: key -> predictions for the same test sets.
        seed: seed of the bootstrap.

    Returns:
        Columns one, other (keys), noise_type, noise_level, kappa, low, high, n.

    """
    columns = ["noise_type", "noise_level"]
    noises = list(next(iter(predictions.values()))[columns].drop_duplicates().itertuples(index=False, name=None))
    right = {key: {noise: accuracy.correct(table, *noise) for noise in noises} for key, table in predictions.items()}
    rows = [
        {"one": one, "other": other, "noise_type": noise[0], "noise_level": noise[1]}
        | error_consistency(right[one][noise], right[other][noise], seed)
        for one, other in itertools.combinations(predictions, 2)
        for noise in noises
    ]
    columns = ["one", "other", "noise_type", "noise_level", "kappa", "low", "high", "n"]
    return pd.DataFrame(rows, columns=columns)
