"""What frames of one track have in common: the intra-track correlation of errors, and the design effect."""

from typing import NamedTuple

import numpy as np
import pandas as pd


class TrackEffect(NamedTuple):
    """How alike the frames of a track are.

    Attributes:
        error: share of misclassified images.
        correlation: intraclass correlation of the errors within tracks; NaN if all images are right, or all wrong.
        effect: design effect: factor by which the variance of the share is larger than for independent images.
        images: number of images.
        tracks: number of tracks.

    """

    error: float
    correlation: float
    effect: float
    images: int
    tracks: int

    @property
    def effective(self) -> float:
        """Effective number of images: so many independent images would give an equally precise share."""
        return self.images / self.effect if self.effect else float("inf")


def track_effect(wrong: np.ndarray, tracks: np.ndarray) -> TrackEffect:
    """Estimate the intra-track correlation of errors by analysis of variance.

    With mean squares between and within k tracks of n_i images, ``rho = (MSB - MSW) / (MSB + (n0 - 1) MSW)`` with
    ``n0 = (N - sum n_i^2 / N) / (k - 1)``. Source: A. Donner, "A review of inference procedures for the intraclass
    correlation coefficient in the one-way random effects model", 1986. The design effect of a share of all images is
    ``1 + (sum n_i^2 / N - 1) rho`` (L. Kish, "Survey Sampling", 1965).

    Args:
        wrong: bool, ``(N,)``.
        tracks: ``(N,)``: track of each image, at least two, one of which has two images.

    """
    _, positions, sizes = np.unique(tracks, return_inverse=True, return_counts=True)
    values, count, groups = np.asarray(wrong, float), len(wrong), len(sizes)
    error = float(values.mean())
    means = np.bincount(positions, weights=values) / sizes
    between = (sizes * (means - error) ** 2).sum() / (groups - 1)
    within = ((values - means[positions]) ** 2).sum() / (count - groups)
    size = (count - (sizes**2).sum() / count) / (groups - 1)
    total = between + (size - 1) * within
    correlation = float((between - within) / total) if total > 0 else float("nan")
    effect = 1 + ((sizes**2).sum() / count - 1) * correlation
    return TrackEffect(error, correlation, max(float(effect), 0.0), count, groups)


def effects(predictions: pd.DataFrame, index: pd.DataFrame) -> pd.DataFrame:
    """Intra-track correlation of a network's errors under each noise, on the held-out tracks.

    Args:
        predictions: of training images: noise_type, noise_level, row, label, prediction.
        index: of all training images: class_id, track.

    Returns:
        A row for each noise: noise_type, noise_level, error, correlation, effect, effective, images, tracks.

    """
    tracks = index.groupby(["class_id", "track"]).ngroup().to_numpy()
    rows = []
    for noise, part in predictions.groupby(["noise_type", "noise_level"], sort=False, observed=True):
        found = track_effect((part.label != part.prediction).to_numpy(), tracks[part.row])
        rows.append(
            dict(zip(("noise_type", "noise_level"), noise, strict=True))
            | found._asdict() | {"effective": found.effective}
        )  # fmt: skip
    return pd.DataFrame(rows)
