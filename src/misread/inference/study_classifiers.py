"""Classifiers of the study, as functions that other processes can load."""

import shutil
from pathlib import Path

from misread import paths
from misread.data import texts
from misread.inference import keras_models
from misread.inference.loadable import Loadable
from misread.inference.predictions import Predict
from misread.parallel import executors
from misread.training import determinism


def trainings(network: str, regime: str) -> list[int]:
    """Numbers of the trainings of a classifier, from 1; further trainings that are no longer wanted are deleted.

    The stages that predict depend on the folder of the classifier, which has its further trainings in it. Trainings of
    earlier parameters would be predicted as well, and would remain in this folder: DVC removes no output of a stage
    that is no longer in the graph.
    """
    wanted = texts.read_json(paths.REPEATS / f"{network}.json")["trainings"]
    for path in paths.model(paths.classifier(network, regime), "*").parent.glob("[0-9]*"):
        if int(path.name) not in wanted:
            shutil.rmtree(path)
    return wanted


def open_classifier(path: Path, image_size: int, classes: int, seed: int, threads: int) -> Loadable:
    """A classifier of the study that each process loads when it predicts, with the same threads.

    Args:
        path: file that `misread.training.saving.save` wrote.
        image_size: side of its images in pixels.
        classes: number of its classes.
        seed: the study's seed.
        threads: number of threads, see `misread.training.determinism`.

    Raises:
        MisreadError: as for `misread.inference.keras_models.load`; if other processes predict, then when they do.

    """
    found = Loadable(_load_deterministic, path, image_size, classes, seed, threads)
    if executors.scheduler() in (None, "serial"):
        found.load()
    return found


def _load_deterministic(path: Path, image_size: int, classes: int, seed: int, threads: int) -> Predict:
    determinism.make_deterministic(seed, threads)
    return keras_models.load(path, image_size, classes)
