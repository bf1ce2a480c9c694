"""Temperature scaling of a trained classifier."""

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

BOUNDS = (0.05, 20.0)
DIGITS = 4  # more would only tell machines apart


def fit(logits: np.ndarray, labels: np.ndarray) -> float:
    """The temperature by which logits are divided so that the probabilities are as likely as possible.

    Source: C. Guo et al., "On Calibration of Modern Neural Networks", arXiv 1706.04599.

    Args:
        logits: float, ``(N, CLASSES)``, of images that the classifier was not trained on.
        labels: int, ``(N,)``.

    Returns:
        From 0.05 to 20; above 1: the classifier is too confident.

    """

    def loss(log_temperature: float) -> float:
        scaled = log_softmax(logits.astype(np.float64) / np.exp(log_temperature), axis=1)
        return -scaled[np.arange(len(labels)), labels].mean()

    found = minimize_scalar(loss, bounds=np.log(BOUNDS), method="bounded", options={"xatol": 1e-6})
    return round(float(np.exp(found.x)), DIGITS)
