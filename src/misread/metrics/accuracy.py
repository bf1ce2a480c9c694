"""Scores of a classifier's predictions, under each noise and over all noises.

Predictions are the tables of `misread.inference.predictions` for all test sets, with the columns ``noise_type`` and
``noise_level``, which are ``none`` for the clean set, and ``training``, the number of the network's training.
"""

import numpy as np
import pandas as pd
from sklearn.metrics import balanced_accuracy_score, recall_score

from misread.metrics import bootstrap
from misread.metrics.bootstrap import Resampling
from misread.metrics.intervals import Estimate, proportion
from misread.noise.types import NOISE_TYPES
from misread.paths import CLEAN_SET as CLEAN


def trainings(predictions: pd.DataFrame) -> list[pd.DataFrame]:
    """The predictions of each training of a network, in the order of their numbers, without the column ``training``.

    Args:
        predictions: with a column ``training``; without one, they are of a single training.

    """
    if "training" not in predictions:
        return [predictions]
    return [part.drop(columns="training") for _, part in predictions.groupby("training")]


def correct(predictions: pd.DataFrame, noise_type: str, level: str) -> np.ndarray:
    """Which images of a set are classified correctly: bool, ``(TRAININGS, N)``, in row order."""
    chosen = predictions[(predictions.noise_type == noise_type) & (predictions.noise_level == level)]
    parts = [part.sort_values("row") for part in trainings(chosen)]
    return np.stack([(part.label == part.prediction).to_numpy() for part in parts])


def set_name(noise_type: str, level: str) -> str:
    """``clean`` or ``TYPE-LEVEL``."""
    return "clean" if (noise_type, level) == CLEAN else f"{noise_type}-{level}"


def accuracies(predictions: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Set (`set_name`) -> ``{"accuracy": share}``, on average over the trainings."""
    found = means(predictions)
    return {set_name(row.noise_type, row.noise_level): {"accuracy": row.accuracy} for row in found.itertuples()}


def means(predictions: pd.DataFrame) -> pd.DataFrame:
    """Columns noise_type, noise_level and accuracy, on average over the trainings: `by_noise` without intervals."""
    right = predictions.assign(accuracy=predictions.label == predictions.prediction)
    return right.groupby(["noise_type", "noise_level"], sort=False, observed=True).accuracy.mean().reset_index()


def by_noise(predictions: pd.DataFrame, how: Resampling | None = None, name: str = "") -> pd.DataFrame:
    """A row for each noise.

    Columns: noise_type, noise_level; accuracy (mean over the trainings) with n (images), low, high (95% interval);
    trainings (their number) and spread (standard deviation of the accuracy over them; NaN for one); balanced_accuracy;
    induced (noise-induced misclassification: share of misclassified images among those classified correctly without
    noise) with induced_low, induced_high and clean_correct (number of images classified correctly without noise, on
    average over the trainings); confidence_when_wrong (mean over misclassified images; NaN if there are none).

    Args:
        predictions: of a network, with a column ``training`` if it was trained several times.
        how: resampling of the images for the intervals; None, for a single training: images are independent, and the
            intervals are Wilson's.
        name: of the network, as for `misread.metrics.bootstrap.totals`.

    """

    def share(hits: np.ndarray, among: np.ndarray | None = None) -> Estimate:
        if how is None:
            return proportion(hits[0] if among is None else hits[0][among[0]])
        return bootstrap.share(hits, how, name, among)

    right_clean = correct(predictions, *CLEAN)
    rows = []
    for (noise_type, level), part in predictions.groupby(["noise_type", "noise_level"], sort=False, observed=True):
        right = correct(part, noise_type, level)
        accuracy, induced = share(right), share(~right, right_clean)
        wrong = part[part.label != part.prediction]
        balanced = [balanced_accuracy_score(one.label, one.prediction) for one in trainings(part)]
        rows.append(
            {
                "noise_type": noise_type,
                "noise_level": level,
                "accuracy": accuracy.value,
                "n": accuracy.n,
                "low": accuracy.low,
                "high": accuracy.high,
                "trainings": len(right),
                "spread": right.mean(axis=1).std(ddof=1) if len(right) > 1 else float("nan"),
                "balanced_accuracy": float(np.mean(balanced)),
                "induced": induced.value,
                "induced_low": induced.low,
                "induced_high": induced.high,
                "clean_correct": induced.n,
                "confidence_when_wrong": float(wrong.confidence.mean()),
            }
        )
    return pd.DataFrame(rows)


def of_classifier(
    predictions: pd.DataFrame, reference: pd.DataFrame, trained: dict, how: Resampling, name: str
) -> pd.DataFrame:
    """`by_noise` with the corruption error relative to a reference and a description of the classifier.

    Args:
        predictions: predictions of the classifier.
        reference: predictions of the reference classifier.
        trained: the classifier's ``training.json``.
        how: as for `by_noise`.
        name: as for `by_noise`.

    """
    scored = by_noise(predictions, how, name)
    scored["corruption_error"] = scored.noise_type.map(corruption_error(scored, means(reference)))
    for position, column in enumerate(("label", "image_size", "regime", "parameters")):
        scored.insert(position, column, trained[column])
    return scored


def per_class(predictions: pd.DataFrame) -> pd.DataFrame:
    """Recall of each class, over all trainings: columns class_id, n, and a column for each noise (`set_name`)."""
    count = len(trainings(predictions))
    labels = np.sort(predictions.label.unique())
    columns = {}
    for (noise_type, level), part in predictions.groupby(["noise_type", "noise_level"], sort=False, observed=True):
        name = set_name(noise_type, level)
        columns[name] = recall_score(part.label, part.prediction, labels=labels, average=None)
        counts = part.label.value_counts().reindex(labels).to_numpy() // count
    return pd.DataFrame({"class_id": labels, "n": counts, **columns})


def corruption_error(accuracies: pd.DataFrame, baseline: pd.DataFrame) -> pd.Series:
    """Corruption error of each noise type relative to a baseline network, as in ImageNet-C (arXiv 1903.12261).

    ``CE_type = sum of the errors over the levels / the same sum of the baseline``; a value of 1 equals the baseline.
    The mean over the types is the (normalised) mCE.

    Args:
        accuracies: result of `by_noise` or `means`.
        baseline: the same of the baseline network.

    Returns:
        Noise type -> corruption error; infinite if only the baseline makes no errors, NaN if both make none.

    """

    def errors(table: pd.DataFrame) -> pd.Series:
        noisy = table[table.noise_type != CLEAN[0]]
        return (1 - noisy.accuracy).groupby(noisy.noise_type, sort=False, observed=True).sum()

    return errors(accuracies) / errors(baseline)


def on_clean(accuracies: pd.DataFrame) -> pd.Series:
    """The row of the clean set in a table of `by_noise`."""
    return accuracies.set_index(["noise_type", "noise_level"]).loc[CLEAN]


def mean_noisy_accuracy(accuracies: pd.DataFrame) -> float:
    """Mean accuracy over the noisy sets."""
    return float(accuracies[accuracies.noise_type != CLEAN[0]].accuracy.mean())


def metrics(
    accuracies: pd.DataFrame, baseline: pd.DataFrame, thresholds: dict, parameters: int, selected: tuple[str, str]
) -> dict[str, float | None]:
    """The metrics that `dvc metrics` compares: few values with short names, so that their table fits on a screen.

    Args:
        accuracies: result of `by_noise`.
        baseline: result of `means` for the baseline network.
        thresholds: noise type -> result of `sweeps.find_thresholds`.
        parameters: number of the network's parameters.
        selected: noise type and level of the set that the regime ``noisy`` is trained on.

    Returns:
        Accuracies with 4 decimals: ``clean``, ``chosen`` (on the selected set), ``noisy`` (mean over the noisy sets);
        ``mce`` relative to the baseline; for each noise type, under its ``metric``, the strength at which a tenth of
        the images fails, in the type's own unit, None if it is outside the grid; and ``params``, the number of
        parameters.

    """
    values = accuracies.set_index(["noise_type", "noise_level"]).accuracy
    return {
        "clean": round(float(values[CLEAN]), 4),
        "chosen": round(float(values[selected]), 4),
        "noisy": round(mean_noisy_accuracy(accuracies), 4),
        "mce": round(float(corruption_error(accuracies, baseline).mean()), 4),
        **{NOISE_TYPES[kind].metric: _rounded(found["p10"]["strength"]) for kind, found in thresholds.items()},
        "params": parameters,
    }


def _rounded(strength: float | None) -> float | None:
    """Round a strength to three significant digits, which its interval justifies."""
    return None if strength is None else float(f"{strength:.3g}")
