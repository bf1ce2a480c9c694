"""Description of a noise type. Each type is a module of `misread.noise.types`, and no other module names it.

A corruption is a function ``(images, strength, words, **options) -> noisy`` with

* ``images``: uint8, ``(N, HEIGHT, WIDTH, CHANNELS)``, 0 to 255; left as it is;
* ``strength``: in the type's own unit; 0 changes nothing;
* ``words``: the only source of randomness, see `misread.noise.draws`: ``words(count)`` gives uint16 ``(N, count)``,
  uniform, independent for each image, new at each call;
* result: uint8, the same shape; sums are rounded to the nearest grey level and clipped to 0 to 255.

What is drawn does not depend on the strength, so that a stronger noise is the same noise, stronger: levels and fine
grids of strengths are compared on the same draws.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from misread.sections import Section

Corruption = Callable[..., np.ndarray]


class NoOptions(Section):
    """A noise type that its strength describes in full."""


@dataclass(frozen=True)
class NoiseType:
    """A noise type: its function, its parameters, and how it is called and drawn.

    Attributes:
        corrupt: the function.
        title: in titles and sentences, before "noise".
        description: what it does to an image, a sentence of the report.
        unit: of the strength, on axes.
        phrase: a strength in a sentence, with ``{}`` for the number.
        metric: key of its threshold among the metrics, at most 10 letters.
        color: of its curves, as Matplotlib takes it.
        line: their style.
        strength: annotated type of a strength, with its bounds.
        options: section of further settings.
        percent: strengths are shares, which are shown as percentages.

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
        """A strength as a number, three digits."""
        return f"{100 * strength:.3g}%" if self.percent else f"{strength:.3g}"

    def words(self, strength: float) -> str:
        """A strength in a sentence."""
        return self.phrase.format(self.number(strength))
