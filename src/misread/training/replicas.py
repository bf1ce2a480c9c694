"""Training on several replicas of a network, each of which takes a part of every batch.

This module replaces `keras.Model.fit`, which in Keras 3 does not work with processes on several machines. Every
process makes the same batches from the same seed. Replica k of n takes the rows k, k + n, k + 2 n, ... of a batch, so a
sign and its noisy copy, which are half a batch apart, stay together.
"""

import sys
from collections.abc import Callable
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from misread.training import strategies


class Schedule(NamedTuple):
    """What is trained on, and for how long."""

    batches: tf.data.Dataset  # endless: images, uint8, (N, SIZE, SIZE, 3), and labels, int64, (N,)
    steps: int  # batches of an epoch
    validation: tf.data.Dataset  # finite, of the same form
    validation_steps: int
    epochs: int  # at most


def fit(
    strategy: tf.distribute.Strategy,
    model: keras.Model,
    schedule: Schedule,
    callbacks: list[keras.callbacks.Callback],
) -> tuple[keras.Model, dict[str, list[float]]]:
    """Train as `keras.Model.fit` does, on all replicas.

    Args:
        strategy: see `misread.training.strategies`.
        model: built and compiled in the scope of the strategy; its loss has a value for each image.
        schedule: the same in all processes.
        callbacks: as for `keras.Model.fit`.

    Returns:
        A copy of the trained network that does not depend on the strategy, and the history of each column.

    """
    # A network that predicts without the strategy. Keras would clone the optimizer and the loss of a compiled one.
    alone = keras.models.clone_model(keras.Model(model.inputs, model.outputs, name=model.name))
    alone.compile(loss=model.loss, metrics=["accuracy"])
    with strategy.scope():
        model.optimizer.build(model.trainable_variables)
    _tell_seeds_apart(strategy, model)
    step = _step(strategy, model)
    told = keras.callbacks.CallbackList(
        callbacks, add_history=True, add_progbar=True, model=model, epochs=schedule.epochs, steps=schedule.steps,
        verbose=1 if sys.stdout.isatty() else 2,
    )  # fmt: skip
    batches, logs = iter(schedule.batches), {}
    model.stop_training = False
    told.on_train_begin()
    for epoch in range(schedule.epochs):
        told.on_epoch_begin(epoch)
        logs = _epoch(model, step, batches, schedule.steps, told)
        told.on_test_begin()
        alone.set_weights(model.get_weights())
        found = alone.evaluate(schedule.validation, steps=schedule.validation_steps, verbose=0, return_dict=True)
        # The processes must agree when to stop, even where their processors round in another way.
        first = strategies.gathered(strategy, np.array(list(found.values())))[0]
        found = dict(zip(found, first.tolist(), strict=True))
        told.on_test_end(found)
        logs |= {f"val_{name}": value for name, value in found.items()}
        told.on_epoch_end(epoch, logs)
        if model.stop_training:
            break
    model.optimizer.finalize_variable_values(model.trainable_weights)
    told.on_train_end(logs)
    alone.set_weights(model.get_weights())
    return alone, model.history.history


def _epoch(
    model: keras.Model, step: Callable, batches: object, steps: int, told: keras.callbacks.CallbackList
) -> dict[str, float]:
    """Train for an epoch; mean loss and accuracy of its images."""
    totals, logs = np.zeros(3), {}
    for number in range(steps):
        told.on_train_batch_begin(number)
        totals += step(*next(batches)).numpy()
        loss, right, count = totals
        logs = {"accuracy": right / count, "loss": loss / count}
        told.on_train_batch_end(number, logs)
        if model.stop_training:
            break
    return logs


def _step(strategy: tf.distribute.Strategy, model: keras.Model) -> Callable:
    """A function that trains all replicas on one batch: ``(images, labels) -> [loss, right, count]``, float32, sums."""
    replicas = strategy.num_replicas_in_sync

    def train(images: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        context = tf.distribute.get_replica_context()
        count = tf.cast(tf.shape(labels)[0], tf.float32)  # of all replicas
        with tf.device("/device:CPU:0"):  # a GPU gets its own rows only
            images, labels = (whole[context.replica_id_in_sync_group :: replicas] for whole in (images, labels))
        with tf.GradientTape() as tape:
            logits = model(images, training=True)
            loss = tf.reduce_sum(model.loss.call(labels, logits))
            # The optimizer adds the gradients of all replicas. Their sum is the gradient of the mean loss of the batch.
            scaled = loss / count + tf.add_n([tf.constant(0.0), *model.losses]) / replicas
        gradients = tape.gradient(scaled, model.trainable_variables)
        model.optimizer.apply(gradients, model.trainable_variables)
        right = tf.reduce_sum(tf.cast(tf.argmax(logits, axis=-1) == labels, tf.float32))
        sums = tf.stack([loss, right, tf.cast(tf.shape(labels)[0], tf.float32)])
        return context.all_reduce(tf.distribute.ReduceOp.SUM, sums)

    @tf.function(autograph=False, reduce_retracing=True)
    def step(images: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        return strategy.experimental_local_results(strategy.run(train, (images, labels)))[0]

    return step


def _tell_seeds_apart(strategy: tf.distribute.Strategy, model: keras.Model) -> None:
    """Let each replica draw random numbers, such as those of dropout, of its own."""
    seeds = [variable.value for variable in model.variables if variable.name == "seed_generator_state"]

    def tell() -> None:
        number = tf.distribute.get_replica_context().replica_id_in_sync_group
        for seed in seeds:
            seed.assign_add(tf.cast(tf.stack([number, 0]), seed.dtype))

    @tf.function(autograph=False)
    def told() -> None:
        strategy.run(tell)

    told()
