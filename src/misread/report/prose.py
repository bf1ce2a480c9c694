"""Sentences that answer the study's questions, from its numbers, whichever way they fall."""

import itertools

import pandas as pd

from misread.analysis.thresholds import BELOW_GRID, NOT_REACHED, TOO_FEW
from misread.report.style import NOISE_NAMES

UNITS = {
    "salt_pepper": "of the pixels",
    "periodic": "grey levels of amplitude",
    "gaussian": "grey levels of standard deviation",
}


def listed(words: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def among(keys: list[str], titles: dict[str, str]) -> str:
    """Some of the networks; of nearly all, the exceptions.

    Args:
        keys: which.
        titles: key -> what a reader knows the network by, of all.

    """
    missing = [title for key, title in titles.items() if key not in set(keys)]
    if not missing:
        return "all"
    if len(missing) * 2 < len(titles) - 1:
        return f"all but {listed(missing)}"
    return listed([titles[key] for key in keys])


def share(value: float) -> str:
    """A share as per cent, with a decimal below ten."""
    return f"{100 * value:.1f}%" if value < 0.0995 else f"{100 * value:.0f}%"


def number(value: float, noise_type: str) -> str:
    """A strength without its unit, with three digits."""
    return f"{100 * value:.3g}%" if noise_type == "salt_pepper" else f"{value:.3g}"


def signed(value: float, low: float, high: float) -> str:
    """A difference with its 95% interval."""
    return f"{value:+.3f} ({low:+.3f} to {high:+.3f})"


def threshold(found: pd.Series) -> str:
    """One threshold with its interval, open ends said to be so, or why there is none.

    Args:
        found: a row of `misread.analysis.sweeps.threshold_table`.

    """
    if pd.isna(found.strength):
        return found.status
    low = "below the grid" if pd.isna(found.low) else number(found.low, found.noise_type)
    high = "beyond the grid" if pd.isna(found.high) else number(found.high, found.noise_type)
    return f"{number(found.strength, found.noise_type)} ({low} to {high})"


def onset(thresholds: pd.DataFrame, titles: dict[str, str]) -> list[str]:
    """At which noise a tenth of the signs is misread: for each noise type the most and the least sensitive network."""
    sentences = []
    tenth = thresholds[thresholds.level == "p10"]
    for noise_type, part in tenth.groupby("noise_type", sort=False):
        reached = part.dropna(subset="strength").sort_values("strength")
        named = {status: listed([titles[key] for key in rows.network]) for status, rows in part.groupby("status")}
        parts = []
        if BELOW_GRID in named:
            parts.append(f"already below the smallest strength for {named[BELOW_GRID]}")
        if len(reached):
            first, last = reached.iloc[0], reached.iloc[-1]
            text = f"at {threshold(first)} {UNITS[noise_type]} for {titles[first.network]}"
            if len(reached) > 1:
                most = ", the most sensitive" if BELOW_GRID not in named else ""
                text += f"{most}, and at {threshold(last)} for {titles[last.network]}"
            parts.append(text)
        if NOT_REACHED in named:
            parts.append(f"nowhere on the grid for {named[NOT_REACHED]}")
        if TOO_FEW in named:
            parts.append(f"not to be told for {named[TOO_FEW]}, which reads too few signs right without noise")
        sentences.append(f"Under {NOISE_NAMES[noise_type]} noise that is {'; '.join(parts)}.")
    return sentences


def disruption(ranking: pd.DataFrame, pairs: pd.DataFrame, titles: dict[str, str]) -> list[str]:
    """Which noise disrupts most at equal energy, and whether all networks agree; a tie is no finding.

    Args:
        ranking: of `misread.analysis.ranking.rank`, with a column network (key).
        pairs: the same.
        titles: key -> what a reader knows the network by.

    """
    told = pairs[(pairs.low > 0) | (pairs.high < 0)]
    # The one with the smaller area under accuracy over PSNR is worse.
    worse = told.first.where(told.difference < 0, told.second)
    better = told.second.where(told.difference < 0, told.first)
    told = pd.DataFrame({"network": told.network, "worse": worse, "better": better})
    wins = told.groupby(["network", "worse"]).size()
    others = ranking.noise_type.nunique() - 1
    worst = {network: kind for (network, kind), count in wins.items() if count == others}
    sentences = [_most_disruptive({key: worst.get(key) for key in ranking.network.unique()}, titles)]

    disputes = []
    for one, other in itertools.combinations(ranking.noise_type.unique(), 2):
        sides = [told[(told.worse == a) & (told.better == b)].network for a, b in ((one, other), (other, one))]
        if all(len(side) for side in sides):
            disputes.append(_dispute(NOISE_NAMES[one], NOISE_NAMES[other], sides, titles))
    ties = pairs[(pairs.low <= 0) & (pairs.high >= 0)]
    if disputes:
        sentences.append(f"The order is not the same for all: {'; '.join(disputes)}.")
    elif len(ties):
        sentences.append("Where two types are told apart, all agree which is worse.")
    else:
        key = ranking.network.iloc[0]
        order = ranking[ranking.network == key].sort_values("area").noise_type
        sentences.append(f"The order is the same for all: {listed([NOISE_NAMES[kind] for kind in order])}.")
    if len(ties):
        together = [
            f"{NOISE_NAMES[row.first]} and {NOISE_NAMES[row.second]} for {titles[row.network]}"
            for row in ties.itertuples()
        ]
        sentences.append(f"Not told apart by these images: {listed(together)}.")
    else:
        sentences.append("No difference between two types has zero in its 95% interval.")
    return sentences


def _dispute(one: str, other: str, sides: list[pd.Series], titles: dict[str, str]) -> str:
    """For which networks one noise is worse, and for which the other; first the side with more networks."""
    first, second = sides
    if len(first) < len(second):
        one, other, first, second = other, one, second, first
    return (
        f"{one} is worse than {other} noise for {among(list(first), titles)}, but the other way round for "
        f"{listed([titles[key] for key in second])}"
    )


def _most_disruptive(worst: dict[str, str | None], titles: dict[str, str]) -> str:
    """Which type is worse than both others, by the networks for which it is; None: no type is."""
    kinds = list(dict.fromkeys(kind for kind in worst.values() if kind is not None))
    if len(kinds) == 1 and None not in worst.values():
        return f"At equal energy {NOISE_NAMES[kinds[0]]} noise disrupts most, for each network in both regimes."
    parts = [
        f"{NOISE_NAMES[kind] if kind else 'no single type'} for "
        f"{among([key for key, one in worst.items() if one == kind], titles)}"
        for kind in [*kinds, *([None] if None in worst.values() else [])]
    ]
    return f"At equal energy it depends on the network: {'; '.join(parts)}."


def waves(table: pd.DataFrame, titles: dict[str, str]) -> list[str]:
    """Which waves of one amplitude hurt each network most and least.

    Args:
        table: of `misread.analysis.sweeps.over_waves`, with a column network (key).
        titles: key -> what a reader knows the network by.

    """
    sentences = []
    for key, part in table.groupby("network", sort=False):
        worst, best = part.loc[part.accuracy.idxmin()], part.loc[part.accuracy.idxmax()]
        sentences.append(
            f"{titles[key]}: {worst.accuracy:.2f} ({worst.low:.2f} to {worst.high:.2f}) at a period of "
            f"{worst.period:g} pixels and {worst.angle:g}°, {best.accuracy:.2f} ({best.low:.2f} to {best.high:.2f}) at "
            f"{best.period:g} pixels and {best.angle:g}°."
        )
    return sentences


def repair(gains: dict[str, dict]) -> str:
    """What learning from the selected noise adds on it.

    Args:
        gains: ``noisy_minus_clean`` of ``reports/summary.json``.

    """
    parts = [
        f"{signed(gain['difference'], gain['low'], gain['high'])} for {network}" for network, gain in gains.items()
    ]
    return f"Learning from this noise changes the accuracy on it by {listed(parts)}."


def verdict(value: float, low: float, high: float) -> str:
    """What the interval of a difference from nothing says."""
    return f"help by {value:.3f}" if low > 0 else f"hurt by {-value:.3f}" if high < 0 else "show no effect"


def comparison(value: float, low: float, high: float) -> str:
    """What the interval of a difference from another help says."""
    return f"{value:.3f} more than" if low > 0 else f"{-value:.3f} less than" if high < 0 else "no more or less than"


def lessons(augmentation: dict, noise: str) -> list[str]:
    """What generated signs add to real ones, on the clean and on the selected noisy test set.

    Args:
        augmentation: ``reports/gans/augmentation.json``.
        noise: what the selected noisy set is called.

    """
    controls = {
        "less_real": "real signs alone",
        "less_noise": "real signs with the noise itself",
        "less_label_safe": "augmented real signs",
    }
    sentences = []
    for student, differences in augmentation.items():
        regime = student.rsplit("-", 1)[1]
        real, itself = (differences[control]["selected"] for control in ("less_real", "less_noise"))
        parts = [
            f"{signed(**_ends(differences[control]['clean']))} and {signed(**_ends(differences[control]['selected']))} "
            f"beside {what}"
            for control, what in controls.items()
        ]
        sentences.append(
            f"Added to real signs, those of the GAN of {regime} signs {verdict(**_ends(real))} under {noise} noise, "
            f"{comparison(**_ends(itself))} the noise itself. Change of the accuracy on clean signs and under that "
            f"noise: {listed(parts)}."
        )
    return sentences


def _ends(difference: dict) -> dict:
    return {"value": difference["difference"], "low": difference["low"], "high": difference["high"]}


def permitted(table: pd.DataFrame, titles: dict[str, str], noise: str) -> list[str]:
    """How often commanding signs are read as something that permits more.

    Args:
        table: of `misread.analysis.safety.misreadings`, with columns network and noise (``clean`` or another name).
        titles: key -> what a reader knows the network by.
        noise: what the noisy set is called.

    """
    sentences = []
    for signs, part in table.dropna(subset="permits_more").groupby("signs", sort=False):
        rows = {
            (row.network, row.noise == "clean"): f"{share(row.permits_more)} ({share(row.low)} to {share(row.high)})"
            for row in part.itertuples()
        }
        noisy = part[part.noise != "clean"].set_index("network").permits_more
        worst, best = noisy.idxmax(), noisy.idxmin()
        text = (
            f"Of the {signs} (n = {part.n.max():,}), {titles[worst]} reads {rows[worst, False]} as something that "
            f"permits more under {noise} noise, and {rows[worst, True]} without noise"
        )
        if noisy[best] < noisy[worst]:
            text += f"; {titles[best]}, which does so least, {rows[best, False]} and {rows[best, True]}"
        sentences.append(f"{text}.")
    return sentences
