"""The headline results over all networks."""

import numpy as np
import pandas as pd

from misread.metrics import accuracy, bootstrap
from misread.metrics.bootstrap import Resampling


def headline(
    scored: dict[str, pd.DataFrame],
    predictions: dict[str, pd.DataFrame],
    source: str,
    selected: tuple[str, str],
    how: Resampling,
) -> dict:
    """Compute the headline results of the study.

    Args:
        scored: key (``NETWORK-REGIME``) -> table of `accuracy.by_noise` with a column ``corruption_error``.
        predictions: key -> its predictions.
        source: ``gtsrb`` or ``synthetic``.
        selected: type and level of the noisy set that the regime ``noisy`` is trained on.
        how: resampling of the test images.

    Returns:
        ``source``; ``test_images``; ``selected``; and ``minus_clean``: for each classifier of another regime than
        ``clean``, the paired difference between its accuracy and that of the same network trained on clean signs, with
        the 95% interval, on the selected noisy set (``selected``), on the clean set (``clean``), on average over all
        noisy sets (``noisy``), and on average over those of each noise type (its name).

    """
    changes = {}
    for key, table in scored.items():
        network, regime = key.rsplit("-", 1)
        reference = f"{network}-clean"
        noisy = [one for one in zip(table.noise_type, table.noise_level, strict=True) if one != accuracy.CLEAN]
        types = {kind: [one for one in noisy if one[0] == kind] for kind in dict(noisy)}
        if regime != "clean" and reference in predictions:
            changes[key] = {
                name: _difference(predictions, (key, reference), noises, how)
                for name, noises in {"selected": [selected], "clean": [accuracy.CLEAN], "noisy": noisy, **types}.items()
            }
    return {
        "source": source,
        "test_images": int(next(iter(scored.values())).n.max()),
        "selected": "-".join(selected),
        "minus_clean": changes,
    }


def _difference(
    predictions: dict[str, pd.DataFrame], keys: tuple[str, str], noises: list[tuple[str, str]], how: Resampling
) -> dict[str, float]:
    """Mean accuracy of one classifier under some noises minus that of another on the same images, with the interval."""
    shares = [np.mean([accuracy.correct(predictions[key], *noise) for noise in noises], axis=0) for key in keys]
    found = bootstrap.difference(*shares, how, keys)
    return {"difference": found.value, "low": found.low, "high": found.high}
