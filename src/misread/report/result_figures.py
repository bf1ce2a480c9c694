"""Figures of the results: training curves, accuracy against level, signs before and after noise, confusion."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from sklearn.metrics import confusion_matrix

from misread.data import classes
from misread.params import LEVELS, NOISE_TYPES
from misread.report import style


def training_curves(histories: dict[str, pd.DataFrame], titles: dict[str, str], source: str) -> Figure:
    """Accuracy on training and validation images after each epoch, a panel for each network and regime.

    Args:
        histories: key (``NETWORK-REGIME``) -> table with epoch, accuracy, val_accuracy.
        titles: key -> what a reader knows the network by.
        source: ``gtsrb`` or ``synthetic``.

    """
    columns = min(3, len(histories))
    lines = -(-len(histories) // columns)
    figure, grid = plt.subplots(lines, columns, figsize=(3.4 * columns, 2.6 * lines), sharey=True, squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    for axes, (key, history) in zip(grid.flat, histories.items(), strict=False):
        axes.set_axis_on()
        color = style.network_color(key.rsplit("-", 1)[0])
        axes.plot(history.epoch, history.accuracy, color=color, ls=":", marker=".", label="training (augmented)")
        axes.plot(history.epoch, history.val_accuracy, color=color, marker=".", label="validation tracks")
        axes.set(title=titles[key], xlabel="epoch", xlim=(0.5, len(history) + 0.5), ylim=(0, 1.02))
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.legend(fontsize=7, loc="lower right")
    for axes in grid[:, 0]:
        axes.set_ylabel("accuracy")
    style.source_note(figure, source)
    return figure


def accuracy_by_level(tables: dict[str, pd.DataFrame], titles: dict[str, str], source: str) -> Figure:
    """Accuracy against the level of each noise type with 95% intervals, a panel for each type.

    Args:
        tables: key -> table of `misread.analysis.scores.by_noise`.
        titles: key -> what a reader knows the network by.
        source: ``gtsrb`` or ``synthetic``.

    """
    figure, panels = plt.subplots(1, len(NOISE_TYPES), figsize=(10.5, 3.9), sharey=True)
    steps = ["clean", *LEVELS]
    for axes, noise_type in zip(panels, NOISE_TYPES, strict=True):
        for key, table in tables.items():
            network, regime = key.rsplit("-", 1)
            values = table[table.noise_type.isin(["none", noise_type])]
            errors = np.abs(values[["low", "high"]].to_numpy().T - values.accuracy.to_numpy())
            axes.errorbar(
                range(len(steps)), values.accuracy, errors, color=style.network_color(network),
                ls=style.REGIME_LINES[regime], marker="o", ms=3, capsize=2, lw=1.4,
                label=titles[key],
            )  # fmt: skip
        axes.set(title=style.NOISE_NAMES[noise_type], xlabel="noise level", ylim=(0, 1.02))
        axes.set_xticks(range(len(steps)), steps)
    panels[0].set_ylabel(f"accuracy on {tables[next(iter(tables))].n.max():,} test images")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=3, fontsize=8)
    style.source_note(figure, source)
    return figure


def before_and_after(signs: list[dict], network: str, noise: str, source: str) -> Figure:
    """Signs with the network's prediction before noise and after.

    Args:
        signs: for each sign ``clean`` and ``noisy`` images, uint8 ``(SIZE, SIZE, 3)``, and the classes ``label``,
            ``before``, ``after``.
        network: whose predictions these are.
        noise: what was added.
        source: ``gtsrb`` or ``synthetic``.

    """
    figure, grid = plt.subplots(2, len(signs), figsize=(1.65 * len(signs), 4.2), squeeze=False)
    for column, sign in zip(grid.T, signs, strict=True):
        for axes, when, name in zip(column, ("clean", "noisy"), ("before", "after"), strict=True):
            predicted = sign[name]
            right = predicted == sign["label"]
            title = f"{name}: {predicted}\n{classes.NAMES[predicted]}"
            style.show(axes, sign[when], title, style.RIGHT if right else style.WRONG, size=6.5)
        column[0].set_title(
            f"true: {sign['label']}\n{classes.NAMES[sign['label']]}\n" + column[0].get_title(), fontsize=6.5
        )
    figure.suptitle(f"{network}: the same signs before and after {noise} noise")
    style.source_note(figure, source)
    return figure


def confusion(predictions: dict[str, pd.DataFrame], titles: dict[str, str], noise: str, source: str) -> Figure:
    """Confusion under one noise, a panel for each network: rows are true classes and sum to 1.

    Args:
        predictions: key -> predictions on the noisy test set.
        titles: key -> what a reader knows the network by.
        noise: its name.
        source: ``gtsrb`` or ``synthetic``.

    """
    columns = min(3, len(predictions))
    lines = -(-len(predictions) // columns)
    figure, grid = plt.subplots(lines, columns, figsize=(3.6 * columns, 3.7 * lines), squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    for axes, (key, table) in zip(grid.flat, predictions.items(), strict=False):
        axes.set_axis_on()
        axes.grid(False)
        matrix = confusion_matrix(table.label, table.prediction, labels=range(classes.COUNT), normalize="true")
        # The square root keeps rare confusions visible beside the diagonal.
        image = axes.imshow(np.sqrt(matrix), cmap="cividis", vmin=0, vmax=1)
        axes.set(title=titles[key], xlabel="predicted class", ylabel="true class")
    bar = figure.colorbar(image, ax=grid, shrink=0.5, ticks=np.sqrt([0, 0.05, 0.25, 0.5, 1]))
    bar.ax.set_yticklabels(["0", "5%", "25%", "50%", "100%"])
    figure.suptitle(f"Share of each class read as another, under {noise} noise")
    style.source_note(figure, source)
    return figure
