"""Write one noisy copy of the clean sets, and measure how far it is from them: noise.py TYPE LEVEL."""

import json
import sys
from pathlib import Path

import stage
from misread import params
from misread.data import store
from misread.noise import apply, quality

CLEAN = Path("data/clean")


def main() -> None:
    noise_type, level = sys.argv[1:]
    settings = params.load()
    strength = settings.noise.strength_of(noise_type, level)
    options = settings.noise.options_of(noise_type)
    figures = {"strength": strength}
    with store.complete_or_absent(Path(f"data/noisy/{noise_type}-{level}")) as folder:
        for size in settings.image_sizes:
            for split in ("train", "test"):
                clean, noisy = CLEAN / str(size) / split, folder / str(size) / split
                title = f"{noise_type}-{level} {size} px {split}"
                apply.write_noisy_set(
                    clean, noisy, title,
                    noise_type=noise_type, strength=strength, options=options, seed=settings.seed, split=split,
                )  # fmt: skip
            before, after = store.open_set(clean).images, store.open_set(noisy).images
            rows = quality.evenly_spaced_rows(len(before), settings.noise.quality_images)
            figures[f"{size}px"] = {"n": len(rows), **quality.measure(before[rows], after[rows])}
    with store.complete_or_absent(Path(f"metrics/noise/{noise_type}-{level}.json")) as path:
        path.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    stage.run(main)
