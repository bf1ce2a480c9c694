"""How certain the numbers are: several trainings, frames of one track, and a second estimate of the thresholds."""

import pandas as pd

from misread import paths
from misread.metrics import accuracy, sweeps
from misread.noise.types import NOISE_TYPES
from misread.report import page, style, wording
from misread.report.results import Results
from misread.report.topic import Topic


def trainings(results: Results) -> page.Table:
    """Accuracy and thresholds of the networks that were trained several times, with their spread over the trainings."""
    rows = []
    for key, table in results.scored.items():
        if table.trainings.iloc[0] < 2:
            continue
        clean, noisy = accuracy.on_clean(table), table[table.noise_type != paths.CLEAN_SET[0]]
        worst = noisy.loc[noisy.spread.idxmax()]
        row: dict[str, object] = {
            "network": results.titles[key],
            "trainings": int(clean.trainings),
            "clean": _with_spread(clean),
            "mean of the noisy sets": f"{noisy.accuracy.mean():.3f}",
            "largest spread": f"{_with_spread(worst)}, {style.set_title(worst.noise_type, worst.noise_level)}",
        }
        tenth = results.thresholds[(results.thresholds.network == key) & (results.thresholds.level == "p10")]
        for found in tenth.itertuples():
            row[f"10% fail: {style.noise_title(found.noise_type)}"] = _range(found)
        rows.append(row)
    return page.table(
        pd.DataFrame(rows, columns=None if rows else ["network"]),
        "Several trainings of one network",
        "Trainings that differ by the seed alone: mean accuracy and its standard deviation over them, and the range of "
        "the strengths at which 10% of the signs fail in each.",
    )


def _with_spread(row: pd.Series) -> str:
    return f"{row.accuracy:.3f} ± {row.spread:.3f}"


def _range(found) -> str:
    if pd.isna(found.least):
        return "-"
    noise = NOISE_TYPES[found.noise_type]
    return wording.between(found.least, found.most, noise.number)


def tracks(results: Results) -> page.Table:
    """How alike the errors of frames of one track are, and what the test images are worth."""
    rows = []
    for key, part in results.track_effects.groupby("network", sort=False):
        clean = part[part.noise_type == paths.CLEAN_SET[0]].iloc[0]
        noisy = part[part.noise_type != paths.CLEAN_SET[0]]
        rows.append(
            {
                "network": results.titles[key],
                "correlation, clean": clean.correlation,
                "correlation, noisy sets": wording.between(noisy.correlation.min(), noisy.correlation.max()),
                "design effect, clean": clean.effect,
                "design effect, noisy sets": wording.between(noisy.effect.min(), noisy.effect.max(), "{:.1f}".format),
                "effective test images": wording.between(
                    results.counts.test / part.effect.max(), results.counts.test / part.effect.min(), "{:,.0f}".format
                ),
            }
        )
    first = results.track_effects.iloc[0]
    return page.table(
        pd.DataFrame(rows),
        "Frames of one track fail together",
        f"Intraclass correlation of the errors within the {first.tracks:,} held-out tracks ({first.images:,} images), "
        "the factor by which it raises the variance of an accuracy (design effect), and the number of independent "
        f"images that would be worth as much as the {results.counts.test:,} test images.",
        {"correlation, clean": "{:.2f}".format, "design effect, clean": "{:.1f}".format},
    )


def psychometric(results: Results) -> page.Table:
    """The thresholds of fitted psychometric functions beside those of the monotone curves."""
    found = results.psychometric
    frame = pd.DataFrame(
        {
            "network": found.network.map(results.titles),
            "noise": found.noise_type.map(style.noise_title),
            "failing": [page.Shown(f"{share:.0%}", share) for share in found.level.map(sweeps.LEVELS)],
            "monotone curve": [_strength(*one) for one in zip(found.monotone, found.noise_type, strict=True)],
            "psychometric function": [_strength(*one) for one in zip(found.strength, found.noise_type, strict=True)],
            "ratio": found.ratio,
        }
    )
    return page.table(
        frame,
        "Two estimates of the thresholds",
        "Strengths at which 5%, 10% and 50% of the signs fail, from the monotone curve and from a psychometric "
        "function (psignifit: cumulative normal over the logarithm of the strength, beta-binomial), of the first "
        "training.",
        {"ratio": "{:.2f}".format},
    )


def _strength(value: float, noise_type: str) -> page.Shown:
    return page.Shown("-" if pd.isna(value) else wording.number(value, noise_type), value)


def tables(results: Results) -> dict[str, page.Table]:
    """Spread of the trainings, correlation within tracks, and both estimates of the thresholds."""
    return {"trainings": trainings(results), "tracks": tracks(results), "psychometric": psychometric(results)}


def text(results: Results) -> dict[str, object]:
    """How well known tracks are found, the numbers of trainings, and how far the two estimates differ."""
    ratios = results.psychometric[results.psychometric.level == "p10"].ratio.dropna()
    return {
        "tracks": results.tracks,
        "groups": results.groups,
        "test": results.counts.test,
        "several": [results.titles[key] for key, table in results.scored.items() if table.trainings.iloc[0] > 1],
        "ratios": wording.between(ratios.min(), ratios.max()) if len(ratios) else None,
        "resamples": results.settings.sweep.resamples,
    }


TOPIC = Topic("How certain the numbers are", tables=tables, text=text)
