"""The headline numbers over all networks."""

import pandas as pd

from misread.analysis import scores
from misread.analysis.intervals import paired_difference


def headline(
    scored: dict[str, pd.DataFrame],
    predictions: dict[str, pd.DataFrame],
    source: str,
    selected: tuple[str, str],
) -> dict:
    """What a reader asks first.

    Args:
        scored: key (``NETWORK-REGIME``) -> table of `scores.by_noise` with a column ``corruption_error``.
        predictions: key -> its predictions.
        source: ``gtsrb`` or ``synthetic``.
        selected: the noisy set that the regime ``noisy`` learns from, type and level.

    Returns:
        ``source``; ``test_images``; ``selected``; ``most_disruptive``: for each network and regime the noise type with
        the lowest mean accuracy over its levels; and ``noisy_minus_clean``: for each network what learning from the
        selected set adds to the accuracy on it, paired, with the 95% interval.

    """
    most_disruptive = {}
    for key, table in scored.items():
        means = table[table.noise_type != scores.CLEAN[0]].groupby("noise_type").accuracy.mean()
        most_disruptive[key] = means.idxmin()
    gains = {}
    for key in scored:
        network, regime = key.rsplit("-", 1)
        if regime == "noisy" and f"{network}-clean" in predictions:
            gain = paired_difference(
                scores.correct(predictions[key], *selected), scores.correct(predictions[f"{network}-clean"], *selected)
            )
            gains[network] = {"difference": gain.value, "low": gain.low, "high": gain.high}
    return {
        "source": source,
        "test_images": int(next(iter(scored.values())).n.max()),
        "selected": "-".join(selected),
        "most_disruptive": most_disruptive,
        "noisy_minus_clean": gains,
    }
