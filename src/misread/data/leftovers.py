"""Outputs of networks, regimes and noise types that are no longer in ``params.yaml``, in folders that stages read."""

import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import get_args

from misread import paths
from misread.params.schema import LEVELS, Regime

WITH_LEVEL = re.compile(rf"\w+-({'|'.join(LEVELS)})")
WITH_REGIME = re.compile(rf"\w+-({'|'.join(get_args(Regime))})")


def remove(noisy: Iterable[str], classifiers: Iterable[str], gans: Iterable[str]) -> None:
    """Delete the outputs of others. Files that are not named as the study names its outputs are a user's own, and stay.

    Args:
        noisy: names of the noisy sets.
        classifiers: keys.
        gans: keys.

    """
    wanted = {*classifiers, *gans}
    for folder in (paths.REPORTS / name for name in ("predictions", "sweep", "scores", "history")):
        _remove(folder, WITH_REGIME, wanted)
    _remove(paths.METRICS, WITH_REGIME, wanted)
    _remove(paths.NOISY, WITH_LEVEL, {*noisy})


def _remove(folder: Path, pattern: re.Pattern, wanted: set[str]) -> None:
    for path in folder.glob("*"):
        name = path.name.split(".")[0]
        if pattern.fullmatch(name) and name not in wanted:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
