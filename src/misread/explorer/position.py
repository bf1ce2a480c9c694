"""Comparison of a strength with a network's thresholds."""

import math
from typing import NamedTuple

from misread.explorer import strengths
from misread.metrics.sweeps import LEVELS
from misread.metrics.thresholds import BELOW_GRID, NOT_REACHED


class Bound(NamedTuple):
    """A threshold with its 95% interval, in the noise type's own unit."""

    level: float  # share of the signs that fail there
    strength: float  # 0: below all measured strengths; infinite: above them
    low: float  # from 0 to `strength`; equal to `strength` if the end of the interval is unknown
    high: float


def bounds(found: dict[str, dict] | None) -> list[Bound]:
    """Thresholds of a network for one noise type, in ascending order.

    Args:
        found: result of `sweeps.find_thresholds`; None if there are no thresholds.

    """
    outside = {NOT_REACHED: math.inf, BELOW_GRID: 0.0}
    result = []
    for name, level in LEVELS.items():
        one = (found or {}).get(name)
        strength = one and outside.get(one["status"], one["strength"])
        if strength is not None:
            ends = (strength if one[end] is None else one[end] for end in ("low", "high"))
            result.append(Bound(level, strength, *ends))
    return result


def sentence(found: dict[str, dict] | None, strength: float, noise_type: str) -> str:
    """Say in a sentence how a strength compares with the thresholds.

    Args:
        found: as for `bounds`.
        strength: strength in the type's own unit, at least 0.
        noise_type: a module of `misread.noise.types`, which has the unit.

    """
    marks = bounds(found)
    if not marks:
        return "There are no thresholds of this network for this noise."
    if strength == 0:
        return "No noise is added."
    near = [mark for mark in marks if mark.low <= strength <= mark.high]
    below = [mark for mark in marks if mark.strength < strength]
    above = [mark for mark in marks if mark.strength >= strength]
    if near:
        mark = min(near, key=lambda mark: abs(mark.strength - strength))
        ends = " to ".join(strengths.short(end, noise_type) for end in (mark.low, mark.high))
        where, share = f"Within the 95% interval ({ends}) of {_name(mark, noise_type)}", f"about {mark.level:.0%}"
    elif not below:
        where, share = f"Below {_name(above[0], noise_type)}", f"fewer than {above[0].level:.0%}"
    elif not above:
        where, share = f"Above {_name(below[-1], noise_type)}", f"more than {below[-1].level:.0%}"
    else:
        where = f"Between {_name(below[-1], noise_type)} and {_name(above[0], noise_type)}"
        share = f"{below[-1].level:.0%} to {above[0].level:.0%}"
    return f"{where}: this noise makes it misread {share} of the test signs that it otherwise reads rightly."


def _name(mark: Bound, noise_type: str) -> str:
    at = strengths.short(mark.strength, noise_type) if mark.strength else ""
    place = {0.0: "below every strength measured", math.inf: "beyond every strength measured"}.get(mark.strength, at)
    return f"the {mark.level:.0%} threshold ({place})"
