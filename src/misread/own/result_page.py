"""The page of a result, with its figures and tables."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path
from typing import TYPE_CHECKING

from misread.data import texts
from misread.own import result_figures, result_tables, words
from misread.report import page, style

if TYPE_CHECKING:
    from misread.own.result import Result


def version() -> str:
    """``version 1.2`` of the installed package, or ``from a checkout``."""
    try:
        return f"version {importlib.metadata.version('misread')}"
    except importlib.metadata.PackageNotFoundError:
        return "from a checkout"


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
        sentences=words.sentences(result),
        remarks=result.remarks,
        figures=figures,
        tables=result_tables.build(result),
        settings=texts.as_json(result.settings),
        version=version(),
    )
