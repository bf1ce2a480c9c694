"""Figures for embedding in the page: drawings as SVG elements, photographs as lossy WebP."""

import base64
import hashlib
import io
import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup, escape
from PIL import Image

QUALITY = 60  # WebP quality, 0 to 100; noise of the lowest level is still visible
FLAT = 256  # largest number of colours of a picture that is not a photograph


class Picture(NamedTuple):
    """A figure embedded in the page: photographs as a data URI, a drawing as an element of the page."""

    caption: str
    alt: str
    uri: str = ""
    width: int = 0
    height: int = 0
    drawing: Markup = Markup()


def picture(path: Path, caption: str, alt: str) -> Picture:
    """Read a figure.

    Args:
        path: drawing (SVG) or photographs (PNG).
        caption: caption of the figure.
        alt: alternative text.

    """
    if path.suffix == ".svg":
        return Picture(caption, alt, drawing=Markup(compact(path.read_text(encoding="utf-8"), alt)))
    image = Image.open(path).convert("RGB")
    return Picture(caption, alt, webp(image), *image.size)


def webp(image: Image.Image) -> str:
    """Encode an RGB image as a data URI."""
    content = io.BytesIO()
    image.save(content, "WEBP", quality=QUALITY, method=6)
    return f"data:image/webp;base64,{base64.b64encode(content.getvalue()).decode()}"


def compact(drawing: str, alt: str) -> str:
    """Convert a Matplotlib drawing to an element of the page with half the bytes.

    Comments, metadata, indentation, unused ids, groups without attributes, and fonts are removed (the page's fonts
    apply). Markers with the same style share it, a style that occurs again becomes a class, ids are shortened,
    coordinates are rounded to one decimal, and photographs become WebP.

    Args:
        drawing: SVG text.
        alt: alternative text.

    """
    for superfluous in (r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->|<metadata>.*?</metadata>", r"font-family:[^;\"]*;? ?"):
        drawing = re.sub(superfluous, "", drawing, flags=re.DOTALL)
    wanted = set(re.findall(r"#([\w.-]+)", drawing))
    drawing = re.sub(r' id="([^"]*)"', lambda name: name[0] if name[1] in wanted else "", drawing)
    drawing = re.sub(r' transform="rotate\(-0 [^"]*"', "", drawing)
    drawing = re.sub(r"<[^>]+>", lambda tag: re.sub(r"(\d\.\d)\d+", r"\1", tag[0]), drawing)
    drawing = re.sub(r"\s*\n\s*", " ", drawing).replace("> <", "><").strip()
    # Numbers after a move or a line are a line without being called so; after a curve they are another curve.
    drawing = re.sub(r' d="[^"CQ]*"', lambda path: path[0].replace(" L ", " "), drawing)
    while (fewer := PLAIN_GROUP.sub(r"\1", drawing)) != drawing:
        drawing = fewer
    drawing = re.sub(r"<g( clip-path=[^>]*)?>((?:<use [^>]*/>)+)</g>", _style_of_all, drawing)
    drawing = _classes_for_styles(drawing.replace(" xlink:href=", " href="))
    # Ids of different drawings differ, so their digests do.
    drawing = re.sub(r'(?<= id=")[^"]+|(?<=url\(#)[^)]+|(?<= href="#)[^"]+', lambda name: _short(name[0]), drawing)
    drawing = re.sub(r"data:image/png;base64,([\w+/= ]+)", _embedded, drawing)
    size = r'<svg ([^>]*?) width="[^"]*" height="[^"]*"'
    return re.sub(size, rf'<svg \1 role="img" aria-label="{escape(alt)}"', drawing, count=1)


PLAIN_GROUP = re.compile(r"<g>((?:<(?!/?g\b)[^>]*>|[^<])*)</g>")  # a group without attributes and without groups in it
STYLE = re.compile(r' style="[^"]*"')


def _style_of_all(group: re.Match) -> str:
    """Move the style of the markers in a group to the group if all have the same style."""
    styles = set(STYLE.findall(group[2]))
    if len(styles) != 1:
        return group[0]
    return f"<g{group[1] or ''}{styles.pop()}>{STYLE.sub('', group[2])}</g>"


def _classes_for_styles(drawing: str) -> str:
    """Write each repeated style once, as a class; classes hold on the whole page, named after the style."""
    styles = Counter(re.findall(r' style="([^"]*)"', drawing))
    often = {style: _short(style) for style, count in styles.items() if count > 1}
    drawing = STYLE.sub(lambda one: _class(one[0], often), drawing)
    rules = "".join(f".{name}{{{style}}}" for style, name in often.items())
    return drawing.replace("</style>", f"{rules}</style>", 1)


def _class(attribute: str, names: dict[str, str]) -> str:
    style = attribute.partition('"')[2].rstrip('"')
    return f' class="{names[style]}"' if style in names else attribute


def _short(text: str) -> str:
    """A short name that is different for different texts."""
    return f"s{hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:6]}"


def _embedded(encoded: re.Match) -> str:
    """Convert a picture inside a drawing; a picture with many colours is a photograph."""
    content = encoded[1].replace(" ", "")
    image = Image.open(io.BytesIO(base64.b64decode(content)))
    if image.convert("RGB").getcolors(FLAT) is None:
        return webp(image.convert("RGB"))
    return f"data:image/png;base64,{content}"
