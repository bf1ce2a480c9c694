"""Sampling signs from a trained generator."""

from pathlib import Path

import cv2
import keras
import numpy as np

BATCH = 1024


def latent_vectors(count: int, size: int, seed: int | list[int]) -> np.ndarray:
    """Draw standard normal noise vectors, float32 ``(count, size)``."""
    return np.random.default_rng(seed).standard_normal((count, size), dtype=np.float32)


def generate(generator: keras.Model, latent: np.ndarray, labels: np.ndarray | None = None) -> np.ndarray:
    """Generate images from noise vectors, batch by batch.

    Args:
        generator: generator of `misread.gans.gan` or `misread.gans.cgan`.
        latent: float32, ``(N, latent_size)``.
        labels: int, ``(N,)``, the class of each image, for a conditional generator; None for a plain generator.

    Returns:
        uint8, ``(N, SIZE, SIZE, 3)``, RGB.

    """
    images = []
    for start in range(0, len(latent), BATCH):
        part = slice(start, start + BATCH)
        inputs = latent[part] if labels is None else [latent[part], labels[part].astype(np.int32)]
        images.append(to_uint8(generator.predict_on_batch(inputs)))
    return np.concatenate(images)


def to_uint8(images: np.ndarray) -> np.ndarray:
    """Convert images from [-1, 1] to grey levels."""
    return np.clip(np.round((images + 1) * 127.5), 0, 255).astype(np.uint8)


def grid(images: np.ndarray, columns: int) -> np.ndarray:
    """Arrange images in rows of ``columns``: uint8, ``(ROWS * columns, S, S, 3)`` to ``(ROWS * S, columns * S, 3)``."""
    size = images.shape[1]
    rows = images.reshape(-1, columns, size, size, 3)
    return rows.transpose(0, 2, 1, 3, 4).reshape(-1, columns * size, 3)


def save_png(image: np.ndarray, path: Path) -> None:
    """Write an image, uint8 ``(H, W, 3)``, RGB."""
    path.write_bytes(cv2.imencode(".png", image[:, :, ::-1])[1].tobytes())  # `imwrite` does not tell of a full disk
