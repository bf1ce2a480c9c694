"""Effect of training on a noise on the accuracy under this noise and under other noises."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from misread.report import page, style, wording
from misread.report.results import Results
from misread.report.topic import Drawn, Topic

# Key of `misread.metrics.summary` -> the sets on which a change is measured.
WHERE = {"clean": "clean signs", "noisy": "average over the noisy sets", "selected": "the selected noisy set"}


def transfer(tables: dict[str, pd.DataFrame], titles: dict[str, str], source: str) -> Figure:
    """Accuracy of every classifier on every test set, which shows the effect of training on one noise under the others.

    After R. Geirhos et al., "Generalisation in humans and deep neural networks", arXiv 1808.08750.

    Args:
        tables: key -> table of `misread.metrics.accuracy.by_noise`.
        titles: key -> name of the classifier in texts.
        source: ``gtsrb`` or ``synthetic``.

    """
    values = np.array([table.accuracy for table in tables.values()])
    figure, axes = plt.subplots(figsize=(0.75 * values.shape[1] + 1.8, 0.42 * len(tables) + 1.6))
    first = next(iter(tables.values()))
    names = [style.set_title(row.noise_type, row.noise_level).replace(" ", "\n") for row in first.itertuples()]
    style.heat_map(axes, values, [titles[key] for key in tables], names)
    axes.set_xlabel("test set")
    style.source_note(figure, source)
    return figure


def figures(results: Results) -> dict[str, Drawn]:
    """The accuracy of every classifier on every test set."""
    return {
        "transfer": Drawn(
            transfer(results.scored, results.titles, results.source),
            f"Accuracy of every network and regime on every test set; n = {results.counts.test:,}.",
            "A heat map with a row for each network and regime and a column for each test set",
            classifiers=True,
        )
    }


def where(results: Results) -> dict[str, str]:
    """Key of `misread.metrics.summary` -> the sets on which a change is measured."""
    return WHERE | {kind: wording.noise_of(kind) for kind in results.settings.noise.types.names}


def tables(results: Results) -> dict[str, page.Table]:
    """Change of accuracy by each regime, paired on the same images."""
    rows = [
        {"network": results.titles[key]}
        | {
            f"change on {what}": page.Shown(
                wording.signed(change[which]["difference"], change[which]["low"], change[which]["high"]),
                change[which]["difference"],
            )
            for which, what in where(results).items()
        }
        for key, change in results.minus_clean.items()
    ]
    return {
        "changes": page.table(
            pd.DataFrame(rows),
            "What training on noise changes",
            "Accuracy less that of the same network trained on clean signs, paired on the same images, with 95% "
            f"intervals; the selected noisy set has {results.selected} noise; n = {results.counts.test:,}.",
        )
    }


def side_effects(results: Results, regime: str) -> list[str]:
    """Sentences on the noise types under which a regime makes networks less accurate than training on clean signs."""
    sentences = []
    for kind in results.settings.noise.types.names:
        worse = {
            key: change[kind]
            for key, change in results.minus_clean.items()
            if key.endswith(f"-{regime}") and change[kind]["high"] < 0
        }
        if worse:
            lost = [-one["difference"] for one in worse.values()]
            sentences.append(
                f"Training on {results.trained_on[regime]} lowers the accuracy of "
                f"{wording.listed([results.titles[key] for key in worse])} under {wording.noise_of(kind)} by "
                f"{wording.between(min(lost), max(lost), '{:.3f}'.format)}."
            )
    return sentences


def answer(results: Results) -> list[str]:
    """Gain of each regime under noise, and its loss on clean signs."""
    regimes: dict[str, list[dict]] = {}
    for key, change in results.minus_clean.items():
        regimes.setdefault(key.rsplit("-", 1)[1], []).append(change)
    sentences = []
    for regime, changes in regimes.items():
        sentences.append(
            f"Compared with training on clean signs, training on {results.trained_on[regime]} changes the mean "
            f"accuracy over the noisy test sets by {_range(changes, 'noisy')}, the accuracy under {results.selected} "
            f"noise by {_range(changes, 'selected')}, and the accuracy on clean signs by {_range(changes, 'clean')}."
        )
        sentences += side_effects(results, regime)
    if results.seen_in_training and sentences:
        sentences.append(results.seen_in_training)
    return sentences or ["No network was trained on noise."]


def _range(changes: list[dict], which: str) -> str:
    """The range of a change over networks, and for how many of them it may be none."""
    differences = [one[which]["difference"] for one in changes]
    text = wording.between(min(differences), max(differences), "{:+.3f}".format)
    unclear = sum(one[which]["low"] <= 0 <= one[which]["high"] for one in changes)
    if not unclear:
        return text
    of = f" for {unclear} of {len(changes)} networks" if len(changes) > 1 else ""
    return f"{text} (the interval contains 0{of})"


def text(results: Results) -> dict[str, object]:
    """Training images of each regime."""
    return {
        "regimes": {name: text for name, text in results.trained_on.items() if name != "clean"},
        "seen": results.seen_in_training,
    }


TOPIC = Topic(
    "Training on noise", figures=figures, tables=tables, text=text, question="Does training on noise help?",
    answer=answer,
)  # fmt: skip
