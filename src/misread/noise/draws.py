"""Random numbers for noise: those of an image do not depend on which other images are processed, or where."""

import hashlib
import itertools
from collections.abc import Callable

import numpy as np

Words = Callable[[int], np.ndarray]  # count -> uint16, (N, count), uniform

STEP = 16  # words per value of the Philox counter
RANGE = 1 << 16  # number of values of a word
SHARING = 16  # pixels that share a second word


def words_of_rows(seed: int, noise_type: str, size: int | str, split: str, rows: np.ndarray) -> Words:
    """Create a function that draws 16-bit words for some rows of a set; each call draws new words.

    Philox (J. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011) is counter-based. The key depends
    on the set, the counter on the row and the call, so the words of any row can be drawn alone, and the words of
    consecutive rows together. The strength of the noise is not part of the key; see `misread.noise.registration`.

    Args:
        seed: the study's seed.
        noise_type: module of `misread.noise.types`.
        size: side of the set's square images in pixels; ``HEIGHTxWIDTH`` for other images.
        split: ``train`` or ``test``.
        rows: int, ``(N,)``.

    Returns:
        Function: count -> uint16, ``(N, count)``, uniform.

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
            drawn.append(generator.random_raw(len(run) * steps * STEP // 4))  # 64 bits each
        return np.concatenate(drawn).astype("<u8", copy=False).view("<u2").reshape(len(rows), -1)[:, :count]

    return words


def second_words(words: Words, count: int, places: np.ndarray) -> np.ndarray:
    """Draw the second words of some pixels of a batch: float64, ``(len(places),)``, from 0 to below 1.

    A uniform number has 32 bits. Its first 16 bits (the first word) nearly always determine the grey level. At the
    borders between two grey levels and in the tails, the second word is needed too; 16 pixels share one.

    Args:
        words: function from `words_of_rows`.
        count: number of first words of an image.
        places: positions of the pixels in the flattened first words of all images.

    """
    shared = -(-count // SHARING)
    image, place = np.divmod(places, count)
    return (words(shared)[image, place % shared] + 0.5) / RANGE
