"""The look that all figures share: one colour for each network everywhere, safe for colour-blind readers."""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")  # no screen needed
import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from misread.data import store

# Okabe and Ito's palette, https://jfly.uni-koeln.de/color/.
NETWORK_COLORS = {"cnn": "#0072B2", "inception_v3": "#D55E00", "resnet50": "#009E73"}
OTHER_COLORS = ["#CC79A7", "#E69F00", "#56B4E9", "#000000"]
REGIME_LINES = {"clean": "-", "noisy": "--", "mixed": ":"}
NOISE_NAMES = {"salt_pepper": "salt & pepper", "periodic": "periodic", "gaussian": "Gaussian", "none": "clean"}
RIGHT, WRONG = "#0072B2", "#D55E00"

matplotlib.rcdefaults()  # a user's matplotlibrc decides nothing
plt.rcParams.update(
    {
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
    }
)


def network_color(network: str) -> str:
    """The network's colour, the same in every figure."""
    return NETWORK_COLORS.get(network, OTHER_COLORS[sum(network.encode()) % len(OTHER_COLORS)])


def titles(tables: dict[str, pd.DataFrame]) -> dict[str, str]:
    """What readers know networks and regimes by, as ``cnn (clean)``.

    Args:
        tables: key -> table of `misread.analysis.scores.by_noise`, with columns label and regime.

    """
    return {key: f"{table.label.iloc[0]} ({table.regime.iloc[0]})" for key, table in tables.items()}


def source_note(figure: Figure, source: str) -> None:
    """Say so under a figure made from rendered signs."""
    if source == "synthetic":
        figure.supxlabel("Rendered signs, not GTSRB", fontsize=8, color="#a00000")


def show(axes: plt.Axes, image, title: str = "", color: str = "black", size: float = 8) -> None:
    """An image without axes, its pixels as they are."""
    axes.imshow(image, interpolation="nearest")
    axes.set_title(title, color=color, fontsize=size, pad=2)
    axes.set_axis_off()


def save(figures: dict[str, Figure], folder: Path) -> None:
    """Write figures as ``folder/NAME.png``, all or none, without the library's version in them; and let go of them."""
    with store.complete_or_absent(folder) as target:
        target.mkdir()
        for name, figure in figures.items():
            figure.savefig(target / f"{name}.png", metadata={"Software": None})
            plt.close(figure)
