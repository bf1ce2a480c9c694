"""Outputs of networks, regimes and noise types that are no longer in ``params.yaml``, in folders that stages read."""

import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from misread import paths
from misread.params.schema import LEVELS
from misread.regimes import REGIMES

WITH_LEVEL = re.compile(rf"\w+-({'|'.join(LEVELS)})")
WITH_REGIME = re.compile(rf"\w+-({'|'.join(REGIMES)})")


def remove(noisy: Iterable[str], classifiers: Iterable[str], gans: Iterable[str]) -> None:
    """Delete the outputs of others. Files that are not named as the study names its outputs are a user's own, and stay.

    Args:
        noisy: names of the noisy sets.
        classifiers: keys.
        gans: keys.

    """
    wanted, anything = {*classifiers, *gans}, "*"
    for outputs in (paths.predictions, paths.sweep, paths.scores, paths.history):
        _remove(outputs(anything), WITH_REGIME, wanted)
    _remove(paths.METRICS / f"{anything}.json", WITH_REGIME, wanted)
    _remove(paths.NOISY / anything, WITH_LEVEL, {*noisy})


def _remove(outputs: Path, pattern: re.Pattern, wanted: set[str]) -> None:
    """Remove what has a name of the pattern in the place of ``*``, and the ending that outputs have there."""
    for path in outputs.parent.glob(outputs.name):
        name = path.name.removesuffix(outputs.suffix)
        if pattern.fullmatch(name) and name not in wanted:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
