"""Figures of failure: shares over strength, thresholds, accuracy at equal energy, waves, fragile signs."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from misread.data import classes
from misread.params import NOISE_TYPES
from misread.report import style

UNITS = {
    "salt_pepper": "share of pixels",
    "periodic": "amplitude, grey levels",
    "gaussian": "standard deviation, grey levels",
}
NOISE_STYLES = {"salt_pepper": ("#000000", "-"), "periodic": ("#CC79A7", "--"), "gaussian": ("#E69F00", "-.")}


def _network(key: str) -> tuple[str, str]:
    """Colour and line of a key ``NETWORK-REGIME``."""
    network, regime = key.rsplit("-", 1)
    return style.network_color(network), style.REGIME_LINES[regime]


def failure_curves(curves: pd.DataFrame, titles: dict[str, str], levels: dict[str, float], source: str) -> Figure:
    """Share of noise-induced misclassification over strength: measured points, and the monotone line fitted to them.

    Args:
        curves: tables of `misread.analysis.sweeps.curves` with a column ``network`` (key).
        titles: key -> what a reader knows the network by.
        levels: of the thresholds, drawn as grey lines.
        source: ``gtsrb`` or ``synthetic``.

    """
    figure, panels = plt.subplots(1, len(NOISE_TYPES), figsize=(11, 4.2), sharey=True)
    for axes, noise_type in zip(panels, NOISE_TYPES, strict=True):
        for level in levels.values():
            axes.axhline(level, color="#999999", lw=0.8)
        for key, title in titles.items():
            part = curves[(curves.network == key) & (curves.noise_type == noise_type)]
            color, line = _network(key)
            # The fit is straight between the strengths themselves, which a logarithmic axis bends.
            fine = np.geomspace(part.strength.min(), part.strength.max(), 400)
            axes.plot(fine, np.interp(fine, part.strength, part.monotone), color=color, ls=line, lw=1.3, label=title)
            axes.plot(part.strength, part.failed, color=color, ls="none", marker=".", ms=4)
        axes.set(title=style.NOISE_NAMES[noise_type], xlabel=UNITS[noise_type], xscale="log", ylim=(0, 1.02))
    panels[0].set_ylabel("share of the signs read right without noise\nthat are misread with it")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=3, fontsize=8)
    style.source_note(figure, source)
    return figure


def thresholds(table: pd.DataFrame, titles: dict[str, str], source: str) -> Figure:
    """The strength at which a tenth of the signs fails, with 95% intervals, a panel for each noise type.

    Args:
        table: columns network, noise_type, level, strength, low, high (NaN where not known).
        titles: key -> what a reader knows the network by.
        source: ``gtsrb`` or ``synthetic``.

    """
    figure, panels = plt.subplots(1, len(NOISE_TYPES), figsize=(11, 0.45 * len(titles) + 1.6), sharey=True)
    for axes, noise_type in zip(panels, NOISE_TYPES, strict=True):
        for place, key in enumerate(titles):
            row = table[(table.network == key) & (table.noise_type == noise_type) & (table.level == "p10")].iloc[0]
            color, line = _network(key)
            if pd.isna(row.strength):
                axes.annotate(row.status, (0.02, place), xycoords=("axes fraction", "data"), fontsize=7, va="center")
                continue
            low, high = (row.strength if pd.isna(bound) else bound for bound in (row.low, row.high))
            # A percentile interval need not hold the estimate; an end outside the grid is an arrow.
            axes.errorbar(
                row.strength, place, xerr=[[max(row.strength - low, 0)], [max(high - row.strength, 0)]], fmt="o", ms=5,
                color=color, mfc=color if line == "-" else "white", capsize=3,
            )  # fmt: skip
            for bound, marker in ((row.low, "<"), (row.high, ">")):
                if pd.isna(bound):
                    axes.plot(row.strength, place, marker, ms=9, mfc="none", color=color)
        axes.set(title=style.NOISE_NAMES[noise_type], xlabel=UNITS[noise_type])
        axes.set_xlim(left=0)
    panels[0].set_yticks(range(len(titles)), titles.values())
    panels[0].invert_yaxis()
    figure.suptitle("The noise at which a tenth of the signs read right without noise is misread, with 95% intervals")
    style.source_note(figure, source)
    return figure


def accuracy_by_psnr(curves: pd.DataFrame, titles: dict[str, str], source: str) -> Figure:
    """Accuracy against PSNR, the three noise types in a panel for each network: they compare at equal energy."""
    columns = min(3, len(titles))
    lines = -(-len(titles) // columns)
    figure, grid = plt.subplots(
        lines, columns, figsize=(3.6 * columns, 2.7 * lines + 0.4), sharex=True, sharey=True, squeeze=False
    )
    for axes, (key, title) in zip(grid.flat, titles.items(), strict=False):
        for noise_type in NOISE_TYPES:
            part = curves[(curves.network == key) & (curves.noise_type == noise_type)]
            color, line = NOISE_STYLES[noise_type]
            axes.plot(
                part.psnr, part.accuracy, color=color, ls=line, marker=".", ms=4, label=style.NOISE_NAMES[noise_type]
            )
        axes.set(title=title, ylim=(0, 1.02))
    grid[0, 0].invert_xaxis()
    for axes in grid[-1]:
        axes.set_xlabel("PSNR, dB (more noise to the right)")
    for axes in grid[:, 0]:
        axes.set_ylabel("accuracy")
    figure.legend(*grid[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=3, fontsize=8)
    style.source_note(figure, source)
    return figure


def waves(table: pd.DataFrame, titles: dict[str, str], amplitude: float, source: str) -> Figure:
    """Accuracy over period and angle of periodic noise of one amplitude, a heat map for each network.

    After D. Yin et al., "A Fourier Perspective on Model Robustness in Computer Vision", arXiv 1906.08988.
    """
    columns = min(3, len(titles))
    lines = -(-len(titles) // columns)
    figure, grid = plt.subplots(lines, columns, figsize=(3.5 * columns, 2.2 * lines + 0.5), squeeze=False)
    for axes, (key, title) in zip(grid.flat, titles.items(), strict=False):
        wide = table[table.network == key].pivot(index="angle", columns="period", values="accuracy")
        image = _heat_map(
            axes, wide.to_numpy(), [f"{angle:g}" for angle in wide.index], [f"{period:g}" for period in wide.columns]
        )
        axes.set(title=title, xlabel="period, pixels", ylabel="angle, degrees")
    figure.colorbar(image, ax=grid, shrink=0.6, label="accuracy")
    low, high = table.rmse.min(), table.rmse.max()
    figure.suptitle(
        f"Periodic noise of amplitude {amplitude:g}, RMSE after clipping {low:.1f} to {high:.1f}: which waves hurt"
    )
    style.source_note(figure, source)
    return figure


def fragility(table: pd.DataFrame, curves: pd.DataFrame, key: str, title: str, source: str) -> Figure:
    """The smallest strength at which signs of each class fail: median and middle half, fragile classes first.

    What does not fail on the whole grid is drawn right of a line at its end, as ``never``.

    Args:
        table: of `misread.analysis.sweeps.fragility`, with columns network and noise_type; infinite: never fails.
        curves: of `misread.analysis.sweeps.curves`, with a column network: where the grids end.
        key: the network to show.
        title: what a reader knows it by.
        source: ``gtsrb`` or ``synthetic``.

    """
    figure, panels = plt.subplots(1, len(NOISE_TYPES), figsize=(11, 7.2))
    of_network = table[table.network == key]
    for axes, noise_type in zip(panels, NOISE_TYPES, strict=True):
        part = of_network[of_network.noise_type == noise_type].sort_values(["median", "first_quarter", "label"])
        strongest = curves[curves.noise_type == noise_type].strength.max()
        never = strongest * 1.8
        quarters = part[["first_quarter", "median", "third_quarter"]].replace(np.inf, never)
        first, median, third = quarters.to_numpy().T
        places = range(len(part))
        axes.hlines(places, first, third, color="#999999", lw=2)
        axes.plot(median, places, "o", ms=3.5, color=style.network_color(key.rsplit("-", 1)[0]))
        axes.set(title=style.NOISE_NAMES[noise_type], xlabel=UNITS[noise_type].replace(", ", ",\n"), xscale="log")
        axes.axvline(strongest * 1.3, color="#999999", lw=0.8)
        axes.annotate("never", (never, 1.0), xycoords=("data", "axes fraction"), ha="center", va="bottom", fontsize=6)
        names = [f"{classes.NAMES[row.label]} ({row.label}), n = {row.n}" for row in part.itertuples()]
        axes.set_yticks(places, names, fontsize=6)
        axes.invert_yaxis()
    figure.suptitle(f"{title}: the smallest noise at which signs of each class fail, median and middle half")
    style.source_note(figure, source)
    return figure


def transfer(tables: dict[str, pd.DataFrame], titles: dict[str, str], source: str) -> Figure:
    """Accuracy of every network and regime on every test set: what learning from one noise does under the others.

    After R. Geirhos et al., "Generalisation in humans and deep neural networks", arXiv 1808.08750.

    Args:
        tables: key -> table of `misread.analysis.scores.by_noise`.
        titles: key -> what a reader knows the network by.
        source: ``gtsrb`` or ``synthetic``.

    """
    figure, axes = plt.subplots(figsize=(9, 0.42 * len(tables) + 1.6))
    values = np.array([table.accuracy for table in tables.values()])
    first = next(iter(tables.values()))
    names = [
        f"{style.NOISE_NAMES[row.noise_type]} {row.noise_level}".removesuffix(" none").replace(" ", "\n")
        for row in first.itertuples()
    ]
    _heat_map(axes, values, [titles[key] for key in tables], names)
    axes.set_xlabel("test set")
    style.source_note(figure, source)
    return figure


def permits_more(table: pd.DataFrame, titles: dict[str, str], noise: str, source: str) -> Figure:
    """Share of commanding signs read as something that permits more, without noise and with it, with 95% intervals.

    Args:
        table: of `misread.analysis.safety.misreadings`, with columns network and noise (``clean`` or another name).
        titles: key -> what a reader knows the network by.
        noise: name of the noisy set.
        source: ``gtsrb`` or ``synthetic``.

    """
    groups = list(table.signs.unique())
    figure, panels = plt.subplots(1, len(groups), figsize=(9, 0.42 * len(titles) + 1.8), sharey=True, squeeze=False)
    for axes, signs in zip(panels[0], groups, strict=True):
        for key, place in zip(titles, range(len(titles)), strict=True):
            of_network = table[(table.network == key) & (table.signs == signs)]
            color = style.network_color(key.rsplit("-", 1)[0])
            for shift, clean in ((-0.15, True), (0.15, False)):
                row = of_network[(of_network.noise == "clean") == clean].iloc[0]
                axes.errorbar(
                    row.permits_more, place + shift, fmt="o", ms=5, capsize=2, color=color,
                    xerr=[[row.permits_more - row.low], [row.high - row.permits_more]], mfc="white" if clean else color,
                )  # fmt: skip
        axes.set(title=f"{signs}, n = {of_network.n.iloc[0]:,}", xlabel="share read as something that permits more")
        axes.set_xlim(left=0)
    panels[0, 0].set_yticks(range(len(titles)), titles.values())
    panels[0, 0].invert_yaxis()
    figure.suptitle(f"Open: without noise. Filled: under {noise} noise")
    style.source_note(figure, source)
    return figure


def _heat_map(axes: plt.Axes, values: np.ndarray, lines: list[str], columns: list[str]) -> object:
    """Accuracies as colours and numbers."""
    image = axes.imshow(values, cmap="cividis", vmin=0, vmax=1, aspect="auto")
    for (line, column), value in np.ndenumerate(values):
        color = "white" if value < 0.55 else "black"
        axes.annotate(f"{value:.2f}", (column, line), ha="center", va="center", fontsize=7, color=color)
    axes.set_xticks(range(len(columns)), columns)
    axes.set_yticks(range(len(lines)), lines)
    axes.grid(visible=False)
    return image
