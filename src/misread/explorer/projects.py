"""Which project is shown: its parameters, its trained networks, its thresholds."""

import json
from pathlib import Path
from typing import NamedTuple

from misread import params
from misread.errors import MisreadError
from misread.networks import NETWORKS

DEMO = ".demo"  # where `make demo` puts its project
SCORES = "reports/scores"  # a folder for each network


class Classifier(NamedTuple):
    """A trained network on the disk."""

    network: str
    regime: str
    size: int  # side of its images, pixels
    path: Path

    @property
    def key(self) -> str:
        """``NETWORK-REGIME``, as files and metrics call it."""
        return f"{self.network}-{self.regime}"


class Project(NamedTuple):
    """A project's folder and what was read from it."""

    folder: Path
    settings: params.Params
    classifiers: list[Classifier]  # in the order of the parameters
    thresholds: dict[str, dict]  # network's key -> noise type -> level -> what `sweeps.find_thresholds` found

    @property
    def sizes(self) -> tuple[int, ...]:
        """Sizes of the networks' images, ascending, pixels."""
        return tuple(sorted(self.owners))

    @property
    def owners(self) -> dict[int, str]:
        """Size of the images in pixels, ascending -> a network with this size."""
        return dict(sorted((one.size, one.network) for one in self.classifiers))


def model_files(folder: Path) -> dict[tuple[str, str], Path]:
    """(network, regime) -> file, of every trained classifier that lies in a project's folder."""
    found = {}
    for network in NETWORKS.names:
        for path in sorted(folder.glob(f"models/{network}-*/model.keras")):
            found[network, path.parent.name.removeprefix(f"{network}-")] = path
    return found


def find(root: Path, chosen: Path | None = None) -> Path:
    """The folder of the project to show: the chosen one; else the project itself, else its demo.

    Raises:
        MisreadError: there is no trained network.

    """
    if chosen is not None:
        if not model_files(chosen):
            raise MisreadError(f"{chosen}: no trained network there (models/NETWORK-REGIME/model.keras)")
        return chosen
    for folder in (root, root / DEMO):
        if model_files(folder):
            return folder
    raise MisreadError(
        f"no trained network in models/ or {DEMO}/models/: first run `make demo` (rendered signs) or `dvc repro`"
    )


def load(folder: Path) -> Project:
    """Read what a project's folder holds; the networks themselves are left on the disk.

    Raises:
        MisreadError: its parameters or its thresholds are wrong; the message names the file.

    """
    settings = params.load(folder / "params.yaml")
    classifiers = [
        Classifier(network, regime, settings.networks[network].image_size, path)
        for (network, regime), path in model_files(folder).items()
    ]
    return Project(folder, settings, classifiers, read_thresholds(folder / SCORES))


def read_thresholds(folder: Path) -> dict[str, dict]:
    """Thresholds of every network that has some; they are found last.

    Raises:
        MisreadError: a file holds something else.

    """
    result = {}
    for path in sorted(folder.glob("*/thresholds.json")):
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except (ValueError, OSError) as error:
            raise MisreadError(f"{path}: not readable JSON ({error})") from None
        if not isinstance(found, dict):
            raise MisreadError(f"{path}: expected an object with a key for each noise type")
        result[path.parent.name] = found
    return result
