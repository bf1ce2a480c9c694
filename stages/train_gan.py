"""Train a GAN in one regime, and generate as many signs as it was trained on: train_gan KIND REGIME."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from misread import params, paths, stage
from misread.data import sets, store, texts
from misread.gans import fitting, sampling
from misread.training import saving

UNKNOWN = -1  # label of images from an unconditional generator


def main() -> None:
    kind, regime = sys.argv[1:]
    settings = params.load()
    gan, key = settings.gan, f"{kind}-{regime}"
    [(images, labels)] = sets.opened(paths.training_sets(paths.GAN, regime)).values()
    training = ~pd.read_csv(paths.index("train")).validation.to_numpy()
    epochs = getattr(gan.kinds, kind).epochs
    with store.complete_or_absent(paths.REPORTS / f"gans/training/{key}") as grids:
        grids.mkdir()
        model, history = fitting.train(
            kind, gan, epochs, images, np.asarray(labels), np.flatnonzero(training), settings.seed,
            settings.threads, grids,
        )  # fmt: skip
    summary = {
        "kind": kind,
        "regime": regime,
        "training_images": int(training.sum()),
        "generator_parameters": trainable(model.generator),
        "discriminator_parameters": trainable(model.discriminator),
    }
    with store.complete_or_absent(paths.model(key)) as folder:
        folder.mkdir()
        saving.save(model.ema_generator, folder / "generator.keras")
        saving.save(model.discriminator, folder / "discriminator.keras")
        (folder / "training.json").write_text(texts.as_json(summary), encoding="utf-8")
    with store.complete_or_absent(paths.generated(key)) as folder:
        generate(folder, model.ema_generator, np.asarray(labels)[training], kind == "cgan", settings)
    texts.write({paths.REPORTS / f"gans/history/{key}.csv": history.to_csv(index=False)})


def generate(folder: Path, generator, labels: np.ndarray, conditional: bool, settings: params.Params) -> None:
    """Write a set of generated signs; if the GAN is conditional, with the classes of the real signs."""
    latent = sampling.latent_vectors(len(labels), settings.gan.training.latent_size, settings.seed)
    store.create_set(folder, labels if conditional else np.full(len(labels), UNKNOWN), settings.gan.image_size)
    for start in range(0, len(labels), store.BLOCK):
        part = slice(start, start + store.BLOCK)
        images = sampling.generate(generator, latent[part], labels[part] if conditional else None)
        store.write_rows(folder, start, images)


def trainable(network) -> int:
    """Number of trainable parameters."""
    return int(sum(np.prod(variable.shape) for variable in network.trainable_variables))


if __name__ == "__main__":
    stage.run(main)
