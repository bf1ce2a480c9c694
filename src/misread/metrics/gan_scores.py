"""Tables and figures of merit of a GAN, from what the evaluator saw in its images."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from misread.metrics import accuracy, generation, residuals
from misread.metrics.intervals import Estimate, paired_difference, proportion


def fidelity(
    generated: np.ndarray, real: np.ndarray, others: np.ndarray, neighbors: int, seed: int
) -> tuple[dict[str, float], dict[str, Estimate]]:
    """Distances of generated images from real ones; as a floor, those of other real images.

    A generator cannot come nearer to the real images than other signs of the same kind do, other than by chance.

    Args:
        generated: features of generated images, float32 ``(N, D)``.
        real: of real images, as many.
        others: of real images of other tracks, as many.
        neighbors: of `generation.precision_recall`.
        seed: draws the subsets of the kernel distance.

    Returns:
        fid, kid and kid_spread (standard deviation over the subsets); and precision and recall. Each also with the
        ending ``_floor``.

    """
    distances, shares = {}, {}
    for ending, features in (("", generated), ("_floor", others)):
        kid, spread = generation.kernel_distance(features, real, np.random.default_rng(seed))
        distances |= {
            f"fid{ending}": generation.frechet_distance(features, real),
            f"kid{ending}": kid,
            f"kid_spread{ending}": spread,
        }
        precise, recalled = generation.precision_recall(real, features, neighbors)
        shares |= {f"precision{ending}": proportion(precise), f"recall{ending}": proportion(recalled)}
    return distances, shares


def per_class(
    seen: np.ndarray, features: np.ndarray, wanted: np.ndarray | None, real: np.ndarray, real_features: np.ndarray
) -> pd.DataFrame:
    """A row for each class of the training set.

    Args:
        seen: int, ``(N,)``: the class that the evaluator sees in each generated image.
        features: of the generated images, ``(N, D)``.
        wanted: int, ``(N,)``: the class each was to show; None for a plain GAN.
        real: int, ``(M,)``: classes of the training images.
        real_features: of these, ``(M, D)``.

    Returns:
        class_id; training_share, seen_share; for a conditional GAN n, gan_test, low and high (share of the images of
        this class in which the evaluator sees it, with the 95% interval); diversity and real_diversity (mean distance
        between two images of the class, of the features; for a plain GAN of the class that the evaluator sees).

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
    """How much noise is in sets of images.

    Args:
        sets: name -> uint8, ``(N, SIZE, SIZE, 3)``.
        periodic: period and angle of the periodic noise; None: without the last column.

    Returns:
        A row for each set: images, n, residual_rms (mean over the images of what a 3x3 median filter takes away, root
        mean square, grey levels) with the standard error, periodic_power (at the frequency of the periodic noise).

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


def downstream(predictions: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Accuracy of each classifier on each test set: classifier, noise_type, noise_level, accuracy, n, low, high.

    Args:
        predictions: classifier -> its predictions, tables of `misread.inference.predictions` for all test sets.

    """
    tables = [accuracy.by_noise(table).assign(classifier=classifier) for classifier, table in predictions.items()]
    columns = ["classifier", "noise_type", "noise_level", "accuracy", "n", "low", "high"]
    return pd.concat(tables, ignore_index=True)[columns]


def gains(predictions: dict[str, pd.DataFrame], controls: tuple[str, ...]) -> pd.DataFrame:
    """What generated images add: accuracy of each augmented classifier less that of each control on the same images.

    Args:
        predictions: classifier -> its predictions.
        controls: classifiers of real images alone.

    Returns:
        A row for each augmented classifier, control and test set: classifier, control, noise_type, noise_level, gain,
        low, high (95% interval of the paired difference), n.

    """
    rows = []
    for classifier in (name for name in predictions if name.startswith("augmented-")):
        names = predictions[classifier][["noise_type", "noise_level"]].drop_duplicates().itertuples(index=False)
        for noise_type, level in names:
            right = accuracy.correct(predictions[classifier], noise_type, level)
            for control in controls:
                gain = paired_difference(right, accuracy.correct(predictions[control], noise_type, level))
                rows.append(
                    {
                        "classifier": classifier,
                        "control": control,
                        "noise_type": noise_type,
                        "noise_level": level,
                        "gain": gain.value,
                        "low": gain.low,
                        "high": gain.high,
                        "n": gain.n,
                    }
                )
    return pd.DataFrame(rows)


def headline(gains: pd.DataFrame, selected: tuple[str, str]) -> dict:
    """What generated images add on the clean and on the selected noisy test set.

    Args:
        gains: from `gains`.
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
    """The few figures that `dvc metrics` compares: ``fid``; of a conditional GAN also ``gan_test`` and ``gan_train``.

    Args:
        found: all figures of a GAN, as its ``scores.json`` has them.

    """
    shown = {"fid": round(found["fid"], 2)}
    if "gan_test" in found:
        shown["gan_test"] = round(found["gan_test"]["accuracy"], 4)
        shown["gan_train"] = round(found["gan_train"]["clean"]["accuracy"], 4)
    return shown
