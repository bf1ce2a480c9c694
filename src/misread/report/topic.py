"""Description of a topic of the report. Each topic is a module of this package with a template of the same name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from matplotlib.figure import Figure

from misread.report import page
from misread.report.results import Results


class Drawn(NamedTuple):
    """A figure with its caption and its alternative text."""

    figure: Figure
    caption: str
    alt: str
    photographs: bool = False  # saved as PNG, not as SVG
    classifiers: bool = False  # shows all classifiers; the caption then says which noise was used in training


def _nothing(_: Results) -> dict:
    return {}


def _always(_: Results) -> bool:
    return True


@dataclass(frozen=True)
class Topic:
    """A section of the page.

    Attributes:
        title: heading of the section.
        figures: function from the results to name -> figure; templates refer to a figure as ``TOPIC/NAME``.
        tables: function from the results to name -> table.
        text: function from the results to name -> any other variable of the template, ``text.NAME``.
        question: question of the study that ``answer`` answers in sentences; None: the topic answers no question.
        answer: function from the results to sentences, without the intervals, which are in the tables.
        shown: function from the results to whether the page has this section.

    """

    title: str
    figures: Callable[[Results], dict[str, Drawn]] = _nothing
    tables: Callable[[Results], dict[str, page.Table]] = _nothing
    text: Callable[[Results], dict[str, object]] = _nothing
    question: str | None = None
    answer: Callable[[Results], list[str]] | None = None
    shown: Callable[[Results], bool] = _always
