"""Error consistency: whether two classifiers fail on the same images."""

import itertools

import numpy as np
import pandas as pd

from misread.metrics import accuracy, bootstrap
from misread.metrics.bootstrap import Resampling
from misread.metrics.intervals import CONFIDENCE


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


def error_consistency(one: np.ndarray, other: np.ndarray, how: Resampling) -> dict[str, float]:
    """`kappa` of two classifiers on the same images.

    Args:
        one: bool, ``(N,)``: which images the first classifier classifies correctly.
        other: bool, ``(N,)``: which images the second classifier classifies correctly.
        how: resampling of the images.

    Returns:
        ``kappa`` with ``low`` and ``high`` (95% interval: percentiles of the resamples; NaN if more than 5% of them
        have no kappa), and ``n``.

    """
    kinds = np.eye(4)[3 - (2 * one.astype(int) + other.astype(int))]
    found = bootstrap.totals(kinds[None], how)
    resampled = kappa(found.resampled)
    outside = (1 - CONFIDENCE) / 2
    low = high = np.nan
    if np.isnan(resampled).mean() <= 1 - CONFIDENCE:
        low, high = np.nanquantile(resampled, [outside, 1 - outside])
    return {"kappa": float(kappa(found.observed)), "low": float(low), "high": float(high), "n": len(one)}


def table(predictions: dict[str, pd.DataFrame], how: Resampling) -> pd.DataFrame:
    """Error consistency of each pair of classifiers under each noise, and of two trainings of one classifier.

    Args:
        predictions: key -> predictions for the same test sets.
        how: resampling of the images.

    Returns:
        Columns one, other (keys; the same key twice: its first and its second training), noise_type, noise_level,
        kappa, low, high, n.

    """
    columns = ["noise_type", "noise_level"]
    noises = list(next(iter(predictions.values()))[columns].drop_duplicates().itertuples(index=False, name=None))
    right = {key: {noise: accuracy.correct(table, *noise) for noise in noises} for key, table in predictions.items()}
    pairs = [((one, 0), (other, 0)) for one, other in itertools.combinations(predictions, 2)]
    pairs += [((key, 0), (key, 1)) for key in predictions if len(right[key][noises[0]]) > 1]
    rows = [
        {"one": one, "other": other, "noise_type": noise[0], "noise_level": noise[1]}
        | error_consistency(right[one][noise][first], right[other][noise][second], how)
        for (one, first), (other, second) in pairs
        for noise in noises
    ]
    columns = ["one", "other", "noise_type", "noise_level", "kappa", "low", "high", "n"]
    return pd.DataFrame(rows, columns=columns)
