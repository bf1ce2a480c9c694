"""Random numbers for noise: of each image of a set its own, whatever is drawn for the others, and wherever."""

import hashlib
import itertools
from collections.abc import Callable

import numpy as np

Words = Callable[[int], np.ndarray]  # count -> uint16, (N, count), uniform

STEP = 16  # words that Philox gives for each value of its counter
RANGE = 1 << 16  # of a word
SHARING = 16  # pixels with the same second word


def words_of_rows(seed: int, noise_type: str, size: int | str, split: str, rows: np.ndarray) -> Words:
    """A function that draws 16-bit words for each of some rows of a set, new ones at each call.

    Philox (J. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011) is counter-based: the key names the
    set, the counter the row and the call, so that any row's words can be drawn alone, and those of consecutive rows in
    one go. The strength of the noise is not part of the key: see `misread.noise.registration`.

    Args:
        seed: of the study.
        noise_type: module of `misread.noise.types`.
        size: side of the set's squares in pixels; ``HEIGHTxWIDTH`` of oblong images.
        split: ``train`` or ``test``.
        rows: int, ``(N,)``.

    Returns:
        Count -> uint16, ``(N, count)``, uniform.

    """
    name = f"{seed}/{noise_type}/{size}/{split}".encode()
    key = int.from_bytes(hashlib.blake2b(name, digest_size=16).digest(), "little")
    runs = np.split(rows, np.flatnonzero(np.diff(rows) != 1) + 1)
    calls = itertools.count()

    def words(count: int) -> np.ndarray:
        steps, call = -(-count // STEP), next(calls)
        drawn = []
        for run in runs:
            generator = np.random.Philox(key=key, counter=[int(run[0]) * steps, call, 0, 0])
            drawn.append(generator.random_raw(len(run) * steps * STEP // 4))  # of 64 bits
        return np.concatenate(drawn).astype("<u8", copy=False).view("<u2").reshape(len(rows), -1)[:, :count]

    return words


def second_words(words: Words, count: int, places: np.ndarray) -> np.ndarray:
    """The second words of some pixels of a batch: float64, ``(len(places),)``, from 0 to below 1.

    A uniform number has 32 bits, of which the first 16 nearly always decide. Where they do not, at the borders between
    two grey levels and in the tails, the next 16 are looked at, which are shared by 16 pixels.

    Args:
        words: as for a corruption.
        count: first words of an image.
        places: where the pixels lie in the flattened first words of all images.

    """
    shared = -(-count // SHARING)
    image, place = np.divmod(places, count)
    return (words(shared)[image, place % shared] + 0.5) / RANGE
