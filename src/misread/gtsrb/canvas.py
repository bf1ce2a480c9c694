"""A canvas for drawing sign faces, and the shapes that several faces share."""

from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

SIDE = 256  # pixels of a finished face
SCALE = 2  # a face is drawn this many times larger and then shrunk, which smooths its edges

RED, BLUE, WHITE, BLACK, GREY, YELLOW = "#c01822", "#1450a0", "#f4f4f0", "#141414", "#8a8a8a", "#f2b600"
FONT = Path(matplotlib.get_data_path()) / "fonts/ttf/DejaVuSans-Bold.ttf"

Points = list[tuple[float, float]]


class Face:
    """A canvas whose coordinates run from 0 to 100 in both directions, transparent where nothing is drawn."""

    def __init__(self) -> None:
        self.image = Image.new("RGBA", (SIDE * SCALE, SIDE * SCALE))
        self._draw = ImageDraw.Draw(self.image)
        self._unit = SIDE * SCALE / 100

    def _pixels(self, points: Points) -> list[tuple[float, float]]:
        return [(x * self._unit, y * self._unit) for x, y in points]

    def polygon(self, points: Points, color: str) -> None:
        self._draw.polygon(self._pixels(points), fill=color)

    def disc(self, x: float, y: float, radius: float, color: str) -> None:
        self._draw.ellipse(self._pixels([(x - radius, y - radius), (x + radius, y + radius)]), fill=color)

    def arc(self, x: float, y: float, radius: float, start: float, end: float, width: float, color: str) -> None:
        box = self._pixels([(x - radius, y - radius), (x + radius, y + radius)])
        self._draw.arc(box, start, end, fill=color, width=round(width * self._unit))

    def line(self, points: Points, width: float, color: str) -> None:
        self._draw.line(self._pixels(points), fill=color, width=round(width * self._unit), joint="curve")
        for x, y in (points[0], points[-1]):
            self.disc(x, y, width / 2, color)

    def arrow(self, points: Points, width: float, color: str) -> None:
        """Draw a line whose last point is the tip of an arrow head."""
        (x0, y0), (x1, y1) = points[-2:]
        length = np.hypot(x1 - x0, y1 - y0)
        dx, dy = (x1 - x0) / length, (y1 - y0) / length
        head = 1.9 * width
        neck_x, neck_y = x1 - head * dx, y1 - head * dy
        self.line([*points[:-1], (neck_x, neck_y)], width, color)
        side_x, side_y = -dy * head * 0.8, dx * head * 0.8
        self.polygon([(x1, y1), (neck_x + side_x, neck_y + side_y), (neck_x - side_x, neck_y - side_y)], color)

    def text(self, text: str, height: float, color: str, y: float = 50.0) -> None:
        """Draw bold text with capitals of the given height, centred on x = 50."""
        font = ImageFont.truetype(FONT, round(height * self._unit / 0.73))
        self._draw.text(self._pixels([(50, y)])[0], text, fill=color, font=font, anchor="mm")

    def finished(self) -> np.ndarray:
        """Return the finished face: uint8, ``(SIDE, SIDE, 4)``, RGBA."""
        return np.asarray(self.image.resize((SIDE, SIDE), Image.Resampling.BOX))


def ring(face: Face, rim: str = RED, inner: str = WHITE) -> None:
    """Draw the red ring of a prohibition sign."""
    face.disc(50, 50, 49, WHITE)
    face.disc(50, 50, 47, rim)
    face.disc(50, 50, 36, inner)


def triangle(face: Face) -> None:
    """Draw the red triangle of a danger sign."""
    face.polygon([(50, 3), (99, 90), (1, 90)], RED)
    face.polygon([(50, 22), (83, 80), (17, 80)], WHITE)


def blue(face: Face) -> None:
    """Draw the blue disc of a mandatory sign."""
    face.disc(50, 50, 49, WHITE)
    face.disc(50, 50, 46.5, BLUE)


def end_of_restriction(face: Face) -> None:
    """Draw the white disc with a black rim of an end-of-restriction sign."""
    face.disc(50, 50, 49, BLACK)
    face.disc(50, 50, 47, WHITE)


def stripes(face: Face) -> None:
    """Draw the stripes that cross out a restriction."""
    for offset in (-8, -4, 0, 4, 8):
        face.line([(24 + offset, 76 + offset * 0.2), (76 + offset * 0.6, 22 + offset * 0.6)], 1.8, BLACK)


def car(face: Face, x: float, y: float, color: str, scale: float = 1.0) -> None:
    """Draw a car centred on a point."""
    s = scale
    face.polygon([(x - 7 * s, y), (x - 5 * s, y - 8 * s), (x + 5 * s, y - 8 * s), (x + 7 * s, y)], color)
    face.polygon([(x - 10 * s, y), (x + 10 * s, y), (x + 10 * s, y + 8 * s), (x - 10 * s, y + 8 * s)], color)
    for side in (-6, 6):
        face.disc(x + side * s, y + 9 * s, 3 * s, color)


def truck(face: Face, x: float, y: float, color: str, scale: float = 1.0) -> None:
    """Draw a truck centred on a point."""
    s = scale
    face.polygon(
        [(x - 16 * s, y - 12 * s), (x + 4 * s, y - 12 * s), (x + 4 * s, y + 8 * s), (x - 16 * s, y + 8 * s)], color
    )
    face.polygon(
        [(x + 6 * s, y - 6 * s), (x + 13 * s, y - 6 * s), (x + 17 * s, y + 8 * s), (x + 6 * s, y + 8 * s)], color
    )
    for wheel in (-10, 10):
        face.disc(x + wheel * s, y + 10 * s, 4 * s, color)


def person(face: Face, x: float, y: float, color: str, scale: float = 1.0) -> None:
    """Draw a person centred on a point."""
    s = scale
    face.disc(x, y - 17 * s, 4.5 * s, color)
    face.line([(x, y - 11 * s), (x, y + 3 * s)], 6 * s, color)
    face.line([(x - 8 * s, y + 18 * s), (x, y + 3 * s), (x + 8 * s, y + 18 * s)], 4 * s, color)
    face.line([(x - 9 * s, y), (x, y - 9 * s), (x + 9 * s, y - 2 * s)], 3.5 * s, color)
