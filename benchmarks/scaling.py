"""What stages cost when the images become 3 and 10 times as many, on rendered signs: scaling.py [IMAGES].

Runs stages in copies of the project, in a temporary folder, and prints the tables of docs/scaling.md. IMAGES is the
number of training and test images at the start, by default 5,000. Needs Linux. The columns: wall clock, user and system
time in seconds, and the largest anonymous memory of all processes together.
"""

import sys
import tempfile
from itertools import chain
from pathlib import Path

import numpy as np
from run import processor
from tabulate import tabulate
from usage import Usage, measured

from misread import params
from misread.experiments.project_copy import copy_project, remove_networks
from misread.gtsrb import content, dataset

FACTORS = (1, 3, 10)
SETTINGS = {
    "data.source": "synthetic",
    "networks.cnn.epochs": 1,
    "networks.resnet50.weights": None,
    "networks.resnet50.epochs": 1,
    "gan.kinds.gan.epochs": 1,
    "gan.kinds.cgan.epochs": 1,
    "sweep.images": None,
    "own": {},
}
BEFORE = ("check", "download")
NOISES = tuple(f"noise {kind} {level}" for kind in ("salt_pepper", "periodic", "gaussian") for level in params.LEVELS)
STAGES = (
    "prepare", *NOISES, "arrange", "measure_noise", "pretrained cnn", "train cnn clean", "evaluate cnn clean",
    "sweep cnn clean", "score cnn clean", "train_gan cgan clean",
)  # fmt: skip
# At the first two factors only: they take long, and grow like those of cnn.
BACKBONE = ("pretrained resnet50", "train resnet50 clean", "evaluate resnet50 clean")
SHARED = ("prepare", "noise gaussian max", "evaluate cnn clean", "sweep cnn clean")  # by workers
SCHEDULERS = ("serial", "processes", "local")


def cap(images: int) -> tuple[int, int]:
    """``data.images_per_class`` for about so many images, and their exact number."""
    pinned = content.pinned()
    train, test = (np.array([one["images"] for one in pinned[split]]) for split in ("train", "test"))
    caps = np.arange(60, train.max() + dataset.TRAIN_IMAGES_PER_TEST_IMAGE * 30, 30)
    counts = [int((np.minimum(train, one) // 30 * 30).sum() + np.minimum(test, one // 3).sum()) for one in caps]
    best = int(np.argmin(np.abs(np.array(counts) - images)))
    return int(caps[best]), counts[best]


def project(folder: Path, images_per_class: int) -> None:
    """A copy of the project with rendered signs."""
    copy_project(folder, SETTINGS | {"data.images_per_class": images_per_class})
    remove_networks(folder, ("inception_v3",))  # its images need more than half of the space
    for stage in BEFORE:
        run(folder, stage)


def run(folder: Path, stage: str, **environment: str) -> Usage:
    """Run a stage in a copy."""
    print(f"  {stage} {' '.join(environment.values())}", file=sys.stderr, flush=True)
    return measured(["./run", *stage.split()], folder, VIRTUAL_ENV=sys.prefix, **environment)


def row(usage: Usage) -> list[str]:
    """The columns of a stage."""
    return [f"{usage.wall:.1f}", f"{usage.user:.1f}", f"{usage.system:.1f}", f"{usage.memory / 1e6:.0f}"]


def growth(found: dict[int, Usage], images: dict[int, int]) -> list[str]:
    """Processor time that does not grow, in s, that of an image, in ms, and the growth of the memory."""
    factors = [*found]
    seconds = [found[factor].user + found[factor].system for factor in factors]
    slope, fixed = np.polyfit([images[factor] for factor in factors], seconds, 1)
    more = found[factors[-1]].memory / found[factors[0]].memory - 1
    return [f"{max(fixed, 0):.1f}", f"{1000 * slope:.3g}", f"{100 * more:+.0f}%"]


def main() -> None:
    base = int(sys.argv[1]) if sys.argv[1:] else 5000
    chosen = {factor: cap(factor * base) for factor in FACTORS}
    images = {factor: count for factor, (_, count) in chosen.items()}
    found: dict[str, dict[int, Usage]] = {}
    with tempfile.TemporaryDirectory(prefix="misread-scaling-") as place:
        for factor, (per_class, count) in chosen.items():
            print(f"{count:,} images", file=sys.stderr, flush=True)
            folder = Path(place) / str(factor)
            project(folder, per_class)
            for stage in STAGES + (BACKBONE if factor < FACTORS[-1] else ()):
                found.setdefault(stage, {})[factor] = run(folder, stage)
        shared = [
            [stage, scheduler, *row(run(Path(place) / "3", stage, MISREAD_SCHEDULER=scheduler, MISREAD_WORKERS="2"))]
            for stage in SHARED
            for scheduler in SCHEDULERS
        ]
    print(f"{processor()}\n")
    names = ["wall, s", "user, s", "system, s", "memory, MB"]
    show(
        ["stage", *chain.from_iterable((f"{count:,} images: {names[0]}", *names[1:]) for count in images.values())],
        [[stage, *chain.from_iterable(map(row, usages.values()))] for stage, usages in found.items()],
    )
    show(
        ["stage", "fixed processor time, s", "for each image, ms", "growth of the memory"],
        [[stage, *growth(usages, images)] for stage, usages in found.items()],
    )
    show([f"stage, {images[3]:,} images", "MISREAD_SCHEDULER", *names], shared)


def show(headers: list[str], rows: list[list[str]]) -> None:
    """Print a table."""
    print(tabulate(rows, headers, "pipe", disable_numparse=True), "\n")


if __name__ == "__main__":
    main()
