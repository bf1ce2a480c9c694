"""The sets that networks are trained and tested on: links to the clean and the noisy ones."""

from pathlib import Path

from misread import paths
from misread.data import store


def of_regime(regime: str, selected: str, noisy: list[str]) -> list[str]:
    """Names of the sets that a network is trained on in a regime.

    Args:
        regime: ``clean``: the clean set; ``noisy``: the selected noisy one; ``mixed``: the clean and all noisy ones.
        selected: name of the selected noisy set.
        noisy: names of all noisy sets.

    """
    return {"clean": ["clean"], "noisy": [selected], "mixed": ["clean", *noisy]}[regime]


def folder_of(name: str, owner: str, split: str) -> Path:
    """Where the stages `prepare` and `noise` wrote a set: ``clean``, or ``TYPE-LEVEL``."""
    return (paths.CLEAN if name == "clean" else paths.NOISY / name) / owner / split


def opened(folder: Path) -> dict[str, store.ImageSet]:
    """Name -> set of a folder of sets, the clean one first."""
    names = sorted((path.name for path in folder.iterdir()), key=lambda name: (name != "clean", name))
    return {name: store.open_set(folder / name) for name in names}
