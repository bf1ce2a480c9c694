"""What a topic of the report consists of; each lies in a module of this package, with a template of the same name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from matplotlib.figure import Figure

from misread.report import page
from misread.report.results import Results


class Drawn(NamedTuple):
    """A figure with what is written below it, and what it shows for those who cannot see it."""

    figure: Figure
    caption: str
    alt: str
    photographs: bool = False  # kept as pixels, not as a drawing
    classifiers: bool = False  # shows all of them; the caption then tells which noise was seen in training


def _nothing(_: Results) -> dict:
    return {}


@dataclass(frozen=True)
class Topic:
    """A section of the page.

    Attributes:
        title: heading of the section.
        figures: name -> figure, from the results; a template names one as ``TOPIC/NAME``.
        tables: name -> table.
        text: name -> whatever else the template names, as ``text.NAME``.
        question: of the study, which ``answer`` answers in sentences; None: the topic answers none.
        answer: sentences without intervals, which stand in the tables.

    """

    title: str
    figures: Callable[[Results], dict[str, Drawn]] = _nothing
    tables: Callable[[Results], dict[str, page.Table]] = _nothing
    text: Callable[[Results], dict[str, object]] = _nothing
    question: str | None = None
    answer: Callable[[Results], list[str]] | None = None
