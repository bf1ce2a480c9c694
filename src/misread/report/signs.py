"""The images: an example of each class, and the number of images."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from misread import paths
from misread.data import store
from misread.gtsrb import classes
from misread.params import Params
from misread.report import style
from misread.report.results import Results
from misread.report.topic import Drawn, Topic


def rows_by_class(index: pd.DataFrame) -> dict[int, int]:
    """Class -> row of an image larger than 80% of the class's images, which has enough pixels to show the noise."""
    area = index.width * index.height
    rows = {}
    for class_id, part in area.groupby(index.class_id):
        ordered = part.sort_values(kind="stable")
        rows[int(class_id)] = int(ordered.index[len(ordered) * 4 // 5])
    return rows


def largest_test_images(settings: Params) -> np.ndarray:
    """The clean test images at the largest size of all networks: uint8, ``(N, SIZE, SIZE, 3)``."""
    largest = max(settings.image_sizes, key=settings.image_sizes.get)
    return store.open_set(paths.CLEAN / largest / "test").images


def samples(images: np.ndarray, index: pd.DataFrame, source: str) -> Figure:
    """One image of each class.

    Args:
        images: uint8, ``(N, SIZE, SIZE, 3)``.
        index: index of the same images.
        source: ``gtsrb`` or ``synthetic``.

    """
    figure, grid = plt.subplots(5, 9, figsize=(11, 7.2))
    chosen = rows_by_class(index)
    for axes, class_id in zip(grid.flat, range(grid.size), strict=True):
        axes.set_axis_off()
        if class_id in chosen:
            style.show(axes, images[chosen[class_id]], f"{class_id} {classes.NAMES[class_id]}", size=6)
    figure.suptitle(f"One image of each class, {images.shape[1]} px")
    style.source_note(figure, source)
    return figure


def class_distribution(train: pd.DataFrame, test: pd.DataFrame, source: str) -> Figure:
    """Number of images of each class in training, validation and test."""
    figure, axes = plt.subplots(figsize=(10, 4))
    bottom = np.zeros(classes.COUNT)
    parts = {
        "training": (train[~train.validation], "#0072B2"),
        "validation": (train[train.validation], "#56B4E9"),
        "test": (test, "#E69F00"),
    }
    for name, (part, color) in parts.items():
        counts = np.bincount(part.class_id, minlength=classes.COUNT)
        axes.bar(range(classes.COUNT), counts, bottom=bottom, color=color, label=f"{name} ({len(part):,})")
        bottom += counts
    axes.set(xlabel="class", ylabel="images", title="Images of each class", xticks=range(0, classes.COUNT, 2))
    axes.legend()
    style.source_note(figure, source)
    return figure


def figures(results: Results) -> dict[str, Drawn]:
    """Samples and the class distribution."""
    train, test = (pd.read_csv(paths.index(split)) for split in ("train", "test"))
    return {
        "samples": Drawn(
            samples(largest_test_images(results.settings), test, results.source),
            "One test image of each class.",
            "A grid of traffic signs, one of each class",
            photographs=True,
        ),
        "class_distribution": Drawn(
            class_distribution(train, test, results.source),
            "Number of training, validation and test images of each class.",
            "Bars for each class, for the training, validation and test sets",
        ),
    }


def text(results: Results) -> dict[str, object]:
    """Numbers of images and how they are resized."""
    return {"counts": results.counts, "resize": results.settings.resize}


TOPIC = Topic("Images", figures=figures, text=text)
