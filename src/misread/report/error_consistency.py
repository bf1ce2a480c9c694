"""Error consistency: whether networks fail on the same signs."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from misread import paths
from misread.report import page, style, wording
from misread.report.results import Results
from misread.report.topic import Drawn, Topic

# Of pairs: none is that of a network.
COLORS = ("#000000", "#E69F00", "#56B4E9", "#CC79A7", "#999999")
MARKERS = "os^Dv"
APART = 0.14  # largest distance between the points of two pairs; 1 is the distance of two test sets


def panels_of(table: pd.DataFrame, baseline: str) -> dict[str, pd.DataFrame]:
    """Panels of the figure: the networks of each regime, the regimes of the baseline network, and two trainings.

    Args:
        table: result of `misread.metrics.agreement.table`.
        baseline: name of the baseline network.

    Returns:
        Title -> rows; panels with a single classifier are omitted, except that of two trainings of each.

    """
    again = table.one == table.other
    panels = {"two trainings of a network": table[again]}
    if not again.all():
        table = table[~again]
        one, other = (table[side].str.rsplit("-", n=1, expand=True) for side in ("one", "other"))
        regimes = {
            f"networks of the regime {regime}": table[(one[1] == regime) & (other[1] == regime)]
            for regime in dict.fromkeys([*one[1], *other[1]])
        }
        of_baseline = {f"regimes of {baseline}": table[(one[0] == baseline) & (other[0] == baseline)]}
        panels = regimes | of_baseline | panels
    return {title: rows for title, rows in panels.items() if len(rows)}


def kappa(panels: dict[str, pd.DataFrame], titles: dict[str, str], source: str) -> Figure:
    """Error consistency of each pair of classifiers on every test set, with 95% intervals.

    Args:
        panels: title -> rows of `misread.metrics.agreement.table`.
        titles: key -> name of the classifier in texts.
        source: ``gtsrb`` or ``synthetic``.

    """
    figure, grid, places = style.panels(len(panels), 3.7, 3.9, sharex=True, sharey=True)
    for axes, (title, table) in zip(places, panels.items(), strict=True):
        axes.axhline(0, color="#999999", lw=0.8)
        pairs = list(table.groupby(["one", "other"], sort=False))
        for place, ((one, other), part) in enumerate(pairs):
            positions = np.arange(len(part)) + (place - (len(pairs) - 1) / 2) * min(APART, 0.8 / len(pairs))
            # A percentile interval need not contain the estimate.
            errors = np.maximum([part.kappa - part.low, part.high - part.kappa], 0)
            label = titles[one] if one == other else f"{titles[one]}, {titles[other]}"
            axes.errorbar(
                positions,
                part.kappa,
                errors,
                fmt=MARKERS[place % len(MARKERS)],
                ms=3.5,
                capsize=2,
                lw=1.1,
                color=COLORS[place % len(COLORS)],
                label=label,
            )
            names = [style.set_title(row.noise_type, row.noise_level) for row in part.itertuples()]
            axes.set_xticks(range(len(names)), names, rotation=90, fontsize=7)
        axes.set(title=title, ylim=(None, 1.02))
        axes.xaxis.set_tick_params(labelbottom=True)
        axes.legend(fontsize=7, loc="upper right")
    for axes in grid[:, 0]:
        axes.set_ylabel("Cohen's kappa of correctness")
    style.source_note(figure, source)
    return figure


def figures(results: Results) -> dict[str, Drawn]:
    """Error consistency; no figure if there is only one classifier."""
    panels = panels_of(results.agreement, results.settings.baseline)
    if not panels:
        return {}
    again = ", and of the first and the second training of a network" if results.several else ""
    return {
        "kappa": Drawn(
            kappa(panels, results.titles, results.source),
            "Error consistency of every two networks of a regime and of every two regimes of "
            f"{results.settings.baseline}{again}, on every test set, with 95% bootstrap intervals"
            f"{'; networks are compared by their first trainings' if results.several else ''}; "
            f"n = {results.counts.test:,}.",
            "Points with intervals for every two classifiers, over the test sets",
            classifiers=True,
        )
    }


def shown(kappa: float, low: float, high: float) -> page.Shown:
    """Format a kappa, with its interval as a note; both may be undefined."""
    if np.isnan(kappa):
        return page.Shown("-", kappa, "a network makes no error, or nothing but errors")
    interval = "too few errors for an interval" if np.isnan(low) else f"{low:.2f} to {high:.2f}"
    return page.Shown(f"{kappa:.2f}", kappa, interval)


def tables(results: Results) -> dict[str, page.Table]:
    """Error consistency of each pair of classifiers."""
    rows = []
    compared = panels_of(results.agreement, results.settings.baseline).values()
    for (one, other), part in (pair for table in compared for pair in table.groupby(["one", "other"], sort=False)):
        row: dict[str, object] = {"one": results.titles[one], "other": results.titles[other]}
        for found in part.itertuples():
            name = style.set_title(found.noise_type, found.noise_level)
            row[name] = shown(found.kappa, found.low, found.high)
        rows.append(row)
    return {
        "kappa": page.table(
            pd.DataFrame(rows, columns=None if rows else ["one", "other"]),
            "Error consistency",
            "Cohen's kappa of correctness, on each test set, of the first training of each network; n = "
            f"{results.counts.test:,}. Of all pairs: `reports/tables/agreement.csv`. {results.seen_in_training}",
        )
    }


def answer(results: Results) -> list[str]:
    """How consistent the errors of different networks are, without noise and with it."""
    sentences = []
    defined = results.agreement[results.agreement.kappa.notna()]
    for title, table in panels_of(defined, results.settings.baseline).items():
        is_clean = table.noise_type == paths.CLEAN_SET[0]
        parts = [
            f"{wording.between(rows.kappa.min(), rows.kappa.max())} {where}"
            for rows, where in ((table[is_clean], "on clean signs"), (table[~is_clean], "under noise"))
            if len(rows)
        ]
        sentences.append(f"Kappa between {title} is {' and '.join(parts)}.")
    if not sentences:
        return []
    return ["Cohen's kappa is 1 if two networks fail on the same signs, and 0 if they fail independently.", *sentences]


def text(results: Results) -> dict[str, object]:
    """Whether there is anything to compare."""
    return {"compared": len(results.agreement) > 0}


TOPIC = Topic(
    "Agreement between networks", figures=figures, tables=tables, text=text,
    question="Do networks fail on the same signs?", answer=answer,
)  # fmt: skip
