"""Removal of the outputs of networks, regimes, trainings and noise types that are no longer in ``params.yaml``."""

import re
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from misread import paths
from misread.params.schema import LEVELS
from misread.regimes import REGIMES

WITH_LEVEL = re.compile(rf"\w+-({'|'.join(LEVELS)})")
WITH_REGIME = re.compile(rf"\w+-({'|'.join(REGIMES)})")
WITH_TRAINING = re.compile(rf"{WITH_REGIME.pattern}-\d+")


def remove(noisy: Iterable[str], classifiers: Mapping[str, Iterable[int]], gans: Iterable[str]) -> None:
    """Delete the outputs of all noisy sets, classifiers, trainings and GANs other than the given ones.

    Other stages read the folders of these outputs as a whole. The networks of further trainings are left to the stages
    that predict (`misread.inference.study_classifiers.trainings`). Files whose names do not follow the naming pattern
    of the study's outputs belong to the user and are kept.

    Args:
        noisy: names of the noisy sets to keep.
        classifiers: key of each classifier to keep -> numbers of its trainings to keep.
        gans: keys of the GANs to keep.

    """
    wanted, anything = {*classifiers, *gans}, "*"
    for outputs in (paths.predictions, paths.sweep, paths.scores, paths.history):
        _remove(outputs(anything), WITH_REGIME, wanted)
    _remove(paths.METRICS / f"{anything}.json", WITH_REGIME, wanted)
    further = {f"{key}-{number}" for key, numbers in classifiers.items() for number in numbers}
    _remove(paths.history(anything), WITH_TRAINING, further)
    _remove(paths.NOISY / anything, WITH_LEVEL, {*noisy})


def _remove(outputs: Path, pattern: re.Pattern, wanted: set[str]) -> None:
    """Remove the paths that match ``outputs`` if their ``*`` part matches the pattern and is not in ``wanted``."""
    for path in outputs.parent.glob(outputs.name):
        name = path.name.removesuffix(outputs.suffix)
        if pattern.fullmatch(name) and name not in wanted:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
