"""Noise in images: the residual of a fixed denoiser, and the power at the frequency of a wave."""

import numpy as np
from scipy.ndimage import median_filter


def residual(images: np.ndarray) -> np.ndarray:
    """Residual of a 3x3 median filter: what it removes from each channel.

    Args:
        images: uint8, ``(N, SIZE, SIZE, 3)``.

    Returns:
        float32, the same shape, grey levels.

    """
    return images.astype(np.float32) - median_filter(images, size=(1, 3, 3, 1))


def residual_rms(images: np.ndarray) -> np.ndarray:
    """Root mean square of the residual of each image, grey levels, float32 ``(N,)``."""
    return np.sqrt((residual(images) ** 2).mean(axis=(1, 2, 3)))


def power_spectrum(images: np.ndarray) -> np.ndarray:
    """Mean power spectrum of the grey images minus their means: float64 ``(SIZE, SIZE)``, frequency 0 in the middle.

    It is divided by the number of pixels, so that white noise of variance v has the power v at every frequency.
    """
    grey = images.mean(axis=3, dtype=np.float64)
    grey -= grey.mean(axis=(1, 2), keepdims=True)
    power = np.abs(np.fft.fft2(grey)) ** 2
    return np.fft.fftshift(power.mean(axis=0)) / grey[0].size


def periodic_power(spectrum: np.ndarray, period: float, angle: float) -> float:
    """Mean power at the frequency of a wave and at the frequencies within one step of it, in both directions.

    Args:
        spectrum: result of `power_spectrum`.
        period: pixels from crest to crest.
        angle: direction of the wave, degrees from the x axis.

    """
    size = len(spectrum)
    y, x = np.mgrid[:size, :size] - size // 2
    turn = np.deg2rad(angle)
    fx, fy = size / period * np.cos(turn), size / period * np.sin(turn)
    near = np.minimum(np.hypot(x - fx, y - fy), np.hypot(x + fx, y + fy)) <= 1
    return float(spectrum[near].mean())
