"""Training of a GAN of either kind."""

import math
import sys
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from misread.errors import MisreadError
from misread.gans import sampling
from misread.gans.adversarial import RECORDED, Adversarial
from misread.gans.cgan import ConditionalGAN
from misread.gans.gan import GAN
from misread.gtsrb import classes
from misread.params.gan_sections import Collapse, Gan
from misread.training.augment import POLICIES
from misread.training.determinism import make_deterministic
from misread.training.input_pipeline import InputPipeline, dataset

KINDS: dict[str, Callable[[Gan, int], Adversarial]] = {"gan": GAN, "cgan": ConditionalGAN}
SAMPLE_ROWS = 8  # rows of the sample grids drawn during training
PLAIN_COLUMNS = 24  # columns of the plain GAN's grids; the conditional GAN's grids have a column for each class


class SampleGrid(keras.callbacks.Callback):
    """Save a grid of generated signs every ``every`` epochs and after the last epoch, from the same noise vectors.

    Args:
        folder: existing folder, in which ``epoch-NNN.png`` is saved.
        every: number of epochs between two grids.
        seed: seed of the noise vectors.

    """

    def __init__(self, folder: Path, every: int, seed: int):
        super().__init__()
        self.folder, self.every, self.seed = folder, every, seed

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Save a grid if one is due."""
        if (epoch + 1) % self.every and epoch + 1 != self.params["epochs"]:
            return
        conditional = isinstance(self.model, ConditionalGAN)
        columns = classes.COUNT if conditional else PLAIN_COLUMNS
        latent = sampling.latent_vectors(SAMPLE_ROWS * columns, self.model.settings.latent_size, self.seed)
        labels = np.tile(np.arange(columns), SAMPLE_ROWS) if conditional else None
        images = sampling.generate(self.model.ema_generator, latent, labels)
        sampling.save_png(sampling.grid(images, columns), self.folder / f"epoch-{epoch + 1:03}.png")


class StopOnCollapse(keras.callbacks.Callback):
    """Stop training when it diverges or when the discriminator collapses.

    Raises:
        MisreadError: a loss is NaN or infinite; or the discriminator has correctly classified nearly all images, real
            and generated, for several epochs in a row.

    """

    def __init__(self, collapse: Collapse):
        super().__init__()
        self.collapse, self.won = collapse, 0

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Check the means of the epoch."""
        if not all(math.isfinite(logs[name]) for name in RECORDED):
            raise MisreadError(
                f"gan.training.learning_rate: {self.model.settings.learning_rate}: training diverged in epoch "
                f"{epoch + 1}; try a lower one"
            )
        told = min(logs["real_accuracy"], logs["fake_accuracy"])
        self.won = self.won + 1 if told >= self.collapse.accuracy else 0
        if self.won >= self.collapse.epochs:
            raise MisreadError(
                f"gan.training.collapse: the discriminator classified at least {self.collapse.accuracy:.1%} of the "
                f"real and of the generated images correctly for {self.won} epochs in a row, so that the generator "
                "cannot improve; try another loss, label_smoothing or a lower learning_rate"
            )


def train(
    kind: str,
    params: Gan,
    epochs: int,
    images: np.ndarray,
    labels: np.ndarray,
    rows: np.ndarray,
    seed: int,
    threads: int,
    grids: Path,
) -> tuple[Adversarial, pd.DataFrame]:
    """Train a GAN.

    Args:
        kind: key of `KINDS`.
        params: settings of the GANs.
        epochs: number of epochs.
        images: uint8, ``(N, SIZE, SIZE, 3)``; may be memory-mapped.
        labels: int64, ``(N,)``.
        rows: int, rows of the images to train on.
        seed: seed of all random choices.
        threads: number of threads, see `misread.training.determinism`.
        grids: existing folder for the sample grids.

    Returns:
        The model, and its history: a row for each epoch with epoch (from 1), discriminator_loss, generator_loss,
        real_accuracy and fake_accuracy (the discriminator's accuracy on real and on generated images).

    Raises:
        MisreadError: training diverged, or the discriminator collapsed.

    """
    make_deterministic(seed, threads)
    pipeline = InputPipeline(
        [images], labels, rows, batch_size=params.training.batch_size, seed=seed, policy=POLICIES["none"]
    )
    model = KINDS[kind](params, seed)
    model.compile()
    history = model.fit(
        dataset(pipeline.training_batches, params.image_size, tf.data.INFINITE_CARDINALITY),
        steps_per_epoch=pipeline.steps_per_epoch,
        epochs=epochs,
        shuffle=False,  # the input pipeline shuffles
        callbacks=[StopOnCollapse(params.training.collapse), SampleGrid(grids, params.training.samples_every, seed)],
        verbose=1 if sys.stdout.isatty() else 2,
    ).history
    table = pd.DataFrame({column: history[column] for column in RECORDED})
    table.insert(0, "epoch", range(1, len(table) + 1))
    return model, table
