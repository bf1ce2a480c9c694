"""A part of a set in which every class has its share."""

import numpy as np
import pandas as pd


def stratified_rows(labels: np.ndarray, count: int | None, seed: int) -> np.ndarray:
    """Rows of a random part of a set: of each class its share of the set, to within two images.

    Of two parts with the same seed the smaller lies in the larger.

    Args:
        labels: int, ``(N,)``.
        count: how many rows; None, or more than there are: all.
        seed: of the random order.

    Returns:
        int64, ``(count,)``, ascending.

    """
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(labels))
    shuffled = pd.Series(labels[order])
    of_class = shuffled.groupby(shuffled)
    # Each class is spread evenly over the whole, from a random start: any beginning of it has the same shares.
    starts = rng.random(int(labels.max()) + 1)
    place = (of_class.cumcount() + starts[shuffled]) / of_class.transform("size")
    return np.sort(order[np.argsort(place, kind="stable")[:count]])
