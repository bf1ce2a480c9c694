"""Training of a classifier."""

import math
import sys
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from misread.errors import MisreadError
from misread.network import Settings
from misread.networks import NETWORKS
from misread.params.schema import Train
from misread.training.augment import POLICIES
from misread.training.determinism import make_deterministic
from misread.training.input_pipeline import InputPipeline, dataset

WARM_UP_STEPS = 300  # at most; and at most a tenth of all steps


def build(name: str, params: Settings, weights: Path | None, total_steps: int) -> keras.Model:
    """A compiled classifier: AdamW (arXiv 1711.05101) with a linear warm-up and a cosine decay (arXiv 1608.03983).

    Args:
        name: of the network, a module of `misread.networks`.
        weights: of the ImageNet backbone; None: random initialisation.
        total_steps: length of the schedule in batches.

    """
    keras.mixed_precision.set_dtype_policy(params.precision)
    model = NETWORKS[name].build(params, weights)
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
    params: Settings,
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
        name: of the network, a module of `misread.networks`.
        params: the network's own settings.
        settings: those that all classifiers share.
        sets: image sets to train on, uint8, each ``(N, SIZE, SIZE, 3)``.
        labels: int64, ``(N,)``.
        validation: bool, ``(N,)``: rows held out.
        weights: of the ImageNet backbone; None: random initialisation.
        seed: of every random choice.
        threads: see `determinism.make_deterministic`.

    Returns:
        The trained model, and its epoch (from 1), loss, accuracy, val_loss and val_accuracy by epoch.

    Raises:
        MisreadError: the loss is no longer a number.

    """
    make_deterministic(seed, threads)
    shared = {"batch_size": params.batch_size, "seed": seed}
    policy = POLICIES[settings.augmentation]
    learn = InputPipeline(sets, labels, np.flatnonzero(~validation), policy=policy, balance=settings.balance, **shared)
    check = InputPipeline(sets, labels, np.flatnonzero(validation), policy=POLICIES["none"], **shared)
    model = build(name, params, weights, learn.steps_per_epoch * params.epochs)
    history = model.fit(
        dataset(learn.training_batches, params.image_size, tf.data.INFINITE_CARDINALITY),
        steps_per_epoch=learn.steps_per_epoch,
        epochs=params.epochs,
        shuffle=False,  # the pipeline has done it
        validation_data=dataset(check.validation_batches, params.image_size, check.validation_steps),
        callbacks=_callbacks(settings.patience),
        verbose=1 if sys.stdout.isatty() else 2,
    ).history
    if not all(map(math.isfinite, history["loss"])):
        raise MisreadError(f"networks.{name}.learning_rate: {params.learning_rate}: training diverged; try a lower one")
    return model, _by_epoch(history)


def _callbacks(patience: int) -> list[keras.callbacks.Callback]:
    """End a training that has diverged or no longer improves, and restore the weights of its best epoch."""
    return [
        keras.callbacks.TerminateOnNaN(),
        keras.callbacks.EarlyStopping("val_accuracy", mode="max", patience=patience, restore_best_weights=True),
    ]


def _by_epoch(history: dict[str, list[float]]) -> pd.DataFrame:
    """A row for each epoch, counted from 1."""
    table = pd.DataFrame({column: history[column] for column in ("loss", "accuracy", "val_loss", "val_accuracy")})
    table.insert(0, "epoch", range(1, len(table) + 1))
    return table
