"""Tracks of the test set, estimated from its images.

A track is a series of frames of one physical sign. GTSRB says of its training images which track they belong to, and of
its test images it does not. Here, test images of a class are grouped by their similarity. The distance of two images is
learnt on the training tracks: linear discriminant analysis of pixels, size and brightness, after the mean of each class
of signs is removed, finds the features that differ between tracks but not within them.
"""

from typing import NamedTuple

import cv2
import numpy as np
from scipy.cluster.hierarchy import DisjointSet
from scipy.spatial.distance import pdist
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

SIDE = 24  # pixels of a thumbnail
COMPONENTS = 120  # of the thumbnails' principal components
DIMENSIONS = 40  # of the space in which distances are measured
FOLDS = 2  # parts of the classes in the cross-validation


class Agreement(NamedTuple):
    """How well groups agree with known tracks.

    Attributes:
        together: share of the pairs of frames of one track that are in one group.
        correct: share of the pairs in one group that are frames of one track.
        nearest: share of the images whose nearest neighbour is a frame of the same track.
        tracks: number of tracks.
        groups: number of groups.
        images: number of images.

    """

    together: float
    correct: float
    nearest: float
    tracks: int
    groups: int
    images: int


def features(image: np.ndarray) -> np.ndarray:
    """Features of an image: float32, ``(SIDE * SIDE * 3 + 2,)``.

    They are its pixels at 24x24, less their mean and divided by their standard deviation, the logarithm of its size,
    and that of its brightness.

    Args:
        image: uint8, ``(height, width, 3)``.

    """
    pixels = cv2.resize(image, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32).ravel()
    mean, spread = pixels.mean(), pixels.std()
    size = np.log(float(image.shape[0]) * image.shape[1]) / 2
    return np.append((pixels - mean) / (spread + 1e-6), [size, np.log(mean + 1)]).astype(np.float32)


def _reduced(values: np.ndarray, pixels: PCA) -> np.ndarray:
    return np.column_stack([pixels.transform(values[:, :-2]), values[:, -2:]])


def _centred(values: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Values less the mean of their class."""
    _, positions, counts = np.unique(classes, return_inverse=True, return_counts=True)
    sums = np.zeros((len(counts), values.shape[1]))
    np.add.at(sums, positions, values)
    return values - (sums / counts[:, None])[positions]


class Space:
    """A space in which frames of one track are near each other.

    Args:
        values: features of training images, ``(N, D)``.
        classes: int, ``(N,)``: their classes.
        tracks: int, ``(N,)``: their tracks, each with a number of its own over all classes.

    """

    def __init__(self, values: np.ndarray, classes: np.ndarray, tracks: np.ndarray):
        count = min(COMPONENTS, len(values) - 1, values.shape[1] - 2)
        self._pixels = PCA(count, svd_solver="covariance_eigh").fit(values[:, :-2])
        dimensions = min(DIMENSIONS, count + 2, len(np.unique(tracks)) - 1)
        discriminant = LinearDiscriminantAnalysis(n_components=dimensions)
        self._discriminant = discriminant.fit(_centred(_reduced(values, self._pixels), classes), tracks)

    def places(self, values: np.ndarray, classes: np.ndarray) -> np.ndarray:
        """Places of images in this space: float64, ``(N, DIMENSIONS)``."""
        return self._discriminant.transform(_centred(_reduced(values, self._pixels), classes))


def group(places: np.ndarray, largest: int) -> np.ndarray:
    """Group images by merging the nearest pairs first (single linkage), as long as no group is larger than a track.

    Args:
        places: of images of one class, ``(N, D)``.
        largest: number of images that a group may have.

    Returns:
        int, ``(N,)``: number of each image's group, from 0.

    """
    first, second = np.triu_indices(len(places), 1)
    sets = DisjointSet(range(len(places)))
    for pair in np.argsort(pdist(places), kind="stable"):
        one, other = int(first[pair]), int(second[pair])
        if not sets.connected(one, other) and sets.subset_size(one) + sets.subset_size(other) <= largest:
            sets.merge(one, other)
    return np.unique([sets[image] for image in range(len(places))], return_inverse=True)[1]


def group_classes(places: np.ndarray, classes: np.ndarray, largest: int) -> np.ndarray:
    """`group` the images of each class; groups have a number of their own over all classes: int, ``(N,)``."""
    groups, count = np.empty(len(classes), int), 0
    for label in np.unique(classes):
        rows = np.flatnonzero(classes == label)
        groups[rows] = count + group(places[rows], largest)
        count = groups[rows].max() + 1
    return groups


def agreement(places: np.ndarray, groups: np.ndarray, tracks: np.ndarray, classes: np.ndarray) -> Agreement:
    """Compare groups with known tracks, within each class."""
    both = same = grouped = nearest = 0
    for label in np.unique(classes):
        rows = np.flatnonzero(classes == label)
        of_one_track = tracks[rows][:, None] == tracks[rows]
        of_one_group = groups[rows][:, None] == groups[rows]
        squares = (places[rows] ** 2).sum(axis=1)
        distances = squares[:, None] + squares - 2 * places[rows] @ places[rows].T
        for table in (of_one_track, of_one_group):
            np.fill_diagonal(table, False)
        np.fill_diagonal(distances, np.inf)
        both += (of_one_track & of_one_group).sum()
        same, grouped = same + of_one_track.sum(), grouped + of_one_group.sum()
        nearest += of_one_track[np.arange(len(rows)), distances.argmin(axis=1)].sum()
    counts = (len(np.unique(one)) for one in (tracks, groups))
    return Agreement(float(both / same), float(both / grouped), float(nearest / len(tracks)), *counts, len(tracks))


def validate(values: np.ndarray, classes: np.ndarray, tracks: np.ndarray, share: float, seed: int) -> Agreement:
    """How well known tracks are found, in classes that the space was not learnt on.

    Args:
        values: features of the training images.
        classes: their classes.
        tracks: as for `Space`.
        share: share of each class's tracks that is grouped, at least two: with as many as the test set has, it is as
            hard as there.
        seed: seed of the choice of tracks.

    """
    rng, chosen = np.random.default_rng(seed), np.zeros(len(classes), bool)
    for label in np.unique(classes):
        known = np.unique(tracks[classes == label])
        taken = rng.choice(known, max(min(2, len(known)), round(share * len(known))), replace=False)
        chosen |= np.isin(tracks, taken)
    places, order = np.zeros((len(classes), DIMENSIONS)), np.unique(classes, return_inverse=True)[1]
    for fold in range(FOLDS):
        known, new = order % FOLDS != fold, (order % FOLDS == fold) & chosen
        found = Space(values[known], classes[known], tracks[known]).places(values[new], classes[new])
        places[new, : found.shape[1]] = found
    places, classes, tracks = places[chosen], classes[chosen], tracks[chosen]
    return agreement(places, group_classes(places, classes, longest(tracks)), tracks, classes)


def longest(tracks: np.ndarray) -> int:
    """Number of frames of the longest track; in GTSRB, all but a few have 30."""
    return int(np.unique(tracks, return_counts=True)[1].max())
