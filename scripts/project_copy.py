"""A copy of the project with settings of its own, for the demo and the pipeline tests: the original stays untouched."""

import shutil
from pathlib import Path

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[1]
CODE = (
    "dvc.yaml", "params.yaml", "stages", "src", "docs/gan_variants.csv",
    ".dvc/config", ".dvc/.gitignore", ".dvcignore", ".gitignore",
)  # fmt: skip

# The last stages of what comes before the graph's two halves, and of the halves, which take about as long. DVC's run
# cache has all that the classifiers' half makes, so that another copy of the project can take it over; not so the last
# stages of the GANs'. The students that learn from no GAN come first, and are done when the GANs' half needs them.
BEFORE_BOTH = ("measure_noise",)
CLASSIFIERS = (*(f"evaluate_student@{student}" for student in ("real", "label_safe", "noise")), "evaluate", "sweep")
GANS = ("draw_gans",)

# Every stage in minutes: few signs, short training, no ImageNet weights (there may be no network to fetch them).
DEMO = {
    "data.source": "synthetic",
    "data.images_per_class": 60,
    "data.validation_share": 0.5,
    "noise.quality_images": 25,
    "networks.cnn.epochs": 6,
    "networks.cnn.batch_size": 32,
    "networks.inception_v3.weights": None,
    "networks.inception_v3.cut": "mixed0",
    "networks.inception_v3.epochs": 1,
    "networks.resnet50.image_size": 32,
    "networks.resnet50.weights": None,
    "networks.resnet50.cut": "conv2_block1_out",
    "networks.resnet50.epochs": 1,
    "gan.training.batch_size": 64,
    "gan.plain.epochs": 4,
    "gan.conditional.epochs": 8,
    "gan.training.samples_every": 4,
    "gan.students.epochs": 6,
    "gan.students.batch_size": 64,
    "gan.evaluation.images": 300,
    "sweep.images": 200,
    "sweep.strengths.salt_pepper": [0.01, 0.04, 0.1, 0.3, 0.9],
    "sweep.strengths.periodic": [7.0, 20.0, 50.0, 110.0, 350.0],
    "sweep.strengths.gaussian": [7.0, 20.0, 50.0, 110.0, 350.0],
    "sweep.waves.images": 100,
    "sweep.waves.periods": [3.0, 6.0, 12.0],
    "sweep.waves.angles": [0.0, 45.0],
    "sweep.resamples": 100,
}
# As little as shows that the stages work together.
TINY = (
    DEMO
    | {"networks.cnn.epochs": 2, "networks.cnn.batch_size": 64}
    | {f"gan.{section}.epochs": 1 for section in ("plain", "conditional", "students")}
    | {"sweep.images": 100, "sweep.waves.images": 43, "sweep.waves.periods": [3.0, 6.0]}
)


def copy_project(target: Path, settings: dict) -> None:
    """Copy what the pipeline needs, replacing what an earlier copy left of it; data and caches there stay.

    Args:
        target: folder of the copy.
        settings: dotted key -> value, for its ``params.yaml``.

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
