"""Copies of the project with other settings, for the demo and the pipeline tests; the original is not changed."""

import shutil
from pathlib import Path

from ruamel.yaml import YAML

from misread import params, paths

ROOT = Path(__file__).resolve().parents[3]
CODE = (
    "dvc.yaml", "params.yaml", "run", "stages", "src", "docs/comparisons", "reports/own/README.md",
    ".dvc/config", ".dvc/.gitignore", ".dvcignore", ".gitignore",
)  # fmt: skip

# Classifiers that the demo leaves out: they take the longest, and cnn shows the same effects.
LEFT_OUT = tuple(
    paths.classifier(network, regime)
    for network in ("inception_v3", "resnet50")
    for regime in params.load(ROOT / "params.yaml").regimes.names
    if regime != "clean"
)
# A small version of the study: few signs, networks without ImageNet weights (there may be no network connection),
# trained well enough to show the effects. One thread each, as stages run side by side.
DEMO = {
    "threads": 1,
    "data.source": "synthetic",
    "data.images_per_class": 120,
    "noise.quality_images": 100,
    "regimes.robust.networks.cnn": {"dropout": 0.0},
    "networks.cnn.image_size": 28,
    "networks.cnn.epochs": 25,
    "networks.cnn.batch_size": 32,
    "networks.cnn.dropout": 0.0,
    "networks.inception_v3.weights": None,
    "networks.inception_v3.cut": "mixed0",
    "networks.inception_v3.epochs": 3,
    "networks.inception_v3.batch_size": 32,
    "networks.resnet50.image_size": 32,
    "networks.resnet50.weights": None,
    "networks.resnet50.cut": "conv2_block1_out",
    "networks.resnet50.epochs": 5,
    "networks.resnet50.batch_size": 32,
    "gan.training.batch_size": 64,
    "gan.training.learning_rate": 0.001,
    "gan.kinds.gan.epochs": 6,
    "gan.kinds.cgan.epochs": 30,
    "gan.training.samples_every": 5,
    "downstream.epochs": 8,
    "downstream.batch_size": 32,
    "gan.evaluation.images": 1000,
    "repeats.further": [],
    "sweep.images": 400,
    "noise.types.salt_pepper.sweep": [0.004, 0.01, 0.025, 0.06, 0.15, 0.4, 0.9],
    "noise.types.periodic.sweep": [3.0, 7.0, 14.1, 28.0, 56.0, 120.0, 350.0],
    "noise.types.gaussian.sweep": [4.0, 10.0, 20.0, 40.0, 80.0, 160.0, 500.0],
    "sweep.fourier.images": 100,
    "sweep.fourier.periods": [3.0, 6.0, 12.0],
    "sweep.fourier.angles": [0.0, 45.0],
    "sweep.resamples": 200,
    "own": {},  # their files are not copied
}
# The smallest study in which all stages work together.
TINY = DEMO | {
    "threads": 2,
    "data.images_per_class": 60,
    "data.validation_share": 0.5,
    "noise.quality_images": 25,
    "networks.cnn.image_size": 40,
    "networks.cnn.epochs": 2,
    "networks.cnn.batch_size": 64,
    "networks.inception_v3.epochs": 1,
    "networks.resnet50.epochs": 1,
    "gan.kinds.gan.epochs": 1,
    "gan.kinds.cgan.epochs": 1,
    "gan.training.samples_every": 4,
    "downstream.epochs": 1,
    "downstream.batch_size": 64,
    "gan.evaluation.images": 300,
    "repeats.further": [2],
    "sweep.images": 100,
    "noise.types.salt_pepper.sweep": [0.01, 0.04, 0.1, 0.3, 0.9],
    "noise.types.periodic.sweep": [7.0, 20.0, 50.0, 110.0, 350.0],
    "noise.types.gaussian.sweep": [7.0, 20.0, 50.0, 110.0, 350.0],
    "sweep.fourier.images": 43,
    "sweep.fourier.periods": [3.0, 6.0],
    "sweep.resamples": 100,
}


def copy_project(target: Path, settings: dict, without: tuple[str, ...] = ()) -> None:
    """Copy the files that the pipeline needs, and replace those of an earlier copy; its data and caches are kept.

    Args:
        target: folder of the copy.
        settings: dotted key -> value in the ``params.yaml`` of the copy.
        without: classifiers, ``NETWORK-REGIME``, that the graph of the copy omits.

    """
    for name in CODE:
        source, destination = ROOT / name, target / name
        destination.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.rmtree(destination, ignore_errors=True)
            shutil.copytree(source, destination, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
        else:
            shutil.copy(source, destination)
    change_params(target, settings)
    if without:
        leave_out(target, without)


def without_git(folder: Path) -> None:
    """Make a copy a DVC project of its own, so that DVC ignores the repository around it.

    The setting is written here because DVC cannot write the settings of a folder with non-ASCII letters in its path.
    """
    config = folder / ".dvc/config"
    settings = config.read_text(encoding="utf-8").replace("[core]", "[core]\n    no_scm = true")
    config.write_text(settings, encoding="utf-8")


def leave_out(folder: Path, keys: tuple[str, ...]) -> None:
    """Remove classifiers from a project's ``dvc.yaml``.

    A `matrix` has all combinations of networks and regimes; it is replaced by a `foreach` with the other classifiers.

    Args:
        folder: folder of the project, with its ``params.yaml``.
        keys: keys of the classifiers to remove, ``NETWORK-REGIME``.

    """
    yaml = YAML()
    settings = params.load(folder / "params.yaml")
    graph = yaml.load(folder / "dvc.yaml")
    kept = {
        key: {"network": network, "regime": regime}
        for network, regime in settings.classifiers
        if (key := paths.classifier(network, regime)) not in keys
    }
    for name, stage in graph["stages"].items():
        if set(stage.get("matrix", ())) == {"network", "regime"}:
            graph["stages"][name] = {
                "foreach": kept,
                "do": {part: value for part, value in stage.items() if part != "matrix"},
            }
    yaml.dump(graph, folder / "dvc.yaml")


def remove_networks(folder: Path, names: tuple[str, ...]) -> None:
    """Remove networks from a project's ``params.yaml``.

    Args:
        folder: folder of the project.
        names: networks.

    """
    yaml = YAML()
    path = folder / "params.yaml"
    params = yaml.load(path)
    for name in names:
        del params["networks"][name]
        if name in params["repeats"]["networks"]:
            params["repeats"]["networks"].remove(name)
    yaml.dump(params, path)


def change_params(folder: Path, settings: dict) -> None:
    """Set values in a project's ``params.yaml`` and keep its comments."""
    yaml = YAML()
    path = folder / "params.yaml"
    params = yaml.load(path)
    for key, value in settings.items():
        *sections, name = key.split(".")
        section = params
        for part in sections:
            section = section[part]
        section[name] = value
    yaml.dump(params, path)
