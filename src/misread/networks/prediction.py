"""What a classifier says of images, kept as a table of one row for each image."""

import keras
import numpy as np
import pandas as pd
from scipy.special import softmax

BATCH = 512


def probabilities(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """Softmax of the logits, batch by batch, so that memory does not grow with the set.

    Args:
        model: classifier with logits ``(N, CLASSES)``.
        images: uint8, ``(N, SIZE, SIZE, 3)``; may be memory-mapped.

    Returns:
        float32, ``(N, CLASSES)``.

    """
    batches = [images[start : start + BATCH] for start in range(0, len(images), BATCH)]
    return np.concatenate([softmax(model.predict_on_batch(np.asarray(batch)), axis=1) for batch in batches])


def table(model: keras.Model, images: np.ndarray, labels: np.ndarray) -> pd.DataFrame:
    """Predictions for a set.

    Returns:
        A row for each image in order: ``row``, ``label``, ``prediction`` (classes), ``confidence`` (the probability of
        the predicted class) and ``label_probability`` (that of the true one).

    """
    scores = probabilities(model, images)
    rows = np.arange(len(labels))
    prediction = scores.argmax(axis=1)
    return pd.DataFrame(
        {
            "row": rows.astype(np.int32),
            "label": labels.astype(np.int16),
            "prediction": prediction.astype(np.int16),
            "confidence": scores[rows, prediction],
            "label_probability": scores[rows, labels],
        }
    )
