"""The most disruptive noise types at equal energy, and the most disruptive frequencies of periodic noise."""

import pandas as pd
from matplotlib.figure import Figure

from misread.noise.types import NOISE_TYPES
from misread.report import page, style, wording
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


def _significant(pairs: pd.DataFrame) -> pd.DataFrame:
    """Pairs of noise types whose 95% interval of the difference excludes zero: network, worse, better."""
    clear = pairs[(pairs.low > 0) | (pairs.high < 0)]
    # The noise with the smaller area under the curve of accuracy over PSNR is worse.
    first_is_worse = clear.difference < 0
    return pd.DataFrame(
        {
            "network": clear.network,
            "worse": clear["first"].where(first_is_worse, clear.second),
            "better": clear.second.where(first_is_worse, clear["first"]),
        }
    )


def most_disruptive(ranking: pd.DataFrame, pairs: pd.DataFrame) -> dict[str, str | None]:
    """Key of a classifier -> the noise type that is worse than all others; None if there is none.

    Args:
        ranking: first table of `misread.metrics.ranking.rank`, with a column network.
        pairs: second table of `misread.metrics.ranking.rank`, with a column network.

    """
    wins = _significant(pairs).groupby(["network", "worse"]).size()
    others = ranking.noise_type.nunique() - 1
    worst = {network: noise_type for (network, noise_type), count in wins.items() if count == others}
    return {key: worst.get(key) for key in ranking.network.unique()}


def order(results: Results) -> page.Table:
    """The noise types from the most to the least disruptive, for each classifier."""
    pairs = results.ranking_pairs
    rows = [
        {
            "network": results.titles[key],
            "most to least disruptive": wording.by_disruption(part, pairs[pairs.network == key]),
        }
        for key, part in results.ranking.groupby("network", sort=False)
    ]
    return page.table(
        pd.DataFrame(rows),
        "Noise types from the most to the least disruptive at equal energy",
        "≈ joins types whose difference has zero in its 95% interval.",
    )


def tables(results: Results) -> dict[str, page.Table]:
    """The order of the noise types, their mean accuracies, and the differences."""
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
    pairs = results.ranking_pairs.rename(columns={"difference": "value"})
    differences = pd.DataFrame(
        {
            "network": pairs.network.map(results.titles),
            "noise": pairs["first"].map(style.noise_title),
            "less": pairs.second.map(style.noise_title),
            "difference (95% interval)": [
                page.Shown(wording.signed(row.value, row.low, row.high), row.value) for row in pairs.itertuples()
            ],
        }
    )
    return {
        "order": order(results),
        "ranking": page.table(
            frame,
            "Mean accuracy at equal energy",
            f"Mean over the range of PSNR that all types cover, about {areas.psnr_low.max():.0f} to "
            f"{areas.psnr_high.min():.0f} dB, with 95% intervals; {_n(areas.n)}. The lower the mean, the more the "
            "noise disrupts.",
        ),
        "ranking_pairs": page.table(
            differences,
            "Differences between noise types",
            f"Differences of the mean accuracies above, paired on the same signs; {_n(pairs.n)}. Below 0 the first "
            "noise is worse.",
        ),
        "fourier": _fourier_table(results),
    }


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
    worst = most_disruptive(results.ranking, results.ranking_pairs)
    regimes: dict[str, list[str | None]] = {}
    for key, noise_type in worst.items():
        regimes.setdefault(key.rsplit("-", 1)[1], []).append(noise_type)
    sentences = ["We compare the types of noise at the same energy, that is at the same PSNR."]
    for regime, types in regimes.items():
        counts = pd.Series([style.noise_title(one) if one else "no single type of" for one in types]).value_counts()
        first, *others = counts.items()
        share = f"{first[1]} of the {len(types)}" if others else f"all {len(types)}"
        networks = f"{share} networks" if len(types) > 1 else "the only network"
        text = f"{first[0]} noise lowers the accuracy most for {networks} trained on "
        text += results.trained_on[regime]
        text += "".join(f", and {name} noise for {count}" for name, count in others)
        sentences.append(f"{text[0].upper()}{text[1:]}.")
    return sentences


TOPIC = Topic(
    "Which noise disrupts most", figures=figures, tables=tables, question="Which noise disrupts most?", answer=answer
)
