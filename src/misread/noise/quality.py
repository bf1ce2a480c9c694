"""Difference between noisy images and their originals: RMSE, PSNR and SSIM after clipping."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from skimage.metrics import structural_similarity

from misread.data import arrays
from misread.errors import MisreadError

SSIM_WINDOW = 11  # pixels; Gaussian weights with a standard deviation of 1.5
LUMA = (299, 587, 114)  # thousandths, so that the sums are whole numbers
AT_ONCE = 64  # images whose errors are computed at a time, so that they stay in the processor's cache


class Errors(NamedTuple):
    """Errors of noisy images; those of parts of a set add up to those of the set, exactly.

    Attributes:
        squares: sum of the squared errors of all channels of the images' own pixels, grey levels squared.
        luma: sum of the squared errors of their luma, in millionths of grey levels squared.
        pixels: number of these pixels.
        channels: of an image.

    """

    squares: int
    luma: int
    pixels: int
    channels: int

    @property
    def mean_square(self) -> float:
        """Mean squared error in grey levels squared; 0 without pixels."""
        return self.squares / (self.pixels * self.channels) if self.pixels else 0.0

    @property
    def rmse(self) -> float:
        """Root mean squared error in grey levels."""
        return self.mean_square**0.5

    @property
    def luma_rmse(self) -> float:
        """Root mean squared error of the luma in grey levels."""
        return (self.luma / self.pixels) ** 0.5 / 1000 if self.pixels else 0.0


def errors(clean: np.ndarray, noisy: np.ndarray, boxes: np.ndarray | None = None) -> Errors:
    """Errors of the images' own pixels, without padding.

    The luma is that of ITU-R BT.601: 0.299 R + 0.587 G + 0.114 B.

    Args:
        clean: uint8, ``(N, HEIGHT, WIDTH, CHANNELS)``.
        noisy: uint8, the same shape.
        boxes: int, ``(N, 4)``: own pixels of each image, from `misread.data.resize.own_pixels`; None: all pixels.

    Raises:
        MisreadError: images of another type, or of two shapes.

    """
    arrays.check(clean, "clean")
    arrays.check(noisy, "noisy")
    if clean.shape != noisy.shape:
        raise MisreadError(f"noisy: expected the shape of clean, {clean.shape}, found {noisy.shape}")
    channels, squares, luma, pixels = clean.shape[3], 0, 0, 0
    weights = np.array(LUMA if channels == len(LUMA) else [sum(LUMA) // channels] * channels, np.float32)
    for start in range(0, len(clean), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        difference = noisy[part].astype(np.float32) - clean[part]
        if boxes is not None:
            own = _within(boxes[part], clean.shape[1:3])
            difference *= own[..., None]
            pixels += int(own.sum())
        else:
            pixels += difference[..., 0].size
        # All values are whole numbers that these types hold exactly, so the sums do not depend on their order.
        squares += int(np.sum(difference**2, dtype=np.float64))
        grey = (difference @ weights).astype(np.int64).ravel()
        luma += int(grey @ grey)
    return Errors(squares, luma, pixels, channels)


def _within(boxes: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Which pixels lie in the box of their image: bool, ``(N, HEIGHT, WIDTH)``."""
    top, left, bottom, right = boxes.T[..., None]
    y, x = (np.arange(side) for side in shape)
    return ((top <= y) & (y < bottom))[:, :, None] & ((left <= x) & (x < right))[:, None, :]


def added(parts: Iterable[Errors]) -> Errors:
    """Errors of a set from those of its parts, at least one."""
    squares, luma, pixels, channels = zip(*parts, strict=True)
    return Errors(sum(squares), sum(luma), sum(pixels), channels[0])


def psnr_of(rmse: float) -> float | None:
    """PSNR in decibels for a peak of 255; None (infinite) if there is no error."""
    return float(20 * np.log10(255 / rmse)) if rmse > 0 else None


def measure(clean: np.ndarray, noisy: np.ndarray, boxes: np.ndarray | None = None) -> dict[str, float | None]:
    """Compare images with their noisy copies.

    Args:
        clean: uint8, ``(N, HEIGHT, WIDTH, CHANNELS)``.
        noisy: uint8, the same shape.
        boxes: as for `errors`.

    Returns:
        ``rmse``, in grey levels over the own pixels of all images; ``psnr``, in decibels, of this RMSE for a peak of
        255 (None, which means infinite, if nothing changed); ``luma_psnr``, the same of the luma; ``ssim``, the mean
        over the images of the structural similarity of their own pixels with Gaussian weights (Z. Wang et al., "Image
        quality assessment: from error visibility to structural similarity", 2004), -1 to 1 (without images that have a
        side shorter than the window of 11 pixels; None if all have).

    Raises:
        MisreadError: images of another type, or of two shapes.

    """
    found = errors(clean, noisy, boxes)
    boxes = np.array([[0, 0, *clean.shape[1:3]]] * len(clean)) if boxes is None else boxes
    similarities = [
        structural_similarity(
            before[top:bottom, left:right], after[top:bottom, left:right], channel_axis=2, data_range=255,
            gaussian_weights=True, sigma=1.5, use_sample_covariance=False,
        )
        for before, after, (top, left, bottom, right) in zip(clean, noisy, boxes, strict=True)
        if min(bottom - top, right - left) >= SSIM_WINDOW
    ]  # fmt: skip
    return {
        "rmse": found.rmse,
        "psnr": psnr_of(found.rmse),
        "luma_psnr": psnr_of(found.luma_rmse),
        "ssim": float(np.mean(similarities)) if similarities else None,
    }


def evenly_spaced_rows(total: int, count: int) -> np.ndarray:
    """Row numbers of a sample, spread evenly over a set: int, ``(min(total, count),)``."""
    return np.linspace(0, total - 1, min(total, count)).round().astype(int)
