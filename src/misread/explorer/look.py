"""Everything that the page shows of one image with one noise."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from misread.explorer import position, projects
from misread.explorer.examples import Sign, TestSigns
from misread.explorer.own_classifiers import Form, OwnClassifier
from misread.explorer.projects import Classifier, Project
from misread.explorer.trained import Guess, Networks
from misread.noise import quality
from misread.noise.apply import add_noise
from misread.params import Params


class Opened(NamedTuple):
    """An opened project, with its networks in memory."""

    project: Project
    networks: Networks
    signs: TestSigns


class Noisy(NamedTuple):
    """An image without and with noise."""

    clean: np.ndarray  # uint8, (SIZE, SIZE, 3), RGB, or as the form of a user's own network says
    noisy: np.ndarray  # as clean
    rmse: float  # grey levels, after clipping and without padding
    psnr: float | None  # decibels; None: infinite


class Reading(NamedTuple):
    """Predictions of a network for an image without and with noise."""

    classifier: Classifier | OwnClassifier
    clean: list[Guess]
    noisy: list[Guess]
    thresholds: list[position.Bound]
    sentence: str  # compares the strength with the thresholds; empty if the project has no thresholds yet


@cache
def opened(folder: Path) -> Opened:
    """Open a project, and load and warm up its networks, once per folder.

    Raises:
        MisreadError: a file of the project is missing or broken.

    """
    project = projects.load(folder)
    signs = TestSigns(folder, project.owners, project.settings.resize, project.forms)
    return Opened(project, Networks(project.classifiers), signs)


def with_noise(sign: Sign, noise_type: str, strength: float, settings: Params) -> dict[int | Form, Noisy]:
    """Add noise to an image at every size and in every form, with the random numbers of its row in the test set.

    Args:
        sign: image.
        noise_type: a module of `misread.noise.types`.
        strength: strength in the type's own unit.
        settings: parameters of the project, which contain the noise's options and the seed.

    """
    result = {}
    for size, clean in sign.images.items():
        noisy = add_noise(
            clean[None], np.array([sign.row]), noise_type=noise_type, strength=strength,
            options=settings.noise.options_of(noise_type), seed=settings.seed, split="test",
        )[0]  # fmt: skip
        rmse = quality.errors(clean[None], noisy[None], np.array([sign.boxes[size]])).rmse
        result[size] = Noisy(clean, noisy, rmse, quality.psnr_of(rmse))
    return result


def readings(opened: Opened, images: dict[int | Form, Noisy], noise_type: str, strength: float) -> list[Reading]:
    """Predictions of every network for the images of `with_noise`, in the order of the project."""
    result, thresholds = [], opened.project.thresholds
    for one in opened.project.classifiers:
        found = thresholds.get(one.key, {}).get(noise_type)
        result.append(
            Reading(
                one,
                opened.networks.guesses(one.key, images[one.size].clean),
                opened.networks.guesses(one.key, images[one.size].noisy),
                position.bounds(found),
                position.sentence(found, strength, noise_type) if thresholds else "",
            )
        )
    return result
