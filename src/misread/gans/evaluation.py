"""Evaluation of one GAN: scores and tables of its images and its discriminator."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from misread.data import store
from misread.gans import evaluator
from misread.gans.evaluator import Network
from misread.gtsrb import classes
from misread.metrics import bootstrap, gan_scores, generation
from misread.metrics.bootstrap import Resampling
from misread.metrics.intervals import Estimate, proportion
from misread.params import Params


class Signs(NamedTuple):
    """The images that an evaluation compares; a plain GAN's images have meaningless labels."""

    generated: store.ImageSet
    real: store.ImageSet  # the training set of the GAN's regime, including the held-out tracks
    index: pd.DataFrame  # class_id, track and validation of the same rows
    test: dict[str, store.ImageSet]  # the clean and all noisy test sets by name
    compared: dict[str, store.ImageSet]  # the training set, clean and with each noise, by name
    groups: np.ndarray  # int: estimated track of each test image

    @property
    def tracks(self) -> np.ndarray:
        """Track of each real image, with a number of its own over all classes: int, ``(N,)``."""
        return self.index.groupby(["class_id", "track"]).ngroup().to_numpy()

    @property
    def training(self) -> np.ndarray:
        """Which real images the GAN was trained on: bool, ``(N,)``."""
        return ~self.index.validation.to_numpy()


class Networks(NamedTuple):
    """The trained networks that an evaluation needs, as `misread.gans.evaluator` has them."""

    evaluator: Network  # classifier trained on clean signs; its features are also used for FID and KID
    noisy_evaluator: Network | None  # the one trained on noisy signs; for conditional GANs of the noisy regime
    discriminator: Network


class Evaluation(NamedTuple):
    """Result of `evaluate`; the tables are described in `misread.metrics.gan_scores`."""

    scores: dict
    proportions: pd.DataFrame
    per_class: pd.DataFrame
    noise: pd.DataFrame


def evaluate(signs: Signs, networks: Networks, conditional: bool, settings: Params) -> Evaluation:
    """Evaluate the generated images (fidelity, diversity, classes, noise) and the discriminator's decisions.

    Args:
        signs: images to compare.
        networks: trained networks.
        conditional: whether the GAN is conditional.
        settings: the parameters.

    """
    training, labels, threads = signs.training, np.asarray(signs.real.labels), settings.threads
    seen, features = evaluator.classes_and_features(networks.evaluator, signs.generated.images, threads=threads)
    seen_real, real_features = evaluator.classes_and_features(networks.evaluator, signs.real.images, threads=threads)
    distances, shares, count = _fidelity(features, real_features, signs, settings)
    per_class = gan_scores.per_class(
        seen, features, signs.generated.labels if conditional else None, labels[training], real_features[training]
    )
    noise = _noise(signs, count, settings)
    taken = _taken_for_real(signs, networks.discriminator, conditional, settings)
    scores = {
        **distances,
        "precision": shares["precision"].value,
        "recall": shares["recall"].value,
        **{name: float(noise[name][0]) for name in ("residual_rms", "periodic_power") if name in noise},
        "taken_for_real": {name: taken[name].value for name in ("generated", "held_out", "clean")},
    }
    if conditional:
        tested, of_classes = _gan_test(signs.generated, seen, networks.noisy_evaluator, threads)
        shares |= tested
        scores = {**of_classes, **scores, "diversity": float((per_class.diversity / per_class.real_diversity).mean())}
    else:
        for ending, predicted in (("", seen), ("_floor", seen_real[~training])):
            covered, distance = generation.coverage(predicted, labels[training], classes.COUNT)
            scores[f"coverage{ending}"] = {"classes": covered, "distance": distance}
    shares |= {f"taken_for_real.{name}": share for name, share in taken.items()}
    return Evaluation(scores, gan_scores.proportions(shares), per_class, noise)


def _fidelity(
    features: np.ndarray, real: np.ndarray, signs: Signs, settings: Params
) -> tuple[dict[str, float], dict[str, Estimate], int]:
    """Distances and shares of `gan_scores.fidelity`, and the number of images compared of each kind."""
    rng, wanted = np.random.default_rng(settings.seed), settings.gan.evaluation.images
    samples, frames = [], 1
    for part in (~signs.training, signs.training):
        chosen, most = generation.spread_over_tracks(signs.tracks[part], wanted)
        samples.append(gan_scores.Compared(real[part], signs.tracks[part]).of(chosen))
        frames = max(frames, most)
    every = [gan_scores.Compared(features, np.arange(len(features))), *samples]
    count = min(len(one.features) for one in every)
    compared = [one.of(rng.choice(len(one.features), count, replace=False)) for one in every]
    distances, shares = gan_scores.fidelity(*compared, max(3, frames), settings.sweep.resamples, settings.seed)
    return distances | {"compared": count}, shares, count


def _gan_test(
    generated: store.ImageSet, seen: np.ndarray, noisy_evaluator: Network | None, threads: int
) -> tuple[dict[str, Estimate], dict]:
    """Share of the generated images that the evaluators assign to the intended class: with intervals, and as scores."""
    shares = {"gan_test": proportion(seen == generated.labels)}
    scores = {"gan_test": {"accuracy": shares["gan_test"].value}}
    if noisy_evaluator is not None:
        seen_noisy, _ = evaluator.classes_and_features(noisy_evaluator, generated.images, threads=threads)
        shares["gan_test_of_noisy_evaluator"] = proportion(seen_noisy == generated.labels)
        scores["gan_test"]["accuracy_of_noisy_evaluator"] = shares["gan_test_of_noisy_evaluator"].value
    return shares, scores


def _taken_for_real(signs: Signs, discriminator: Network, conditional: bool, settings: Params) -> dict[str, Estimate]:
    """Share of the images of each set that the discriminator classifies as real; frames of a track belong together."""
    training, held_out = np.flatnonzero(signs.training), np.flatnonzero(~signs.training)
    generated = np.arange(len(signs.generated.images))
    image_sets = {
        "generated": (signs.generated, None, generated),
        "trained_on": (signs.real, training, signs.tracks[training]),
        "held_out": (signs.real, held_out, signs.tracks[held_out]),
        **{name: (one, None, signs.groups) for name, one in signs.test.items()},
    }
    found = {}
    for name, (one, rows, groups) in image_sets.items():
        taken = evaluator.taken_for_real(
            discriminator, settings.gan.training.loss, one.images, one.labels if conditional else None, rows,
            settings.threads,
        )  # fmt: skip
        how = Resampling(np.unique(groups, return_inverse=True)[1], settings.sweep.resamples, settings.seed)
        found[name] = proportion(taken) if groups is generated else bootstrap.share(taken[None], how)
    return found


def _noise(signs: Signs, count: int, settings: Params) -> pd.DataFrame:
    """Noise in ``count`` generated images, and in ``count`` training images, clean and with each noise."""
    rows = np.linspace(0, len(signs.generated.images) - 1, count).round().astype(int)
    real = np.flatnonzero(signs.training)[rows]
    chosen = {"generated": signs.generated.images[rows]}
    chosen |= {name: one.images[real] for name, one in signs.compared.items()}
    periodic = "periodic" in settings.noise.types.names
    return gan_scores.noise_content(chosen, settings.noise.options_of("periodic") if periodic else None)
