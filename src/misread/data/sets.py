"""The sets that networks are trained and tested on: links to the clean and the noisy sets."""

from pathlib import Path

from misread import paths
from misread.data import store


def folder_of(name: str, owner: str, split: str) -> Path:
    """Folder to which the stages `prepare` and `noise` wrote a set; its name is ``clean`` or ``TYPE-LEVEL``."""
    return (paths.CLEAN if name == "clean" else paths.NOISY / name) / owner / split


def opened(folder: Path) -> dict[str, store.ImageSet]:
    """Open all sets of a folder: name -> set, the clean set first."""
    names = sorted((path.name for path in folder.iterdir() if path.is_dir()), key=lambda name: (name != "clean", name))
    return {name: store.open_set(folder / name) for name in names}
