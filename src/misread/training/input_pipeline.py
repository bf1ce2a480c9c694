"""Batches for training: from memory-mapped sets, balanced, augmented, in an order that depends only on the seed."""

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import tensorflow as tf

from misread.training.augment import Policy


class InputPipeline:
    """Rows of one or several image sets, as endless shuffled batches for training or once in order for validation.

    Args:
        sets: images, uint8, each ``(N, SIZE, SIZE, 3)``: the same signs in the same order. With several, each row drawn
            takes its image from one of them, at random anew each time.
        labels: int64, ``(N,)``.
        rows: int, the rows to use.
        batch_size: images.
        seed: of every random choice.
        policy: augmentation, see `misread.training.augment`.
        balance: 0 draws classes as often as they occur in ``rows``, 1 equally often; a class that holds a share p of
            the rows is drawn in proportion to ``p ** (1 - balance)``.

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
        """Batches of `validation_batches`."""
        return math.ceil(len(self.rows) / self.batch_size)

    def epoch_rows(self, rng: np.random.Generator) -> np.ndarray:
        """Rows of one epoch, shuffled: each as often as its chance says, rounded up or down (systematic sampling)."""
        order = rng.permutation(len(self.rows))
        ends = np.cumsum(self.chance[order])
        points = (np.arange(len(order)) + rng.random()) / len(order) * ends[-1]
        return rng.permutation(self.rows[order[np.searchsorted(ends, points, side="right").clip(max=len(order) - 1)]])

    def training_batches(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Endless batches; epoch and position alone decide what each holds."""
        epoch = 0
        while True:
            rng = np.random.default_rng([self.seed, epoch])
            rows = self.epoch_rows(rng)
            for step in range(self.steps_per_epoch):
                batch = rows[step * self.batch_size : (step + 1) * self.batch_size]
                yield self.policy(self._images(batch, rng), self.labels[batch], rng)
            epoch += 1

    def validation_batches(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Every row once, in order; the policy does the same to it each time."""
        rng = np.random.default_rng(self.seed)
        for start in range(0, len(self.rows), self.batch_size):
            batch = self.rows[start : start + self.batch_size]
            yield self.policy(self._images(batch, rng), self.labels[batch], rng)

    def _images(self, rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        if len(self.sets) == 1:
            return np.asarray(self.sets[0][rows])  # no memory map, whose slices are slow
        choice = rng.integers(len(self.sets), size=len(rows))
        return np.stack([self.sets[which][row] for which, row in zip(choice, rows, strict=True)])


def dataset(batches: Callable[[], Iterator], image_size: int, count: int) -> tf.data.Dataset:
    """Wrap batches for `keras.Model.fit`, read ahead in the background.

    `tf.data.Dataset.from_generator` and Keras's `PyDataset` would do it too, but they make TensorFlow return freed
    memory to the system at once, in the whole process: every step would get its memory anew, page by page.

    Args:
        batches: function that starts an iterator over ``(images, labels)``.
        image_size: pixels.
        count: how many batches it yields; `tf.data.INFINITE_CARDINALITY`: endless.

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
    # Its tuning thread sleeps up to a minute at a time, and an iterator that ends waits for it.
    options.autotune.enabled = False
    # Each iterator over the data set has batches of its own, as one may still read ahead when the next starts.
    iterators = tf.data.Dataset.range(1).map(lambda one: tf.numpy_function(start, [one], tf.int64))
    result = iterators.flat_map(steps).apply(tf.data.experimental.assert_cardinality(count))
    return result.prefetch(4).with_options(options)
