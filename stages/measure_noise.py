"""Measure RMSE, PSNR and SSIM of the noisy test sets."""

import pandas as pd

from misread import params, paths, stage
from misread.data import resize, store, texts
from misread.noise import quality


def main() -> None:
    settings = params.load()
    index, figures = pd.read_csv(paths.index("test")), {}
    for noise_type, level in settings.noise.sets:
        name = paths.noisy_set(noise_type, level)
        figures[name] = {"strength": settings.noise.strength_of(noise_type, level)}
        for size, owner in store.by_size(settings.image_sizes)[0].items():
            before = store.open_set(paths.CLEAN / owner / "test").images
            after = store.open_set(paths.NOISY / name / owner / "test").images
            rows = quality.evenly_spaced_rows(len(before), settings.noise.quality_images)
            boxes = resize.own_pixels(settings.resize, index.iloc[rows], size)
            figures[name][f"{size}px"] = {"n": len(rows), **quality.measure(before[rows], after[rows], boxes)}
    texts.write({paths.REPORTS / "noise.json": texts.as_json(figures)})


if __name__ == "__main__":
    stage.run(main)
