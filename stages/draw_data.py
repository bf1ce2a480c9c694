"""Draw the figures of the data: samples, class distribution, noise grid."""

from pathlib import Path

import pandas as pd

import stage
from misread import params
from misread.data import store
from misread.report import data_figures, style

CLEAN = Path("data/clean")
SIZE_OF = "inception_v3"  # at its size, the largest of the defaults, images show most
CLASS_SHOWN = 14  # stop


def main() -> None:
    settings = params.load()
    source = settings.data.source
    train, test = (pd.read_csv(CLEAN / f"{split}.csv") for split in ("train", "test"))
    images = store.open_set(CLEAN / str(settings.networks[SIZE_OF].image_size) / "test").images
    row = data_figures.rows_by_class(test)[CLASS_SHOWN]
    figures = {
        "samples": data_figures.samples(images, test, source),
        "class_distribution": data_figures.class_distribution(train, test, source),
        "noise_grid": data_figures.noise_grid(images[row], row, settings.noise, settings.seed, source),
    }
    style.save(figures, Path("reports/figures/data"))


if __name__ == "__main__":
    stage.run(main)
