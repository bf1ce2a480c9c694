"""Random noise that is added in memory during training: each image gets a random type, strength and options."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from misread.noise.draws import RANGE
from misread.noise.types import NOISE_TYPES

# Number of strengths in a range. A noise type may cache a table for each strength.
STRENGTHS = 32
CODE = ("at_random.py", "draws.py", "grey_levels.py")


@dataclass(frozen=True)
class RandomNoise:
    """A noise type with ranges to draw from; a range with equal ends is a fixed value.

    Attributes:
        noise_type: module of `misread.noise.types`.
        strength: lowest and highest strength in the type's own unit, above 0; drawn log-uniformly.
        options: lowest and highest value of each option of the type; drawn uniformly, whole numbers if both ends are.

    """

    noise_type: str
    strength: tuple[float, float]
    options: dict[str, tuple[Any, Any]]

    def draw(self, rng: np.random.Generator) -> tuple[float, dict[str, float]]:
        """Draw a strength and options."""
        low, high = self.strength
        strength = low * (high / low) ** (int(rng.integers(STRENGTHS)) / (STRENGTHS - 1))
        return strength, {name: _between(*ends, rng) for name, ends in self.options.items()}

    def description(self) -> dict[str, Any]:
        """Everything that determines the noise: the ranges, and the MD5 of the modules that generate it."""
        folder = Path(__file__).parent
        modules = [folder / name for name in (*CODE, f"types/{self.noise_type}.py")]
        code = "".join(path.read_text(encoding="utf-8") for path in modules)
        digest = hashlib.md5(code.encode(), usedforsecurity=False).hexdigest()
        return {"strength": self.strength, "options": self.options, "code": digest}


def _between(low: Any, high: Any, rng: np.random.Generator) -> Any:
    """Draw a value between two ends; if they are equal, return them."""
    if low == high:
        return low
    if isinstance(low, int) and isinstance(high, int):
        return int(rng.integers(low, high, endpoint=True))
    return float(rng.uniform(low, high))


def corrupt(images: np.ndarray, rng: np.random.Generator, noises: Sequence[RandomNoise]) -> np.ndarray:
    """Add to each image one of the given noises, all equally likely.

    Args:
        images: uint8, ``(N, HEIGHT, WIDTH, 3)``; not modified.
        rng: the only source of randomness.
        noises: noises to choose from.

    Returns:
        uint8, the shape of ``images``.

    """

    def words(count: int) -> np.ndarray:
        return rng.integers(RANGE, size=(1, count), dtype=np.uint16)

    noisy = np.empty_like(images)
    for position, which in enumerate(rng.integers(len(noises), size=len(images))):
        strength, options = noises[which].draw(rng)
        one = images[position : position + 1]
        noisy[position] = NOISE_TYPES[noises[which].noise_type].corrupt(one, strength, words, **options)[0]
    return noisy


def load(path: Path) -> list[RandomNoise]:
    """Read noises from a file with the `RandomNoise.description` of each type."""
    described = json.loads(path.read_text(encoding="utf-8"))
    return [
        RandomNoise(name, tuple(one["strength"]), {key: tuple(ends) for key, ends in one["options"].items()})
        for name, one in described.items()
    ]
