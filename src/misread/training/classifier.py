"""Training of a classifier."""

import contextlib
import math
import sys
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from misread.errors import MisreadError
from misread.network import Settings
from misread.networks import NETWORKS
from misread.params.schema import Train
from misread.training import replicas, strategies, temperature
from misread.training.augment import POLICIES
from misread.training.determinism import make_deterministic
from misread.training.input_pipeline import InputPipeline, dataset
from misread.training.recipe import Recipe

WARM_UP_STEPS = 300  # at most, and not more than a tenth of all steps


def build(
    name: str, params: Settings, weights: Path | None, total_steps: int, loss: keras.losses.Loss | None = None
) -> keras.Model:
    """Build and compile a classifier: AdamW (arXiv 1711.05101), linear warm-up and cosine decay (arXiv 1608.03983).

    With ``params.ema``, the optimizer also keeps the exponential moving averages of the weights (B. T. Polyak and A. B.
    Juditsky, "Acceleration of stochastic approximation by averaging", SIAM J. Control Optim. 30(4), 1992).

    Args:
        name: name of the network, a module of `misread.networks`.
        params: settings of the network.
        weights: file with the backbone's ImageNet weights; None: random initialisation.
        total_steps: length of the learning-rate schedule in batches.
        loss: loss of the logits; None: cross-entropy.

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
        optimizer=keras.optimizers.AdamW(
            schedule, weight_decay=params.weight_decay, use_ema=params.ema > 0, ema_momentum=params.ema
        ),
        loss=loss or keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model


class Trained(NamedTuple):
    """A trained classifier, its training history and its temperature."""

    model: keras.Model
    history: pd.DataFrame  # a row for each epoch: epoch (from 1), loss, accuracy, val_loss, val_accuracy
    temperature: float  # fitted on the held-out images of the regime


def train(
    name: str,
    params: Settings,
    settings: Train,
    sets: list[np.ndarray],
    labels: np.ndarray,
    validation: np.ndarray,
    weights: Path | None,
    recipe: Recipe,
    seed: int,
    threads: int,
) -> Trained:
    """Train a classifier and restore the weights of its best epoch by validation accuracy; with EMA, their averages.

    Args:
        name: name of the network, a module of `misread.networks`.
        params: settings of the network.
        settings: settings that all classifiers share.
        sets: image sets to train on, uint8, each ``(N, SIZE, SIZE, 3)``.
        labels: int64, ``(N,)``.
        validation: bool, ``(N,)``: True for the held-out rows.
        weights: file with the backbone's ImageNet weights; None: random initialisation.
        recipe: recipe of the regime.
        seed: seed of all random choices.
        threads: number of threads, see `determinism.make_deterministic`.

    Raises:
        MisreadError: the loss became NaN or infinite, or the replicas cannot run as `strategies.create` and
            `strategies.compare` tell.

    """
    make_deterministic(seed, threads)
    strategy = strategies.create(settings.replicas)
    shared = {"batch_size": params.batch_size, "seed": seed}
    policy, unchanged = recipe.batches(POLICIES[settings.augmentation]), recipe.batches(POLICIES["none"])
    learn = InputPipeline(sets, labels, np.flatnonzero(~validation), policy=policy, balance=settings.balance, **shared)
    check = InputPipeline(sets, labels, np.flatnonzero(validation), policy=unchanged, **shared)
    with strategies.together(strategy):
        if strategy:
            _compare(strategy, learn, repr((name, params, settings, seed, threads)))
        with strategy.scope() if strategy else contextlib.nullcontext():
            model = build(name, params, weights, learn.steps_per_epoch * params.epochs, recipe.loss)
        model, history = _fit(strategy, model, learn, check, params, settings.patience)
    if not all(map(math.isfinite, history["loss"])):
        raise MisreadError(f"networks.{name}.learning_rate: {params.learning_rate}: training diverged; try a lower one")
    held_out = [(model.predict_on_batch(images), labels) for images, labels in check.validation_batches()]
    logits, truth = (np.concatenate(parts) for parts in zip(*held_out, strict=True))
    return Trained(model, _by_epoch(history), temperature.fit(logits, truth))


def _compare(strategy: tf.distribute.Strategy, learn: InputPipeline, decisive: str) -> None:
    """Check that each replica gets the same share of a batch, in which signs stay with their noisy copies.

    Raises:
        MisreadError: the replicas cannot share a batch, or other processes train with other settings or data.

    """
    replicas, rows = strategy.num_replicas_in_sync, min(learn.batch_size, len(learn.rows))
    if rows % replicas:
        raise MisreadError(f"train.replicas: {replicas}: must divide the number of signs in a batch, {rows}")
    images, labels = next(learn.training_batches())
    decisive = f"{decisive} {tf.__version__} {keras.__version__}"
    strategies.compare(strategy, decisive.encode() + images.tobytes() + labels.tobytes())


def _fit(
    strategy: tf.distribute.Strategy | None,
    model: keras.Model,
    learn: InputPipeline,
    check: InputPipeline,
    params: Settings,
    patience: int,
) -> tuple[keras.Model, dict[str, list[float]]]:
    """Train the network on all its replicas; the trained network and its history."""
    batches = dataset(learn.training_batches, params.image_size, tf.data.INFINITE_CARDINALITY)
    validation = dataset(check.validation_batches, params.image_size, check.validation_steps)
    callbacks = _callbacks(patience, average=params.ema > 0)
    if strategy:
        schedule = replicas.Schedule(batches, learn.steps_per_epoch, validation, check.validation_steps, params.epochs)
        return replicas.fit(strategy, model, schedule, callbacks)
    history = model.fit(
        batches,
        steps_per_epoch=learn.steps_per_epoch,
        epochs=params.epochs,
        shuffle=False,  # the input pipeline shuffles
        validation_data=validation,
        callbacks=callbacks,
        verbose=1 if sys.stdout.isatty() else 2,
    ).history
    return model, history


def _callbacks(patience: int, *, average: bool) -> list[keras.callbacks.Callback]:
    """Stop training when it diverges or no longer improves, and restore the weights of the best epoch."""
    # The averages must be in the model when early stopping keeps its weights.
    swap = [keras.callbacks.SwapEMAWeights(swap_on_epoch=True)] if average else []
    return [
        keras.callbacks.TerminateOnNaN(),
        *swap,
        keras.callbacks.EarlyStopping("val_accuracy", mode="max", patience=patience, restore_best_weights=True),
    ]


def _by_epoch(history: dict[str, list[float]]) -> pd.DataFrame:
    """Training history with a row for each epoch, counted from 1."""
    table = pd.DataFrame({column: history[column] for column in ("loss", "accuracy", "val_loss", "val_accuracy")})
    table.insert(0, "epoch", range(1, len(table) + 1))
    return table
