"""Figures of the data: samples, class distribution, the noise grid."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from misread.data import classes
from misread.noise.apply import add_noise
from misread.params import LEVELS, NOISE_TYPES, Noise
from misread.report import style


def rows_by_class(index: pd.DataFrame) -> dict[int, int]:
    """For each class the row of a large image, larger than four in five: enough pixels to see what noise does."""
    area = index.width * index.height
    rows = {}
    for class_id, part in area.groupby(index.class_id):
        ordered = part.sort_values(kind="stable")
        rows[int(class_id)] = int(ordered.index[len(ordered) * 4 // 5])
    return rows


def samples(images: np.ndarray, index: pd.DataFrame, source: str) -> Figure:
    """One image of each class.

    Args:
        images: uint8, ``(N, SIZE, SIZE, 3)``.
        index: of the same images.
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
    """Images of each class, split into training, validation and test."""
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


def noise_grid(image: np.ndarray, row: int, noise: Noise, seed: int, source: str) -> Figure:
    """A test image under the three types of noise at the three levels, made as the noisy sets are.

    Args:
        image: uint8, ``(SIZE, SIZE, 3)``.
        row: of the image in the test set.
        noise: strengths and options.
        seed: of the study.
        source: ``gtsrb`` or ``synthetic``.

    """
    figure, grid = plt.subplots(len(NOISE_TYPES), 1 + len(LEVELS), figsize=(7.2, 5.8))
    for line, noise_type in zip(grid, NOISE_TYPES, strict=True):
        style.show(line[0], image, style.NOISE_NAMES[noise_type] + ": none")
        for axes, level in zip(line[1:], LEVELS, strict=True):
            strength = noise.strength_of(noise_type, level)
            noisy = add_noise(
                image[None], np.array([row]), noise_type=noise_type, strength=strength,
                options=noise.options_of(noise_type), seed=seed, split="test",
            )[0]  # fmt: skip
            style.show(axes, noisy, f"{level} ({strength:g})")
    style.source_note(figure, source)
    return figure
