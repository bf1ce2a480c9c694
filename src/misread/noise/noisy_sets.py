"""Noisy copies of image sets on disk."""

from functools import partial
from pathlib import Path

import numpy as np

from misread.data import store
from misread.noise.apply import add_noise
from misread.parallel import workers


def _noise_block(clean: Path, noisy: Path, settings: dict, start: int, stop: int) -> None:
    images = store.open_set(clean).images[start:stop]
    store.write_rows(noisy, start, add_noise(images, np.arange(start, stop), **settings))


def write_noisy_set(clean: Path, noisy: Path, title: str, **settings) -> None:
    """Write the noisy copy of a set, in the same order and with the same labels.

    Args:
        clean: folder of the clean set.
        noisy: folder to create for the noisy set.
        title: label of the progress bar.
        settings: other keyword arguments of `add_noise`.

    """
    images, labels = store.open_set(clean)
    store.create_set(noisy, labels, images.shape[1])
    for _ in workers.map_blocks(partial(_noise_block, clean, noisy, settings), len(labels), title, store.BLOCK):
        pass  # the workers write the blocks themselves
