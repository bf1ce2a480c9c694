"""Overview: two figures, and a table with a row for each network and regime."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from misread import paths
from misread.metrics import accuracy
from misread.noise.apply import add_noise
from misread.noise.types import NOISE_TYPES
from misread.params.schema import Noise
from misread.report import levels, page, signs, style, wording
from misread.report.results import Results
from misread.report.topic import Drawn, Topic

THUMBNAILS = 5  # images of a sign above each panel


def accuracy_by_strength(
    curves: pd.DataFrame, titles: dict[str, str], thumbnails: dict[str, dict[float, np.ndarray]], source: str
) -> Figure:
    """Accuracy against the strength of the noise, a panel for each type, with images of a noisy sign above it.

    Args:
        curves: tables of `misread.metrics.sweeps.curves` with a column ``network`` (key).
        titles: key -> name of the classifier in texts.
        thumbnails: noise type -> strength -> image, uint8 ``(SIZE, SIZE, 3)``.
        source: ``gtsrb`` or ``synthetic``.

    """
    types = style.noise_types(curves)
    figure, panels = plt.subplots(1, len(types), figsize=(3.7 * len(types), 4.3), sharey=True, squeeze=False)
    for axes, noise_type in zip(panels[0], types, strict=True):
        for key, title in titles.items():
            part = curves[(curves.network == key) & (curves.noise_type == noise_type)]
            color, line = style.of_classifier(key)
            axes.plot(part.strength, part.accuracy, color=color, ls=line, marker=".", ms=4, lw=1.4, label=title)
            axes.fill_between(part.strength, part.lowest, part.highest, color=color, alpha=0.15, lw=0)
        axes.set(xlabel=NOISE_TYPES[noise_type].unit, xscale="log", ylim=(0, 1.02))
        axes.set_title(style.noise_title(noise_type), pad=42)
        strengths = curves[curves.noise_type == noise_type].strength
        low, high = np.log(strengths.min()), np.log(strengths.max())
        for strength, image in thumbnails[noise_type].items():
            place = (np.log(strength) - low) / (high - low) * 0.86 + 0.07  # keeps the thumbnails within the panel
            inset = axes.inset_axes((place - 0.075, 1.02, 0.15, 0.15))
            style.show(inset, image)
    panels[0, 0].set_ylabel("accuracy")
    figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=3, fontsize=8)
    style.source_note(figure, source)
    return figure


def tradeoff(tables: dict[str, pd.DataFrame], titles: dict[str, str], source: str) -> Figure:
    """Clean accuracy against mean accuracy under noise, a point for each classifier.

    Lines join the networks trained on clean signs to those of the other regimes.

    Args:
        tables: key -> table of `misread.metrics.accuracy.by_noise`.
        titles: key -> name of the classifier in texts.
        source: ``gtsrb`` or ``synthetic``.

    """
    points = {
        key: (accuracy.on_clean(table).accuracy, accuracy.mean_noisy_accuracy(table)) for key, table in tables.items()
    }
    figure, axes = plt.subplots(figsize=(11, 4.8))
    for key, place in points.items():
        network, _ = key.rsplit("-", 1)
        start = points.get(paths.classifier(network, "clean"), place)
        axes.plot(*zip(start, place, strict=True), color=style.network_color(network), lw=0.8, alpha=0.5)
    for key, place in points.items():
        color, _ = style.of_classifier(key)
        axes.plot(*place, marker=style.marker_of(key), ls="none", color=color, ms=8, label=titles[key])
    axes.plot(1, 1, "*", color="#D55E00", ms=15, clip_on=False, zorder=5)
    axes.annotate("ideal", (1, 1), (-9, -4), textcoords="offset points", ha="right", va="center")
    axes.set(
        xlabel="accuracy on the clean test set",
        ylabel="mean accuracy over the noisy test sets",
        xlim=(None, 1),
        ylim=(None, 1),
    )
    figure.legend(loc="outside right center", fontsize=8)
    style.source_note(figure, source)
    return figure


def thumbnails(noise: Noise, image: np.ndarray, row: int, seed: int) -> dict[str, dict[float, np.ndarray]]:
    """A sign with some strengths of each grid: noise type -> strength -> image, uint8 ``(SIZE, SIZE, 3)``."""
    found = {}
    for noise_type in noise.types.names:
        grid = noise.types[noise_type].sweep
        # The strengths of the grid closest to equal steps on the logarithmic axis.
        steps = np.geomspace(grid[0], grid[-1], THUMBNAILS)
        nearest = np.abs(np.log(np.divide.outer(steps, grid))).argmin(axis=1)
        found[noise_type] = {
            strength: add_noise(
                image[None], np.array([row]), noise_type=noise_type, strength=strength,
                options=noise.options_of(noise_type), seed=seed, split="test",
            )[0]
            for strength in np.unique(np.take(grid, nearest))
        }  # fmt: skip
    return found


def figures(results: Results) -> dict[str, Drawn]:
    """Accuracy against strength, and clean against noisy accuracy."""
    settings = results.settings
    row = signs.rows_by_class(pd.read_csv(paths.index("test")))[levels.CLASS_SHOWN]
    shown = thumbnails(settings.noise, signs.largest_test_images(settings)[row], row, settings.seed)
    shaded = " Shaded: range over several trainings." if results.several else ""
    return {
        "accuracy": Drawn(
            accuracy_by_strength(results.curves, results.titles, shown, results.source),
            f"Accuracy against the strength of each noise, and a sign under it; n = {results.counts.sweep:,} test "
            f"images. Solid lines: networks trained on clean signs.{shaded}",
            "Curves of accuracy that fall with the strength of the noise, a panel for each type of noise",
            classifiers=True,
        ),
        "tradeoff": Drawn(
            tradeoff(results.scored, results.titles, results.source),
            "Accuracy on the clean test set against the mean accuracy over the noisy ones, a point for each network "
            f"and regime; star: no error at all; n = {results.counts.test:,} in each set.",
            "A point for each network and regime, joined to that of the same network trained on clean signs",
            classifiers=True,
        ),
    }


def tables(results: Results) -> dict[str, page.Table]:
    """A table with a row for each network and regime: accuracy without and with noise, and thresholds."""
    rows = []
    for key, table in results.scored.items():
        clean, noisy = accuracy.on_clean(table), accuracy.mean_noisy_accuracy(table)
        row: dict[str, object] = {
            "network": table.label.iloc[0],
            "regime": table.regime.iloc[0],
            "clean": page.Shown(f"{clean.accuracy:.3f}", clean.accuracy, f"{clean.low:.3f} to {clean.high:.3f}"),
            f"mean of the {len(results.noise)} noisy sets": page.Shown(f"{noisy:.3f}", noisy),
        }
        tenth = results.thresholds[(results.thresholds.network == key) & (results.thresholds.level == "p10")]
        for found in (one for _, one in tenth.iterrows()):
            row[f"10% fail: {style.noise_title(found.noise_type)}"] = _threshold(found)
        rows.append(row)
    return {
        "networks": page.table(
            pd.DataFrame(rows),
            "Each network in each regime",
            "Accuracy on the clean test set and on average over the noisy ones, and the strength of each noise at "
            f"which 10% of the signs fail; n = {results.counts.test:,} for accuracies and {results.counts.sweep:,} for "
            f"strengths. The tables below have all intervals. {results.seen_in_training}",
        )
    }


def _threshold(found: pd.Series) -> page.Shown:
    if pd.isna(found.strength):
        return page.Shown("-", np.nan, found.status)
    noise = NOISE_TYPES[found.noise_type]
    return page.Shown(
        noise.number(found.strength),
        found.strength,
        f"{noise.words(found.strength)}; {wording.threshold_interval(found)}",
    )


TOPIC = Topic("At a glance", figures=figures, tables=tables)
