"""Train a GAN in one regime, and generate as many signs as it was trained on: train_gan.py KIND REGIME."""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

import stage
import training_sets
from misread import params
from misread.data import store
from misread.gans import sampling, training
from misread.networks import saving

UNKNOWN = -1  # the label of an image whose generator knows no classes


def main() -> None:
    kind, regime = sys.argv[1:]
    settings = params.load()
    gan, key = settings.gan, f"{kind}-{regime}"
    [folder] = training_sets.folders(regime, settings.noise, gan.image_size)
    images, labels = store.open_set(folder)
    learns = ~pd.read_csv("data/clean/train.csv").validation.to_numpy()
    section = gan.conditional if kind == "cgan" else gan.plain
    with store.complete_or_absent(Path(f"reports/gans/training/{key}")) as grids:
        grids.mkdir()
        model, history = training.train(
            kind, gan, section.epochs, images, np.asarray(labels), np.flatnonzero(learns), settings.seed,
            settings.threads, grids,
        )  # fmt: skip
    summary = {
        "kind": kind,
        "regime": regime,
        "training_images": int(learns.sum()),
        "generator_parameters": trainable(model.generator),
        "discriminator_parameters": trainable(model.discriminator),
    }
    with store.complete_or_absent(Path(f"models/{key}")) as folder:
        folder.mkdir()
        saving.save(model.averaged, folder / "generator.keras")
        saving.save(model.discriminator, folder / "discriminator.keras")
        (folder / "training.json").write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    with store.complete_or_absent(Path(f"data/generated/{key}")) as folder:
        generate(folder, model.averaged, np.asarray(labels)[learns], kind == "cgan", settings)
    with store.complete_or_absent(Path(f"reports/gans/history/{key}.csv")) as path:
        history.to_csv(path, index=False)


def generate(folder: Path, generator, labels: np.ndarray, conditional: bool, settings: params.Params) -> None:
    """Write a set of generated signs, of the classes of the real ones if the GAN is conditional."""
    latent = sampling.latent_vectors(len(labels), settings.gan.training.latent_size, settings.seed)
    store.create_set(folder, labels if conditional else np.full(len(labels), UNKNOWN), settings.gan.image_size)
    for start in range(0, len(labels), store.BLOCK):
        part = slice(start, start + store.BLOCK)
        images = sampling.generate(generator, latent[part], labels[part] if conditional else None)
        store.write_rows(folder, start, images)


def trainable(network) -> int:
    """Number of values that training changes."""
    return int(sum(np.prod(variable.shape) for variable in network.trainable_variables))


if __name__ == "__main__":
    stage.run(main)
