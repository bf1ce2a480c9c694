"""Numbers and lists in words."""

import itertools
import math

import pandas as pd

from misread.metrics import ranking
from misread.noise.types import NOISE_TYPES
from misread.params import Params
from misread.regimes import REGIMES
from misread.report.style import noise_title, selected_title

# Measure of `misread.metrics.ranking` -> its name in tables.
MEASURES = {
    "area": "mean accuracy",
    "area_visible": f"mean accuracy above {ranking.VISIBLE:g} dB",
    "psnr_p05": "minus the PSNR at which 5% fail, dB",
    "psnr_p10": "minus the PSNR at which 10% fail, dB",
}


def listed(words: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def share(value: float) -> str:
    """A share as a percentage, with one decimal below ten."""
    return f"{100 * value:.1f}%" if value < 0.0995 else f"{100 * value:.0f}%"


def number(value: float, noise_type: str) -> str:
    """A strength with three digits, without its unit."""
    return NOISE_TYPES[noise_type].number(value)


def signed(value: float, low: float, high: float) -> str:
    """A difference with its 95% interval, as far as they are within a grid of strengths."""
    known = f"{value:+.3f}" if math.isfinite(value) else "-"
    ends = (f"{end:+.3f}" if math.isfinite(end) else "outside the grid" for end in (low, high))
    return f"{known} ({' to '.join(ends)})"


def between(low: float, high: float, format_of=lambda value: f"{value:.2f}") -> str:
    """``0.30 to 0.40``: a range, or a single number if both ends have the same text."""
    ends = [format_of(low), format_of(high)]
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def change(value: float, low: float, high: float) -> str:
    """A change of accuracy in words; if its 95% interval contains zero, the change is not significant."""
    if low > 0:
        return f"raises the accuracy by {value:.3f}"
    return f"lowers the accuracy by {-value:.3f}" if high < 0 else "does not change the accuracy measurably"


def threshold(found: pd.Series) -> str:
    """A threshold with its interval, or the reason why there is none.

    Args:
        found: row of `misread.metrics.sweeps.threshold_table`.

    """
    if pd.isna(found.strength):
        return found.status
    return f"{number(found.strength, found.noise_type)} ({threshold_interval(found)})"


def threshold_interval(found: pd.Series) -> str:
    """The 95% interval of a threshold within the grid; ends outside the grid are marked as such."""
    low = "below the grid" if pd.isna(found.low) else number(found.low, found.noise_type)
    high = "beyond the grid" if pd.isna(found.high) else number(found.high, found.noise_type)
    return f"{low} to {high}"


def by_disruption(areas: pd.DataFrame, pairs: pd.DataFrame) -> str:
    """Noise types from the most to the least disruptive: ``A > B ≈ C``.

    > stands where every type before it disrupts more than every type after it; ≈ where one such order is open, because
    measures disagree or an interval contains zero.

    Args:
        areas: `misread.metrics.ranking.Ranks.areas` of one network.
        pairs: its `Ranks.pairs`.

    """
    decided = {frozenset(types) for types, sign in ranking.order(pairs).items() if sign}
    types = list(areas.sort_values("area").noise_type)
    text = noise_title(types[0])
    for place, after in enumerate(types[1:], start=1):
        apart = all(frozenset(pair) in decided for pair in itertools.product(types[:place], types[place:]))
        text += f"{' > ' if apart else ' ≈ '}{noise_title(after)}"
    return text


def noise_of(noise_type: str) -> str:
    """``salt & pepper noise``."""
    return f"{noise_title(noise_type)} noise"


def trained_on(regime: str, settings: Params) -> str:
    """Description of the training images of a regime.

    Args:
        regime: one of `misread.regimes`.
        settings: the parameters.

    """
    section = settings.regimes[regime] if regime in settings.regimes.names else None
    return REGIMES[regime].words(section, selected_title(settings.noise))
