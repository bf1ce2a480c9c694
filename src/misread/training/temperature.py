"""Temperature scaling of a trained classifier."""

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

BOUNDS = (0.05, 20.0)
DIGITS = 4  # further digits differ between machines


def fit(logits: np.ndarray, labels: np.ndarray) -> float:
    """Fit the temperature by which logits are divided: the one with the maximum likelihood of the labels.

    Source: C. Guo et al., "On Calibration of Modern Neural Networks", arXiv 1706.04599.

    Args:
        logits: float, ``(N, CLASSES)``, of images that the classifier was not trained on.
        labels: int, ``(N,)``.

    Returns:
        Temperature from 0.05 to 20; above 1 if the classifier is overconfident.

    """

    def loss(log_temperature: float) -> float:
        scaled = log_softmax(logits.astype(np.float64) / np.exp(log_temperature), axis=1)
        return -scaled[np.arange(len(labels)), labels].mean()

    found = minimize_scalar(loss, bounds=np.log(BOUNDS), method="bounded", options={"xatol": 1e-6})
    return round(float(np.exp(found.x)), DIGITS)
