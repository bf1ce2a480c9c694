"""The networks and their training."""

import pandas as pd
from matplotlib.figure import Figure

from misread.networks import NETWORKS
from misread.report import page, style
from misread.report.results import Results
from misread.report.topic import Drawn, Topic


def training_curves(histories: dict[str, pd.DataFrame], titles: dict[str, str], source: str) -> Figure:
    """Accuracy on training and validation images after each epoch, a panel for each network and regime.

    Args:
        histories: key (``NETWORK-REGIME``) -> table with epoch, accuracy, val_accuracy.
        titles: key -> name of the classifier in texts.
        source: ``gtsrb`` or ``synthetic``.

    """
    figure, grid, panels = style.panels(len(histories), 3.4, 2.6, sharey=True)
    for axes, (key, history) in zip(panels, histories.items(), strict=True):
        color, _ = style.of_classifier(key)
        axes.plot(history.epoch, history.accuracy, color=color, ls=":", marker=".", label="training (augmented)")
        axes.plot(history.epoch, history.val_accuracy, color=color, marker=".", label="validation")
        axes.set(title=titles[key], xlabel="epoch", xlim=(0.5, len(history) + 0.5), ylim=(0, 1.02))
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.legend(fontsize=7, loc="lower right")
    for axes in grid[:, 0]:
        axes.set_ylabel("accuracy")
    style.source_note(figure, source)
    return figure


def figures(results: Results) -> dict[str, Drawn]:
    """Training curves."""
    counts = results.counts
    return {
        "curves": Drawn(
            training_curves(results.histories, results.titles, results.source),
            "Accuracy on training and validation images after each epoch, of the first training; "
            f"n = {counts.training:,} and {counts.held_out:,}.",
            "Curves of training and validation accuracy for each network and regime",
            classifiers=True,
        )
    }


def tables(results: Results) -> dict[str, page.Table]:
    """The networks."""
    networks = results.settings.networks
    rows = []
    for name in networks.names:
        settings = networks[name]
        start = getattr(settings, "weights", None)
        rows.append(
            {
                "network": NETWORKS[name].label(settings),
                "image size, pixels": settings.image_size,
                "initial weights": "ImageNet" if start == "imagenet" else "random",
                "last block": getattr(settings, "cut", ""),
            }
            | {
                f"epochs, at most: {regime}": results.settings.network_in(regime, name).epochs
                for regime in results.settings.regimes.names
            }
        )
    return {
        "networks": page.table(
            pd.DataFrame(rows),
            "The networks",
            "Networks on a backbone of keras.applications end at the block that is named.",
        )
    }


def text(results: Results) -> dict[str, object]:
    """How the networks are trained."""
    return {
        "augmentation": results.settings.train.augmentation,
        "regimes": results.trained_on,
        "several": results.several,
    }


TOPIC = Topic("Networks and training", figures=figures, tables=tables, text=text)
