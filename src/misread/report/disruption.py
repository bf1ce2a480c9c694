"""The most disruptive noise types at equal energy, and the most disruptive frequencies of periodic noise."""

import pandas as pd
from matplotlib.figure import Figure

from misread.metrics import ranking
from misread.noise.types import NOISE_TYPES
from misread.report import onset, page, style, wording
from misread.report.results import Results
from misread.report.topic import Drawn, Topic


def accuracy_by_psnr(curves: pd.DataFrame, titles: dict[str, str], source: str, width: float = 3.6) -> Figure:
    """Accuracy against PSNR for all noise types, which compares them at equal energy; a panel for each classifier.

    Args:
        curves: tables of `misread.metrics.sweeps.curves` with a column ``network`` (key).
        titles: key -> name of the classifier in texts.
        source: ``gtsrb`` or ``synthetic``.
        width: width of a panel in inches.

    """
    figure, grid, panels = style.panels(len(titles), width, 2.8, sharex=True, sharey=True)
    for axes, (key, title) in zip(panels, titles.items(), strict=True):
        for noise_type in style.noise_types(curves):
            part = curves[(curves.network == key) & (curves.noise_type == noise_type)]
            noise = NOISE_TYPES[noise_type]
            axes.plot(part.psnr, part.accuracy, color=noise.color, ls=noise.line, marker=".", ms=4, label=noise.title)
        axes.set(title=title, ylim=(0, 1.02))
    grid[0, 0].invert_xaxis()
    for axes in grid[-1]:
        axes.set_xlabel("PSNR, dB (more noise to the right)")
    for axes in grid[:, 0]:
        axes.set_ylabel("accuracy")
    figure.legend(*grid[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=4, fontsize=8)
    style.source_note(figure, source)
    return figure


def fourier(table: pd.DataFrame, titles: dict[str, str], source: str) -> Figure:
    """Accuracy over period and angle of periodic noise with one amplitude, a heat map for each classifier.

    After D. Yin et al., "A Fourier Perspective on Model Robustness in Computer Vision", arXiv 1906.08988.
    """
    figure, grid, panels = style.panels(len(titles), 3.5, 2.4)
    for axes, (key, title) in zip(panels, titles.items(), strict=True):
        wide = table[table.network == key].pivot(index="angle", columns="period", values="accuracy")
        image = style.heat_map(
            axes, wide.to_numpy(), [f"{angle:g}" for angle in wide.index], [f"{period:g}" for period in wide.columns]
        )
        axes.set(title=title, xlabel="period, pixels", ylabel="angle, degrees")
    figure.colorbar(image, ax=grid, shrink=0.6, label="accuracy")
    style.source_note(figure, source)
    return figure


def figures(results: Results) -> dict[str, Drawn]:
    """Accuracy at equal energy, and Fourier sensitivity."""
    table, amplitude = results.fourier, results.settings.sweep.fourier.amplitude
    return {
        "equal_energy": Drawn(
            accuracy_by_psnr(results.curves, results.titles, results.source),
            f"Accuracy against PSNR after clipping; n = {results.counts.sweep:,}.",
            "Curves for each type of noise, a panel for each network and regime",
            classifiers=True,
        ),
        "fourier": Drawn(
            fourier(table, results.titles, results.source),
            f"Fourier sensitivity: accuracy under periodic noise of amplitude {amplitude:g} by period and angle; the "
            f"RMSE after clipping is {table.rmse.min():.1f} to {table.rmse.max():.1f} grey levels; "
            f"n = {results.counts.fourier:,}.",
            "Heat maps of accuracy over period and angle, one for each network and regime",
            classifiers=True,
        ),
    }


def most_disruptive(pairs: pd.DataFrame) -> dict[str, str | None]:
    """Key of a classifier -> the noise type that all measures find worse than every other; None if there is none.

    Args:
        pairs: `misread.metrics.ranking.Ranks.pairs` with a column network.

    """
    found = {}
    for key, part in pairs.groupby("network", sort=False):
        worse: dict[str, int] = {}
        for (one, other), sign in ranking.order(part).items():
            if sign:
                worst = one if sign < 0 else other
                worse[worst] = worse.get(worst, 0) + 1
        others = len({*part["first"], *part.second}) - 1
        found[key] = next((kind for kind, count in worse.items() if count == others), None)
    return found


def order(results: Results) -> page.Table:
    """The noise types from the most to the least disruptive, for each classifier, at equal energy and equal luma."""
    tables = {"equal PSNR": (results.ranking, results.ranking_pairs)}
    tables["equal PSNR of the luma"] = (results.ranking_luma, results.ranking_luma_pairs)
    rows = [
        {"network": results.titles[key]}
        | {
            f"most to least disruptive, {name}": wording.by_disruption(
                areas[areas.network == key], pairs[pairs.network == key]
            )
            for name, (areas, pairs) in tables.items()
        }
        for key in results.titles
    ]
    return page.table(
        pd.DataFrame(rows),
        "Noise types from the most to the least disruptive",
        "≈ joins types whose order is open: mean accuracy, mean accuracy above 15 dB, and the PSNR at which 5% and 10% "
        "of the signs fail do not all agree, or the interval of a difference contains 0 or ends outside the grid. The "
        "luma is what a grey image shows; Gaussian noise, which differs between the channels, changes it less than the "
        "other types do.",
    )


def tables(results: Results) -> dict[str, page.Table]:
    """The order of the noise types, their mean accuracies, the differences, and waves of many periods and angles."""
    areas = results.ranking.rename(columns={"area": "value"})
    cells = {
        (row.network, row.noise_type): page.Shown(f"{row.value:.3f} ({row.low:.3f} to {row.high:.3f})", row.value)
        for row in areas.itertuples()
    }
    types = results.settings.noise.types.names
    frame = pd.DataFrame(
        {"network": results.titles.values()}
        | {style.noise_title(name): [cells[key, name] for key in results.titles] for name in types}
    )
    found = {
        "order": order(results),
        "ranking": page.table(
            frame,
            "Mean accuracy at equal energy",
            f"Mean over the range of PSNR that all types cover, about {areas.psnr_low.max():.0f} to "
            f"{areas.psnr_high.min():.0f} dB, with 95% intervals; {_n(areas.n)}. The lower the mean, the more the "
            "noise disrupts.",
        ),
        "ranking_pairs": _differences(results),
        "fourier": _fourier_table(results),
    }
    randomly = results.thresholds_random_options
    return found if randomly.empty else found | {"random_options": _random_table(results, randomly)}


def _differences(results: Results) -> page.Table:
    """Differences between the noise types by each measure."""
    pairs = results.ranking_pairs
    frame = pd.DataFrame(
        {
            "network": pairs.network.map(results.titles),
            "noise": pairs["first"].map(style.noise_title),
            "less": pairs.second.map(style.noise_title),
            "measure": pairs.measure.map(wording.MEASURES),
            "difference (95% interval)": [
                page.Shown(wording.signed(*values), values[0])
                for values in pairs[["difference", "low", "high"]].itertuples(index=False)
            ],
        }
    )
    return page.table(
        frame,
        "Differences between noise types",
        f"Paired on the same signs, by each measure; {_n(pairs.n)}. Below 0 the first noise is worse. -: a PSNR is "
        "outside the grid. An end of an interval is outside the grid if a PSNR may be.",
    )


def _random_table(results: Results, randomly: pd.DataFrame) -> page.Table:
    """Thresholds under noise whose options are drawn for each image, beside those of the fixed options."""
    keys = ["network", "noise_type", "level"]
    fixed = results.thresholds.merge(randomly[keys], on=keys)
    frame = pd.DataFrame(
        {"network": fixed.network.map(results.titles), "noise": fixed.noise_type.map(style.noise_title)}
    )
    for name, table in {"options of the noisy sets": fixed, "drawn for each sign": randomly}.items():
        frame[name] = [page.Shown(wording.threshold(row), onset.sort_key(row)) for row in table.itertuples()]
    ranges = results.settings.sweep.ranges(results.settings.noise.types.names)
    options = (f"{name} {low:g} to {high:g}" for one in ranges.values() for name, (low, high) in one.items())
    return page.table(
        frame[(fixed.level == "p10").to_numpy()],
        "Fixed and random options",
        "The strength at which 10% of the signs fail, with the options of the noisy sets, and with options that are "
        f"drawn for each sign ({', '.join(options)}); 95% intervals; n = {results.counts.sweep:,}.",
    )


def _n(n: pd.Series) -> str:
    """``n = 90 to 100``."""
    return f"n = {n.min():,}" if n.nunique() == 1 else f"n = {n.min():,} to {n.max():,}"


def _fourier_table(results: Results) -> page.Table:
    """The periodic noises with the lowest and the highest accuracy of each classifier."""
    rows = []
    for key, part in results.fourier.groupby("network", sort=False):
        row: dict[str, object] = {"network": results.titles[key]}
        for name, one in (
            ("lowest", part.loc[part.accuracy.idxmin()]),
            ("highest", part.loc[part.accuracy.idxmax()]),
        ):
            row[f"{name} accuracy"] = page.Shown(f"{one.accuracy:.2f} ({one.low:.2f} to {one.high:.2f})", one.accuracy)
            row[f"at period, angle ({name})"] = f"{one.period:g} px, {one.angle:g}°"
        rows.append(row)
    return page.table(
        pd.DataFrame(rows),
        "Fourier sensitivity: the most and the least harmful periodic noise",
        "Accuracy with 95% intervals. Each is the extreme of many values, so the intervals are too narrow; "
        f"n = {results.counts.fourier:,}.",
    )


def answer(results: Results) -> list[str]:
    """The most disruptive noise type for each regime."""
    worst = most_disruptive(results.ranking_pairs)
    regimes: dict[str, list[str | None]] = {}
    for key, noise_type in worst.items():
        regimes.setdefault(key.rsplit("-", 1)[1], []).append(noise_type)
    sentences = [
        "We compare the types of noise at the same PSNR, by four measures. A type is the most disruptive for a network "
        "if all measures find it worse than each other type, and no interval of a difference contains 0. At the same "
        "PSNR of the luma, the order may be another."
    ]
    for regime, types in regimes.items():
        trained = f"trained on {results.trained_on[regime]}"
        counts = pd.Series([one for one in types if one], dtype=object).value_counts()
        for kind, count in counts.items():
            text = f"{wording.noise_of(kind)} is the most disruptive for {_networks(count, len(types))} {trained}."
            sentences.append(f"{text[0].upper()}{text[1:]}")
        if open_orders := types.count(None):
            sentences.append(
                f"For {_networks(open_orders, len(types))} {trained}, the measures do not decide which type is the "
                "most disruptive."
            )
    return sentences


def _networks(count: int, of: int) -> str:
    """``2 of the 3 networks``."""
    if of == 1:
        return "the only network"
    return f"all {of} networks" if count == of else f"{count} of the {of} networks"


TOPIC = Topic(
    "Which noise disrupts most", figures=figures, tables=tables, question="Which noise disrupts most?", answer=answer
)
