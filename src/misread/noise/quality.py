"""How far noise takes images from their originals: RMSE, PSNR and SSIM after clipping."""

import numpy as np
from skimage.metrics import structural_similarity


def measure(clean: np.ndarray, noisy: np.ndarray) -> dict[str, float | None]:
    """Compare images with their noisy copies.

    Args:
        clean: uint8, ``(N, SIZE, SIZE, 3)``.
        noisy: uint8, the same shape.

    Returns:
        ``rmse`` in grey levels over all pixels of all images; ``psnr`` in decibels, of that error, against a peak of
        255 (None, for infinite, where nothing changed); ``ssim``, the mean over the images of the structural similarity
        with Gaussian weights (Z. Wang et al., "Image quality assessment: from error visibility to structural
        similarity", 2004), -1 to 1.

    """
    mse = float(np.mean((clean.astype(np.float64) - noisy) ** 2))
    similarities = [
        structural_similarity(
            before, after, channel_axis=2, data_range=255, gaussian_weights=True, sigma=1.5, use_sample_covariance=False
        )
        for before, after in zip(clean, noisy, strict=True)
    ]
    psnr = float(10 * np.log10(255**2 / mse)) if mse > 0 else None
    return {"rmse": mse**0.5, "psnr": psnr, "ssim": float(np.mean(similarities))}


def evenly_spaced_rows(total: int, count: int) -> np.ndarray:
    """Row numbers of a sample, spread evenly over a set: int, ``(min(total, count),)``."""
    return np.linspace(0, total - 1, min(total, count)).round().astype(int)
