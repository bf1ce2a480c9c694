"""Tables and scores of a GAN, from the evaluator's predictions and features of its images."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from misread.metrics import accuracy, bootstrap, generation, residuals
from misread.metrics.bootstrap import Resampling
from misread.metrics.intervals import Estimate, named, proportion


class Compared(NamedTuple):
    """Images that are compared: features, float32 ``(N, D)``, and tracks, ``(N,)``: frames of one belong together."""

    features: np.ndarray
    tracks: np.ndarray

    def of(self, rows: np.ndarray) -> "Compared":
        """The same of some of the images."""
        return Compared(self.features[rows], self.tracks[rows])


def fidelity(
    generated: Compared, real: Compared, others: Compared, neighbors: int, resamples: int, seed: int
) -> tuple[dict[str, float], dict[str, Estimate]]:
    """Distances of generated images from real images, and the same of the GAN's training images as a reference.

    The real images are of tracks that the GAN has not seen. A GAN that copies its training images would reach the
    reference.

    Args:
        generated: generated images, each a track of its own.
        real: as many real images, of the held-out tracks.
        others: as many of the GAN's training images.
        neighbors: number of neighbours for `generation.precision_recall`.
        resamples: number of resamples of the tracks for the intervals.
        seed: seed of the resamples, and of the subsets of the kernel distance.

    Returns:
        Two dictionaries: fid, kid and kid_spread (standard deviation over the subsets); and precision and recall. The
        suffix ``_floor`` marks the same scores of the training images.

    """
    distances, shares = {}, {}
    for ending, one in {"": generated, "_floor": others}.items():
        kid, spread = generation.kernel_distance(one.features, real.features, np.random.default_rng(seed))
        distances |= {
            f"fid{ending}": generation.frechet_distance(one.features, real.features),
            f"kid{ending}": kid,
            f"kid_spread{ending}": spread,
        }
        found = generation.precision_recall(real.features, one.features, neighbors)
        for name, hits, tracks in zip(("precision", "recall"), found, (one.tracks, real.tracks), strict=True):
            how = Resampling(np.unique(tracks, return_inverse=True)[1], resamples, seed)
            shares[f"{name}{ending}"] = bootstrap.share(hits[None], how)
    return distances, shares


def per_class(
    seen: np.ndarray, features: np.ndarray, wanted: np.ndarray | None, real: np.ndarray, real_features: np.ndarray
) -> pd.DataFrame:
    """Scores of each class of the training set.

    Args:
        seen: int, ``(N,)``: class that the evaluator predicts for each generated image.
        features: features of the generated images, ``(N, D)``.
        wanted: int, ``(N,)``: intended class of each generated image; None for a plain GAN.
        real: int, ``(M,)``: classes of the training images.
        real_features: features of the training images, ``(M, D)``.

    Returns:
        A row for each class: class_id; training_share, seen_share; for a conditional GAN n, gan_test, low and high
        (share of the class's images for which the evaluator predicts the class, with the 95% interval); diversity and
        real_diversity (mean feature distance between two images of the class; the class of a plain GAN's image is the
        one that the evaluator predicts).

    """
    assigned = seen if wanted is None else wanted
    spread = generation.diversity(features, assigned)
    real_spread = generation.diversity(real_features, real)
    rows = []
    for label in np.unique(real):
        row = {
            "class_id": label,
            "training_share": np.mean(real == label),
            "seen_share": np.mean(seen == label),
        }
        if wanted is not None:
            right = proportion(seen[wanted == label] == label)
            row |= {"n": right.n, "gan_test": right.value, "low": right.low, "high": right.high}
        rows.append(row | {"diversity": spread.get(label), "real_diversity": real_spread.get(label)})
    return pd.DataFrame(rows)


def noise_content(sets: dict[str, np.ndarray], periodic: Mapping[str, float] | None) -> pd.DataFrame:
    """Measure the noise in sets of images.

    Args:
        sets: name -> uint8, ``(N, SIZE, SIZE, 3)``.
        periodic: period and angle of the periodic noise; None: omit the column periodic_power.

    Returns:
        A row for each set: images, n, residual_rms (mean over the images of the root mean square of what a 3x3 median
        filter removes, in grey levels) with the standard error, periodic_power (at the frequency of the periodic
        noise).

    """
    rows = []
    for name, images in sets.items():
        rms = residuals.residual_rms(images)
        error = rms.std(ddof=1) / np.sqrt(len(rms))
        row = {"images": name, "n": len(images), "residual_rms": rms.mean(), "standard_error": error}
        if periodic is not None:
            row["periodic_power"] = residuals.periodic_power(residuals.power_spectrum(images), **periodic)
        rows.append(row)
    return pd.DataFrame(rows)


def proportions(shares: dict[str, Estimate]) -> pd.DataFrame:
    """Proportions as a table: measure, value, low, high (95% interval), n."""
    return pd.DataFrame([{"measure": name, **share._asdict()} for name, share in shares.items()])


def downstream(predictions: dict[str, pd.DataFrame], how: Resampling) -> pd.DataFrame:
    """Accuracy of each classifier on each test set.

    Columns: classifier, noise_type, noise_level, accuracy, n, low, high, trainings, spread.

    Args:
        predictions: classifier -> its predictions for all test sets, a table of `misread.inference.predictions`.
        how: resampling of the test images.

    """
    tables = [accuracy.by_noise(table, how, name).assign(classifier=name) for name, table in predictions.items()]
    columns = ["classifier", "noise_type", "noise_level", "accuracy", "n", "low", "high", "trainings", "spread"]
    return pd.concat(tables, ignore_index=True)[columns]


def gains(predictions: dict[str, pd.DataFrame], controls: tuple[str, ...], how: Resampling) -> pd.DataFrame:
    """Gain from generated or noisy images: accuracy of a classifier minus that of a control, on the same images.

    Args:
        predictions: classifier -> its predictions.
        controls: classifiers trained on real images only.
        how: resampling of the test images.

    Returns:
        A row for each test set, and each augmented classifier with each control, and ``noise`` (half of the real
        images noisy) with ``real``: classifier, control, noise_type, noise_level, gain,
        low, high (95% interval of the paired difference), n.

    """
    rows = []
    pairs = [(name, control) for name in predictions if name.startswith("augmented-") for control in controls]
    for classifier, control in [*pairs, ("noise", "real")]:
        names = predictions[classifier][["noise_type", "noise_level"]].drop_duplicates().itertuples(index=False)
        for noise_type, level in names:
            right = [accuracy.correct(predictions[name], noise_type, level) for name in (classifier, control)]
            gain = bootstrap.difference(*right, how, (classifier, control))
            rows.append(
                {
                    "classifier": classifier,
                    "control": control,
                    "noise_type": noise_type,
                    "noise_level": level,
                    **named(gain, "gain"),
                }
            )
    return pd.DataFrame(rows)


def headline(gains: pd.DataFrame, selected: tuple[str, str]) -> dict:
    """Gain from generated images on the clean and on the selected noisy test set.

    Args:
        gains: result of `gains`.
        selected: noise type and level.

    Returns:
        classifier -> ``less_CONTROL`` -> ``clean`` and ``selected`` -> difference, low, high.

    """
    result: dict = {}
    for name, noise in (("clean", accuracy.CLEAN), ("selected", selected)):
        for row in gains[(gains.noise_type == noise[0]) & (gains.noise_level == noise[1])].itertuples():
            of_control = result.setdefault(row.classifier, {}).setdefault(f"less_{row.control}", {})
            of_control[name] = {"difference": row.gain, "low": row.low, "high": row.high}
    return result


def metrics(found: dict) -> dict[str, float]:
    """The metrics that `dvc metrics` compares: ``fid``; for a conditional GAN also ``gan_test`` and ``gan_train``.

    Args:
        found: all scores of a GAN, as in its ``scores.json``.

    """
    shown = {"fid": round(found["fid"], 2)}
    if "gan_test" in found:
        shown["gan_test"] = round(found["gan_test"]["accuracy"], 4)
        shown["gan_train"] = round(found["gan_train"]["clean"]["accuracy"], 4)
    return shown
