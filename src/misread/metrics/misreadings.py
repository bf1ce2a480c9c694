"""Which misreadings let a driver do more than the sign does.

Only signs that command are looked at, the three that make traffic give way and the speed limits; `mapping` is the
whole table with its reasons. A misreading that permits less, such as 30 for 50, is a mistake, not a danger of this
kind.
"""

import numpy as np
import pandas as pd

from misread.gtsrb import classes
from misread.metrics import accuracy
from misread.metrics.intervals import proportion

# Class -> how strict. One may drive on after a stop, and need not stop to yield; where entry is forbidden, one may not
# drive at all. Every other sign lets traffic flow.
GIVES_WAY = {13: 1, 14: 2, 15: 3, 17: 3}  # no vehicles (15) is not counted, but may be read for one that is
SPEED_LIMIT = {0: 20, 1: 30, 2: 50, 3: 60, 4: 70, 5: 80, 7: 100, 8: 120}  # class -> km/h
CONFUSIONS = 15  # pairs of classes listed for each network and set
FORBID_TO_MOVE = (14, 15, 17)  # read instead of a limit, they do not let anyone drive faster

# Signs that are counted, and what they are called together.
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


# bool, (true class, class read): whether reading the one as the other lets a driver do more.
PERMITS_MORE = np.array(
    [[_permits_more(sign, read_as) for read_as in range(classes.COUNT)] for sign in range(classes.COUNT)]
)


def mapping() -> pd.DataFrame:
    """The table behind `PERMITS_MORE`, in words: class_id, sign, permits_more (which readings do), reason."""
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
                "allows to drive faster",
            )
        )
    table = pd.DataFrame(rows, columns=["class_id", "permits_more", "reason"])
    table.insert(1, "sign", [classes.NAMES[class_id] for class_id in table.class_id])
    return table


def misreadings(predictions: pd.DataFrame) -> pd.DataFrame:
    """How often signs that command are read as something that permits more, in one set.

    Returns:
        A row for each of `GROUPS`: signs, n, wrong (share misread), permits_more (share read as something that permits
        more) with low and high (95% interval).

    """
    rows = []
    for name, group in GROUPS.items():
        part = predictions[predictions.label.isin(group)]
        more = proportion(PERMITS_MORE[part.label, part.prediction])
        rows.append(
            {
                "signs": name, "n": more.n, "wrong": float((part.label != part.prediction).mean()),
                "permits_more": more.value, "low": more.low, "high": more.high,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def frequent_confusions(predictions: pd.DataFrame, count: int) -> pd.DataFrame:
    """The pairs of classes that are confused most often in one set.

    Returns:
        At most ``count`` rows, the most frequent first: label, prediction, images, share (of the images of the class),
        permits_more.

    """
    wrong = predictions[predictions.label != predictions.prediction]
    pairs = wrong.groupby(["label", "prediction"]).size().rename("images").reset_index()
    pairs = pairs.sort_values(["images", "label", "prediction"], ascending=[False, True, True]).head(count)
    sizes = predictions.groupby("label").size()
    pairs["share"] = pairs.images / sizes[pairs.label].to_numpy()
    pairs["permits_more"] = PERMITS_MORE[pairs.label, pairs.prediction]
    return pairs.reset_index(drop=True)


def tables(predictions: dict[str, pd.DataFrame], selected: tuple[str, str]) -> dict[str, pd.DataFrame]:
    """Tables of all classifiers, without noise and under the selected one.

    Args:
        predictions: classifier -> its predictions for all test sets.
        selected: noise type and level.

    Returns:
        ``confusions`` (`frequent_confusions`) and ``permits_more`` (`misreadings`), with the columns network and noise.

    """
    parts: dict[str, list[pd.DataFrame]] = {"confusions": [], "permits_more": []}
    for key, table in predictions.items():
        for noise in (accuracy.CLEAN, selected):
            part = table[(table.noise_type == noise[0]) & (table.noise_level == noise[1])]
            found = {"confusions": frequent_confusions(part, CONFUSIONS), "permits_more": misreadings(part)}
            for name, rows in found.items():
                rows.insert(0, "network", key)
                rows.insert(1, "noise", accuracy.set_name(*noise))
                parts[name].append(rows)
    return {name: pd.concat(found) for name, found in parts.items()}
