"""The page of a result, with its figures and tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from misread import __version__
from misread.data import texts
from misread.own import result_figures, result_tables, words
from misread.report import page, style

if TYPE_CHECKING:
    from misread.own.result import Result


def build(result: Result, folder: Path) -> str:
    """Draw the figures into a folder, and return the page, which contains them."""
    folder.mkdir()
    with style.applied():
        figures = result_figures.draw(result, folder)
    return page.render(
        "own.html.j2",
        name=result.name,
        images=len(result.images),
        classes=len(result.classes),
        grouped="groups" in result.settings,
        sentences=words.sentences(result),
        remarks=result.remarks,
        figures=figures,
        tables=result_tables.build(result),
        settings=texts.as_json(result.settings),
        version=__version__,
    )
