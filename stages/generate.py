"""Generate as many signs as the GAN learnt from, of the same classes: generate.py KIND REGIME."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

import stage
from misread import params
from misread.data import store
from misread.gans import sampling
from misread.networks import determinism, saving

UNKNOWN = -1  # the label of an image whose generator knows no classes


def main() -> None:
    kind, regime = sys.argv[1:]
    settings = params.load()
    determinism.make_deterministic(settings.seed)
    generator = saving.load(Path(f"models/{kind}-{regime}/generator.keras"))
    table = pd.read_csv("data/clean/train.csv")
    labels = table.class_id[~table.validation].to_numpy()
    latent = sampling.latent_vectors(len(labels), settings.gan.training.latent_size, settings.seed)
    conditional = kind == "cgan"
    with store.complete_or_absent(Path(f"data/generated/{kind}-{regime}")) as folder:
        store.create_set(folder, labels if conditional else np.full(len(labels), UNKNOWN), settings.gan.image_size)
        for start in range(0, len(labels), store.BLOCK):
            part = slice(start, start + store.BLOCK)
            images = sampling.generate(generator, latent[part], labels[part] if conditional else None)
            store.write_rows(folder, start, images)


if __name__ == "__main__":
    stage.run(main)
