"""Measuring a model in a file on images in files."""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import platform
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from misread.data.subset import stratified_rows
from misread.errors import MisreadError
from misread.inference.noise_grids import Sharing
from misread.own import assumptions, class_files, class_orders, stored_predictions
from misread.own.feeding import possible_values, raw_scores
from misread.own.functions import of_images
from misread.own.images.choosing import open_images
from misread.own.images.collection import Collection
from misread.own.images.resized import Resized, resized_set
from misread.own.loading import loadable
from misread.own.models.model import Model
from misread.own.models.opened import open_model
from misread.own.result import Result, refuse_existing
from misread.own.settings import REFINEMENTS, Settings, settings
from misread.parallel import executors

INTERPOLATION = "area averaging where it shrinks, bilinear where it enlarges"
PACKAGES = ("numpy", "opencv-python-headless", "pillow", "scipy", "scikit-learn", "tensorflow", "keras", "onnxruntime")
CHUNK = 1 << 20
NOT_INPUT = ("out", "overwrite")  # arguments that do not determine the result
TAKEN_FOR = {
    "logits": "logits, as some are negative, or those of an image do not sum to 1",
    "probabilities": "probabilities, as those of an image are at least 0 and sum to 1",
}


@dataclass(frozen=True)
class Request:
    """What to measure. The attributes are the options of `misread measure`, which explains them."""

    model: str
    data: str
    out: Path
    name: str | None = None
    overwrite: bool = False
    size: tuple[int, int] | None = None
    resize: str = "stretch"
    images: int | None = None
    split: str | None = None
    path_column: str | None = None
    label_column: str | None = None
    group_column: str | None = None
    skip_unreadable: bool = False
    order: str | None = None
    values: str | None = None
    scores: str | None = None
    classes: Path | None = None
    skip_unknown: bool = False
    unsafe: Path | None = None
    noise: Sequence[str] | None = None
    strengths: Sequence[tuple[str, list[float]]] = field(default_factory=list)
    refine: int = REFINEMENTS
    seed: int | None = None
    resamples: int | None = None
    threads: int | None = None  # of an ONNX file; no option of the command

    @classmethod
    def of(cls, given: argparse.Namespace) -> Request:
        """The request of a command line."""
        return cls(**{name: value for name, value in vars(given).items() if name in cls.__dataclass_fields__})

    def settings(self) -> Settings:
        """The settings of the noises and of the measurement."""
        return settings(self.noise, dict(self.strengths), self.refine, self.seed, self.resamples)

    def rows(self, labels: np.ndarray, seed: int) -> np.ndarray:
        """Rows of the images to measure, of those with these labels; ascending."""
        if self.images is not None and self.images < 1:
            raise MisreadError(f"--images: {self.images}: must be at least 1")
        return stratified_rows(labels, self.images, seed)

    def collection(self) -> Collection:
        """Open the data."""
        return open_images(
            self.data, split=self.split, path_column=self.path_column, label_column=self.label_column,
            group_column=self.group_column,
        )  # fmt: skip


class _Scores(NamedTuple):
    """The scores of a model."""

    count: int
    given: list[str] | None  # class of each score, if the user says so
    orders: dict[str, np.ndarray]  # result of `misread.own.class_orders.class_orders`


def measure(request: Request, chosen: Settings | None = None) -> Result:
    """Measure a model on images, and say on the terminal what was assumed.

    Args:
        request: what to measure.
        chosen: the settings of the noises and of the measurement; None: those of the request.

    Raises:
        MisreadError: something in the request, the model or the data is wrong; nothing was written.

    """
    chosen = chosen or request.settings()
    refuse_existing(request.out, request.overwrite)
    if stored_predictions.is_table(request.model):
        return stored_predictions.measure(request, chosen)
    model = open_model(request.model, request.size, request.threads)
    model = replace(model, name=request.name or model.name)
    collection = request.collection()
    if None in (model.height, model.width):
        raise MisreadError(f"{model.name}: takes images of any size; say which with --size")
    scores = _scores(request, model, collection)
    rows, remarks = _rows(request, collection, scores, chosen.seed)
    print(f"{model.name}: {model.kind}; {collection.title}: {len(rows):,} images of {len(collection.classes)} classes")
    # Workers on other machines do not see the usual place, but perhaps that of the result.
    shared = next(one for one in request.out.absolute().parents if one.exists())
    with tempfile.TemporaryDirectory(
        prefix="misread-", dir=shared if executors.on_other_machines() else None
    ) as folder:
        images = resized_set(
            collection, model.height, model.width, model.channels or 3, request.resize, Path(folder),
            request.skip_unreadable, rows,
        )  # fmt: skip
        return _measure(
            request, chosen, model, replace(collection, notes=(*collection.notes, *remarks)), images, scores,
            Path(folder),
        )  # fmt: skip


def _measure(
    request: Request,
    chosen: Settings,
    model: Model,
    collection: Collection,
    images: Resized,
    scores: _Scores,
    folder: Path,
) -> Result:
    threads = request.threads or executors.cores()  # the libraries take all of them, unless they are told how many
    found = _assumptions(request, chosen, model, images, scores)
    order = scores.orders[found.class_order]
    classes, of_data = (
        class_orders.names_of_scores(names, scores.count, order, scores.given)
        for names in (collection.titles or collection.classes, collection.classes)
    )
    result = of_images(
        loadable(model, found.feeding, request.model, request.size, chosen.seed, threads),
        images.images,
        order[images.labels],
        classes,
        chosen,
        name=model.name,
        names=images.names,
        numbers=images.rows,
        unsafe=class_files.read_unsafe(request.unsafe, of_data),
        groups=None if collection.groups is None else collection.groups[images.rows],
        boxes=images.boxes,
        sharing=Sharing(threads, folder),
    )
    said = [*collection.notes, *images.notes, *found.remarks]
    if request.scores is None:
        said.append(f"The scores are taken for {TAKEN_FOR[found.feeding.scores]}.")
    for remark in said:
        print(remark)
    result.settings.update(_record(request, model, collection, images, found, classes))
    return replace(result, assumptions=found.table, remarks=(*said, *result.remarks))


def _scores(request: Request, model: Model, collection: Collection) -> _Scores:
    """The scores of a model, and which of them each class of the data may have."""
    count, given = model.classes or _count_scores(model), class_files.read_names(request.classes)
    return _Scores(count, given, class_orders.class_orders(collection.classes, count, given))


def _count_scores(model: Model) -> int:
    """Number of scores of a model whose file does not tell it, by its scores for one image of random pixels."""
    image = np.random.default_rng(0).integers(0, 256, (1, model.height, model.width, model.channels or 3), np.uint8)
    failures = []
    for values in possible_values(model):
        try:
            return raw_scores(model, "RGB", values)(image).shape[1]
        except MisreadError as error:  # values of a wrong range may be too large for the model
            failures.append(error)
    raise failures[0]


def _rows(request: Request, collection: Collection, scores: _Scores, seed: int) -> tuple[np.ndarray, list[str]]:
    """Rows of the images to measure, ascending, and a remark on those whose class has no score."""
    order = next(iter(scores.orders.values()))  # all orders leave out the same classes
    labels = np.asarray(collection.labels)
    known = np.flatnonzero(order[labels] != class_orders.UNKNOWN)
    if len(known) < len(labels) and not request.skip_unknown:
        class_orders.refuse_unknown(collection.classes, labels, order, scores.count)
    if not len(known):
        raise MisreadError("classes: none of the images has a class of the model")
    lost = len(labels) - len(known)
    which = (
        "1 image of a class without a score was" if lost == 1 else f"{lost:,} images of classes without a score were"
    )
    remarks = [f"{which} left out."] if lost else []
    return known[request.rows(labels[known], seed)], remarks


def _assumptions(
    request: Request, chosen: Settings, model: Model, images: Resized, scores: _Scores
) -> assumptions.Found:
    """Compare the assumptions on a part of the clean images, and print the table."""
    probe = assumptions.probe_rows(images.labels, chosen.seed)
    found = assumptions.find(
        model, np.asarray(images.images[probe]), images.labels[probe], scores.orders, request.order, request.values,
        request.scores,
    )  # fmt: skip
    if len(found.table) == 1:
        print(f"Accuracy on {len(probe):,} clean images: {found.table.accuracy[0]:.3f}")
        return found
    shown = found.table.assign(accuracy=found.table.accuracy.map("{:.3f}".format)).drop(columns=["low", "high", "n"])
    print(f"Accuracy on {len(probe):,} clean images under each assumption:\n{shown.to_string(index=False)}")
    return found


def _record(
    request: Request,
    model: Model,
    collection: Collection,
    images: Resized,
    found: assumptions.Found,
    classes: Sequence[str],
) -> dict[str, Any]:
    """Everything that determined the result, for ``settings.json``."""
    return {
        "model": {
            "name": model.name,
            "kind": model.kind,
            "parameters": model.parameters,
            "sha256": digest(model.files),
        },
        "data": {
            "title": collection.title,
            "images": len(images.images),
            "sha256": digest(collection.files),
            "sha256_of_resized": hashlib.sha256(np.ascontiguousarray(images.images).data).hexdigest(),
        },
        "input": {
            "height": images.images.shape[1],
            "width": images.images.shape[2],
            "channels": images.images.shape[3],
            "resize": request.resize,
            "interpolation": INTERPOLATION,
            "channel_order": found.feeding.order,
            "values": found.feeding.values,
        },
        "scores": found.feeding.scores,
        "class_order": found.class_order,
        "classes": list(classes),
        "arguments": {
            name: str(value) if isinstance(value, Path) else value
            for name, value in vars(request).items()
            if name not in NOT_INPUT
        },
        "versions": {"python": platform.python_version()} | _versions(),
    }


def _versions() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def digest(files: Sequence[Path]) -> str:
    """SHA-256 over the contents of some files, in order."""
    digests = hashlib.sha256()
    for path in files:
        with open(path, "rb") as file:
            while chunk := file.read(CHUNK):
                digests.update(chunk)
    return digests.hexdigest()
