"""`misread.measure`: the measurement of any function that predicts images."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from misread.data import arrays
from misread.errors import MisreadError
from misread.inference.noise_grids import ALONE, Sharing
from misread.inference.predictions import BATCH, Predict
from misread.own import assumptions, broken_images, measured_tables, result
from misread.own.feeding import predictor
from misread.own.measurement import measure_grids
from misread.own.models.model import Model
from misread.own.models.python_functions import as_model
from misread.own.result import Result
from misread.own.settings import Settings, settings


def measure(
    predict: Callable[[np.ndarray], Any],
    images: np.ndarray,
    labels: Sequence | np.ndarray,
    *,
    classes: Sequence[str] | None = None,
    name: str = "the network",
    names: Sequence[str] | None = None,
    groups: Sequence | np.ndarray | None = None,
    noise: Sequence[str] | None = None,
    strengths: dict[str, Sequence[float]] | None = None,
    refine: int = 2,
    seed: int | None = None,
    resamples: int | None = None,
    progress: bool = True,
) -> Result:
    """Measure where noise breaks a classifier, given as a function.

    Args:
        predict: function from a batch, uint8 ``(N, HEIGHT, WIDTH, CHANNELS)``, 0 to 255, to scores ``(N, CLASSES)``,
            logits or probabilities: an array or a tensor of any library. Batches have at most 512 images.
        images: uint8, ``(N, HEIGHT, WIDTH, CHANNELS)``, 1 or 3 channels; may be memory-mapped.
        labels: class of each image: the number of its score, or its name among ``classes``.
        classes: name of each score; None: its number.
        name: name of the classifier in texts.
        names: name of each image in the table of images; None: its row.
        groups: group of each image, a number or a name: images of one group show the same object, as the frames of a
            video do, and intervals resample groups. None: all images are independent.
        noise: noise types; None: all types of the study.
        strengths: noise type -> grid of strengths in the type's own unit; the study's grid for the other types.
        refine: how often the grids are refined where the classifier starts to fail; 0: only the grids.
        seed: seed of the noise and of the bootstrap; None: the study's.
        resamples: number of bootstrap resamples for intervals; None: the study's.
        progress: whether to show a progress bar.

    Raises:
        MisreadError: the arrays are not such images and labels, a setting is wrong, or the classifier is no better than
            chance without noise.

    """
    chosen = settings(noise, strengths, refine, seed, resamples)
    arrays.check(images)
    if not len(images):
        raise MisreadError("images: must be at least one")
    if names is not None and len(names) != len(images):
        raise MisreadError(f"names: {len(names)} for {len(images)} images")
    names = None if names is None else [str(one) for one in names]
    if groups is not None and np.shape(groups) != (len(images),):
        raise MisreadError(f"groups: expected {len(images)}, one for each image, found the shape {np.shape(groups)}")
    return _measured(as_model(predict, name), images, labels, classes, names, groups, chosen, quiet=not progress)


def _measured(
    model: Model,
    images: np.ndarray,
    labels: Sequence | np.ndarray,
    classes: Sequence[str] | None,
    names: Sequence[str] | None,
    groups: Sequence | np.ndarray | None,
    chosen: Settings,
    quiet: bool,
) -> Result:
    count = model.predict(np.asarray(images[:BATCH])).shape[1]
    known = [str(number) for number in range(count)] if classes is None else [str(one) for one in classes]
    if len(known) != count:
        raise MisreadError(f"classes: {len(known)} names for {count} scores")
    if twice := [one for one in known if known.count(one) > 1]:
        raise MisreadError(f"classes: {twice[0]!r} is given more than once")
    numbers = _numbers(labels, known, len(images))
    rows = assumptions.probe_rows(numbers, chosen.seed)
    found = assumptions.find(model, np.asarray(images[rows]), numbers[rows], {"as given": np.arange(count)})
    predict = predictor(model, found.feeding)
    measured = of_images(
        predict, images, numbers, known, chosen, name=model.name, names=names, groups=groups, quiet=quiet
    )
    measured.settings.update(model={"name": model.name, "kind": model.kind}, classes=known, scores=found.feeding.scores)
    return measured


def _numbers(labels: Sequence | np.ndarray, classes: Sequence[str], count: int) -> np.ndarray:
    """Labels as the numbers of scores: int64, ``(N,)``."""
    given = np.asarray(labels)
    if given.shape != (count,):
        raise MisreadError(f"labels: expected {count}, one for each image, found the shape {given.shape}")
    if np.issubdtype(given.dtype, np.integer):
        if given.min() < 0 or given.max() >= len(classes):
            raise MisreadError(
                f"labels: {given.min()} to {given.max()}: must be 0 to {len(classes) - 1}, the numbers of the scores"
            )
        return given.astype(np.int64)
    place = {name: number for number, name in enumerate(classes)}
    if unknown := sorted({str(one) for one in given} - place.keys()):
        raise MisreadError(f"labels: {unknown[0]!r} is neither the number of a score nor among the classes")
    return np.array([place[str(one)] for one in given], np.int64)


def of_images(
    predict: Predict,
    images: np.ndarray,
    labels: np.ndarray,
    classes: Sequence[str],
    chosen: Settings,
    *,
    name: str,
    names: Sequence[str] | None = None,
    numbers: np.ndarray | None = None,
    unsafe: np.ndarray | None = None,
    groups: Sequence | np.ndarray | None = None,
    boxes: np.ndarray | None = None,
    quiet: bool = False,
    sharing: Sharing = ALONE,
) -> Result:
    """Measure a function from images to logits.

    The arguments are those of `misread.own.result.of_predictions` and `misread.own.measurement.measure_grids`.

    Raises:
        MisreadError: all images are of one group.

    """
    if groups is not None and len(set(np.asarray(groups).tolist())) == 1:
        raise MisreadError("groups: all images are of one group; intervals need at least two")
    sweep, energy = measure_grids(predict, images, labels, chosen, numbers, boxes, name, quiet, sharing)
    found = result.of_predictions(name, sweep, energy, classes, names, chosen, unsafe, groups)
    minimal = measured_tables.minimal_noise(sweep, chosen)
    shown = broken_images.choose(sweep, minimal, chosen.noise_types, broken_images.in_memory(images, chosen, numbers))
    return replace(found, examples=shown)
