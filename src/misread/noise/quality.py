"""Difference between noisy images and their originals: RMSE, PSNR and SSIM after clipping."""

import numpy as np
from skimage.metrics import structural_similarity

from misread.data import arrays
from misread.errors import MisreadError

SSIM_WINDOW = 11  # pixels; Gaussian weights with a standard deviation of 1.5


def squared_error(clean: np.ndarray, noisy: np.ndarray) -> float:
    """Sum of the squared errors of all pixels and channels of all images, in grey levels squared.

    It is a whole number, so the errors of parts of a set add up to exactly that of the set.

    Args:
        clean: uint8, ``(N, HEIGHT, WIDTH, CHANNELS)``.
        noisy: uint8, the same shape.

    Raises:
        MisreadError: images of another type, or of two shapes.

    """
    arrays.check(clean, "clean")
    arrays.check(noisy, "noisy")
    if clean.shape != noisy.shape:
        raise MisreadError(f"noisy: expected the shape of clean, {clean.shape}, found {noisy.shape}")
    return float(np.sum((clean.astype(np.float32) - noisy) ** 2, dtype=np.float64))


def mean_square(clean: np.ndarray, noisy: np.ndarray) -> float:
    """Mean squared error in grey levels squared, over all pixels of all images; as `squared_error`."""
    return squared_error(clean, noisy) / clean.size


def psnr_of(rmse: float) -> float | None:
    """PSNR in decibels for a peak of 255; None (infinite) if there is no error."""
    return float(20 * np.log10(255 / rmse)) if rmse > 0 else None


def measure(clean: np.ndarray, noisy: np.ndarray) -> dict[str, float | None]:
    """Compare images with their noisy copies.

    Args:
        clean: uint8, ``(N, HEIGHT, WIDTH, CHANNELS)``.
        noisy: uint8, the same shape.

    Returns:
        ``rmse``, in grey levels over all pixels of all images; ``psnr``, in decibels, of this RMSE for a peak of 255
        (None, which means infinite, if nothing changed); ``ssim``, the mean over the images of the structural
        similarity with Gaussian weights (Z. Wang et al., "Image quality assessment: from error visibility to structural
        similarity", 2004), -1 to 1 (None if a side is shorter than the window of 11 pixels).

    Raises:
        MisreadError: images of another type, or of two shapes.

    """
    rmse = mean_square(clean, noisy) ** 0.5
    if min(clean.shape[1:3]) < SSIM_WINDOW:
        return {"rmse": rmse, "psnr": psnr_of(rmse), "ssim": None}
    similarities = [
        structural_similarity(
            before, after, channel_axis=2, data_range=255, gaussian_weights=True, sigma=1.5, use_sample_covariance=False
        )
        for before, after in zip(clean, noisy, strict=True)
    ]
    return {"rmse": rmse, "psnr": psnr_of(rmse), "ssim": float(np.mean(similarities))}


def evenly_spaced_rows(total: int, count: int) -> np.ndarray:
    """Row numbers of a sample, spread evenly over a set: int, ``(min(total, count),)``."""
    return np.linspace(0, total - 1, min(total, count)).round().astype(int)
