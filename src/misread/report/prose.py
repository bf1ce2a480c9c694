"""Sentences that answer the study's questions, from its numbers, whichever way they fall."""

import pandas as pd

from misread.report.style import NOISE_NAMES

UNITS = {"salt_pepper": "of the pixels", "periodic": "grey levels of amplitude", "gaussian": "grey levels"}


def listed(words: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def share(value: float) -> str:
    """A share as per cent, with a decimal below ten."""
    return f"{100 * value:.1f}%" if value < 0.0995 else f"{100 * value:.0f}%"


def number(value: float, noise_type: str) -> str:
    """A strength without its unit."""
    return share(value) if noise_type == "salt_pepper" else f"{value:.3g}"


def strength(value: float, noise_type: str) -> str:
    """A strength with its unit."""
    return f"{number(value, noise_type)} {UNITS[noise_type]}"


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
        name = NOISE_NAMES[noise_type]
        if reached.empty:
            sentences.append(f"Under {name} noise no network comes to that within the grid of strengths.")
            continue
        first, last = reached.iloc[0], reached.iloc[-1]
        text = f"Under {name} noise that is at {strength(first.strength, noise_type)} for {titles[first.network]}"
        if len(reached) > 1:
            text += f", the most sensitive, and {strength(last.strength, noise_type)} for {titles[last.network]}"
        if len(reached) < len(part):
            rest = part[part.strength.isna()]
            text += f"; {listed([f'{titles[row.network]}: {row.status}' for row in rest.itertuples()])}"
        sentences.append(f"{text}.")
    return sentences


def order_of(ranking: pd.DataFrame) -> dict[str, list[str]]:
    """network -> noise types, the most disruptive (smallest area under accuracy over PSNR) first."""
    return {
        network: list(part.sort_values("area").noise_type) for network, part in ranking.groupby("network", sort=False)
    }


def disruption(ranking: pd.DataFrame, pairs: pd.DataFrame, titles: dict[str, str]) -> list[str]:
    """Which noise disrupts most at equal energy, and whether all networks agree."""
    orders = order_of(ranking)
    worst = pd.Series({network: order[0] for network, order in orders.items()})
    counts = worst.value_counts()
    if len(counts) == 1:
        sentences = [f"At equal energy {NOISE_NAMES[counts.index[0]]} noise disrupts all {len(orders)} networks most."]
    else:
        parts = [
            f"{NOISE_NAMES[kind]} noise for {listed([titles[network] for network in worst.index[worst == kind]])}"
            for kind in counts.index
        ]
        sentences = [f"At equal energy it depends on the network: {listed(parts)}."]
    if len({tuple(order) for order in orders.values()}) == 1:
        names = [NOISE_NAMES[kind] for kind in next(iter(orders.values()))]
        sentences.append(f"The order is the same for all of them: {listed(names)}.")
    else:
        sentences.append("The order of the three is not the same for all networks.")
    together = [
        f"{NOISE_NAMES[row.first]} and {NOISE_NAMES[row.second]} ({titles[row.network]})"
        for row in pairs[(pairs.low <= 0) & (pairs.high >= 0)].itertuples()
    ]
    if together:
        sentences.append(f"Not told apart by these images: {listed(together)}.")
    else:
        sentences.append("No difference between two types has zero in its 95% interval.")
    return sentences


def repair(gains: dict[str, dict]) -> str:
    """What learning from the selected noise adds on it.

    Args:
        gains: ``noisy_minus_clean`` of ``metrics/summary.json``.

    """
    parts = [
        f"{signed(gain['difference'], gain['low'], gain['high'])} for {network}" for network, gain in gains.items()
    ]
    return f"Learning from this noise changes the accuracy on it by {listed(parts)}."


def verdict(low: float, high: float) -> str:
    """What the interval of a difference says."""
    return "helps" if low > 0 else "hurts" if high < 0 else "makes no difference that these images show"


def lessons(augmentation: dict, noise: str) -> list[str]:
    """What generated signs add to real ones, on the clean and on the selected noisy test set.

    Args:
        augmentation: ``metrics/augmentation.json``.
        noise: what the selected noisy set is called.

    """
    controls = {
        "less_real": "real signs alone",
        "less_noise": "real signs, clean and noisy",
        "less_label_safe": "augmented real signs",
    }
    sentences = []
    for student, differences in augmentation.items():
        regime = student.rsplit("-", 1)[1]
        for control, what in controls.items():
            clean, noisy = differences[control]["clean"], differences[control]["selected"]
            sentences.append(
                f"Beside {what}, signs of the GAN of {regime} signs change the accuracy by {signed(**_ends(clean))} on "
                f"clean signs ({verdict(clean['low'], clean['high'])}) and by {signed(**_ends(noisy))} under {noise} "
                f"noise ({verdict(noisy['low'], noisy['high'])})."
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
    for signs, part in table.groupby("signs", sort=False):
        clean = part[part.noise == "clean"].set_index("network").permits_more
        noisy = part[part.noise != "clean"].set_index("network").permits_more
        worst, best = noisy.idxmax(), noisy.idxmin()
        sentences.append(
            f"Of the {signs}, {titles[worst]} reads {share(noisy[worst])} as something that permits more under {noise} "
            f"noise, {share(clean[worst])} without noise; {titles[best]}, the safest, "
            f"{share(noisy[best])} and {share(clean[best])}."
        )
    return sentences
