"""Salt & pepper noise."""

import numpy as np

from misread.noise.draws import RANGE, Words, second_words
from misread.noise.registration import NoiseType
from misread.sections import Section, Share


class Options(Section):
    """Whether each channel of a pixel is replaced on its own, which gives coloured pixels, or all of them together."""

    per_channel: bool


def salt_pepper(images: np.ndarray, strength: float, words: Words, per_channel: bool) -> np.ndarray:
    """Set a share of the pixels to black or white with equal probability.

    Args:
        images: see `misread.noise.registration`.
        strength: expected share of replaced pixels, 0 to 1.
        words: see `misread.noise.registration`.
        per_channel: whether the values of each channel are replaced independently, to 0 or 255, as in ImageNet-C; else
            all channels of a pixel together.

    Source: impulse noise; R. C. Gonzalez and R. E. Woods, "Digital Image Processing", section 5.2.

    """
    together = 1 if per_channel else images.shape[3]
    count = images[0].size // together
    first = words(count).ravel()
    border, beyond = divmod(strength / 2 * RANGE, 1)
    pepper, salt = np.flatnonzero(first <= border), np.flatnonzero(first >= RANGE - 1 - border)
    doubtful = np.flatnonzero(first[pepper] == border), np.flatnonzero(first[salt] == RANGE - 1 - border)
    if any(map(len, doubtful)):
        second = second_words(words, count, np.concatenate([pepper[doubtful[0]], salt[doubtful[1]]]))
        black, white = np.split(second, [len(doubtful[0])])
        pepper = np.delete(pepper, doubtful[0][black >= beyond])
        salt = np.delete(salt, doubtful[1][white < 1 - beyond])
    noisy = images.copy()
    pixels = noisy.reshape(-1, together)
    pixels[pepper] = 0
    pixels[salt] = 255
    return noisy


NOISE = NoiseType(
    corrupt=salt_pepper,
    title="salt & pepper",
    description="Salt & pepper noise replaces a share of the pixels by black or white.",
    unit="share of pixels",
    phrase="{} of the pixels",
    metric="salt10",
    color="#000000",
    line="-",
    strength=Share,
    options=Options,
    percent=True,
)
