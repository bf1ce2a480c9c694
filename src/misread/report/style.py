"""Common style of all figures: each network has the same colour everywhere; the colours suit colour-blind readers."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from misread import paths
from misread.networks import NETWORKS
from misread.noise.types import NOISE_TYPES
from misread.params.schema import Noise
from misread.regimes import REGIMES

# Okabe and Ito's palette, https://jfly.uni-koeln.de/color/.
RIGHT, WRONG = "#0072B2", "#D55E00"
OWN_COLORS, OWN_LINE, OWN_MARKER = ("#8B0A50", "#6A5ACD", "#556B2F", "#8B4513", "#2F4F4F"), "-", "*"

SETTINGS = {
    "figure.dpi": 110,
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "legend.frameon": False,
    "figure.constrained_layout.use": True,
    "svg.fonttype": "none",  # keeps text searchable and readable for screen readers
    "svg.hashsalt": "misread",  # makes the ids in a drawing deterministic
}


@contextmanager
def applied() -> Iterator[None]:
    """Draw and save with the settings of this module alone; those of the user come back afterwards."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(SETTINGS)
        yield


def network_color(network: str) -> str:
    """The network's colour, the same in every figure."""
    return NETWORKS[network].color


def _parts(key: str) -> tuple[str, str] | None:
    """Network and regime of a key ``NETWORK-REGIME``; None for a network of the user's own, with any other key."""
    network, _, regime = key.rpartition("-")
    return (network, regime) if network in NETWORKS.names and regime in REGIMES.names else None


def of_classifier(key: str) -> tuple[str, str]:
    """Colour and line style of a classifier by its key."""
    parts = _parts(key)
    return (network_color(parts[0]), REGIMES[parts[1]].line) if parts else (OWN_COLORS[_own(key)], OWN_LINE)


def marker_of(key: str) -> str:
    """Marker of a classifier by its key, which is that of its regime."""
    parts = _parts(key)
    return REGIMES[parts[1]].marker if parts else OWN_MARKER


def _own(key: str) -> int:
    """Number of the colour of a network of the user's own: the same in every figure."""
    return zlib.crc32(key.encode()) % len(OWN_COLORS)


def noise_title(noise_type: str) -> str:
    """Title of a noise type; ``none`` is the clean set."""
    return "clean" if noise_type == paths.CLEAN_SET[0] else NOISE_TYPES[noise_type].title


def set_title(noise_type: str, level: str) -> str:
    """Title of a test set."""
    return noise_title(noise_type) if noise_type == paths.CLEAN_SET[0] else f"{noise_title(noise_type)} {level}"


def selected_title(noise: Noise) -> str:
    """Title of the selected noisy set."""
    return f"{noise_title(noise.type)} ({noise.level})"


def noise_types(table: pd.DataFrame) -> list[str]:
    """The noise types in a table's column ``noise_type``, in the order of the table."""
    return [kind for kind in table.noise_type.unique() if kind != paths.CLEAN_SET[0]]


def titles(tables: dict[str, pd.DataFrame]) -> dict[str, str]:
    """Titles of networks and regimes, such as ``cnn (clean)``.

    Args:
        tables: key -> table of `misread.metrics.accuracy.by_noise`, with columns label and regime.

    """
    return {key: f"{table.label.iloc[0]} ({table.regime.iloc[0]})" for key, table in tables.items()}


def source_note(figure: Figure, source: str) -> None:
    """Add a note below a figure if it was made from rendered signs."""
    if source == "synthetic":
        figure.supxlabel("Rendered signs, not GTSRB", fontsize=8, color="#a00000")


def show(axes: plt.Axes, image, title: str = "", color: str = "black", size: float = 8) -> None:
    """Show an image without axes and without interpolation."""
    axes.imshow(image, interpolation="nearest")
    axes.set_title(title, color=color, fontsize=size, pad=2)
    axes.set_axis_off()


def heat_map(axes: plt.Axes, values: np.ndarray, lines: list[str], columns: list[str]) -> AxesImage:
    """Draw a heat map of accuracies with their numbers."""
    image = axes.imshow(values, cmap="cividis", vmin=0, vmax=1, aspect="auto")
    for (line, column), value in np.ndenumerate(values):
        color = "white" if value < 0.55 else "black"
        axes.annotate(f"{value:.2f}", (column, line), ha="center", va="center", fontsize=7, color=color)
    axes.set_xticks(range(len(columns)), columns)
    axes.set_yticks(range(len(lines)), lines)
    axes.grid(visible=False)
    return image


def panels(count: int, width: float, height: float, **sharing: bool) -> tuple[Figure, np.ndarray, list[plt.Axes]]:
    """A figure with a grid of panels, at most three in a row; places without a panel stay empty.

    Args:
        count: number of panels.
        width: of a panel, inches.
        height: of a panel, inches.
        sharing: ``sharex`` and ``sharey`` of `plt.subplots`.

    Returns:
        The figure, the axes of the whole grid, ``(ROWS, COLUMNS)``, and those of the panels.

    """
    columns = min(3, count)
    rows = -(-count // columns)
    figure, grid = plt.subplots(rows, columns, figsize=(width * columns, height * rows), squeeze=False, **sharing)
    for axes in grid.flat[count:]:
        axes.set_axis_off()
    return figure, grid, list(grid.flat[:count])


def save(figure: Figure, path: Path) -> None:
    """Save and close a figure, without the library's version and the date in the file."""
    metadata = {"Software": None} if path.suffix == ".png" else {"Creator": None, "Date": None}
    figure.savefig(path, metadata=metadata)
    plt.close(figure)
