"""Calibration of a classifier's confidence, and risk-coverage curves of rejecting images with low confidence.

Predictions have the columns ``label``, ``prediction``, ``confidence`` and ``calibrated``, the confidence after
temperature scaling.
"""

import numpy as np
import pandas as pd

BINS = 15
RISK = 0.05  # share of errors that is accepted among the images kept
FEW = 20  # with fewer wrong predictions, their mean confidence says little
POINTS = 50  # of a risk-coverage curve
BEFORE_AND_AFTER = {"": "confidence", "_scaled": "calibrated"}  # suffix of the results -> column


def expected_calibration_error(confidence: np.ndarray, right: np.ndarray, bins: int = BINS) -> float:
    """Mean distance between accuracy and confidence over bins of equal width, weighted by their number of images.

    Source: C. Guo et al., "On Calibration of Modern Neural Networks", arXiv 1706.04599.

    Args:
        confidence: float, ``(N,)``, 0 to 1.
        right: bool, ``(N,)``.
        bins: number of bins; a value on an edge belongs to the lower bin.

    Returns:
        0 to 1; NaN if there are no images.

    """
    if not len(right):
        return float("nan")
    number = np.ceil(np.asarray(confidence, float) * bins).clip(1, bins).astype(int)
    gaps = np.bincount(number, weights=np.asarray(right, float) - confidence, minlength=bins + 1)
    return float(np.abs(gaps).sum() / len(right))


def risk_coverage(confidence: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Expected share of errors among the k most confident images, for every k; ties are in random order.

    Source: Y. Geifman and R. El-Yaniv, "Selective Classification for Deep Neural Networks", arXiv 1705.08500.

    Args:
        confidence: float, ``(N,)``.
        right: bool, ``(N,)``.

    Returns:
        float, ``(N,)``: risk at coverage 1/N, 2/N, ..., 1.

    """
    order = np.argsort(-np.asarray(confidence, float), kind="stable")
    ranked = np.asarray(confidence)[order]
    wrong = np.concatenate([[0], np.cumsum(~np.asarray(right, bool)[order])])
    # Within a group of equal confidence the errors are spread evenly.
    ends = np.concatenate([[0], np.flatnonzero(np.diff(ranked)) + 1, [len(ranked)]])
    kept = np.arange(1, len(ranked) + 1)
    return np.interp(kept, ends, wrong[ends]) / kept


def coverage_at(risk: np.ndarray, accepted: float = RISK) -> float:
    """The largest share of images that can be kept with at most the accepted share of errors among them.

    Args:
        risk: result of `risk_coverage`.
        accepted: accepted share of errors.

    """
    kept = np.flatnonzero(risk <= accepted)
    return float((kept[-1] + 1) / len(risk)) if len(kept) else 0.0


def curve(predictions: pd.DataFrame) -> pd.DataFrame:
    """Risk-coverage curve with `POINTS` points: columns coverage and risk."""
    risk = risk_coverage(predictions.confidence, predictions.label == predictions.prediction)
    kept = np.unique(np.ceil(np.linspace(0, 1, POINTS + 1)[1:] * len(risk)).astype(int))
    return pd.DataFrame({"coverage": kept / len(risk), "risk": risk[kept - 1]})


def scores(predictions: pd.DataFrame) -> dict[str, float]:
    """Calibration of one classifier on one set.

    Returns:
        ``n``, ``accuracy``; ``confidence`` (mean), ``ece`` (`expected_calibration_error`) and
        ``confidence_when_wrong`` (mean over misclassified images; NaN if there are none), each also with the suffix
        ``_scaled`` after temperature scaling; ``aurc`` (area under the risk-coverage curve) and ``coverage`` (share of
        images that can be kept with at most 5% errors), which temperature scaling hardly changes.

    """
    right = (predictions.label == predictions.prediction).to_numpy()
    found = {"n": len(right), "accuracy": float(right.mean())}
    for ending, column in BEFORE_AND_AFTER.items():
        confidence = predictions[column].to_numpy(float)
        found[f"confidence{ending}"] = float(confidence.mean())
        found[f"ece{ending}"] = expected_calibration_error(confidence, right)
        found[f"confidence_when_wrong{ending}"] = float(confidence[~right].mean()) if not right.all() else float("nan")
    risk = risk_coverage(predictions.confidence, right)
    return found | {"aurc": float(risk.mean()), "coverage": coverage_at(risk)}


def by(predictions: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """`scores` for each combination of some columns that identify a noise: ``noise_type`` and level or strength."""
    groups = predictions.groupby(columns, sort=False, observed=True)
    return pd.DataFrame([dict(zip(columns, values, strict=True)) | scores(part) for values, part in groups])
