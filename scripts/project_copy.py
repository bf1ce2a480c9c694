"""A copy of the project with settings of its own, for the demo and the pipeline tests: the original stays untouched."""

import re
import shutil
from pathlib import Path

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[1]
CODE = (
    "dvc.yaml", "params.yaml", "stages", "src", "docs/gan_variants.csv",
    ".dvc/config", ".dvc/.gitignore", ".dvcignore", ".gitignore",
)  # fmt: skip

# What two copies of the project with one cache run, side by side, after what comes before both: each row is a step,
# with the stages of the first copy and of the second, which take about as long. DVC's run cache has what the second
# makes, so that the first can take it over; not so metrics, which lie outside the cache: the first makes them.
BEFORE_BOTH = ("measure_noise",)
SIDE_BY_SIDE = (
    (
        ("train_gan", *(f"evaluate_student@{student}" for student in ("real", "label_safe", "noise"))),
        ("evaluate", "sweep"),
    ),
    (
        (
            "evaluate_gan@gan-clean",
            "evaluate_gan@gan-noisy",
            "evaluate_student@augmented-clean",
            "score",
            "draw_failures",
            "draw_data",
        ),
        tuple(f"evaluate_student@{student}" for student in ("generated-clean", "generated-noisy", "augmented-noisy")),
    ),
)

# The study in small: few signs, networks without ImageNet weights (there may be no way to fetch them), and yet ones
# that have learnt. One thread each, as the two halves run side by side.
LEFT_OUT = ("inception_v3-noisy", "resnet50-noisy")  # of the demo: they take longest, and show what cnn shows
DEMO = {
    "threads": 1,
    "data.source": "synthetic",
    "data.images_per_class": 120,
    "noise.quality_images": 100,
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
    "gan.plain.epochs": 6,
    "gan.conditional.epochs": 30,
    "gan.training.samples_every": 5,
    "gan.students.epochs": 8,
    "gan.students.batch_size": 32,
    "gan.evaluation.images": 1000,
    "sweep.images": 400,
    "sweep.strengths.salt_pepper": [0.004, 0.01, 0.025, 0.06, 0.15, 0.4, 0.9],
    "sweep.strengths.periodic": [3.0, 7.0, 14.1, 28.0, 56.0, 120.0, 350.0],
    "sweep.strengths.gaussian": [4.0, 10.0, 20.0, 40.0, 80.0, 160.0, 500.0],
    "sweep.waves.images": 100,
    "sweep.waves.periods": [3.0, 6.0, 12.0],
    "sweep.waves.angles": [0.0, 45.0],
    "sweep.resamples": 200,
}
# As little as shows that the stages work together.
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
    "gan.plain.epochs": 1,
    "gan.conditional.epochs": 1,
    "gan.training.samples_every": 4,
    "gan.students.epochs": 1,
    "gan.students.batch_size": 64,
    "gan.evaluation.images": 300,
    "sweep.images": 100,
    "sweep.strengths.salt_pepper": [0.01, 0.04, 0.1, 0.3, 0.9],
    "sweep.strengths.periodic": [7.0, 20.0, 50.0, 110.0, 350.0],
    "sweep.strengths.gaussian": [7.0, 20.0, 50.0, 110.0, 350.0],
    "sweep.waves.images": 43,
    "sweep.waves.periods": [3.0, 6.0],
    "sweep.resamples": 100,
}


def copy_project(target: Path, settings: dict, without: tuple[str, ...] = ()) -> None:
    """Copy what the pipeline needs, replacing what an earlier copy left of it; data and caches there stay.

    Args:
        target: folder of the copy.
        settings: dotted key -> value, for its ``params.yaml``.
        without: classifiers, ``NETWORK-REGIME``, that its graph leaves out.

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
    graph = target / "dvc.yaml"
    graph.write_text(leave_out(graph.read_text(encoding="utf-8"), without), encoding="utf-8")


def leave_out(graph: str, keys: tuple[str, ...]) -> str:
    """The text of ``dvc.yaml`` without classifiers: their rows, and what names them in commands and lists."""
    for key in keys:
        graph = re.sub(rf"^(    cmd: .*) {key}\b", r"\1", graph, flags=re.MULTILINE)
        with_what_is_below = rf"^( *)(?:- )?\S*\b{key}\b.*\n(?:\1 +.*\n)*"
        graph = re.sub(with_what_is_below, "", graph, flags=re.MULTILINE)
    return graph


def change_params(folder: Path, settings: dict) -> None:
    """Set values in a project's ``params.yaml``; comments survive."""
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
