"""Figures as the page holds them."""

import base64
import io
import re

import numpy as np
from PIL import Image

from misread.report import pictures, style


def drawn(tmp_path, draw):
    """A drawing as Matplotlib writes it, and as the page holds it."""
    with style.applied():
        figure, axes = style.plt.subplots()
        draw(axes)
        style.save(figure, tmp_path / "plot.svg")
    shown = pictures.picture(tmp_path / "plot.svg", "caption", 'a "line"')
    return (tmp_path / "plot.svg").read_text(encoding="utf-8"), str(shown.drawing)


def test_a_drawing_keeps_its_text_its_names_in_use_and_its_styles(tmp_path):
    before, after = drawn(tmp_path, lambda axes: axes.plot([0, 1], "o", label="it's 0.125"))
    assert len(after) < len(before) / 1.5
    assert after.startswith("<svg ")
    assert 'role="img" aria-label="a &#34;line&#34;"' in after
    for name in map("".join, re.findall(r"url\(#([\w.-]+)\)|href=\"#([\w.-]+)\"", after)):
        assert after.count(f'id="{name}"') == 1
    assert after.count("<use ") == before.count("<use ")
    assert "fill: #1f77b4" in after
    assert after.count("<g") - after.count("<g/") == after.count("</g>")


def test_numbers_on_a_drawing_keep_their_decimals(tmp_path):
    _, after = drawn(tmp_path, lambda axes: axes.set_title("0.12345"))
    assert "0.12345" in after


def test_the_same_drawing_has_the_same_bytes(tmp_path):
    assert drawn(tmp_path, lambda axes: axes.plot([0, 1])) == drawn(tmp_path, lambda axes: axes.plot([0, 1]))


def test_heat_maps_in_a_drawing_keep_their_pixels_and_photographs_become_smaller(tmp_path):
    rng = np.random.default_rng(0)
    _, flat = drawn(tmp_path, lambda axes: axes.imshow(np.arange(16).reshape(4, 4)))
    assert "data:image/png" in flat
    _, photograph = drawn(tmp_path, lambda axes: axes.imshow(rng.integers(0, 256, (40, 40, 3), np.uint8)))
    assert "data:image/webp" in photograph


def test_photographs_stay_nearly_as_they_are(tmp_path):
    rng = np.random.default_rng(0)
    pixels = np.clip(rng.normal(128, 12, (200, 300, 1)).repeat(3, axis=2), 0, 255).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "photograph.png")
    shown = pictures.picture(tmp_path / "photograph.png", "caption", "alt")
    content = base64.b64decode(shown.uri.partition(",")[2])
    difference = np.asarray(Image.open(io.BytesIO(content)).convert("RGB"), float) - pixels
    assert np.sqrt((difference**2).mean()) < 12
    assert (shown.width, shown.height) == (300, 200)
