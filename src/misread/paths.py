"""Paths of all files, relative to the project's folder; ``dvc.yaml`` names the same paths."""

from collections.abc import Iterable
from pathlib import Path

CHECKED = Path("data/params-checked")  # written when the parameters are valid; its content is constant
ORIGIN = Path("data/origin.json")  # the parameters that determine the archives
SIZES = Path("data/image_sizes.json")  # image sizes of every network and of the GANs
WANTED_SETS = Path("data/sets.json")  # the parameters that determine the links in `SETS`
REPEATS = Path("data/repeats")  # a file for each network: the numbers of its trainings
TRAININGS = Path("data/trainings")  # a file for each classifier: the parameters that determine how it is trained
BACKBONES = Path("data/backbones")  # a file for each network: the parameters that determine the weights of its backbone
ARCHIVES = Path("data/gtsrb")
DOWNLOADS = Path("data/.downloads")
CLEAN = Path("data/clean")
TRACKS = Path("data/tracks")  # estimated tracks of the test images, and how well known tracks are estimated
NOISY = Path("data/noisy")
SETS = Path("data/sets")
MODELS = Path("models")
REPORTS = Path("reports")
METRICS = Path("metrics")

CLEAN_SET = ("none", "none")  # noise type and level of the clean sets in tables
DOWNSTREAM_PREDICTIONS = REPORTS / "gans/predictions"

# Downstream classifiers, named after their training images; `dvc.yaml` lists them too.
DOWNSTREAM = (
    "real", "label_preserving", "noise", "generated-clean", "generated-noisy", "augmented-clean", "augmented-noisy",
)  # fmt: skip
GAN_REGIMES = ("clean", "noisy")
GANS = tuple(f"{kind}-{regime}" for kind in ("gan", "cgan") for regime in GAN_REGIMES)  # keys
GAN = "gan"  # owner of the sets with the image size of the GANs; the other owners are networks


def classifier(network: str, regime: str) -> str:
    """Key of a classifier, used in the names of files and stages."""
    return f"{network}-{regime}"


def noisy_set(noise_type: str, level: str) -> str:
    """Name of a noisy set."""
    return f"{noise_type}-{level}"


def index(split: str) -> Path:
    """Table of the images of a split, ``train`` or ``test``, in the order of the split's sets."""
    return CLEAN / f"{split}.csv"


def training_sets(owner: str, regime: str) -> Path:
    """Folder of the training sets of a regime, at the image size of a network or of the GANs."""
    return SETS / owner / "train" / regime


def test_sets(owner: str) -> Path:
    """Folder of the clean and all noisy test sets, at the size of a network or of the GANs."""
    return SETS / owner / "test"


def compared_sets() -> Path:
    """Folder of the clean and all noisy training sets, for comparison with the noise in generated images."""
    return SETS / GAN / "compared"


def model(key: str, training: int | str = 1) -> Path:
    """Folder of a trained network: of its first training, or of a further one with its number (``*``: any)."""
    return MODELS / key if training == 1 else MODELS / key / "again" / str(training)


def backbone_weights(network: str) -> Path:
    """Weights of a network's backbone."""
    return MODELS / "pretrained" / network / "backbone.weights.h5"


def predictions(key: str) -> Path:
    """Predictions of a classifier for all test sets."""
    return REPORTS / "predictions" / f"{key}.parquet"


def sweep(key: str) -> Path:
    """Folder of the predictions of a classifier under fine grids of noise."""
    return REPORTS / "sweep" / key


def history(key: str, training: int = 1) -> Path:
    """Losses and accuracies of a classifier's training by epoch."""
    return REPORTS / "history" / (f"{key}.csv" if training == 1 else f"{key}-{training}.csv")


def scores(key: str) -> Path:
    """Folder of a classifier's tables: accuracies, thresholds and failures."""
    return REPORTS / "scores" / key


def scored(classifiers: Iterable[tuple[str, str]]) -> list[str]:
    """Keys of the classifiers that have scores: all classifiers in the study, some of them in the demo.

    Args:
        classifiers: network and regime of each.

    """
    return [key for key in (classifier(*one) for one in classifiers) if scores(key).exists()]


def downstream(name: str, training: int = 1) -> Path:
    """Folder of a trained downstream classifier: of its first training, or of a further one with its number."""
    folder = MODELS / "downstream" / name
    return folder if training == 1 else folder / "again" / str(training)


def downstream_predictions(name: str) -> Path:
    """Predictions of a downstream classifier for all test sets."""
    return DOWNSTREAM_PREDICTIONS / f"{name}.parquet"


def generated(key: str) -> Path:
    """Image set that a GAN generated."""
    return Path("data/generated") / key
