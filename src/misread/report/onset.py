"""The strengths at which networks start to fail: failure curves, thresholds, fragile classes."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from misread import paths
from misread.gtsrb import classes
from misread.metrics import sweeps
from misread.metrics.thresholds import BELOW_GRID, NOT_REACHED, TOO_FEW
from misread.noise.types import NOISE_TYPES
from misread.report import page, style, wording
from misread.report.results import Results
from misread.report.topic import Drawn, Topic

FINE = 60  # points of a fitted line between the smallest and the largest strength


def failure_curves(curves: pd.DataFrame, titles: dict[str, str], source: str) -> Figure:
    """Share of noise-induced misclassification over strength: measured points and the fitted monotone curve.

    Args:
        curves: tables of `misread.metrics.sweeps.curves` with a column ``network`` (key).
        titles: key -> name of the classifier in texts.
        source: ``gtsrb`` or ``synthetic``.

    """
    types = style.noise_types(curves)
    figure, panels = plt.subplots(1, len(types), figsize=(3.7 * len(types), 4.2), sharey=True, squeeze=False)
    for axes, noise_type in zip(panels[0], types, strict=True):
        for level in sweeps.LEVELS.values():
            axes.axhline(level, color="#999999", lw=0.8)
        for key, title in titles.items():
            part = curves[(curves.network == key) & (curves.noise_type == noise_type)]
            color, line = style.of_classifier(key)
            # The fit is piecewise linear in the strength, so it is curved on a logarithmic axis.
            fine = np.geomspace(part.strength.min(), part.strength.max(), FINE)
            axes.plot(fine, np.interp(fine, part.strength, part.monotone), color=color, ls=line, lw=1.3, label=title)
            axes.plot(part.strength, part.failed, color=color, ls="none", marker=".", ms=4)
        axes.set(title=style.noise_title(noise_type), xlabel=NOISE_TYPES[noise_type].unit, xscale="log", ylim=(0, 1.02))
    panels[0, 0].set_ylabel("share of the images classified correctly without noise\nthat are misclassified with it")
    figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=3, fontsize=8)
    style.source_note(figure, source)
    return figure


def thresholds(table: pd.DataFrame, titles: dict[str, str], source: str) -> Figure:
    """The strength at which 10% of the signs fail, with 95% intervals, a panel for each noise type.

    Args:
        table: result of `misread.metrics.sweeps.threshold_table`.
        titles: key -> name of the classifier in texts.
        source: ``gtsrb`` or ``synthetic``.

    """
    types = style.noise_types(table)
    figure, panels = plt.subplots(
        1, len(types), figsize=(3.7 * len(types), 0.45 * len(titles) + 1.6), sharey=True, squeeze=False
    )
    for axes, noise_type in zip(panels[0], types, strict=True):
        for place, key in enumerate(titles):
            row = table[(table.network == key) & (table.noise_type == noise_type) & (table.level == "p10")].iloc[0]
            if pd.isna(row.strength):
                axes.annotate(row.status, (0.02, place), xycoords=("axes fraction", "data"), fontsize=7, va="center")
            else:
                _threshold(axes, place, row, key)
        axes.set(title=style.noise_title(noise_type), xlabel=NOISE_TYPES[noise_type].unit)
        axes.set_xlim(left=0)
    panels[0, 0].set_yticks(range(len(titles)), titles.values())
    panels[0, 0].invert_yaxis()
    style.source_note(figure, source)
    return figure


def _threshold(axes: plt.Axes, place: int, row: pd.Series, key: str) -> None:
    """Draw a threshold with its interval; an end outside the grid is an arrow."""
    color, line = style.of_classifier(key)
    low, high = (row.strength if pd.isna(bound) else bound for bound in (row.low, row.high))
    # A percentile interval need not contain the estimate.
    axes.errorbar(
        row.strength, place, xerr=[[max(row.strength - low, 0)], [max(high - row.strength, 0)]],
        marker=style.marker_of(key), ls="none", ms=5, color=color, mfc=color if line == "-" else "white", capsize=3,
    )  # fmt: skip
    if not pd.isna(row.least):
        axes.plot([row.least, row.most], [place + 0.3] * 2, marker="|", ms=5, lw=0.8, color=color)
    for bound, marker in ((row.low, "<"), (row.high, ">")):
        if pd.isna(bound):
            axes.plot(row.strength, place, marker, ms=9, mfc="none", color=color)


def fragility(table: pd.DataFrame, curves: pd.DataFrame, key: str, title: str, source: str) -> Figure:
    """The smallest strength at which signs of each class fail: median and quartiles, most fragile classes first.

    Signs that fail at no strength of the grid are drawn to the right of a line at its end, as ``never``.

    Args:
        table: tables of `misread.metrics.sweeps.fragility` with columns network and noise_type; infinite: never fails.
        curves: tables of `misread.metrics.sweeps.curves` with a column network, for the ends of the grids.
        key: key of the classifier.
        title: name of the classifier in texts.
        source: ``gtsrb`` or ``synthetic``.

    """
    types = style.noise_types(table)
    figure, panels = plt.subplots(1, len(types), figsize=(3.7 * len(types), 7.2), squeeze=False)
    of_network = table[table.network == key]
    for axes, noise_type in zip(panels[0], types, strict=True):
        part = of_network[of_network.noise_type == noise_type].sort_values(["median", "first_quarter", "label"])
        strongest = curves[curves.noise_type == noise_type].strength.max()
        never = strongest * 1.8
        quarters = part[["first_quarter", "median", "third_quarter"]].replace(np.inf, never)
        quarters[part.dominant] = np.nan  # its signs are classified correctly by chance
        first, median, third = quarters.to_numpy().T
        places = range(len(part))
        axes.hlines(places, first, third, color="#999999", lw=2)
        axes.plot(median, places, "o", ms=3.5, color=style.of_classifier(key)[0])
        axes.set(
            title=style.noise_title(noise_type), xlabel=NOISE_TYPES[noise_type].unit.replace(", ", ",\n"), xscale="log"
        )
        axes.axvline(strongest * 1.3, color="#999999", lw=0.8)
        axes.annotate("never", (never, 1.0), xycoords=("data", "axes fraction"), ha="center", va="bottom", fontsize=6)
        names = [
            f"{classes.NAMES[row.label]} ({row.label}), n = {row.n}" + ", dominant" * row.dominant
            for row in part.itertuples()
        ]
        axes.set_yticks(places, names, fontsize=6)
        axes.invert_yaxis()
    figure.suptitle(title)
    style.source_note(figure, source)
    return figure


def figures(results: Results) -> dict[str, Drawn]:
    """Failure curves, thresholds, fragile classes."""
    part, titles, source = f"n = {results.counts.sweep:,}", results.titles, results.source
    line = "The thin line below a dot: range over several trainings. " if results.several else ""
    shown = paths.classifier(results.settings.baseline, "clean")
    return {
        "curves": Drawn(
            failure_curves(results.curves, titles, source),
            "Noise-induced misclassification against strength: measured values (dots) and the monotone fit (lines). "
            f"The grey lines are at 5%, 10% and 50%. Of {part} test images, those classified correctly without noise "
            "count.",
            "Curves of failures over strength, a panel for each type of noise",
            classifiers=True,
        ),
        "thresholds": Drawn(
            thresholds(results.thresholds, titles, source),
            "The strength at which 10% of the signs fail, with 95% bootstrap intervals; filled: trained on clean "
            f"signs. {line}An arrow marks an interval that ends outside the grid. {part} test images, less those "
            "misclassified without noise.",
            "Dots with intervals for each network and type of noise",
            classifiers=True,
        ),
        "fragility": Drawn(
            fragility(results.fragility, results.curves, shown, titles[shown], source),
            "The smallest noise at which signs of each class fail, in the first training: median (dot) and middle half "
            f"(line). Never: at no strength of the grid. {_dominant(results, shown)}{part} test images, less those "
            "misclassified without noise; a class with few signs says little.",
            "Dots with bars for each class, the most fragile classes first; right of a line those that never fail",
        ),
    }


def _dominant(results: Results, key: str) -> str:
    """What a dominant class is, if a classifier has one."""
    if not results.fragility[results.fragility.network == key].dominant.any():
        return ""
    return (
        "Dominant: at the largest strength, the network classifies at least half of all images as this class, so its "
        "own signs are then correct by chance; they are not drawn. "
    )


def _trainings(found: pd.Series) -> str:
    """Range of a threshold over several trainings; ``found``: row of a threshold table."""
    if pd.isna(found.least):
        return ""
    return wording.between(found.least, found.most, NOISE_TYPES[found.noise_type].number)


def sort_key(found: pd.Series) -> float:
    """The strength of a threshold, or the end of the grid beyond which it is; ``found``: row of a threshold table."""
    return (-np.inf if found.status == BELOW_GRID else np.inf) if pd.isna(found.strength) else found.strength


def tables(results: Results) -> dict[str, page.Table]:
    """All thresholds, with the energy of the noise at each."""
    found = results.thresholds
    frame = pd.DataFrame(
        {
            "network": found.network.map(results.titles),
            "noise": found.noise_type.map(style.noise_title),
            "failing": [page.Shown(f"{share:.0%}", share) for share in found.level.map(sweeps.LEVELS)],
            "strength (95% interval)": [
                page.Shown(wording.threshold(row), sort_key(row)) for row in found.itertuples()
            ],
            "RMSE": found.rmse,
            "PSNR, dB": found.psnr,
        }
    )
    ranges = ""
    if results.several:
        frame["trainings"] = [_trainings(row) for row in found.itertuples()]
        ranges = " Trainings: range over the trainings of a network."
    n = results.curves.n
    return {
        "thresholds": page.table(
            frame,
            "Strengths at which 5%, 10% and 50% of the signs fail",
            "A sign fails if it is classified correctly without noise and incorrectly with it; "
            f"n = {n.min():,} to {n.max():,} signs. Strengths are in the unit of the noise type "
            f"({_units(results)}). RMSE, in grey levels, and PSNR are those of the noise at this strength after "
            f"clipping, over the images without their padding.{ranges}",
            {"RMSE": "{:.1f}".format, "PSNR, dB": "{:.1f}".format},
        ),
        "by_size": by_size(results),
    }


def by_size(results: Results) -> page.Table:
    """Thresholds of small, middle and large signs."""
    found = results.thresholds_by_size
    rows = []
    for (key, noise_type), part in found.groupby(["network", "noise_type"], sort=False):
        row: dict[str, object] = {"network": results.titles[key], "noise": style.noise_title(noise_type)}
        for one in part.itertuples():
            row[f"{one.size}, {one.side_low:.0f} to {one.side_high:.0f} px"] = page.Shown(
                wording.threshold(one), sort_key(one)
            )
        rows.append(row)
    return page.table(
        pd.DataFrame(rows),
        "Strengths at which 10% of small, middle and large signs fail",
        "A third of the signs each, by the root of the area of the annotated sign in the original photograph; with 95% "
        f"intervals; n = {found.n.min():,} to {found.n.max():,} signs, less those misclassified without noise.",
    )


def _units(results: Results) -> str:
    return "; ".join(
        f"{style.noise_title(name)}: {NOISE_TYPES[name].unit}" for name in style.noise_types(results.thresholds)
    )


def answer(results: Results) -> list[str]:
    """The most and the least sensitive classifier for each noise type."""
    sentences = [
        "A network fails on a sign if it classifies the sign correctly without noise and incorrectly with noise. We "
        "say that it fails regularly if it fails on 10% of the signs that it classifies correctly without noise. Where "
        "the intervals of two networks overlap, their order is open."
    ]
    tenth = results.thresholds[results.thresholds.level == "p10"]
    return sentences + [
        _onset(noise_type, part, results.titles) for noise_type, part in tenth.groupby("noise_type", sort=False)
    ]


def _onset(noise_type: str, part: pd.DataFrame, titles: dict[str, str]) -> str:
    """The range of thresholds of the networks for one noise type."""
    reached = part.dropna(subset="strength").sort_values("strength")
    counts = part.status.value_counts()
    sentences = []
    if len(reached):
        first, last = reached.iloc[0], reached.iloc[-1]
        words = NOISE_TYPES[noise_type].words(first.strength)
        text = f"the strength is {words} for {titles[first.network]}"
        if len(reached) > 1:
            text = (
                f"the strengths are between {words} ({titles[first.network]}) and "
                f"{wording.number(last.strength, noise_type)} ({titles[last.network]})"
            )
        sentences.append(text)
    for status, (one, several), what in (
        (BELOW_GRID, ("fails", "fail"), "regularly at the smallest strength that was tested"),
        (NOT_REACHED, ("does", "do"), "not fail regularly at any strength that was tested"),
        (TOO_FEW, ("classifies", "classify"), "too few signs correctly without noise to have a threshold"),
    ):
        if count := counts.get(status):
            sentences.append(f"{count} of {len(part)} classifiers {one if count == 1 else several} {what}")
    return f"{wording.noise_of(noise_type)[0].upper()}{wording.noise_of(noise_type)[1:]}: {'; '.join(sentences)}."


def text(results: Results) -> dict[str, object]:
    """How the thresholds are measured."""
    return {"images": results.counts.sweep, "resamples": results.settings.sweep.resamples}


TOPIC = Topic(
    "Where networks start to fail", figures=figures, tables=tables, text=text,
    question="At what noise do networks start to fail regularly?", answer=answer,
)  # fmt: skip
