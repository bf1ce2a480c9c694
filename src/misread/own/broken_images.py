"""Images that the least noise breaks."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from misread.noise.apply import add_noise
from misread.own.settings import Settings

SHOWN = 6  # images of each noise type


class Example(NamedTuple):
    """An image that is classified correctly without noise and incorrectly with it."""

    noise_type: str
    strength: float  # the smallest measured strength at which it is misclassified
    row: int
    label: int
    prediction: int  # with the noise
    clean: np.ndarray  # uint8, (HEIGHT, WIDTH, CHANNELS)
    noisy: np.ndarray  # the same shape


Images = Callable[[int, str, float], tuple[np.ndarray, np.ndarray]]  # row, noise type, strength -> clean and noisy


def choose(sweep: pd.DataFrame, minimal: pd.DataFrame, noise_types: Sequence[str], images: Images) -> list[Example]:
    """Choose the images of each noise type that fail at the smallest strengths; at first one of each class.

    Args:
        sweep: first result of `misread.own.measurement.measure_grids`.
        minimal: result of `misread.own.measured_tables.minimal_noise`.
        noise_types: the noise types.
        images: function from a row, a noise type and a strength to the image without and with this noise.

    """
    found = []
    for kind in noise_types:
        broken = minimal[(minimal[kind] > 0) & np.isfinite(minimal[kind])].sort_values([kind, "row"], kind="stable")
        again = broken.groupby("label").cumcount()
        chosen = broken.loc[again.sort_values(kind="stable").index[:SHOWN]].sort_values([kind, "row"])
        predicted = sweep[sweep.noise_type == kind].set_index(["strength", "row"]).prediction
        for row, label, strength in chosen[["row", "label", kind]].itertuples(index=False):
            prediction = int(predicted[strength, row])
            found.append(Example(kind, float(strength), int(row), int(label), prediction, *images(row, kind, strength)))
    return found


def in_memory(images: np.ndarray, settings: Settings, numbers: np.ndarray | None = None) -> Images:
    """Create a function that adds noise to single images.

    Args:
        images: uint8, ``(N, HEIGHT, WIDTH, CHANNELS)``.
        settings: the settings.
        numbers: as for `misread.own.measurement.measure_grids`.

    """

    def pair(row: int, noise_type: str, strength: float) -> tuple[np.ndarray, np.ndarray]:
        clean = np.array(images[row : row + 1])  # a copy, as the file of the images is deleted after the measurement
        number = np.array([row if numbers is None else numbers[row]])
        noisy = add_noise(
            clean, number, noise_type=noise_type, strength=strength, options=settings.options[noise_type],
            seed=settings.seed, split="test",
        )  # fmt: skip
        return clean[0], noisy[0]

    return pair
