"""Fidelity and diversity of generated images, measured on features of a fixed network.

Features are float arrays ``(N, D)`` with a row for each image, the activations of one layer of the network.
"""

import numpy as np
from scipy import linalg
from sklearn.metrics.pairwise import polynomial_kernel
from sklearn.neighbors import NearestNeighbors


def frechet_distance(first: np.ndarray, second: np.ndarray) -> float:
    """FID: the squared Fréchet distance between normal distributions fitted to two sets of features.

    ``|m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2))``, M. Heusel et al., arXiv 1706.08500. It is biased upwards for
    small sets, so only values of sets of equal size can be compared.
    """
    means = first.mean(axis=0) - second.mean(axis=0)
    covariances = [np.cov(one.astype(np.float64), rowvar=False) for one in (first, second)]
    # The trace of the root is the sum of the roots of the eigenvalues, which are real and not negative except for
    # rounding.
    eigenvalues = linalg.eigvals(covariances[0] @ covariances[1])
    root_trace = np.sqrt(np.clip(eigenvalues.real, 0, None)).sum()
    return float(means @ means + np.trace(covariances[0]) + np.trace(covariances[1]) - 2 * root_trace)


def kernel_distance(
    first: np.ndarray, second: np.ndarray, rng: np.random.Generator, subsets: int = 100, size: int = 1000
) -> tuple[float, float]:
    """KID: the squared maximum mean discrepancy under the kernel ``(x.y / D + 1)^3``, unbiased.

    M. Bińkowski et al., arXiv 1801.01401; the mean over random subsets.

    Args:
        first: features.
        second: features with the same number of columns.
        rng: random generator for the subsets.
        subsets: number of subsets.
        size: rows in each subset, at most half of the rows.

    Returns:
        Mean and standard deviation over the subsets.

    """
    size = min(size, len(first) // 2, len(second) // 2)  # larger subsets would hardly differ from each other
    first, second = first.astype(np.float64), second.astype(np.float64)  # the kernel cubes large sums
    values = []
    for _ in range(subsets):
        x, y = (one[rng.choice(len(one), size, replace=False)] for one in (first, second))
        within = sum(
            (kernel.sum() - np.trace(kernel)) / (size * (size - 1))
            for kernel in (polynomial_kernel(one, degree=3, coef0=1) for one in (x, y))
        )
        values.append(within - 2 * polynomial_kernel(x, y, degree=3, coef0=1).mean())
    return float(np.mean(values)), float(np.std(values))


def precision_recall(real: np.ndarray, generated: np.ndarray, neighbors: int) -> tuple[np.ndarray, np.ndarray]:
    """Which generated images lie in the manifold of the real images, and the reverse.

    An image lies in the manifold of a set if its distance to one image of the set is at most that image's distance to
    its ``neighbors``-th nearest neighbour in the set. T. Kynkäänniemi et al., arXiv 1904.06991, use 3 neighbours; if
    images come in groups of near-duplicates, use at least the size of the largest group.

    Returns:
        bool, a value for each generated image (precision is the share of True) and for each real image (recall).

    """
    return _among(generated, real, neighbors), _among(real, generated, neighbors)


def spread_over_tracks(tracks: np.ndarray, count: int) -> tuple[np.ndarray, int]:
    """Choose images of all tracks, evenly spaced frames of each.

    Args:
        tracks: ``(N,)``, track of each image.
        count: approximate number of images to choose.

    Returns:
        Positions of the images, int, ascending; and the largest number of frames per track.

    """
    names, positions = np.unique(tracks, return_inverse=True)
    frames = max(1, round(count / len(names)))
    chosen = []
    for track in range(len(names)):
        rows = np.flatnonzero(positions == track)
        chosen.append(rows[np.linspace(0, len(rows) - 1, min(frames, len(rows))).round().astype(int)])
    return np.sort(np.concatenate(chosen)), max(map(len, chosen))


def _among(points: np.ndarray, others: np.ndarray, neighbors: int) -> np.ndarray:
    radii = NearestNeighbors(n_neighbors=neighbors + 1).fit(others).kneighbors(others)[0][:, -1]
    inside = np.zeros(len(points), bool)
    for start in range(0, len(points), 512):
        part = points[start : start + 512]
        squared = (part**2).sum(1)[:, None] - 2 * part @ others.T + (others**2).sum(1)
        inside[start : start + 512] = (squared <= radii**2).any(axis=1)
    return inside


def diversity(features: np.ndarray, labels: np.ndarray) -> dict[int, float]:
    """Class -> mean feature distance between two of its images.

    It is the root of the mean squared distance over all pairs, which is ``2 N / (N - 1)`` times the summed variance.
    Classes with fewer than two images are omitted.
    """
    classes = [label for label in np.unique(labels) if (labels == label).sum() > 1]
    return {int(label): float(np.sqrt(2 * features[labels == label].var(axis=0, ddof=1).sum())) for label in classes}


def coverage(seen: np.ndarray, expected: np.ndarray, classes: int) -> tuple[int, float]:
    """How well the classes of generated images match those of the training set.

    Args:
        seen: int, classes that a classifier predicts for generated images.
        expected: int, classes of the training images.
        classes: number of classes.

    Returns:
        Number of classes that are predicted at least a tenth as often as expected; and the total variation distance
        between the two distributions, 0 (equal) to 1.

    """
    shares = [np.bincount(one, minlength=classes) / len(one) for one in (seen, expected)]
    covered = (shares[0] >= shares[1] / 10) & (shares[1] > 0)
    return int(covered.sum()), float(np.abs(shares[0] - shares[1]).sum() / 2)
