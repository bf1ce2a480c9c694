"""The section of ``params.yaml`` with ranges of the options of each noise type."""

from misread.noise.types import NOISE_TYPES
from misread.sections import any_of, ranges_of

OptionRanges = any_of("OptionRanges", {name: ranges_of(NOISE_TYPES[name].options) for name in NOISE_TYPES})
