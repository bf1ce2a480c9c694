"""The use of generated images as training data."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from misread.metrics.accuracy import set_name
from misread.params import LEVELS
from misread.report import page, style, wording
from misread.report.levels import widest
from misread.report.results import Results
from misread.report.topic import Drawn, Topic

# Okabe and Ito's palette; controls are grey and black and differ in their line styles.
STYLES = {
    "real": ("#000000", ":"),
    "label_preserving": ("#000000", "-"),
    "noise": ("#7f7f7f", "--"),
    "generated-clean": ("#E69F00", "-"),
    "generated-noisy": ("#E69F00", "--"),
    "augmented-clean": ("#56B4E9", "-"),
    "augmented-noisy": ("#56B4E9", "--"),
}
TRAINED_ON = {
    "real": "real signs",
    "label_preserving": "real signs, augmented",
    "noise": "real signs, half of them noisy",
    "generated-clean": "only signs of the conditional GAN trained on clean signs",
    "generated-noisy": "only signs of the conditional GAN trained on noisy signs",
    "augmented-clean": "real signs and as many of the conditional GAN trained on clean signs",
    "augmented-noisy": "real signs and as many of the conditional GAN trained on noisy signs",
}


def downstream(accuracies: pd.DataFrame, source: str) -> Figure:
    """Accuracy of every downstream classifier by noise level, with 95% intervals, a panel for each noise type.

    Args:
        accuracies: table of `misread.metrics.gan_scores.downstream`.
        source: ``gtsrb`` or ``synthetic``.

    """
    types = style.noise_types(accuracies)
    figure, panels = plt.subplots(1, len(types), figsize=(3.5 * len(types), 4.1), sharey=True, squeeze=False)
    steps = ["clean", *LEVELS]
    for axes, noise_type in zip(panels[0], types, strict=True):
        for classifier, table in accuracies.groupby("classifier", sort=False):
            values = table[table.noise_type.isin(["none", noise_type])]
            errors = np.abs(values[["low", "high"]].to_numpy().T - values.accuracy.to_numpy())
            color, line = STYLES[classifier]
            axes.errorbar(
                range(len(steps)), values.accuracy, errors, color=color, ls=line, marker="o", ms=3, capsize=2, lw=1.4,
                label=classifier,
            )  # fmt: skip
        axes.set(title=style.noise_title(noise_type), xlabel="noise level", ylim=(0, 1.02))
        axes.set_xticks(range(len(steps)), steps)
    panels[0, 0].set_ylabel("accuracy")
    figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=4, fontsize=8)
    style.source_note(figure, source)
    return figure


def gains(table: pd.DataFrame, source: str) -> Figure:
    """Accuracy with generated images minus that of each control, with 95% intervals; a panel for each GAN regime.

    Args:
        table: result of `misread.metrics.gan_scores.gains`.
        source: ``gtsrb`` or ``synthetic``.

    """
    classifiers = table.classifier.unique()
    figure, panels = plt.subplots(
        1, len(classifiers), figsize=(4.8 * len(classifiers), 4.4), sharey=True, squeeze=False
    )
    for axes, classifier in zip(panels[0], classifiers, strict=True):
        part = table[table.classifier == classifier]
        controls = part.control.unique()
        for offset, control in zip(np.linspace(-0.25, 0.25, len(controls)), controls, strict=True):
            values = part[part.control == control]
            sets = [set_name(*name) for name in zip(values.noise_type, values.noise_level, strict=True)]
            color, line = STYLES[control]
            axes.errorbar(
                values.gain, np.arange(len(sets)) + offset, xerr=(values.gain - values.low, values.high - values.gain),
                fmt="o", ms=4, mfc=color if line == "-" else "white", color=color, ls="none", label=f"less {control}",
            )  # fmt: skip
        axes.axvline(0, color="black", lw=0.8)
        axes.set(title=classifier, xlabel="difference in accuracy, same images")
        axes.set_yticks(range(len(sets)), sets)
    panels[0, 0].invert_yaxis()
    figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=3, fontsize=8)
    style.source_note(figure, source)
    return figure


def figures(results: Results) -> dict[str, Drawn]:
    """Accuracies of the downstream classifiers, and the gains from generated images."""
    every = f"n = {results.counts.test:,}"
    return {
        "downstream": Drawn(
            downstream(results.downstream, results.source),
            f"Accuracy of the downstream classifiers by noise level, with 95% intervals; {every}.",
            "Lines of accuracy over the level of noise, one for each classifier",
        ),
        "gains": Drawn(
            gains(augmented(results), results.source),
            "Accuracy with generated signs added, less that of each classifier trained on real signs alone, paired on "
            f"the same images, with 95% intervals; {every}.",
            "Points with intervals beside a line at zero, for each test set",
        ),
    }


def tables(results: Results) -> dict[str, page.Table]:
    """Accuracy of the downstream classifiers on every test set, and the gains."""
    named = results.downstream.assign(
        noise=[style.set_title(row.noise_type, row.noise_level) for row in results.downstream.itertuples()]
    )
    several = "; mean over their trainings" if results.settings.repeats.further else ""
    wide = named.pivot_table(index="classifier", columns="noise", values="accuracy", sort=False).reset_index()
    return {
        "downstream": page.table(
            wide,
            "Accuracy of the downstream classifiers",
            f"Small CNNs at {results.settings.gan.image_size} px, trained for the same number of steps"
            f"{several}; n = {named.n.max():,} each, {widest(named)}.",
        ),
        "gains": page.table(
            gains_side_by_side(results.gains),
            "Gains from generated and from noisy signs",
            "Accuracy of a classifier less that of another trained on real signs alone, paired on the same images, "
            f"with 95% intervals; n = {named.n.max():,}.",
        ),
    }


def augmented(results: Results) -> pd.DataFrame:
    """Gains from generated images: `misread.metrics.gan_scores.gains` of the classifiers trained on real and them."""
    return results.gains[results.gains.classifier.str.startswith("augmented-")]


def gains_side_by_side(table: pd.DataFrame) -> pd.DataFrame:
    """A row for each classifier and control, a column for each test set."""
    rows = []
    for (classifier, control), part in table.groupby(["classifier", "control"], sort=False):
        row: dict[str, object] = {"classifier": classifier, "less": control}
        for one in part.itertuples():
            row[style.set_title(one.noise_type, one.noise_level)] = page.Shown(
                wording.signed(one.gain, one.low, one.high), one.gain
            )
        rows.append(row)
    return pd.DataFrame(rows)


def gain(results: Results, classifier: str, control: str, noise: tuple[str, str]) -> dict[str, float]:
    """Accuracy of a downstream classifier minus that of a control: value, low, high."""
    table = results.gains
    found = table[
        (table.classifier == classifier) & (table.control == control)
        & (table.noise_type == noise[0]) & (table.noise_level == noise[1])
    ].iloc[0]  # fmt: skip
    return {"value": float(found.gain), "low": float(found.low), "high": float(found.high)}


def accuracy_of(results: Results, classifier: str, noise: tuple[str, str]) -> float:
    """Accuracy of a downstream classifier on one test set."""
    table = results.downstream.set_index(["classifier", "noise_type", "noise_level"])
    return float(table.accuracy[(classifier, *noise)])


def answer(results: Results) -> list[str]:
    """GAN-train, and the gain from generated signs under the selected noise compared with that from noisy signs."""
    noise = results.settings.noise
    clean, selected = ("none", "none"), (noise.type, noise.level)
    alone = accuracy_of(results, "generated-clean", clean)
    real = accuracy_of(results, "real", clean)
    several = ", on average over their trainings" if results.settings.repeats.further else ""
    sentences = [
        f"Classifiers trained only on signs of the conditional GAN trained on clean signs reach {alone:.2f} accuracy "
        f"on the clean test set{several}; classifiers trained on real signs reach {real:.2f}."
    ]
    for classifier in augmented(results).classifier.unique():
        regime = classifier.rsplit("-", 1)[1]
        sentences.append(
            f"Adding signs of the conditional GAN trained on {regime} signs to the real signs "
            f"{wording.change(**gain(results, classifier, 'real', selected))} under {results.selected} noise and "
            f"{wording.change(**gain(results, classifier, 'real', clean))} on clean signs."
        )
    sentences.append(
        f"Replacing half of the real signs by noisy ones instead "
        f"{wording.change(**gain(results, 'noise', 'real', selected))} under this noise and "
        f"{wording.change(**gain(results, 'noise', 'real', clean))} on clean signs."
    )
    return sentences


TOPIC = Topic(
    "Generated images as training data", figures=figures, tables=tables, question="Do GANs help?", answer=answer,
    text=lambda results: {"image_size": results.settings.gan.image_size, "trained_on": TRAINED_ON},
)  # fmt: skip
