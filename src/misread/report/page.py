"""Rendering of one self-contained HTML page, and of Markdown for GitHub."""

from collections.abc import Callable
from typing import NamedTuple

import pandas as pd
import tabulate
from jinja2 import Environment, PackageLoader, StrictUndefined

LONG = 10  # rows; longer tables are collapsed at first


class Column(NamedTuple):
    """Header of a column."""

    name: str
    numeric: bool


class Cell(NamedTuple):
    """Text of a cell, the value by which it is sorted, and a note that appears on hover."""

    text: str
    value: str
    numeric: bool
    note: str = ""


class Shown(NamedTuple):
    """A number in a data frame with a custom text, such as a number with its interval."""

    text: str
    value: float
    note: str = ""


class Table(NamedTuple):
    """A table that is sorted by a click on a column header."""

    title: str
    caption: str
    columns: list[Column]
    rows: list[list[Cell]]

    @property
    def folded(self) -> bool:
        """Whether the table is collapsed to its title at first."""
        return len(self.rows) > LONG

    @property
    def has_notes(self) -> bool:
        """Whether some cells have a note."""
        return any(cell.note for row in self.rows for cell in row)


def table(
    frame: pd.DataFrame, title: str, caption: str, formats: dict[str, Callable[[float], str]] | None = None
) -> Table:
    """Convert a data frame to a table of the page.

    Args:
        frame: data; its column names are the headers, and a column of `Shown` is sorted by their values.
        title: short title.
        caption: meaning of the columns, with the number of images.
        formats: numeric column -> function that formats its numbers; the default is whole numbers with thousands
            separators and other numbers with three decimals.

    """

    def shown(column: pd.Series) -> list[Cell]:
        if all(isinstance(one, Shown) for one in column):
            return [Cell(one.text, _digits(one.value), True, one.note) for one in column]
        if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
            return [Cell(str(value), str(value), False) for value in column]
        default = "{:,}" if pd.api.types.is_integer_dtype(column) else "{:.3f}"
        text = (formats or {}).get(column.name, default.format)
        return [Cell("", "", True) if pd.isna(value) else Cell(text(value), _digits(value), True) for value in column]

    cells = [shown(frame[name]) for name in frame]
    heads = [Column(name, bool(column) and column[0].numeric) for name, column in zip(frame, cells, strict=True)]
    return Table(title, caption, heads, [list(row) for row in zip(*cells, strict=True)])


def _digits(value: float) -> str:
    """A number by which a column is sorted."""
    return f"{value:.6g}"


def markdown(shown: Table) -> str:
    """A table in Markdown with its caption above it."""
    rows = [[cell.text for cell in row] for row in shown.rows]
    heads = [column.name for column in shown.columns]
    align = ["right" if column.numeric else "left" for column in shown.columns]
    table = tabulate.tabulate(rows, heads, "pipe", disable_numparse=True, colalign=align if rows else None)
    return f"**{shown.title}.** {shown.caption}\n\n{table}"


def render(template: str, **context) -> str:
    """Render a template of this package; a variable that is missing in the context is an error."""
    environment = Environment(
        loader=PackageLoader("misread.report"), autoescape=template.endswith(".html.j2"), undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    environment.globals["markdown"] = markdown
    return environment.get_template(template).render(**context)
