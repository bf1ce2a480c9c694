"""Arithmetic on grey levels."""

import cv2
import numpy as np


def add(images: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Add grey levels, int16 ``(N, HEIGHT * WIDTH * CHANNELS)``, and clip."""
    return cv2.add(images.reshape(len(images), -1), noise, dtype=cv2.CV_8U).reshape(images.shape)
