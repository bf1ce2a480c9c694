"""The figures of a result."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from misread.noise.types import NOISE_TYPES
from misread.report import disruption, onset, style
from misread.report.pictures import Picture, picture

if TYPE_CHECKING:
    from misread.own.result import Result

KEY = "own"  # of the only network in figures that can show several
BARS = 15  # classes shown at each end
WIDTH = 7.5  # of figures with one panel, inches


def draw(result: Result, folder: Path) -> dict[str, Picture | None]:
    """Draw all figures: name -> figure; None if there is nothing to show."""
    noisy = result.accuracy[result.accuracy.noise_type != "none"]
    curves = noisy.rename(columns={"induced": "failed"}).assign(network=KEY)
    titles, images = {KEY: _literal(result.name)}, f"n = {len(result.images):,}"
    drawn: dict[str, Picture | None] = {
        "curves": _saved(
            onset.failure_curves(curves.dropna(subset="monotone"), titles, ""),
            folder / "curves.svg",
            "Noise-induced misclassification against strength: measured values (dots) and the monotone fit (lines). "
            f"The grey lines are at 5%, 10% and 50%; {images}, of which the images that are classified correctly "
            "without noise count.",
            "Curves of failures over strength, a panel for each type of noise",
        ),
        "equal_energy": _saved(
            disruption.accuracy_by_psnr(curves.dropna(subset="psnr"), titles, "", WIDTH),
            folder / "equal_energy.svg",
            f"Accuracy against PSNR after clipping; {images}.",
            "A curve for each type of noise",
        ),
        "classes": _saved(
            class_bars(result.classes),
            folder / "classes.svg",
            "Recall of the classes that lose most and of those that lose least: without noise (dot) and on average "
            "under the levels of all noise types (end of the line). A class with few images says little.",
            "Lines from the recall without noise to that under noise, a row for each class",
        ),
        "examples": None,
    }
    if result.examples:
        drawn["examples"] = _saved(
            broken_images(result),
            folder / "examples.png",
            "Left of each pair: without noise; right: with the smallest measured noise at which it is misclassified.",
            "Pairs of images before and after noise, with the predicted classes",
        )
    return drawn


def _saved(figure: Figure, path: Path, caption: str, alt: str) -> Picture:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from font")  # of names in scripts that the font lacks
        style.save(figure, path)
    return picture(path, caption, alt)


def class_bars(table: pd.DataFrame) -> Figure:
    """Recall without noise and under noise of the classes that lose most and least.

    Args:
        table: table of `misread.own.measured_tables.class_table`.

    """
    ordered = table.sort_values("loss", ascending=False)
    shown = ordered if len(ordered) <= 2 * BARS else pd.concat([ordered.head(BARS), ordered.tail(BARS)])
    figure, axes = plt.subplots(figsize=(WIDTH, 0.22 * len(shown) + 1.2))
    places = np.arange(len(shown))
    axes.hlines(places, shown.noisy, shown.clean, color="#999999", lw=2)
    axes.plot(shown.clean, places, "o", ms=4, color=style.RIGHT, label="without noise")
    axes.plot(shown.noisy, places, "|", ms=9, mew=2, color=style.WRONG, label="mean over the noises")
    axes.set_yticks(places, [f"{_short(row[0])}, n = {row[1]}" for row in shown[["class", "n"]].values], fontsize=7)
    axes.invert_yaxis()
    axes.set(xlim=(-0.02, 1.02), xlabel="recall")
    if len(shown) < len(ordered):
        axes.axhline(BARS - 0.5, color="#999999", lw=0.8, ls=":")
    figure.legend(loc="outside upper center", ncols=2, fontsize=8)
    return figure


def broken_images(result: Result) -> Figure:
    """Pairs of images before and after the smallest noise that breaks them, a row for each noise type."""
    types = list(dict.fromkeys(one.noise_type for one in result.examples))
    columns = max(sum(one.noise_type == kind for one in result.examples) for kind in types)
    figure, grid = plt.subplots(len(types), columns, figsize=(1.75 * columns, 1.5 * len(types)), squeeze=False)
    names = result.settings["classes"]
    for line, kind in zip(grid, types, strict=True):
        chosen = [one for one in result.examples if one.noise_type == kind]
        for axes in line[len(chosen) :]:
            axes.set_axis_off()
        for axes, one in zip(line, chosen, strict=False):
            pair = np.concatenate([one.clean, one.noisy], axis=1)
            text = f"{_short(names[one.label])}\npredicted as {_short(names[one.prediction])}\n"
            text += f"{NOISE_TYPES[kind].title} {NOISE_TYPES[kind].number(one.strength)}"
            style.show(axes, np.repeat(pair, 3, axis=2) if pair.shape[2] == 1 else pair, text, size=7)
    return figure


def _short(name: object, length: int = 24) -> str:
    text = str(name)
    return _literal(text if len(text) <= length else f"{text[: length - 1]}…")


def _literal(text: str) -> str:
    """A text in which Matplotlib takes no dollar signs for the marks of a formula."""
    return text.replace("$", r"\$")
