"""Misclassifications as a sign that permits a driver to do more than the true sign does.

Only prohibitions and orders are counted: the three signs that make traffic give way, and the speed limits; `mapping`
is the whole table with reasons. A misclassification that permits less, such as 50 as 30, is an error, but not a danger
of this kind.
"""

import numpy as np
import pandas as pd

from misread.gtsrb import classes
from misread.metrics import accuracy, bootstrap
from misread.metrics.bootstrap import Resampling
from misread.metrics.confusions import frequent_confusions

# Class -> strictness. Drivers need not stop to yield, may drive on after a stop, and may not drive at all if entry is
# forbidden. All other signs let traffic flow.
GIVES_WAY = {13: 1, 14: 2, 15: 3, 17: 3}  # no vehicles (15) is only a possible prediction
SPEED_LIMIT = {0: 20, 1: 30, 2: 50, 3: 60, 4: 70, 5: 80, 7: 100, 8: 120}  # class -> km/h
CONFUSIONS = 15  # pairs of classes listed for each network and set
FORBID_TO_MOVE = (14, 15, 17)  # predicted instead of a speed limit, they do not permit a higher speed

# Name of each group of counted signs -> classes.
GROUPS = {"signs to yield, stop or not enter": (13, 14, 17), "speed limits": tuple(SPEED_LIMIT)}


def commanding() -> set[int]:
    """The classes that are counted."""
    return {sign for group in GROUPS.values() for sign in group}


def _permits_more(sign: int, read_as: int) -> bool:
    if sign in GROUPS["speed limits"]:
        if read_as in SPEED_LIMIT:
            return SPEED_LIMIT[read_as] > SPEED_LIMIT[sign]
        return read_as not in FORBID_TO_MOVE
    return sign in commanding() and GIVES_WAY.get(read_as, 0) < GIVES_WAY[sign]


# bool, (true class, predicted class): whether the predicted sign permits a driver to do more than the true sign.
PERMITS_MORE = np.array(
    [[_permits_more(sign, read_as) for read_as in range(classes.COUNT)] for sign in range(classes.COUNT)]
)


def mapping() -> pd.DataFrame:
    """The rules of `PERMITS_MORE` in words: class_id, sign, permits_more (predicted signs that permit more), reason."""
    rows = [
        (13, "every sign but stop, no vehicles and no entry", "no other sign makes one give way"),
        (14, "every sign but no vehicles and no entry", "one need not stop to yield, and not at all elsewhere"),
        (17, "every sign but no vehicles", "after a stop one may drive on; elsewhere one may drive anyway"),
    ]
    for class_id, limit in SPEED_LIMIT.items():
        higher = [str(other) for other in SPEED_LIMIT.values() if other > limit]
        limits = f"a limit of {', '.join(higher)}, and " if higher else ""
        rows.append(
            (
                class_id,
                f"{limits}every sign without a limit but stop, no vehicles and no entry",
                "one may drive faster",
            )
        )
    table = pd.DataFrame(rows, columns=["class_id", "permits_more", "reason"])
    table.insert(1, "sign", [classes.NAMES[class_id] for class_id in table.class_id])
    return table


def misreadings(predictions: pd.DataFrame, how: Resampling, key: str) -> pd.DataFrame:
    """How often the counted signs of one set are misclassified as a sign that permits more, over all trainings.

    Args:
        predictions: of one set.
        how: resampling of the test images.
        key: of the classifier.

    Returns:
        A row for each of `GROUPS`: signs, n, wrong (share misclassified), permits_more (share misclassified as a sign
        that permits more) with low and high (95% interval).

    """
    parts = [part.sort_values("row") for part in accuracy.trainings(predictions)]
    label, prediction = (np.stack([part[column] for part in parts]) for column in ("label", "prediction"))
    rows = []
    for name, group in GROUPS.items():
        chosen = np.isin(label, group)
        more = bootstrap.share(PERMITS_MORE[label, prediction], how, key, chosen)
        rows.append(
            {
                "signs": name, "n": more.n, "wrong": float((label != prediction)[chosen].mean()),
                "permits_more": more.value, "low": more.low, "high": more.high,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def tables(predictions: dict[str, pd.DataFrame], selected: tuple[str, str], how: Resampling) -> dict[str, pd.DataFrame]:
    """Tables of all classifiers, without noise and under the selected noise; confusions are of the first training.

    Args:
        predictions: classifier -> its predictions for all test sets.
        selected: noise type and level.
        how: resampling of the test images.

    Returns:
        ``confusions`` (`frequent_confusions`) and ``permits_more`` (`misreadings`), with the columns network and noise.

    """
    parts: dict[str, list[pd.DataFrame]] = {"confusions": [], "permits_more": []}
    for key, table in predictions.items():
        for noise in (accuracy.CLEAN, selected):
            part = table[(table.noise_type == noise[0]) & (table.noise_level == noise[1])]
            pairs = frequent_confusions(accuracy.trainings(part)[0], CONFUSIONS)
            pairs["permits_more"] = PERMITS_MORE[pairs.label, pairs.prediction]
            found = {"confusions": pairs, "permits_more": misreadings(part, how, key)}
            for name, rows in found.items():
                rows.insert(0, "network", key)
                rows.insert(1, "noise", accuracy.set_name(*noise))
                parts[name].append(rows)
    return {name: pd.concat(found) for name, found in parts.items()}
