"""One self-contained HTML page, and Markdown for GitHub."""

import base64
import io
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import tabulate
from jinja2 import Environment, PackageLoader, StrictUndefined
from PIL import Image


class Picture(NamedTuple):
    """A figure inside the page."""

    uri: str
    width: int
    height: int
    caption: str
    alt: str


class Column(NamedTuple):
    """Head of a column."""

    name: str
    numeric: bool


class Cell(NamedTuple):
    """What a cell shows, and by what it sorts."""

    text: str
    value: str
    numeric: bool


class Shown(NamedTuple):
    """A number in a data frame with a text of its own, as one with its interval."""

    text: str
    value: float


class Table(NamedTuple):
    """A table that sorts by a click on a head."""

    caption: str
    columns: list[Column]
    rows: list[list[Cell]]


def picture(path: Path, caption: str, alt: str) -> Picture:
    """Inline a figure as WebP: its own pixels, unless nearly the same ones take less than half the bytes.

    Plots are smaller without loss, pages of photographs with it.
    """
    image = Image.open(path).convert("RGB")
    exact, near = _webp(image, lossless=True), _webp(image, quality=90, method=6)
    encoded = base64.b64encode(near if 2 * len(near) < len(exact) else exact).decode()
    return Picture(f"data:image/webp;base64,{encoded}", *image.size, caption, alt)


def _webp(image: Image.Image, **options) -> bytes:
    content = io.BytesIO()
    image.save(content, "WEBP", **options)
    return content.getvalue()


def table(frame: pd.DataFrame, caption: str, formats: dict[str, Callable[[float], str]] | None = None) -> Table:
    """Turn a data frame into a table of the page.

    Args:
        frame: its columns are the heads; a column of `Shown` sorts by their values.
        caption: says what is shown, with n.
        formats: numeric column -> how to show its numbers; others: whole numbers with thousands separated, three
            decimals.

    """

    def shown(column: pd.Series) -> list[Cell]:
        if all(isinstance(one, Shown) for one in column):
            return [Cell(one.text, repr(float(one.value)), True) for one in column]
        if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
            return [Cell(str(value), str(value), False) for value in column]
        default = "{:,}" if pd.api.types.is_integer_dtype(column) else "{:.3f}"
        text = (formats or {}).get(column.name, default.format)
        return [
            Cell("", "", True) if pd.isna(value) else Cell(text(value), repr(float(value)), True) for value in column
        ]

    cells = [shown(frame[name]) for name in frame]
    heads = [Column(name, bool(column) and column[0].numeric) for name, column in zip(frame, cells, strict=True)]
    return Table(caption, heads, [list(row) for row in zip(*cells, strict=True)])


def markdown(shown: Table) -> str:
    """A table for GitHub, its caption above it."""
    rows = [[cell.text for cell in row] for row in shown.rows]
    heads = [column.name for column in shown.columns]
    align = ["right" if column.numeric else "left" for column in shown.columns]
    table = tabulate.tabulate(rows, heads, "pipe", disable_numparse=True, colalign=align if rows else None)
    return f"{shown.caption}\n\n{table}"


def render(template: str, **context) -> str:
    """Fill a template of this package; a name that the context lacks is an error."""
    environment = Environment(
        loader=PackageLoader("misread.report"), autoescape=template.endswith(".html.j2"), undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    environment.globals["markdown"] = markdown
    return environment.get_template(template).render(**context)
