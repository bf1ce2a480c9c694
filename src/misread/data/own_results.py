"""Where the results of a user's own networks lie, and the removal of those that are no longer in ``params.yaml``."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from misread import paths

RESULTS = paths.REPORTS / "own"
METRICS = paths.METRICS / "own"


def result(name: str) -> Path:
    """Folder of the result of a network, as `misread measure` writes it."""
    return RESULTS / name


def metrics(name: str) -> Path:
    """Metrics of a network."""
    return METRICS / f"{name}.json"


def remove_others(names: Iterable[str]) -> None:
    """Delete the results of all networks other than the given ones, with their metrics.

    A network may have any name, so only what has both is a result of the stage. Other files belong to the user and are
    kept.
    """
    wanted = {*names}
    for path in metrics("*").parent.glob(metrics("*").name):
        found = result(path.stem)
        if path.stem not in wanted and (found / "settings.json").is_file():
            shutil.rmtree(found)
            path.unlink()
