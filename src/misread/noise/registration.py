"""Description of a noise type. Each type is a module of `misread.noise.types`; no other module refers to it by name.

A corruption is a function ``(images, strength, words, **options) -> noisy`` with

* ``images``: uint8, ``(N, HEIGHT, WIDTH, CHANNELS)``, 0 to 255; not modified;
* ``strength``: in the type's own unit; 0 changes nothing;
* ``words``: the only source of randomness, see `misread.noise.draws`: ``words(count)`` returns uint16
  ``(N, count)``, uniform, independent for each image, new at each call;
* result: uint8, the same shape; sums are rounded to the nearest grey level and clipped to 0 to 255.

The random numbers do not depend on the strength: a stronger noise is the same noise, only stronger. Levels and fine
grids of strengths are therefore compared with the same random numbers.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from misread.sections import Section

Corruption = Callable[..., np.ndarray]


class NoOptions(Section):
    """Options of a noise type that has only a strength."""


@dataclass(frozen=True)
class NoiseType:
    """A noise type: its function, its parameters, and its names and style in texts and figures.

    Attributes:
        corrupt: the corruption.
        title: name in titles and sentences, without the word "noise".
        description: sentence of the report on what the noise does to an image.
        unit: unit of the strength on axes.
        phrase: wording of a strength in a sentence, with ``{}`` for the number.
        metric: key of its threshold among the metrics, at most 10 letters.
        color: Matplotlib colour of its curves.
        line: Matplotlib line style of its curves.
        strength: annotated type of a strength, with its bounds.
        options: section of its other settings.
        percent: whether strengths are shares, which are shown as percentages.

    """

    corrupt: Corruption
    title: str
    description: str
    unit: str
    phrase: str
    metric: str
    color: str
    line: str
    strength: type
    options: type[Section] = NoOptions
    percent: bool = False

    def number(self, strength: float) -> str:
        """Format a strength as a number with three digits."""
        return f"{100 * strength:.3g}%" if self.percent else f"{strength:.3g}"

    def words(self, strength: float) -> str:
        """Format a strength for a sentence."""
        return self.phrase.format(self.number(strength))
