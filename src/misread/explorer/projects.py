"""The project that the page shows: its parameters, its trained networks, its thresholds."""

import json
from pathlib import Path
from typing import NamedTuple

from misread import params
from misread.data import own_results
from misread.errors import MisreadError
from misread.explorer import own_classifiers
from misread.explorer.own_classifiers import Form, OwnClassifier
from misread.networks import NETWORKS

DEMO = ".demo"  # folder of the project that `make demo` creates
SCORES = "reports/scores"  # contains a folder for each network


class Classifier(NamedTuple):
    """A trained network on disk."""

    network: str
    regime: str
    size: int  # side of its images in pixels
    path: Path

    @property
    def key(self) -> str:
        """``NETWORK-REGIME``, its name in files and metrics."""
        return f"{self.network}-{self.regime}"


class Project(NamedTuple):
    """A project's folder and the data that were read from it."""

    folder: Path
    settings: params.Params
    classifiers: list[Classifier | OwnClassifier]  # those of the study, then the user's, in the order of the parameters
    thresholds: dict[str, dict]  # key of the network -> result of `sweeps.find_thresholds` for each noise type

    @property
    def sizes(self) -> tuple[int, ...]:
        """Sizes of the images of the study's networks in pixels, ascending."""
        return tuple(sorted(self.owners))

    @property
    def owners(self) -> dict[int, str]:
        """Size of the images in pixels, ascending -> a network with this size."""
        return dict(sorted((one.size, one.network) for one in self.classifiers if isinstance(one, Classifier)))

    @property
    def forms(self) -> tuple[Form, ...]:
        """Forms of the images of the user's own networks."""
        return tuple({one.size: None for one in self.classifiers if isinstance(one, OwnClassifier)})


def model_files(folder: Path) -> dict[tuple[str, str], Path]:
    """(network, regime) -> file, for every trained classifier in a project's folder."""
    found = {}
    for network in NETWORKS.names:
        for path in sorted(folder.glob(f"models/{network}-*/model.keras")):
            found[network, path.parent.name.removeprefix(f"{network}-")] = path
    return found


def find(root: Path, chosen: Path | None = None) -> Path:
    """The folder of the project to show: the chosen folder, or else the project itself, or else its demo.

    Raises:
        MisreadError: the folder has no trained network.

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
    """Read a project's folder; the networks themselves are not loaded.

    Raises:
        MisreadError: its parameters or its thresholds are wrong; the message names the file.

    """
    settings = params.load(folder / "params.yaml")
    classifiers = [
        Classifier(network, regime, settings.networks[network].image_size, path)
        for (network, regime), path in model_files(folder).items()
    ]
    own = own_classifiers.find(folder, settings.own)
    thresholds = read_thresholds(folder / SCORES) | read_thresholds(folder / own_results.RESULTS)
    return Project(folder, settings, [*classifiers, *own], thresholds)


def read_thresholds(folder: Path) -> dict[str, dict]:
    """Read the thresholds of the networks that have some; they may be missing, as the pipeline computes them last.

    Raises:
        MisreadError: a file does not contain thresholds.

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
