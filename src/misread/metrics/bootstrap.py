"""Intervals for images that come in groups, and for networks that were trained several times.

Frames of one track look alike, and two trainings of one network differ. A hierarchical bootstrap takes both into
account: it resamples the trainings, and with them whole groups of images (A. C. Davison and D. V. Hinkley, "Bootstrap
Methods and their Application", 1997, section 3.8). Of T trainings it draws T - 1, since the variance over T draws would
be too small by the factor (T - 1) / T (J. N. K. Rao and C. F. J. Wu, "Resampling inference with complex survey data",
JASA 83, 1988). Intervals are percentiles of the resampled values.

Values of images are arrays ``(TRAININGS, N, ...)``: the same images for every training.
"""

import zlib
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from misread.metrics.intervals import CONFIDENCE, Estimate, wilson

BATCH = 50  # resamples that are drawn at a time, so that memory does not grow with them
KEPT = 1000  # groups of which the resamples are kept in memory for the next value
IMAGES, TRAININGS = 0, 1  # streams of random numbers


class Resampling(NamedTuple):
    """How images and trainings are resampled.

    Attributes:
        groups: int, ``(N,)``: group of each image, numbered from 0.
        resamples: number of resamples.
        seed: seed of the resamples. With the same groups and seed, all values are resampled with the same images, so
            their differences are paired.

    """

    groups: np.ndarray
    resamples: int
    seed: int

    def of(self, rows: np.ndarray) -> "Resampling":
        """The same for some of the images: rows, or a mask."""
        return self._replace(groups=np.unique(self.groups[rows], return_inverse=True)[1])


class Totals(NamedTuple):
    """Sums over images, averaged over trainings: as observed, and of each resample."""

    observed: np.ndarray  # (...)
    resampled: np.ndarray  # (RESAMPLES, ...)


def independent(count: int, resamples: int, seed: int) -> Resampling:
    """Resampling of images that do not belong together."""
    return Resampling(np.arange(count), resamples, seed)


def totals(values: np.ndarray, how: Resampling, name: str = "") -> Totals:
    """Sum values over images, and over the images of each resample.

    Args:
        values: bool or float, ``(TRAININGS, N, ...)``.
        how: the resampling.
        name: of the network. Two networks with different names are resampled with the same images, but the trainings
            of one do not go with those of the other.

    """
    trainings, shape = len(values), values.shape[2:]
    count = int(how.groups.max()) + 1
    sums = np.zeros((trainings, count, int(np.prod(shape, dtype=int))))
    flat = values.reshape(trainings, values.shape[1], -1)
    for training in range(trainings):
        np.add.at(sums[training], how.groups, flat[training])
    together = sums.transpose(1, 0, 2).reshape(count, -1)
    resampled = [
        np.einsum("bt,btk->bk", of_trainings, (of_groups @ together).reshape(len(of_groups), trainings, -1))
        for of_groups, of_trainings in _drawn(count, trainings, how, name)
    ]
    return Totals(sums.sum(axis=1).mean(axis=0).reshape(shape), np.concatenate(resampled).reshape(-1, *shape))


def _drawn(groups: int, trainings: int, how: Resampling, name: str) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """How often each group, and what share of the time each training, is drawn, in batches of resamples."""
    for start in range(0, how.resamples, BATCH):
        size = min(BATCH, how.resamples - start)
        of_groups = (_kept_counts if groups <= KEPT else _counts)(groups, size, how.seed, start)
        rng = np.random.default_rng([how.seed, start, TRAININGS, zlib.crc32(name.encode())])
        draws = max(trainings - 1, 1)
        yield of_groups, rng.multinomial(draws, [1 / trainings] * trainings, size=size) / draws


def _counts(groups: int, size: int, seed: int, start: int) -> np.ndarray:
    """How often each group is drawn in each of some resamples: float ``(SIZE, GROUPS)``."""
    rng = np.random.default_rng([seed, start, IMAGES])
    drawn = rng.integers(groups, size=(size, groups)) + groups * np.arange(size)[:, None]
    return np.bincount(drawn.ravel(), minlength=size * groups).reshape(size, groups).astype(float)


_kept_counts = lru_cache(256)(_counts)


def interval(resampled: np.ndarray) -> tuple[float, float]:
    """Ends of the 95% interval of resampled values, some of which may be infinite; NaN if some are NaN."""
    outside = (1 - CONFIDENCE) / 2
    if np.isnan(resampled).any():
        return float("nan"), float("nan")
    low, high = np.quantile(resampled, [outside, 1 - outside], method="inverted_cdf")
    return float(low), float(high)


def share(hits: np.ndarray, how: Resampling, name: str = "", among: np.ndarray | None = None) -> Estimate:
    """Share of the hits among images, on average over trainings.

    Args:
        hits: bool, ``(TRAININGS, N)``.
        how: the resampling.
        name: as for `totals`.
        among: bool, the same shape: which images count, for each training; None: all.

    Returns:
        The share with its interval, and the number of images (with ``among``, on average over trainings). If none or
        all images are hits, no resample differs, and the interval is Wilson's, with the number of groups in place of
        that of images.

    """
    counted = np.ones_like(hits) if among is None else among
    found = totals(np.stack([hits & counted, counted], axis=-1), how, name)
    count = round(float(found.observed[1]))
    if count == 0:
        return Estimate(float("nan"), float("nan"), float("nan"), 0)
    value = float(found.observed[0] / found.observed[1])
    if value in (0, 1):
        groups = len(np.unique(how.groups[counted.any(axis=0)]))
        return Estimate(value, *wilson(round(value * groups), groups), count)
    with np.errstate(invalid="ignore"):
        return Estimate(value, *interval(found.resampled[:, 0] / found.resampled[:, 1]), count)


def difference(
    one: np.ndarray, other: np.ndarray, how: Resampling, names: tuple[str, str] = ("one", "other")
) -> Estimate:
    """Difference of two means over the same images, ``one - other``; the numbers of trainings may differ.

    Args:
        one: bool or float, ``(TRAININGS, N)``.
        other: the same of another network.
        how: the resampling.
        names: of the networks, as for `totals`; the same name: trainings of one network go together.

    """
    first, second = (_means(values, how, name) for values, name in zip((one, other), names, strict=True))
    return Estimate(
        float(first.observed - second.observed), *interval(first.resampled - second.resampled), one.shape[1]
    )


def _means(values: np.ndarray, how: Resampling, name: str) -> Totals:
    found = totals(np.stack([values.astype(float), np.ones(values.shape)], axis=-1), how, name)
    return Totals(found.observed[0] / found.observed[1], found.resampled[:, 0] / found.resampled[:, 1])
