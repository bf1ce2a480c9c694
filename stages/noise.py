"""Write one noisy copy of the clean sets: noise.py TYPE LEVEL."""

import sys
from pathlib import Path

import room
import stage
from misread import params
from misread.data import store
from misread.noise import sets

CLEAN = Path("data/clean")


def main() -> None:
    noise_type, level = sys.argv[1:]
    settings = params.load()
    room.require(settings, f"noise@{noise_type}-{level}")
    strength = settings.noise.strength_of(noise_type, level)
    options = settings.noise.options_of(noise_type)
    with store.complete_or_absent(Path(f"data/noisy/{noise_type}-{level}")) as folder:
        for size in settings.image_sizes:
            for split in ("train", "test"):
                sets.write_noisy_set(
                    CLEAN / str(size) / split, folder / str(size) / split, f"{noise_type}-{level} {size} px {split}",
                    noise_type=noise_type, strength=strength, options=options, seed=settings.seed, split=split,
                )  # fmt: skip


if __name__ == "__main__":
    stage.run(main)
