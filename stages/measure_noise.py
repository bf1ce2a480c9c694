"""Measure how far the noisy test sets are from the clean ones."""

import json
from pathlib import Path

import stage
from misread import params
from misread.data import store
from misread.noise import quality


def main() -> None:
    settings = params.load()
    figures = {}
    for noise_type in params.NOISE_TYPES:
        for level in params.LEVELS:
            name = f"{noise_type}-{level}"
            figures[name] = {"strength": settings.noise.strength_of(noise_type, level)}
            for size in settings.image_sizes:
                before = store.open_set(Path(f"data/clean/{size}/test")).images
                after = store.open_set(Path(f"data/noisy/{name}/{size}/test")).images
                rows = quality.evenly_spaced_rows(len(before), settings.noise.quality_images)
                figures[name][f"{size}px"] = {"n": len(rows), **quality.measure(before[rows], after[rows])}
    with store.complete_or_absent(Path("reports/noise.json")) as path:
        path.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    stage.run(main)
