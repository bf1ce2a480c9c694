"""Input pipeline: balanced and augmented batches from memory-mapped sets, in an order that depends only on the seed."""

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import tensorflow as tf

from misread.training.augment import Policy


class InputPipeline:
    """Batches from one or several image sets: endless and shuffled for training, or in order for validation.

    Args:
        sets: images, uint8, each ``(N, SIZE, SIZE, 3)``: the same signs in the same order. With several sets, each time
            a row is drawn, its image comes from a random one of them.
        labels: int64, ``(N,)``.
        rows: int, rows to use.
        batch_size: number of images in a batch.
        seed: seed of all random choices.
        policy: augmentation policy, see `misread.training.augment`.
        balance: 0: classes are drawn as often as they occur in ``rows``; 1: equally often; in general, a class with a
            share p of the rows is drawn in proportion to ``p ** (1 - balance)``.

    """

    def __init__(
        self,
        sets: Sequence[np.ndarray],
        labels: np.ndarray,
        rows: np.ndarray,
        *,
        batch_size: int,
        seed: int,
        policy: Policy,
        balance: float = 0.0,
    ):
        self.sets, self.labels, self.rows = sets, labels, rows
        self.batch_size, self.seed, self.policy = batch_size, seed, policy
        frequency = np.bincount(labels[rows])[labels[rows]].astype(float)
        self.chance = frequency**-balance / np.sum(frequency**-balance)
        self.steps_per_epoch = max(1, len(rows) // batch_size)

    @property
    def validation_steps(self) -> int:
        """Number of batches of `validation_batches`."""
        return math.ceil(len(self.rows) / self.batch_size)

    def epoch_rows(self, rng: np.random.Generator) -> np.ndarray:
        """Draw the rows of one epoch by systematic sampling: each count is the expected one, rounded up or down."""
        order = rng.permutation(len(self.rows))
        ends = np.cumsum(self.chance[order])
        points = (np.arange(len(order)) + rng.random()) / len(order) * ends[-1]
        return rng.permutation(self.rows[order[np.searchsorted(ends, points, side="right").clip(max=len(order) - 1)]])

    def training_batches(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Endless batches; each depends only on the seed, its epoch and its position in the epoch."""
        epoch = 0
        while True:
            rng = np.random.default_rng([self.seed, epoch])
            rows = self.epoch_rows(rng)
            for step in range(self.steps_per_epoch):
                batch = rows[step * self.batch_size : (step + 1) * self.batch_size]
                yield self.policy(self._images(batch, rng), self.labels[batch], rng)
            epoch += 1

    def validation_batches(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Batches with every row once, in order; the policy makes the same random changes each time."""
        rng = np.random.default_rng(self.seed)
        for start in range(0, len(self.rows), self.batch_size):
            batch = self.rows[start : start + self.batch_size]
            yield self.policy(self._images(batch, rng), self.labels[batch], rng)

    def _images(self, rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        if len(self.sets) == 1:
            return np.asarray(self.sets[0][rows])  # not a memory map, because slices of memory maps are slow
        choice = rng.integers(len(self.sets), size=len(rows))
        return np.stack([self.sets[which][row] for which, row in zip(choice, rows, strict=True)])


def dataset(batches: Callable[[], Iterator], image_size: int, count: int) -> tf.data.Dataset:
    """Wrap batches for `keras.Model.fit` and prefetch them in the background.

    `tf.data.Dataset.from_generator` and Keras's `PyDataset` would work too, but they make the whole process return
    freed memory to the system at once, so that every step would spend time on page faults.

    Args:
        batches: function that starts an iterator over ``(images, labels)``.
        image_size: side of the images in pixels.
        count: number of batches that the iterator yields; `tf.data.INFINITE_CARDINALITY`: endless.

    """
    running: list[Iterator] = []

    def start(_: int) -> np.int64:
        running.append(batches())
        return np.int64(len(running) - 1)

    def load(number: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        images, labels = tf.numpy_function(lambda one: next(running[one]), [number], (tf.uint8, tf.int64))
        return tf.ensure_shape(images, (None, image_size, image_size, 3)), tf.ensure_shape(labels, (None,))

    def steps(number: tf.Tensor) -> tf.data.Dataset:
        numbers = tf.data.Dataset.from_tensors(number)
        return numbers.repeat(None if count == tf.data.INFINITE_CARDINALITY else count).map(load)

    options = tf.data.Options()
    # The autotune thread sleeps for up to a minute, and an iterator that ends waits for it.
    options.autotune.enabled = False
    # Each iterator over the data set starts its own batches, as the previous one may still be prefetching.
    iterators = tf.data.Dataset.range(1).map(lambda one: tf.numpy_function(start, [one], tf.int64))
    result = iterators.flat_map(steps).apply(tf.data.experimental.assert_cardinality(count))
    return result.prefetch(4).with_options(options)
