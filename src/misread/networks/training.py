"""Training of a classifier."""

import math
import sys
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from misread.errors import MisreadError
from misread.networks.architectures import ARCHITECTURES
from misread.networks.augment import POLICIES
from misread.networks.determinism import make_deterministic
from misread.networks.feed import Feed, dataset
from misread.params import Network, Train

WARM_UP_STEPS = 300  # at most; and at most a tenth of all steps


def build(name: str, params: Network, weights: Path | None, total_steps: int) -> keras.Model:
    """A compiled classifier: AdamW (arXiv 1711.05101) with a linear warm-up and a cosine decay (arXiv 1608.03983).

    Args:
        name: key of `architectures.ARCHITECTURES`.
        weights: of the ImageNet backbone; None: random initialisation.
        total_steps: length of the schedule in batches.

    """
    keras.mixed_precision.set_dtype_policy(params.precision)
    model = ARCHITECTURES[name](params, weights)
    schedule = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0,
        decay_steps=total_steps,
        warmup_target=params.learning_rate,
        warmup_steps=min(WARM_UP_STEPS, max(1, total_steps // 10)),
    )
    model.compile(
        optimizer=keras.optimizers.AdamW(schedule, weight_decay=params.weight_decay),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model


def train(
    name: str,
    params: Network,
    settings: Train,
    sets: list[np.ndarray],
    labels: np.ndarray,
    validation: np.ndarray,
    weights: Path | None,
    seed: int,
    threads: int,
) -> tuple[keras.Model, pd.DataFrame]:
    """Train a classifier and restore the weights of its best epoch by validation accuracy.

    Args:
        name: key of `architectures.ARCHITECTURES`.
        params: the network's own settings.
        settings: those that all classifiers share.
        sets: image sets to learn from, uint8, each ``(N, SIZE, SIZE, 3)``.
        labels: int64, ``(N,)``.
        validation: bool, ``(N,)``: rows held out.
        weights: of the ImageNet backbone; None: random initialisation.
        seed: of every random choice.
        threads: see `determinism.make_deterministic`.

    Returns:
        The trained model; and its history, a row for each epoch with epoch (from 1), loss, accuracy, val_loss,
        val_accuracy.

    Raises:
        MisreadError: the loss is no longer a number.

    """
    make_deterministic(seed, threads)
    shared = {"batch_size": params.batch_size, "seed": seed}
    learn = Feed(
        sets, labels, np.flatnonzero(~validation),
        policy=POLICIES[settings.augmentation], balance=settings.balance, **shared,
    )  # fmt: skip
    check = Feed(sets, labels, np.flatnonzero(validation), policy=POLICIES["none"], **shared)
    model = build(name, params, weights, learn.steps_per_epoch * params.epochs)
    history = model.fit(
        dataset(learn.training_batches, params.image_size, tf.data.INFINITE_CARDINALITY),
        steps_per_epoch=learn.steps_per_epoch,
        epochs=params.epochs,
        shuffle=False,  # the feed has done it
        validation_data=dataset(
            check.validation_batches, params.image_size, math.ceil(len(check.rows) / params.batch_size)
        ),
        callbacks=[
            keras.callbacks.TerminateOnNaN(),
            keras.callbacks.EarlyStopping(
                "val_accuracy", mode="max", patience=settings.patience, restore_best_weights=True
            ),
        ],
        verbose=1 if sys.stdout.isatty() else 2,
    ).history
    if not all(map(math.isfinite, history["loss"])):
        raise MisreadError(f"networks.{name}.learning_rate: {params.learning_rate}: training diverged; try a lower one")
    table = pd.DataFrame({column: history[column] for column in ("loss", "accuracy", "val_loss", "val_accuracy")})
    table.insert(0, "epoch", range(1, len(table) + 1))
    return model, table
