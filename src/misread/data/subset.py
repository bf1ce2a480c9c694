"""Stratified subsets of a set."""

import numpy as np
import pandas as pd


def stratified_rows(labels: np.ndarray, count: int | None, seed: int) -> np.ndarray:
    """Rows of a random subset in which the share of each class is that of the whole set, to within two images.

    With the same seed, a smaller subset is contained in a larger one.

    Args:
        labels: int, ``(N,)``.
        count: number of rows; None, or more than there are: all rows.
        seed: seed of the random order.

    Returns:
        int64, ``(count,)``, ascending.

    """
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(labels))
    shuffled = pd.Series(labels[order])
    of_class = shuffled.groupby(shuffled)
    # The images of each class are spread evenly over the order, so each prefix of it has the class shares of the set.
    starts = rng.random(int(labels.max()) + 1)
    place = (of_class.cumcount() + starts[shuffled]) / of_class.transform("size")
    return np.sort(order[np.argsort(place, kind="stable")[:count]])
