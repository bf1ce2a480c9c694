"""Networks of the user's own beside those of the study that are trained on clean signs."""

from pathlib import Path

import pandas as pd

from misread import paths
from misread.metrics import accuracy
from misread.params import LEVELS
from misread.report import onset, page, style, wording
from misread.report.results import Results
from misread.report.topic import Drawn, Topic

REGIME = "clean"  # of the study's networks, as others are trained without noise


def on_the_same_signs(results: Results) -> list[str]:
    """Names of the user's networks that are measured on the archives of the study."""
    archives = paths.ARCHIVES.resolve()
    return [name for name, one in results.settings.own.items() if Path(one.data).resolve() == archives]


def study_keys(results: Results) -> list[str]:
    """Keys of the study's networks in the regime `REGIME`."""
    return [key for key in results.titles if key.rpartition("-")[2] == REGIME]


def curves_of(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """A result's table as one of `misread.metrics.sweeps.curves` with a column network.

    Args:
        table: table of `misread.own.measured_tables.accuracy_table`.
        name: value of the column network.

    """
    # The accuracy at a level outside the grid is no point of the fitted curve.
    grid = table[table.noise_type != paths.CLEAN_SET[0]].dropna(subset="monotone")
    return grid.rename(columns={"induced": "failed"}).assign(network=name)


def figures(results: Results) -> dict[str, Drawn]:
    """Failure curves of the user's networks and of the study's."""
    own, keys = on_the_same_signs(results), study_keys(results)
    if not own:
        return {}
    curves = pd.concat([results.curves, *(curves_of(results.own[name], name) for name in own)], ignore_index=True)
    titles = {key: results.titles[key] for key in keys} | {name: name for name in own}
    return {
        "curves": Drawn(
            onset.failure_curves(curves, titles, results.source),
            "Noise-induced misclassification against strength: measured values (dots) and the monotone fit (lines). "
            "The grey lines are at 5%, 10% and 50%. Your networks have finer grids around the thresholds. "
            f"{_images(results)}",
            "Curves of failures over strength, a panel for each type of noise",
        )
    }


def _images(results: Results) -> str:
    """Sentence with the numbers of test images."""
    own = ", ".join(f"{_clean(results.own[name]).n:,} for {name}" for name in on_the_same_signs(results))
    return (
        f"Test images: {own}; for the study's networks {results.counts.test:,} for accuracies and "
        f"{results.counts.sweep:,} for failures."
    )


def _clean(table: pd.DataFrame) -> pd.Series:
    return table[table.noise_type == paths.CLEAN_SET[0]].iloc[0]


def tables(results: Results) -> dict[str, page.Table]:
    """A row for each of the user's networks, and for each of the study's in the regime `REGIME`."""
    own = on_the_same_signs(results)
    if not own:
        return {}
    rows = []
    for name in own:
        table = results.own[name]
        levels = table[table.noise_level.isin(LEVELS)]
        rows.append(_row(name, _clean(table), levels.accuracy.mean(), results.own_thresholds, name))
    for key in study_keys(results):
        table = results.scored[key]
        noisy = accuracy.mean_noisy_accuracy(table)
        rows.append(_row(results.titles[key], accuracy.on_clean(table), noisy, results.thresholds, key))
    return {
        "networks": page.table(
            pd.DataFrame(rows),
            "Your networks and the study's",
            f"Accuracy on the clean test set and on average over the {len(results.noise)} noisy sets, and the "
            "strength of each noise at which 10% of the signs fail, with its 95% interval. Intervals of your networks "
            "treat images as independent and are too narrow; those of the study's networks resample tracks. "
            f"{_images(results)}",
        )
    }


def _row(title: str, clean: pd.Series, noisy: float, thresholds: pd.DataFrame, key: str) -> dict[str, object]:
    """A row of the table.

    Args:
        title: name of the network in texts.
        clean: its accuracy, low, high.
        noisy: its mean accuracy under noise.
        thresholds: table of `misread.metrics.sweeps.threshold_table`.
        key: value of its column network.

    """
    tenth = thresholds[(thresholds.network == key) & (thresholds.level == "p10")]
    return {
        "network": title,
        "clean": page.Shown(f"{clean.accuracy:.3f}", clean.accuracy, f"{clean.low:.3f} to {clean.high:.3f}"),
        "mean of the noisy sets": page.Shown(f"{noisy:.3f}", noisy),
    } | {
        f"10% fail: {style.noise_title(found.noise_type)}": page.Shown(wording.threshold(found), onset.sort_key(found))
        for found in tenth.itertuples()
    }


def text(results: Results) -> dict[str, object]:
    """Names of the user's networks, and the images of those that are measured on others."""
    same = on_the_same_signs(results)
    return {
        "same": same,
        "others": {name: one.data for name, one in results.settings.own.items() if name not in same},
    }


def shown(results: Results) -> bool:
    """Whether there are any."""
    return bool(results.settings.own)


TOPIC = Topic("Your own networks", figures=figures, tables=tables, text=text, shown=shown)
