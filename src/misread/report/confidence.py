"""Calibration of the networks' confidence, with and without noise."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from misread import paths
from misread.metrics import accuracy, calibration
from misread.noise.types import NOISE_TYPES
from misread.params import LEVELS
from misread.report import page, style, wording
from misread.report.results import Results
from misread.report.topic import Drawn, Topic

ERROR = {"ece": "as trained", "ece_scaled": "after temperature scaling"}  # column -> its name in figures


def error_by_strength(table: pd.DataFrame, titles: dict[str, str], source: str) -> Figure:
    """Expected calibration error against the strength of the noise, before and after temperature scaling.

    Args:
        table: result of `misread.metrics.calibration.by` noise type and strength, with a column ``network`` (key).
        titles: key -> name of the classifier in texts.
        source: ``gtsrb`` or ``synthetic``.

    """
    types = style.noise_types(table)
    figure, grid = plt.subplots(
        2, len(types), figsize=(3.7 * len(types), 6.4), sharey=True, sharex="col", squeeze=False
    )
    for line, (column, when) in zip(grid, ERROR.items(), strict=True):
        for axes, noise_type in zip(line, types, strict=True):
            for key, title in titles.items():
                part = table[(table.network == key) & (table.noise_type == noise_type)]
                color, dash = style.of_classifier(key)
                axes.plot(part.strength, part[column], color=color, ls=dash, lw=1.3, label=title)
            axes.set_xscale("log")
        line[0].set_ylabel(f"expected calibration error,\n{when}")
    grid[0, 0].set_ylim(bottom=0)  # of all panels, now that all curves are drawn
    for axes, noise_type in zip(grid[0], types, strict=True):
        axes.set_title(style.noise_title(noise_type))
    for axes, noise_type in zip(grid[-1], types, strict=True):
        axes.set_xlabel(NOISE_TYPES[noise_type].unit)
    figure.legend(*grid[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=3, fontsize=8)
    style.source_note(figure, source)
    return figure


def risk_coverage(
    predictions: dict[str, pd.DataFrame], titles: dict[str, str], sets: list[tuple[str, str]], source: str
) -> Figure:
    """Risk-coverage curves: share of errors if images with low confidence are rejected; a panel for each set.

    Args:
        predictions: key -> predictions for all test sets.
        titles: key -> name of the classifier in texts.
        sets: noise type and level of each panel.
        source: ``gtsrb`` or ``synthetic``.

    """
    figure, panels = plt.subplots(1, len(sets), figsize=(3.0 * len(sets), 3.9), sharey=True, squeeze=False)
    for axes, (noise_type, level) in zip(panels[0], sets, strict=True):
        axes.axhline(calibration.RISK, color="#999999", lw=0.8)
        for key, title in titles.items():
            table = predictions[key]
            part = calibration.curve(table[(table.noise_type == noise_type) & (table.noise_level == level)])
            color, line = style.of_classifier(key)
            axes.plot(part.coverage, part.risk, color=color, ls=line, lw=1.3, label=title)
        axes.set(
            title=style.set_title(noise_type, level), xlabel="share of images kept", xlim=(0, 1.01), ylim=(0, 1.01)
        )
    panels[0, 0].set_ylabel("share of errors among them")
    figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=3, fontsize=8)
    style.source_note(figure, source)
    return figure


def strongest(results: Results) -> list[tuple[str, str]]:
    """The clean set and the highest level of each noise type."""
    return [paths.CLEAN_SET, *((name, LEVELS[-1]) for name in results.settings.noise.types.names)]


def figures(results: Results) -> dict[str, Drawn]:
    """Calibration error over strength, and risk over coverage."""
    return {
        "calibration": Drawn(
            error_by_strength(results.calibration_by_strength, results.titles, results.source),
            f"Expected calibration error ({calibration.BINS} bins) against the strength of the noise; "
            f"n = {results.counts.sweep:,} test images.",
            "Curves of calibration error over strength, a panel for each type of noise, before and after scaling",
            classifiers=True,
        ),
        "risk_coverage": Drawn(
            risk_coverage(results.predictions, results.titles, strongest(results), results.source),
            "Risk and coverage: the share of errors among the most confident images, against the share of images kept. "
            f"The grey line is at {calibration.RISK:.0%}; n = {results.counts.test:,}.",
            "Curves of errors over the share of images kept, for the clean and the noisiest test sets",
            classifiers=True,
        ),
    }


def mean_of_noisy(table: pd.DataFrame) -> pd.Series:
    """Mean of each column over the noisy sets."""
    return table[table.noise_type != paths.CLEAN_SET[0]].mean(numeric_only=True)


def tables(results: Results) -> dict[str, page.Table]:
    """Mean calibration of each classifier, and its calibration on each set."""
    rows = []
    for key, table in results.calibration.items():
        clean = accuracy.on_clean(table)
        noisy = mean_of_noisy(table)
        wrong = table.set_index(["noise_type", "noise_level"]).confidence_when_wrong
        rows.append(
            {
                "network": results.titles[key],
                "temperature": clean.temperature,
                "ECE, clean": clean.ece,
                "scaled, clean": clean.ece_scaled,
                "ECE, noisy": noisy.ece,
                "scaled, noisy": noisy.ece_scaled,
                **{f"wrong, {style.set_title(*one)}": wrong[one] for one in strongest(results)},
                "kept, clean": clean.coverage,
                "kept, noisy": noisy.coverage,
            }
        )
    counts = results.counts
    return {
        "scores": page.table(
            pd.DataFrame(rows),
            "Calibration of each network",
            f"ECE: expected calibration error ({calibration.BINS} bins), as trained and scaled by the temperature, on "
            "the clean test set and on average over the noisy ones. Wrong: mean confidence in wrong predictions. "
            f"Kept: the largest share of images, the most confident ones, with at most {calibration.RISK:.0%} errors. "
            f"n = {counts.test:,}. {results.seen_in_training}",
            {"temperature": "{:.2f}".format},
        ),
    }


def text(results: Results) -> dict[str, object]:
    """Number of bins of the expected calibration error."""
    return {"bins": calibration.BINS}


def answer(results: Results) -> list[str]:
    """The classifier and test set with the most confident wrong predictions, and the calibration errors."""
    clean, noisy = (
        wording.between(
            *(f([which(table) for table in results.calibration.values()]) for f in (min, max)), "{:.3f}".format
        )
        for which in (lambda table: accuracy.on_clean(table).ece, lambda table: mean_of_noisy(table).ece)
    )
    sentences = [
        f"The expected calibration error is {clean} on clean signs and {noisy} on average over the noisy sets."
    ]
    every = pd.concat([table.assign(key=key) for key, table in results.calibration.items()], ignore_index=True)
    shown = pd.MultiIndex.from_frame(every[["noise_type", "noise_level"]]).isin(strongest(results))
    every = every[shown & (every.n * (1 - every.accuracy) >= calibration.FEW)]
    if len(every):
        worst = every.loc[every.confidence_when_wrong.idxmax()]
        noise = f"under {style.noise_title(worst.noise_type)} noise ({worst.noise_level})"
        first = "the first training of " if results.several else ""
        under = "without noise" if worst.noise_type == paths.CLEAN_SET[0] else noise
        sentences.insert(
            0,
            f"The wrong predictions of {first}{results.titles[worst.key]} {under} have a mean confidence of "
            f"{worst.confidence_when_wrong:.2f}, the highest in the table.",
        )
    return sentences


TOPIC = Topic(
    "Confidence under noise", figures=figures, tables=tables, text=text,
    question="Do networks know when they are wrong?", answer=answer,
)  # fmt: skip
