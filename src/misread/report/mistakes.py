"""Confusions between signs, and what they permit a driver to do."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from sklearn.metrics import confusion_matrix

from misread import paths
from misread.data import store
from misread.gtsrb import classes
from misread.metrics import misreadings
from misread.params import Params
from misread.report import page, style, wording
from misread.report.results import Results
from misread.report.topic import Drawn, Topic

CONFUSIONS = 5  # listed for each classifier


def before_and_after(signs: list[dict], network: str, noise: str, source: str) -> Figure:
    """Signs with the network's predictions without and with noise.

    Args:
        signs: result of `signs_shown`.
        network: name of the network.
        noise: name of the noise.
        source: ``gtsrb`` or ``synthetic``.

    """
    figure, grid = plt.subplots(2, len(signs), figsize=(1.65 * len(signs), 4.2), squeeze=False)
    for column, sign in zip(grid.T, signs, strict=True):
        for axes, when, name in zip(column, ("clean", "noisy"), ("before", "after"), strict=True):
            predicted = sign[name]
            color = style.RIGHT if predicted == sign["label"] else style.WRONG
            style.show(axes, sign[when], f"{name}: {predicted}\n{classes.NAMES[predicted]}", color, size=6.5)
        true = f"true: {sign['label']}\n{classes.NAMES[sign['label']]}\n"
        column[0].set_title(true + column[0].get_title(), fontsize=6.5)
    figure.suptitle(f"{network}: the same signs before and after {noise} noise")
    style.source_note(figure, source)
    return figure


def signs_shown(predictions: pd.DataFrame, settings: Params) -> list[dict]:
    """Random signs of different classes that the baseline classifies correctly without noise; half fail with noise.

    Args:
        predictions: predictions of the baseline for all test sets.
        settings: the parameters.

    Returns:
        For each sign the images ``clean`` and ``noisy``, uint8 ``(SIZE, SIZE, 3)``, the class ``label``, and the
        predictions ``before`` and ``after``.

    """
    noise = settings.noise
    by_set = {name: part.set_index("row") for name, part in predictions.groupby(["noise_type", "noise_level"])}
    before, after = by_set[paths.CLEAN_SET], by_set[noise.type, noise.level]
    correct = before[before.label == before.prediction].sample(
        frac=1, random_state=np.random.default_rng(settings.seed)
    )
    wrong = after.prediction[correct.index] != correct.label
    failed = correct[wrong].drop_duplicates("label").index[: (settings.figures.signs + 1) // 2]
    kept = correct[~wrong & ~correct.label.isin(correct.label[failed])].drop_duplicates("label")
    rows = [*failed, *kept.index[: settings.figures.signs - len(failed)]]
    sets = paths.test_sets(settings.baseline)
    clean, noisy = (store.open_set(sets / name).images for name in ("clean", noise.selected))
    return [
        {
            "clean": clean[row],
            "noisy": noisy[row],
            "label": before.label[row],
            "before": before.prediction[row],
            "after": after.prediction[row],
        }
        for row in rows
    ]


def confusion(predictions: dict[str, pd.DataFrame], titles: dict[str, str], source: str) -> Figure:
    """Confusion matrix under one noise, a panel for each classifier; rows are true classes and sum to 1.

    Args:
        predictions: key -> predictions on the noisy test set.
        titles: key -> name of the classifier in texts.
        source: ``gtsrb`` or ``synthetic``.

    """
    figure, grid, panels = style.panels(len(predictions), 3.6, 3.7)
    for axes, (key, table) in zip(panels, predictions.items(), strict=True):
        axes.grid(False)
        matrix = confusion_matrix(table.label, table.prediction, labels=range(classes.COUNT), normalize="true")
        # The square root keeps rare confusions visible beside the diagonal.
        image = axes.imshow(np.sqrt(matrix), cmap="cividis", vmin=0, vmax=1)
        axes.set(title=titles[key], xlabel="predicted class", ylabel="true class")
    bar = figure.colorbar(image, ax=grid, shrink=0.5, ticks=np.sqrt([0, 0.05, 0.25, 0.5, 1]))
    bar.ax.set_yticklabels(["0", "5%", "25%", "50%", "100%"])
    style.source_note(figure, source)
    return figure


def permits_more(table: pd.DataFrame, titles: dict[str, str], source: str) -> Figure:
    """Share of signs misclassified as a sign that permits more, without and with noise, with 95% intervals.

    Args:
        table: result of `misread.metrics.misreadings.misreadings`, with columns network and noise (``clean`` or another
            name).
        titles: key -> name of the classifier in texts.
        source: ``gtsrb`` or ``synthetic``.

    """
    groups = list(table.signs.unique())
    figure, panels = plt.subplots(1, len(groups), figsize=(9, 0.42 * len(titles) + 1.8), sharey=True, squeeze=False)
    for axes, signs in zip(panels[0], groups, strict=True):
        for place, key in enumerate(titles):
            of_network = table[(table.network == key) & (table.signs == signs)]
            color, _ = style.of_classifier(key)
            for shift, clean in ((-0.15, True), (0.15, False)):
                row = of_network[(of_network.noise == "clean") == clean].iloc[0]
                axes.errorbar(
                    row.permits_more, place + shift, fmt="o", ms=5, capsize=2, color=color,
                    xerr=[[row.permits_more - row.low], [row.high - row.permits_more]], mfc="white" if clean else color,
                )  # fmt: skip
        axes.set(title=f"{signs}, n = {of_network.n.iloc[0]:,}", xlabel="share misclassified as permitting more")
        axes.set_xlim(left=0)
    panels[0, 0].set_yticks(range(len(titles)), titles.values())
    panels[0, 0].invert_yaxis()
    style.source_note(figure, source)
    return figure


def figures(results: Results) -> dict[str, Drawn]:
    """Signs without and with noise, misclassifications that permit more, and confusion matrices."""
    settings, titles, source = results.settings, results.titles, results.source
    noise, shown = settings.noise, paths.classifier(settings.baseline, "clean")
    under_noise = {
        key: table[(table.noise_type == noise.type) & (table.noise_level == noise.level)]
        for key, table in results.predictions.items()
    }
    every = f"n = {results.counts.test:,}"
    return {
        "before_and_after": Drawn(
            before_and_after(
                signs_shown(results.predictions[shown], settings), titles[shown], results.selected, source
            ),
            f"Test signs with the predicted class, without noise and under {results.selected} noise.",
            "Pairs of signs before and after noise, with the classes that the network predicts",
            photographs=True,
        ),
        "permits_more": Drawn(
            permits_more(results.permits_more, titles, source),
            "Share of signs misclassified as one that permits a driver to do more, with 95% intervals. Open: without "
            f"noise; filled: under {results.selected} noise.",
            "Dots with intervals, open without noise and filled with it, for each network and regime",
            classifiers=True,
        ),
        "confusion": Drawn(
            confusion(under_noise, titles, source),
            f"Confusion matrices under {results.selected} noise; each row sums to 1; {every}.",
            "Confusion matrices, one for each network and regime",
            classifiers=True,
        ),
    }


def confusions(results: Results) -> page.Table:
    """The most frequent confusions under the selected noise."""
    noisy = results.confusions[results.confusions.noise != "clean"].groupby("network", sort=False).head(CONFUSIONS)
    frame = pd.DataFrame(
        {
            "network": noisy.network.map(results.titles),
            "true class": [f"{classes.NAMES[label]} ({label})" for label in noisy.label],
            "predicted class": [f"{classes.NAMES[label]} ({label})" for label in noisy.prediction],
            "images": noisy.images,
            "share of the class": noisy.share,
            "permits more": noisy.permits_more.map({True: "yes", False: ""}),
        }
    )
    return page.table(
        frame,
        "The most frequent confusions",
        f"Under {results.selected} noise, {CONFUSIONS} of each network and regime; more are in "
        f"`reports/tables/confusions.csv`; n = {results.counts.test:,} images.",
    )


def tables(results: Results) -> dict[str, page.Table]:
    """Misclassifications that permit more, frequent confusions, and the rules of what permits more."""
    found = results.permits_more
    frame = pd.DataFrame(
        {
            "network": found.network.map(results.titles),
            "signs": found.signs,
            "noise": found.noise,
            "n": found.n,
            "misclassified": found.wrong,
            "permits more": found.permits_more,
            "low": found.low,
            "high": found.high,
        }
    )
    rules = misreadings.mapping().rename(columns={"class_id": "class", "permits_more": "permits more if classified as"})
    return {
        "permits_more": page.table(
            frame,
            "Signs misclassified as one that permits more",
            "Share of signs that are misclassified, and share that is misclassified as a sign that permits a driver to "
            "do more, with its 95% interval (low, high).",
        ),
        "confusions": confusions(results),
        "rules": page.table(
            rules[["class", "sign", "permits more if classified as", "reason"]],
            "Which misclassifications permit more",
            "A driver who follows the predicted sign may do more than the true sign allows.",
        ),
    }


def answer(results: Results) -> list[str]:
    """The classifiers with the largest and the smallest share, for each group of signs."""
    sentences = []
    for signs, part in results.permits_more.dropna(subset="permits_more").groupby("signs", sort=False):
        shares = {(row.network, row.noise == "clean"): wording.share(row.permits_more) for row in part.itertuples()}
        noisy = part[part.noise != "clean"].set_index("network")
        worst, best = noisy.permits_more.idxmax(), noisy.permits_more.idxmin()
        text = (
            f"Under {results.selected} noise, {results.titles[worst]} misclassifies {shares[worst, False]} of the "
            f"{signs} as a sign that permits a driver to do more ({shares[worst, True]} without noise)"
        )
        if noisy.high[best] < noisy.low[worst]:
            text += f", and {results.titles[best]} {shares[best, False]} ({shares[best, True]} without noise)"
        sentences.append(f"{text}.")
    return sentences


TOPIC = Topic(
    "Which signs are confused", figures=figures, tables=tables, question="What does it mean for a driver?",
    answer=answer,
)  # fmt: skip
